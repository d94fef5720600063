"""Which numbers of a boot never came.  Pure.

Every message of a boot has the next number.  A number that is late may still come (records are
sent again), so one counts as missing only after REORDER_MS.
"""

REORDER_MS = 2_000
_MOST = 512  # numbers remembered one by one; what is older than these stays missing


class Gaps:
    def __init__(self) -> None:
        self._highest = 0
        self._missing: dict[int, int] = {}  # number -> since when
        self._given_up = 0

    def came(self, seq: int, now_ms: int, will_seq: int = 0) -> None:
        """A message that was not a retained copy.  The first one of a boot only sets the mark.

        will_seq: of a birth, the number its connection keeps for the last will.
        """
        if seq == self._highest + 1 and seq > 1 and not self._missing:  # as nearly always
            self._highest = seq
            return
        if self._highest and seq > self._highest:
            first = self._highest + 1
            last = seq - 1
            if last - first >= _MOST:
                self._given_up += last - first + 1 - _MOST
                first = last - _MOST + 1
            for number in range(first, last + 1):
                self._missing[number] = now_ms
            while len(self._missing) > _MOST:
                del self._missing[next(iter(self._missing))]
                self._given_up += 1
        else:
            self._missing.pop(seq, None)
        self._missing.pop(will_seq, None)
        self._highest = max(self._highest, seq)

    def count(self, now_ms: int) -> int:
        late = sum(1 for since_ms in self._missing.values() if now_ms - since_ms >= REORDER_MS)
        return self._given_up + late
