"""Whether the contactor obeys: its mirror contact against the command.

Knows nothing of why it is switched (power.py) or how (drivers/contactor.py).
"""

from .faults import FAULT_CONTACTOR_STUCK_OPEN, FAULT_CONTACTOR_WELDED
from .timer import Timer

NONE = -1  # no mirror contact fitted
OPEN = 0
CLOSED = 1

FOLLOW_MS = 250  # the contacts follow the command within this
LOAD_MA = 1_000  # parting more than this wears the contacts
_MAX_COUNT = (1 << 30) - 1


class ContactorCheck:
    """closed: as the mirror says; as commanded where there is none.

    cold, hot: openings without and with current flowing, ever; they stop at 2**30 - 1.
    """

    def __init__(self, cold: int = 0, hot: int = 0) -> None:
        self.closed = False
        self.cold = cold
        self.hot = hot
        self._commanded = False
        self._disagreeing = Timer()
        self._disagrees = False

    def step(self, now_ms: int, commanded: bool, mirror: int, load_ma: int = 0) -> int:
        """Take command and mirror as of now_ms; return FAULT_* bits standing.  Every tick.

        load_ma: the highest current of a phase, as last read.
        """
        if self._commanded and not commanded:
            if load_ma >= LOAD_MA:
                self.hot = min(self.hot + 1, _MAX_COUNT)
            else:
                self.cold = min(self.cold + 1, _MAX_COUNT)
        turned = commanded != self._commanded
        self._commanded = commanded
        self.closed = commanded if mirror == NONE else mirror == CLOSED
        if self.closed == commanded:
            self._disagrees = False
            return 0
        if turned or not self._disagrees:
            self._disagrees = True
            self._disagreeing.start(now_ms, FOLLOW_MS)
        if self._disagreeing.runs(now_ms):
            return 0
        return FAULT_CONTACTOR_STUCK_OPEN if commanded else FAULT_CONTACTOR_WELDED
