"""The limit that lets the current back in slowly, after an outage or at a start.

Steps a slot of limits.py every tick; the app says when it holds and when it begins
(app/slow_rise.py).
"""

from .limits import RAMP, Limits
from .timer import Timer
from .units import MIN_OFFER_MA

STEP_MA = 1_000
STEP_MS = 60_000  # 1 A a minute, as the Austrian grid code has it


class Ramp:
    """From 6 A up, 1 A a minute.  running: it rises.

    hold() and start() may be called while a tick runs in an interrupt.
    """

    def __init__(self, limits: Limits) -> None:
        self.running = False
        self._limits = limits
        self._now_ma = 0
        self._full_ma = 0
        self._next = Timer()

    def hold(self, now_ms: int) -> None:
        """6 A and no more, until start()."""
        self.running = False
        self._limits.set(RAMP, MIN_OFFER_MA, now_ms)

    def start(self, now_ms: int, full_ma: int) -> None:
        """Begin at 6 A; be done at full_ma."""
        self.hold(now_ms)
        self._now_ma = MIN_OFFER_MA
        self._full_ma = full_ma
        self._next.start(now_ms, STEP_MS)
        self.running = True  # last: now a tick finds all of it

    def step(self, now_ms: int) -> None:
        """Every tick."""
        if not self.running or self._next.runs(now_ms):
            return
        self._now_ma += STEP_MA
        if self._now_ma >= self._full_ma:
            self.running = False
            self._limits.clear(RAMP)
            return
        self._limits.set(RAMP, self._now_ma, now_ms)
        self._next.start(now_ms, STEP_MS)
