"""The cable's current rating, coded by a resistor between proximity contact and earth.

Knows ohms; does not measure them (drivers/proximity_adc.py).  Two tables are published,
with different borders; the configuration picks one.  Stations with a cable of their own
do not ask here.
"""

from . import faults

EVEREST = 0  # a value between two codes counts as the weaker cable
PHOENIX = 1  # borders half-way; a resistance above the last is refused, not a fault
POLICY_NAMES = ("everest", "phoenix")

UNREADABLE = -1  # open, shorted, or no code: nothing may be offered, and that is a fault
REFUSED = 0  # readable, and not to be charged over
AGREE = 3  # readings in a row

# Up to but not including so many ohm: the rating in mA.
_TABLES = (
    (
        (60, UNREADABLE),
        (141, 63_000),
        (309, 32_000),
        (937, 20_000),
        (4_501, 13_000),
    ),
    (
        (75, UNREADABLE),
        (150, 63_000),
        (330, 32_000),
        (1_000, 20_000),
        (2_200, 13_000),
    ),
)
_ABOVE = (UNREADABLE, REFUSED)


def cable_ma_for(ohm: int, policy: int = EVEREST) -> int:
    """The rating in mA of a cable that shows ohm; UNREADABLE or REFUSED for none."""
    for below_ohm, cable_ma in _TABLES[policy]:
        if ohm < below_ohm:
            return cable_ma
    return _ABOVE[policy]


class Proximity:
    """Watches the code while a vehicle is there.

    cable_ma: what the cable allows; 0 until AGREE readings say so.  It never rises
    before the plug has left, so a bad contact cannot promise a stronger cable.
    bits: FAULT_PROXIMITY while the code is unreadable, or 0.
    """

    def __init__(self, policy: int = EVEREST, least_ma: int = 0) -> None:
        """least_ma: a weaker cable is refused."""
        self.cable_ma = 0
        self.bits = 0
        self._policy = policy
        self._least_ma = least_ma
        self._known = False
        self._candidate_ma = 0
        self._agreed = 0

    def step(self, ohm: int, plugged: bool) -> int:
        """Take one reading; return bits.  Every tick, or slower."""
        if not plugged:
            self.cable_ma = 0
            self.bits = 0
            self._known = False
            self._agreed = 0
            return 0
        cable_ma = cable_ma_for(ohm, self._policy)
        if cable_ma != self._candidate_ma:
            self._candidate_ma = cable_ma
            self._agreed = 0
        if self._agreed < AGREE:
            self._agreed += 1
        if self._agreed == AGREE:
            self._accept(cable_ma)
        return self.bits

    def _accept(self, cable_ma: int) -> None:
        if cable_ma == UNREADABLE:
            self.bits = faults.FAULT_PROXIMITY
            cable_ma = REFUSED
        else:
            self.bits = 0
            if cable_ma < self._least_ma:
                cable_ma = REFUSED
        self.cable_ma = min(self.cable_ma, cable_ma) if self._known else cable_ma
        self._known = True
