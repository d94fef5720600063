"""How far the records of one boot are on disk without a hole.  Pure.

Each record names the one before it (prev), so a missing one is seen even though telemetry uses
the same numbers.  A receipt up to N lets the board forget everything up to N; it must never pass
a record that is missing here.

A board that has no room makes no record and uses no number, so its chain has no holes.  A record
this agent cannot read (from a newer board, or damaged) does leave one, for ever.  When the record
behind such a hole has come RESENDS times, RESEND_MS apart, and the missing one has not, it is
given up: counted in `holes`, shown, and the chain goes on.
"""

RESENDS = 3
RESEND_MS = 10_000  # boards send what they hold again every 20 s
_MOST_AHEAD = 4_096


class Chain:
    """up_to: the highest seq a receipt may name, 0 for none.  waited: how often the record behind
    the first hole came."""

    def __init__(self, up_to: int = 0, holes: int = 0) -> None:
        self.up_to = up_to
        self.holes = holes
        self._ahead: dict[int, int] = {}  # prev -> seq of records behind a hole
        self.waited: tuple[int, int, int] = (0, 0, 0)  # seq behind the first hole, times, when

    def add(self, seq: int, prev: int, now_ms: int) -> bool:
        """A record is on disk, for the first time or again.  True when up_to moved."""
        before = self.up_to
        if seq > self.up_to:
            if prev <= self.up_to:
                self.up_to = seq
            elif prev < seq and len(self._ahead) < _MOST_AHEAD:
                self._ahead[prev] = seq
            self._follow()
        if self._ahead and seq == self._ahead[min(self._ahead)]:
            self._waited(seq, now_ms)
        return self.up_to != before

    def waits_for(self) -> int:
        """The seq of the missing record, 0 when there is none."""
        return min(self._ahead, default=0)

    def _follow(self) -> None:
        """Take in what no longer stands behind a hole."""
        while self._ahead:
            prev = min(self._ahead)
            if prev > self.up_to:
                return
            self.up_to = max(self.up_to, self._ahead.pop(prev))

    def _waited(self, seq: int, now_ms: int) -> None:
        counted, times, when_ms = self.waited
        if counted != seq:
            self.waited = (seq, 1, now_ms)
        elif abs(now_ms - when_ms) >= RESEND_MS:  # a clock that was set back must not stop it
            self.waited = (seq, times + 1, now_ms)
            if times + 1 >= RESENDS:
                self.holes += 1
                self.up_to = max(self.up_to, min(self._ahead))
                self._follow()
