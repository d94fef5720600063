"""The wake-up sequence: F and X1 once, for a vehicle that has an offer and sleeps.

IEC 61851-1 A.5.3.  Knows time and whether there is an offer; pilot.py says when a
vehicle has come, has asked or has gone, and puts the answer on the pilot.
"""

from .timer import Timer

AFTER_MS = 30_000  # offered, and nothing asked for
F_MS = 4_000
X1_MS = 750
GRACE_MS = 10_000  # after it; then the vehicle does not want to

# What to show: answers of step().
OFFER = 0
X1 = 1
F = 2

_AWAITING = 0
_IN_F = 1
_IN_X1 = 2
_IN_GRACE = 3
_OVER = 4


class WakeUp:
    """Once a plug-in.  busy: F or X1 is on the pilot for it.  vain: it did not help."""

    def __init__(self, enabled: bool) -> None:
        self.busy = False
        self.vain = False
        self._enabled = enabled
        self._phase = _AWAITING
        self._time = Timer()

    def step(self, now_ms: int, has_asked: bool) -> int:
        """What to show in place of the offer there is.

        has_asked: since it was plugged in, the vehicle has asked for current.
        """
        phase = self._phase
        if phase == _AWAITING:
            if has_asked or not self._enabled:
                self._time.stop()
            elif not self._time.running:
                self._time.start(now_ms, AFTER_MS)
            elif not self._time.runs(now_ms):
                self._enter(_IN_F, now_ms, F_MS)
        elif not self._time.runs(now_ms):
            if phase == _IN_F:
                self._enter(_IN_X1, now_ms, X1_MS)
            elif phase == _IN_X1:
                self._enter(_IN_GRACE, now_ms, GRACE_MS)
            elif phase == _IN_GRACE:
                self._phase = _OVER
                self.vain = not has_asked
        if not self.busy:
            return OFFER
        return F if self._phase == _IN_F else X1

    def offer_gone(self) -> None:
        """There is no offer: wait from anew, or break off for good."""
        self._time.stop()
        if self._phase != _AWAITING:
            self._phase = _OVER
        self.busy = False

    def forget_vehicle(self) -> None:
        self._time.stop()
        self._phase = _AWAITING
        self.busy = False
        self.vain = False

    def _enter(self, phase: int, now_ms: int, for_ms: int) -> None:
        self._phase = phase
        self._time.start(now_ms, for_ms)
        self.busy = _IN_F <= phase <= _IN_X1
