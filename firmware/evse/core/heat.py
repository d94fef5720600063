"""Less current when the station is hot, none when it is too hot.

OpenEVSE's steps: half from 65 degrees, a quarter from 68, withdrawn from 71, all again
under 62.  Temperatures are tenths of a degree Celsius (_dc).
"""

from .faults import FAULT_OVER_TEMPERATURE, FAULT_TEMPERATURE_SENSOR
from .units import MIN_OFFER_MA

HALF_DC = 650
QUARTER_DC = 680
STOP_DC = 710
RESTORE_DC = 620

_SENSOR_LOW_DC = -400  # a sensor that says less, or more, is broken
_SENSOR_HIGH_DC = 1_250


class Heat:
    """limit_ma: what may be offered at this temperature, for the heat owner of limits.py."""

    def __init__(self) -> None:
        self.limit_ma = 0
        self._divisor = 1
        self._stopped = False

    def step(self, temperature_dc: int, full_ma: int) -> int:
        """Take a temperature and the current of a cool station; return FAULT_* bits.

        Derated current is never under 6 A, so that heat alone does not stop a charge
        before STOP_DC.
        """
        if not _SENSOR_LOW_DC <= temperature_dc <= _SENSOR_HIGH_DC:
            self.limit_ma = 0
            return FAULT_TEMPERATURE_SENSOR
        if temperature_dc < RESTORE_DC:
            self._divisor = 1
            self._stopped = False
        if temperature_dc >= HALF_DC and self._divisor == 1:
            self._divisor = 2
        if temperature_dc >= QUARTER_DC:
            self._divisor = 4
        if temperature_dc >= STOP_DC:
            self._stopped = True
        self.limit_ma = full_ma
        if self._divisor > 1:
            self.limit_ma = min(full_ma, max(full_ma // self._divisor, MIN_OFFER_MA))
        return FAULT_OVER_TEMPERATURE if self._stopped else 0
