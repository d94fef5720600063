"""The pilot's voltage: a burst of raw counts becomes the high and the low plateau in mV.

A plateau is what the node settles to while the source is high, or low.  Samples on the edges
belong to neither and are left out, as are single spikes.  Allocates nothing after construction.
Knows no states: evse.core.levels reads the plateaux.
"""

from array import array

from evse.drivers.plateaux import BOTTOM, FOUND, HIGH, HIGHS, LOW, LOWS, TOP
from evse.drivers.plateaux import scan as plain_scan

SAMPLES = 16

# flags
FLAT = 1  # no difference between high and low: both are the same voltage
MISSED = 2  # a plateau that must be there was not found; the last values stand
RAIL = 4  # counts at an end of the scale: divider or converter is broken

FULL_PPM = 1_000_000
UNKNOWN = -1

# mV = counts * gain_num // GAIN_DEN - offset_mv.  These fit node = 1.689 V + 0.1126 x pilot with
# a 3.3 V reference; products stay below 2**30.
GAIN_DEN = 16_384
GAIN_NUM = 7_327
OFFSET_MV = 15_000

_FLAT_MV = 1_300  # less between the extremes is noise
_BAND_MV = 700  # more from the plateau is an edge
_SURE_MV = 2_000  # a flat pilot within these is shorted, no phase was stepped over
_LEAST = 2  # samples in a plateau: one alone may lie on an edge, or be a spike
_MISSES_BELIEVED = 3  # then the samples are right and the expectation is not
_RAIL_COUNTS = 48
_RAIL_TOP = 65_535 - _RAIL_COUNTS


class PilotAdc:
    """high_mv, low_mv: the plateaux of the last burst.  flags: FLAT, MISSED, RAIL bits.

    burst: fills an array('H') with 16-bit counts of at least one pilot period.  samples: 16 do
    when the burst is timed by the PWM, half in each phase; when it is even in time the shortest
    phase must get three, which takes 64 for 5 % duty.  scan: plateaux.scan(), or what a board has
    in its place.
    """

    def __init__(
        self,
        burst,
        gain_num: int = GAIN_NUM,
        offset_mv: int = OFFSET_MV,
        samples: int = SAMPLES,
        scan=plain_scan,
    ) -> None:
        self._burst = burst
        self._scan = scan
        self._buf = array("H", bytes(2 * samples))
        self._found = array("i", bytes(4 * FOUND))
        self._n = samples
        self.high_mv = 0
        self.low_mv = 0
        self.flags = MISSED
        self.max_counts = 0
        self.min_counts = 0
        self._misses = 0
        self._duty_ppm = UNKNOWN
        self._least_high = _LEAST
        self._least_low = _LEAST
        self.calibrate(gain_num, offset_mv)

    def calibrate(self, gain_num: int, offset_mv: int) -> None:
        """Numbers from two_point(), or the board's own."""
        self._gain_num = gain_num
        self._offset_mv = offset_mv
        self._flat = _FLAT_MV * GAIN_DEN // gain_num
        self._band = _BAND_MV * GAIN_DEN // gain_num

    def calibrate_at(self, high_counts: int, low_counts: int) -> "tuple[int, int]":
        """Take the counts at +12 V and at -12 V; what restore() wants at the next boot.

        ValueError as two_point() raises it; nothing changes then."""
        gain_num, offset_mv = two_point(high_counts, low_counts)
        self.calibrate(gain_num, offset_mv)
        return gain_num, offset_mv

    def restore(self, gain_num: int, offset_mv: int) -> bool:
        """calibrate(), but only with numbers that calibrate_at() can have given."""
        if not _is_plausible(gain_num, GAIN_NUM) or not _is_plausible(offset_mv, OFFSET_MV):
            return False
        self.calibrate(gain_num, offset_mv)
        return True

    def sample(self, duty_ppm: int = UNKNOWN) -> bool:
        """Take a burst; True when the plateaux were found.

        duty_ppm: the high time now on the wire (0 steady low, 1_000_000 steady high), which
        tells how many samples each plateau must have.  A plateau that is missing for three
        bursts is believed to be missing: the other one then stands for both.
        """
        if duty_ppm != self._duty_ppm:
            self._expect(duty_ppm)
        buf, found = self._buf, self._found
        self._burst(buf)
        self._scan(buf, self._n, found, self._flat, self._band)
        top, bottom = found[TOP], found[BOTTOM]
        self.max_counts = top
        self.min_counts = bottom
        rail = RAIL if bottom < _RAIL_COUNTS or top > _RAIL_TOP else 0
        if found[HIGHS]:
            return self._take_two(rail)
        return self._take_flat(found[HIGH], rail)

    def _expect(self, duty_ppm: int) -> None:
        """How many samples each plateau must have: a quarter of its share of the period."""
        self._duty_ppm = duty_ppm
        n = self._n
        if duty_ppm == FULL_PPM or duty_ppm == 0:  # a second plateau would be a surprise
            self._least_high = self._least_low = n // 4
        elif duty_ppm < 0:
            self._least_high = self._least_low = _LEAST
        else:
            self._least_high = max(_LEAST, n * (duty_ppm // 1_000) // 4_000)
            self._least_low = max(_LEAST, n * ((FULL_PPM - duty_ppm) // 1_000) // 4_000)

    def _take_flat(self, counts: int, rail: int) -> bool:
        mv = self._mv(counts)
        duty_ppm = self._duty_ppm
        # With few samples due in a phase, the burst may have stepped over it.
        unseen = duty_ppm >= 0 and (
            (mv < -_SURE_MV and 0 < duty_ppm * self._n < 2 * FULL_PPM)
            or (mv > _SURE_MV and 0 < (FULL_PPM - duty_ppm) * self._n < 2 * FULL_PPM)
        )
        if unseen and self._misses < _MISSES_BELIEVED:
            self._misses += 1
            self.flags = MISSED | rail
            return False
        self.high_mv = mv
        self.low_mv = mv
        self.flags = FLAT | rail
        if not unseen:
            self._misses = 0
        return True

    def _take_two(self, rail: int) -> bool:
        found = self._found
        high_found = found[HIGHS] >= self._least_high
        low_found = found[LOWS] >= self._least_low
        if high_found and low_found:
            self.high_mv = self._mv(found[HIGH])
            self.low_mv = self._mv(found[LOW])
            self.flags = rail
            self._misses = 0
            return True
        if high_found or low_found:
            return self._take_flat(found[HIGH] if high_found else found[LOW], rail)
        self.flags = MISSED | rail
        return False

    def _mv(self, counts: int) -> int:
        return counts * self._gain_num // GAIN_DEN - self._offset_mv


def two_point(high_counts: int, low_counts: int) -> "tuple[int, int]":
    """(gain_num, offset_mv) from the counts at +12 V (nothing plugged) and at -12 V (state F).

    ValueError when they are not those of a working divider, so that a bad calibration is never
    stored: the gain must lie within 15 % of the default.
    """
    if high_counts <= low_counts:
        raise ValueError("calibration: +12 V reads below -12 V")
    gain_num = 24_000 * GAIN_DEN // (high_counts - low_counts)
    offset_mv = (high_counts + low_counts) // 2 * gain_num // GAIN_DEN
    if not _is_plausible(gain_num, GAIN_NUM):
        raise ValueError("calibration: the span between +12 V and -12 V is not plausible")
    if not _is_plausible(offset_mv, OFFSET_MV):
        raise ValueError("calibration: the middle between +12 V and -12 V is not plausible")
    return gain_num, offset_mv


def _is_plausible(value: int, nominal: int) -> bool:
    return nominal * 85 // 100 <= value <= nominal * 115 // 100
