"""The board's idea of the date: told by the agent, kept by the tick counter, trusted by nobody
for safety or freshness.

Seconds since 2020-01-01 UTC, because Unix seconds no longer fit a small int and the ports of
MicroPython count from different years.
"""

from evse.core.units import elapsed_ms

STEP_S = 2  # a change by more than this is told
_MAX_S = (1 << 30) - 1


class Clock:
    """source: "none" or "agent".  age_s: since it was last set."""

    def __init__(self) -> None:
        self.source = "none"
        self.age_s = 0
        self._time_s = 0
        self._counted_ms = 0

    def advance(self, now_ms: int) -> None:
        """Count the seconds that have passed; call at least once a day."""
        passed_s = elapsed_ms(now_ms, self._counted_ms) // 1000
        if not passed_s:
            return
        self._counted_ms = (self._counted_ms + passed_s * 1000) & _MAX_S
        if self.source != "none":
            self._time_s = min(_MAX_S, self._time_s + passed_s)
            self.age_s = min(_MAX_S, self.age_s + passed_s)

    def set(self, time_s: int, now_ms: int) -> int:
        """Take over the agent's time; by how many seconds the clock was off, 0 when it was not
        set or off by no more than STEP_S.  A time of 0 is none."""
        if time_s <= 0:
            return 0
        self.advance(now_ms)
        off_s = time_s - self._time_s
        known = self.source != "none"
        self.source = "agent"
        self._time_s = time_s
        self._counted_ms = now_ms
        self.age_s = 0
        return off_s if known and abs(off_s) > STEP_S else 0

    def now_s(self) -> int:
        """The time, 0 while it is not known."""
        return self._time_s
