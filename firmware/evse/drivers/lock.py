"""The connector lock: a motor on two outputs, and the contact that says locked.

Takes objects with machine.Pin's value().  When to drive and for how long: evse.core.lock_motor.
"""


class Lock:
    """The constructor leaves the motor at rest.  contact_level: what the contact reads locked."""

    def __init__(self, lock_pin, unlock_pin, contact_pin, contact_level: int = 0) -> None:
        self._lock_pin = lock_pin
        self._unlock_pin = unlock_pin
        self._contact_pin = contact_pin
        self._contact_level = contact_level
        self._way = 1
        self.drive(0)

    def drive(self, way: int) -> None:
        """1 locks, -1 unlocks, 0 rests.  Never both outputs at once."""
        if way == self._way:
            return
        self._way = way
        self._lock_pin.value(0)
        self._unlock_pin.value(0)
        if way > 0:
            self._lock_pin.value(1)
        elif way < 0:
            self._unlock_pin.value(1)

    def contact(self) -> bool:
        return self._contact_pin.value() == self._contact_level
