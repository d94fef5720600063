"""The proximity contact: the resistor that codes a cable's current, in ohm.

    reference 3.3 V --- pull-up 1 kOhm ---+--- resistor in the plug --- PE
                                          |
                                         ADC

Knows no cables: evse.core.proximity reads the ohms.
"""

OPEN_OHM = 1_000_000  # nothing connected
_FULL_COUNTS = 65_535
_OPEN_COUNTS = 63_500  # over 30 kOhm with 1 kOhm up: no cable, whatever the last digits say
_SAMPLES = 8


class ProximityAdc:
    """adc: read_u16(), ratiometric to the pull-up's supply.  pull_up_ohm: up to 16_000."""

    def __init__(self, adc, pull_up_ohm: int = 1_000) -> None:
        self._adc = adc
        self._pull_up_ohm = pull_up_ohm

    def read_ohm(self) -> int:
        """The mean of a few samples without the two extremes; OPEN_OHM without a cable."""
        least = _FULL_COUNTS
        most = 0
        total = 0
        for _ in range(_SAMPLES):
            counts = self._adc.read_u16()
            total += counts
            least = min(least, counts)
            most = max(most, counts)
        counts = (total - least - most) // (_SAMPLES - 2)
        if counts >= _OPEN_COUNTS:
            return OPEN_OHM
        return self._pull_up_ohm * counts // (_FULL_COUNTS - counts)
