"""A vehicle that draws more than it was told.

The soft limit of EVerest: half an ampere and a tenth above what the pilot signals, for
seven seconds, which is longer than a vehicle may take to follow a change.  The hard
protection is a circuit breaker's work.
"""

from .faults import FAULT_OVER_CURRENT
from .timer import Timer

MARGIN_MA = 500
TRIP_MS = 7_000


def trip_ma(signalled_ma: int) -> int:
    """More than this in any phase is too much."""
    return (signalled_ma + MARGIN_MA) * 11 // 10


class OverCurrent:
    def __init__(self) -> None:
        self._over = False
        self._patience = Timer()

    def step(self, now_ms: int, signalled_ma: int, current_ma: int) -> int:
        """Take what the pilot signals and the highest phase current; return FAULT_* bits."""
        if current_ma <= trip_ma(signalled_ma):
            self._over = False
            return 0
        if not self._over:
            self._over = True
            self._patience.start(now_ms, TRIP_MS)
        return 0 if self._patience.runs(now_ms) else FAULT_OVER_CURRENT
