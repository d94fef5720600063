"""Calls the tick from a timer whose callbacks may be late, lost, or come all at once.

MicroPython queues a soft timer's callbacks while Python is busy, a few of them, and then runs them
in a row.  Readings that close together are one reading, and must not agree with each other as if
time had passed; the lost ones are told by the time between.
"""

from evse.core.units import elapsed_ms

PERIOD_MS = 10
LEAST_MS = 5  # sooner after the last one is a late callback, not a tick
_MOST = (1 << 30) - 1


class Ticker:
    """tick(now_ms) is called at most once in LEAST_MS.  missed: ticks that never came.
    crowded: callbacks left out because they came too soon.  Allocates nothing."""

    def __init__(self, tick, ticks_ms) -> None:
        self.missed = 0
        self.crowded = 0
        self._tick = tick
        self._ticks_ms = ticks_ms
        self._ticked_ms = -1

    def __call__(self, _timer=None) -> None:
        now_ms = self._ticks_ms()
        if self._ticked_ms >= 0:
            gap_ms = elapsed_ms(now_ms, self._ticked_ms)
            if gap_ms < LEAST_MS:
                self.crowded = min(self.crowded + 1, _MOST)
                return
            lost = (gap_ms - LEAST_MS) // PERIOD_MS
            if lost:
                self.missed = min(self.missed + lost, _MOST)
        self._ticked_ms = now_ms
        self._tick(now_ms)
