"""The 5 % duty: an offer to agree the current by ISO 15118, and the way back from it.

Nothing here speaks ISO 15118.  A vehicle that needs to see 5 % before it believes in a station
sees it, and what speaks for the station on the pilot has its time; then F and X1 say that
the duty is to be taken as it comes (ISO 15118-3 Table 3).  While 5 % is there nobody has
agreed a current, so there is no power: pilot.py sees to it.

Knows time, whether there is an offer, and whether the vehicle asks; pilot.py puts the answer
on the pilot.
"""

from .timer import Timer
from .wake_up import F_MS, OFFER, X1, X1_MS, F

# What to show: answers of step(), with those of wake_up.py.
DIGITAL = 3

_AWAITING = 0
_TRYING = 1
_IN_F = 2
_IN_X1 = 3
_OVER = 4


class Digital:
    """Once a plug-in.  trying: 5 % is on the pilot.  busy: F or X1 is, after it."""

    def __init__(self, for_ms: int) -> None:
        """for_ms: how long 5 % is shown, 0..86_400_000; 0: never."""
        self.trying = False
        self.busy = False
        self._for_ms = for_ms
        self._phase = _AWAITING if for_ms else _OVER
        self._time = Timer()

    def step(self, now_ms: int, asks: bool, settled: bool) -> int:
        """What to show in place of the offer there is.

        asks: the vehicle does, so it does not wait to be spoken to; settled: for long enough.
        """
        phase = self._phase
        if phase == _OVER:
            return OFFER
        if phase == _AWAITING:
            if asks:
                self._phase = _OVER
                return OFFER
            self._enter(_TRYING, now_ms, self._for_ms)
        elif phase == _TRYING:
            if not self._time.runs(now_ms) or settled:
                self._enter(_IN_F, now_ms, F_MS)
        elif not self._time.runs(now_ms):
            if phase == _IN_X1:
                self.offer_gone()
                return OFFER
            self._enter(_IN_X1, now_ms, X1_MS)
        if self.trying:
            return DIGITAL
        return F if self._phase == _IN_F else X1

    def offer_gone(self) -> None:
        """There is no offer: begin anew with the next one, or be through."""
        self._time.stop()
        if self._phase == _TRYING:
            self._phase = _AWAITING
        elif self.busy:
            self._phase = _OVER
        self.trying = False
        self.busy = False

    def forget_vehicle(self) -> None:
        self._time.stop()
        self._phase = _AWAITING if self._for_ms else _OVER
        self.trying = False
        self.busy = False

    def _enter(self, phase: int, now_ms: int, for_ms: int) -> None:
        self._phase = phase
        self._time.start(now_ms, for_ms)
        self.trying = phase == _TRYING
        self.busy = not self.trying
