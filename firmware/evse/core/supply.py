"""Voltage and frequency of the mains: when to stop, when to come back.

Knows readings, bands and times; who reads them is the meter's driver.  A band is a row:
voltages that trip outside low..high for trip_ms, voltages and frequencies that must have
stood for good_ms before the charge comes back.
"""

from .faults import FAULT_FREQUENCY, FAULT_OVER_VOLTAGE, FAULT_UNDER_VOLTAGE
from .timer import Timer

# low_mv, high_mv, trip_ms, good low_mv, good high_mv, good low_mhz, good high_mhz, good_ms
EUROPE = (184_000, 264_500, 3_000, 207_000, 250_000, 49_900, 50_100, 60_000)
OPEN_PEN = (207_000, 253_000, 5_000, 207_000, 253_000, 47_000, 52_000, 30_000)  # UK

# Outside these the frequency trips, after the band's trip_ms.
LOW_MHZ = 47_000
HIGH_MHZ = 52_000


class Supply:
    """bits: FAULT_* of the last trip, until the mains has been good for long enough."""

    def __init__(self, band: "tuple[int, ...]" = EUROPE) -> None:
        self.bits = 0
        self._band = band
        self._wrong = 0
        self._tripping = Timer()
        self._good = False
        self._returning = Timer()

    def step(self, now_ms: int, low_mv: int, high_mv: int, frequency_mhz: int) -> int:
        """Take the lowest and highest phase voltage and the frequency; return bits.

        frequency_mhz: thousandths of a hertz; 0 where the meter has none.
        """
        band = self._band
        wrong = 0
        if low_mv < band[0]:
            wrong = FAULT_UNDER_VOLTAGE
        elif high_mv > band[1]:
            wrong = FAULT_OVER_VOLTAGE
        elif frequency_mhz and not LOW_MHZ <= frequency_mhz <= HIGH_MHZ:
            wrong = FAULT_FREQUENCY
        if wrong == 0:
            self._wrong = 0
        elif self._wrong == 0:
            self._wrong = wrong
            self._tripping.start(now_ms, band[2])
        elif not self._tripping.runs(now_ms):
            self.bits |= wrong
        if self.bits:
            self._return(now_ms, low_mv, high_mv, frequency_mhz)
        return self.bits

    def _return(self, now_ms: int, low_mv: int, high_mv: int, frequency_mhz: int) -> None:
        band = self._band
        good = band[3] <= low_mv and high_mv <= band[4]
        if frequency_mhz and not band[5] <= frequency_mhz <= band[6]:
            good = False
        if good and not self._good:
            self._returning.start(now_ms, band[7])
        self._good = good
        if good and not self._returning.runs(now_ms):
            self.bits = 0
            self._good = False
