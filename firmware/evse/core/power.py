"""When the contactor may close, and when it must open.

Knows time and four answers of pilot.py: may power flow, is there an offer, has the
vehicle asked for long enough, and which faults are active.  Does not know the pilot.
Whether the contactor obeys: contactor.py.
"""

from .faults import OPENING, STOPPING
from .timer import Timer

LINGER_MS = 6_000  # a vehicle has this long to stop after X1 (Table A.6 sequence 10.2)
FAULT_LINGER_MS = 5_000  # and this long when a fault withdraws the offer
OFFER_FIRST_MS = 500  # the vehicle has read the offer before there is power
PARTING_MS = 100  # from the command to open until no contact can touch
_MAX_COUNT = (1 << 30) - 1


class Power:
    """closed: the command to the contactor.

    forced_openings: how often a vehicle went on asking after LINGER_MS and was cut off.
    ignores_stop: it has been, and neither stopped asking nor got an offer since.
    """

    def __init__(self, reclose_ms: int, rest_ms: int, fault_rest_ms: int) -> None:
        """reclose_ms: closing to closing.  rest_ms: opening to closing; after a fault,
        fault_rest_ms."""
        self.closed = False
        self.forced_openings = 0
        self.ignores_stop = False
        self._reclose_ms = reclose_ms
        self._rest_ms = rest_ms
        self._fault_rest_ms = fault_rest_ms
        self._offered = False
        self._reading = Timer()
        self._linger = Timer()
        self._close_rest = Timer()
        self._open_rest = Timer()
        self._fault_rest = Timer()
        self._parting = Timer()

    def step(self, now_ms: int, able: bool, offered: bool, settled: bool, faults: int) -> None:
        """Decide closed.

        able: every condition for power holds.  offered: the PWM is on the pilot.
        settled: the vehicle has asked for long enough.  Without an offer the contactor
        stays closed for a while, so that the vehicle can stop drawing first.
        """
        rested = self.has_rested(now_ms)
        if offered and not self._offered:
            self._reading.start(now_ms, OFFER_FIRST_MS)
        self._offered = offered
        read = not self._reading.runs(now_ms)
        if offered:
            self.ignores_stop = False
        if not self.closed:
            if able and offered and read and settled and rested:
                self.closed = True
                self._close_rest.start(now_ms, self._reclose_ms)
        elif not able:
            self._open(now_ms, faults)
        elif offered:
            self._linger.stop()
        elif not self._linger.running:
            self._linger.start(now_ms, FAULT_LINGER_MS if faults & STOPPING else LINGER_MS)
        elif not self._linger.runs(now_ms):
            self._open(now_ms, faults)
            self.ignores_stop = True
            if self.forced_openings < _MAX_COUNT:
                self.forced_openings += 1

    def dropped(self, now_ms: int) -> None:
        """The ticks were away for so long that the enable died: closing again is a new closing."""
        if self.closed:
            self._open(now_ms, OPENING)

    def has_rested(self, now_ms: int) -> bool:
        """Whether the contactor may close again."""
        # Each timer is looked at every step: none is left for the clock to wrap over.
        closing = self._close_rest.runs(now_ms)
        opening = self._open_rest.runs(now_ms)
        fault = self._fault_rest.runs(now_ms)
        return not (closing or opening or fault)

    def parted(self, now_ms: int) -> bool:
        """Open, for long enough that the contacts have parted."""
        return not self._parting.runs(now_ms) and not self.closed

    def stopped_asking(self) -> None:
        self.ignores_stop = False

    def forget_vehicle(self) -> None:
        self._fault_rest.stop()

    def _open(self, now_ms: int, faults: int) -> None:
        self.closed = False
        self._linger.stop()
        self._open_rest.start(now_ms, self._rest_ms)
        self._parting.start(now_ms, PARTING_MS)
        if faults & OPENING:
            self._fault_rest.start(now_ms, self._fault_rest_ms)
