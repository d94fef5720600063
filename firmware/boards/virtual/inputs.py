"""What a virtual connector's other inputs hang on: residual-current device, buttons, lock, heat.

The firmware sees pins and converters; the scene turns the world's side.
"""

from boards.virtual.pin import VirtualPin

ANSWER_MS = 120  # from the test current to the trip
RELEASE_MS = 200
_MOTOR_MS = 150
RCD_FAULTS = ("", "none", "stuck")


class VirtualRcd:
    """trip: its output, 1 while tripped.  test: its test input.  fault: see RCD_FAULTS.

    tripped: a real residual current stands.
    """

    def __init__(self) -> None:
        self.trip = VirtualPin(0)
        self.test = VirtualPin(0)
        self.fault = ""
        self.tripped = False
        self._tested_ms = 0
        self._last_ms = -1

    def step(self, now_ms: int) -> None:
        passed_ms = now_ms - self._last_ms if self._last_ms >= 0 else 0
        self._last_ms = now_ms
        if self.test.level and self.fault != "none":
            self._tested_ms = min(self._tested_ms + passed_ms, ANSWER_MS + RELEASE_MS)
        elif self.fault != "stuck" or self._tested_ms < ANSWER_MS:
            self._tested_ms = max(0, self._tested_ms - passed_ms)
        self.trip.level = 1 if self.tripped or self._tested_ms >= ANSWER_MS else 0


class VirtualLock:
    """pins: (lock, unlock, contact); the contact is low while locked.  stuck: it does not move."""

    def __init__(self) -> None:
        self.pins = (VirtualPin(0), VirtualPin(0), VirtualPin(1))
        self.stuck = False
        self._moved_ms = 0
        self._last_ms = -1

    def step(self, now_ms: int) -> None:
        passed_ms = now_ms - self._last_ms if self._last_ms >= 0 else 0
        self._last_ms = now_ms
        lock, unlock, contact = self.pins
        if self.stuck or not lock.level ^ unlock.level:
            return
        if lock.level:
            self._moved_ms = min(_MOTOR_MS, self._moved_ms + passed_ms)
        else:
            self._moved_ms = max(0, self._moved_ms - passed_ms)
        contact.level = 0 if self._moved_ms >= _MOTOR_MS else 1

    def force_open(self) -> None:
        """Somebody pulls the plug out of a locked socket."""
        self._moved_ms = 0
        self.pins[2].level = 1


class VirtualThermistor:
    """read_u16() as the divider of drivers/thermistor.py gives it; set whole degrees."""

    # Counts from 0 to 90 degrees in steps of ten: 10 kOhm NTC, B = 3950, against 10 kOhm.
    _COUNTS = (50_511, 43_816, 36_454, 29_202, 22_706, 17_306, 13_049, 9_807, 7_387, 5_593)

    def __init__(self) -> None:
        self._counts = 32_768

    def set(self, degrees: int) -> None:
        """0..89 degrees Celsius."""
        low = degrees // 10
        high_counts, low_counts = self._COUNTS[low], self._COUNTS[low + 1]
        self._counts = high_counts - (high_counts - low_counts) * (degrees % 10) // 10

    def break_off(self) -> None:
        self._counts = 65_535

    def read_u16(self) -> int:
        return self._counts


class Inputs:
    """All of one connector; `step` moves what moves."""

    def __init__(self) -> None:
        self.rcd = VirtualRcd()
        self.lock = VirtualLock()
        self.thermistor = VirtualThermistor()
        self.emergency_stop = VirtualPin(0)
        self.enclosure = VirtualPin(0)
        self.earth_lost = VirtualPin(0)

    def step(self, now_ms: int) -> None:
        self.rcd.step(now_ms)
        self.lock.step(now_ms)
