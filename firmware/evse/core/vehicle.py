"""What the vehicle does, from the level alone: there, asking, since when, in pulses.

Knows nothing of offers or faults; pilot.py answers it.
"""

from . import states
from .timer import Timer

SETTLED_MS = 500  # an asking vehicle is believed after this; shorter is a signal (sequence 11)
_MAX_COUNT = (1 << 30) - 1


class Vehicle:
    """plugged: there is one.  asks: it wants current now (C, or D with ventilation).

    has_asked: it has, since it was plugged in.  simplified: it came from A to C with no
    B, so it has no switch S2.  pulses: B-C-B under SETTLED_MS, ever; stops at 2**30 - 1.
    """

    def __init__(self) -> None:
        self.plugged = False
        self.asks = False
        self.has_asked = False
        self.simplified = False
        self.pulses = 0
        self._blind = True  # it may have been there, unseen
        self._asking = Timer()

    def see(self, now_ms: int, level: int, ventilated: bool) -> None:
        """Take the accepted level.  In E, F and faults a vehicle stays as it was."""
        if level == states.LEVEL_A:
            self.plugged = False
            self.has_asked = False
            self.simplified = False
        elif level <= states.LEVEL_D:
            if not self.plugged:
                self.plugged = True
                self.simplified = not self._blind
            if level == states.LEVEL_B:
                self.simplified = False
            else:
                self.has_asked = True
        self._blind = level > states.LEVEL_D
        asks = level == states.LEVEL_C or (level == states.LEVEL_D and ventilated)
        brief = self._asking.runs(now_ms)
        if asks and not self.asks:
            self._asking.start(now_ms, SETTLED_MS)
        elif self.asks and brief and level == states.LEVEL_B and self.pulses < _MAX_COUNT:
            self.pulses += 1
        self.asks = asks

    def has_settled(self, now_ms: int) -> bool:
        """Asks, and has for SETTLED_MS."""
        return not self._asking.runs(now_ms) and self.asks
