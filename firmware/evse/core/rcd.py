"""The self-test of the residual-current device: a test current out, a trip seen, and gone again.

A test passes when the trip input answers within ANSWER_MS of the test current and lets go within
RELEASE_MS after it.  It runs at boot, after each charge, and when the last one is a day old; never
while the contactor is closed.  Times: Tinkerforge evse-v2 dc_fault.c; the rule of a test before
each charge: IEC 62955 as the data sheets of Bender RCMB104 and Easee report it.

Knows a pin's level and time.  What a trip outside a test does: faults.py.
"""

from .faults import FAULT_RCD_SELFTEST, FAULT_RCD_TRIP
from .timer import Timer

PULSE_MS = 250  # the test current flows this long
ANSWER_MS = 740
RELEASE_MS = 3_000
VALID_MS = 86_400_000  # a day

_DUE = 0
_PULSING = 1
_RELEASING = 2
_PASSED = 3
_FAILED = 4


class Rcd:
    """test: drive the test current now.  passed: tested, and good for the next charge.

    fitted False: no device with a test input; passed stands, and only trips are watched.
    """

    def __init__(self, fitted: bool) -> None:
        self.test = False
        self.passed = not fitted
        self.tests = 0  # since power-up; stops at 2**30 - 1
        self._fitted = fitted
        self._phase = _DUE if fitted else _PASSED
        self._answered = False
        self._time = Timer()
        self._valid = Timer()

    def charged(self) -> None:
        """Power has been on since the last test: the next charge needs another."""
        if self._fitted and self._phase == _PASSED:
            self._phase = _DUE

    def retest(self) -> None:
        """Somebody has been there: try again after a failure."""
        if self._phase == _FAILED:
            self._phase = _DUE

    def step(self, now_ms: int, tripped: bool, closed: bool) -> int:
        """Take the trip input and whether the contactor is commanded closed; every tick.

        Returns FAULT_RCD_TRIP while tripped outside a test, FAULT_RCD_SELFTEST after a failure.
        """
        phase = self._phase
        if phase == _PULSING or phase == _RELEASING:
            self._follow(now_ms, tripped)
            return 0
        bits = FAULT_RCD_TRIP if tripped else 0
        if phase == _PASSED and self._fitted and not self._valid.runs(now_ms) and not closed:
            phase = self._phase = _DUE
        if phase == _DUE and not closed and not tripped:
            self._begin(now_ms)
        self.passed = self._phase == _PASSED
        if self._phase == _FAILED:
            bits |= FAULT_RCD_SELFTEST
        return bits

    def _begin(self, now_ms: int) -> None:
        self.test = True
        self._answered = False
        self._phase = _PULSING
        if self.tests < (1 << 30) - 1:
            self.tests += 1
        self._time.start(now_ms, ANSWER_MS)

    def _follow(self, now_ms: int, tripped: bool) -> None:
        self.passed = False
        if self._phase == _PULSING:
            self._answered = self._answered or tripped
            if self._time.left_ms(now_ms) <= ANSWER_MS - PULSE_MS:
                self.test = False
            if self._answered and not self.test:
                self._phase = _RELEASING
                self._time.start(now_ms, RELEASE_MS)
            elif not self._time.runs(now_ms):
                self._fail()
        elif not tripped:
            self._phase = _PASSED
            self.passed = True
            self._valid.start(now_ms, VALID_MS)
        elif not self._time.runs(now_ms):
            self._fail()

    def _fail(self) -> None:
        self.test = False
        self._phase = _FAILED
