"""A 10 kOhm NTC (B = 3950) against 10 kOhm: tenths of a degree Celsius without a float.

reference --- 10 kOhm ---+--- NTC --- ground
                         |
                        ADC, 16 bits
"""

# (counts at or above this, tenths of a degree), coldest first; straight lines in between.
_TABLE = (
    (63_944, -400),
    (59_855, -200),
    (50_511, 0),
    (43_816, 100),
    (36_454, 200),
    (32_768, 250),
    (29_202, 300),
    (22_706, 400),
    (17_306, 500),
    (13_049, 600),
    (9_807, 700),
    (7_387, 800),
    (4_273, 1_000),
    (2_563, 1_200),
)
BROKEN_DC = 10_000  # open or shorted: no temperature at all


class Thermistor:
    """adc: read_u16(), ratiometric to the divider's supply."""

    def __init__(self, adc) -> None:
        self._adc = adc

    def read_dc(self) -> int:
        """Tenths of a degree Celsius, BROKEN_DC outside -40..120 degrees."""
        counts = self._adc.read_u16()
        if not _TABLE[-1][0] <= counts <= _TABLE[0][0]:
            return BROKEN_DC
        for place in range(1, len(_TABLE)):
            low_counts, high_dc = _TABLE[place]
            if counts >= low_counts:
                high_counts, low_dc = _TABLE[place - 1]
                span = high_counts - low_counts
                return low_dc + (high_counts - counts) * (high_dc - low_dc) // span
        return BROKEN_DC
