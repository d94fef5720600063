"""What wears in one connector: how often its contactor opened, and what its residual-current
device did.  The counts are kept on flash and never go back but for a new contactor.

Openings are counted in RAM by the tick (core/contactor.py) and written when the session is over,
or once there are SAVE_EVERY: a power cut takes fewer with it.  Only what is kept is told.
"""

import json

from evse.core.faults import FAULT_RCD_SELFTEST, FAULT_RCD_TRIP, number_of
from evse.core.units import elapsed_ms

SAVE_EVERY = 8  # openings in one session
RETRY_MS = 60_000  # after flash refused
_FULL_PPM = 1_000_000
_MAX = (1 << 30) - 1
_TRIP = number_of("rcd-trip")


class Wear:
    """cold, hot: openings since the contactor was fitted, trips: of the residual-current device;
    all as kept.  cold_life, hot_life: openings the contactor is made for.  refused: saves that
    flash refused.
    """

    def __init__(self, controller, testable: bool) -> None:
        """testable: the residual-current device has a self-test."""
        self.cold = self.hot = self.trips = 0
        self.cold_life = self.hot_life = 1
        self.refused = 0
        self._controller = controller
        self._result = "untested" if testable else "none"
        self._tests = 0
        self._age_s = 0
        self._trips_before = 0  # this boot
        self._store = None
        self._name = ""
        self._refused_ms = -1

    def keep_in(self, store, number: int) -> None:
        """Where the counts of connector `number` are kept.  Goes on from what is there; a blob
        that is not ours counts as nothing."""
        self._store = store
        self._name = f"wear-{number}"
        try:
            row = json.loads(str(store.load(self._name) or b"[0, 0, 0]", "utf-8"))
            good = len(row) == 3 and all(type(n) is int and 0 <= n <= _MAX for n in row)
        except (ValueError, TypeError):
            return
        if good:
            self.cold, self.hot, self.trips = row
            check = self._controller.contactor_check
            check.cold, check.hot = self.cold, self.hot
            self._trips_before = self.trips

    def each_second(self) -> None:
        """Look whether a self-test has ended."""
        rcd = self._controller.rcd
        self._age_s = min(self._age_s + 1, _MAX)
        failed = self._controller.faults.active & FAULT_RCD_SELFTEST
        if rcd.tests != self._tests and (rcd.passed or failed):
            self._tests = rcd.tests
            self._age_s = 0
            self._result = "failed" if failed else "good"

    def _counted(self) -> "tuple[int, int, int]":
        controller = self._controller
        trips = min(self._trips_before + controller.faults.counts[_TRIP], _MAX)
        return controller.contactor_check.cold, controller.contactor_check.hot, trips

    def wants_flash(self, now_ms: int) -> bool:
        """There is something to save().  Flash that refused is asked again after RETRY_MS."""
        if self._refused_ms >= 0 and elapsed_ms(now_ms, self._refused_ms) < RETRY_MS:
            return False
        self._refused_ms = -1
        cold, hot, trips = self._counted()
        openings = cold + hot - self.cold - self.hot
        if not self._controller.session_id():
            return openings > 0 or trips > self.trips
        return openings >= SAVE_EVERY or trips > self.trips

    def save(self, now_ms: int) -> None:
        """Write flash; call while no contactor is closed."""
        try:
            self._write(*self._counted())
        except OSError:
            self.refused += 1
            self._refused_ms = now_ms

    def begin_again(self) -> None:
        """A new contactor was fitted.  Writes flash; OSError when it does not hold it, and the
        counts stand as they were."""
        self._write(0, 0, self._counted()[2])
        check = self._controller.contactor_check
        check.cold = check.hot = 0

    def _write(self, cold: int, hot: int, trips: int) -> None:
        if self._store is not None:
            self._store.save(self._name, json.dumps([cold, hot, trips]).encode())
        self.cold, self.hot, self.trips = cold, hot, trips

    def used_ppm(self) -> int:
        """How much of its life the contactor has used, rounded up; 1000000 is the end."""
        cold_ppm = -(-self.cold * _FULL_PPM // self.cold_life)
        hot_ppm = -(-self.hot * _FULL_PPM // self.hot_life)
        return min(_FULL_PPM, cold_ppm + hot_ppm)

    def mark(self) -> "tuple[object, ...]":
        """Changes when there is something to tell."""
        return self.cold, self.hot, self.trips, self._rcd(), self._tests, self.used_ppm()

    def _rcd(self) -> str:
        return "tripped" if self._controller.faults.active & FAULT_RCD_TRIP else self._result

    def fields(self) -> "dict[str, object]":
        """Of the condition message."""
        return {
            "cold_cycles": self.cold,
            "hot_cycles": self.hot,
            "wear_ppm": self.used_ppm(),
            "rcd": self._rcd(),
            "rcd_age_s": self._age_s if self._tests else 0,
            "rcd_trips": self.trips,
        }
