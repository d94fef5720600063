"""The supply in front of the contactor: three phases, a frequency, and slow drift.

Millivolts to neutral and millihertz.  A phase at 0 is missing.
"""

from array import array

from boards.virtual.chance import Chance

NOMINAL_MV = 230_000
NOMINAL_MHZ = 50_000
_DRIFT_MS = 1_000


class Mains:
    """mv: array of three phase voltages.  mhz: the frequency."""

    def __init__(self, seed: int = 1, phases: int = 3) -> None:
        self.mv = array("i", (0, 0, 0))
        self.mhz = NOMINAL_MHZ
        self._chance = Chance(seed)
        self._nominal_mv = NOMINAL_MV
        self._phases = phases
        self._next_ms = 0
        self.step(0)

    def set(self, nominal_mv: int = NOMINAL_MV) -> None:
        """Sag, swell, or 0 for an outage."""
        self._nominal_mv = nominal_mv
        self._drift()

    def step(self, now_ms: int) -> None:
        if now_ms >= self._next_ms:
            self._next_ms = now_ms + _DRIFT_MS
            self._drift()

    def _drift(self) -> None:
        for phase in range(self._phases):
            self.mv[phase] = self._chance.vary(self._nominal_mv, 6)
        self.mhz = NOMINAL_MHZ + self._chance.between(-30, 30)
