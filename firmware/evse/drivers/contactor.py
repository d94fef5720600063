"""The contactor's enable and its mirror contact.

The enable has to be kept alive: kick() holds it for some 60 ms, so a stalled tick opens the
contactor by itself (boards/README.md).  Whether command and mirror agree in time is judged in
evse.core.contactor.
"""

NONE = -1
OPEN = 0
CLOSED = 1


class Contactor:
    """The constructor leaves it open.

    enable: kick(), drop().  mirror: an input with value(), or None where no mirror contact is
    fitted; it reads closed_level while the main contacts are closed.
    """

    def __init__(self, enable, mirror=None, closed_level: int = 0) -> None:
        self._enable = enable
        self._mirror = mirror
        self._closed_level = closed_level
        self.open()

    def open(self) -> None:
        """Drop the coil.  Says so to the hardware every time: safety trusts no memory."""
        self._enable.drop()

    def close(self) -> None:
        """Close it, or keep it closed: call this in every tick it shall stay closed."""
        self._enable.kick()

    def feedback(self) -> int:
        """CLOSED or OPEN as the mirror says, NONE where there is no mirror."""
        if self._mirror is None:
            return NONE
        return CLOSED if self._mirror.value() == self._closed_level else OPEN
