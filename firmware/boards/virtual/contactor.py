"""A contactor: a coil that lives on kicks, main contacts, and a mirror contact.

Faults: weld() keeps the main contacts closed, stick_open() keeps them open, mirror_fault lies.
Operating times are those of a usual 4-pole modular contactor, about 20 ms either way.
"""

from boards.virtual.pin import VirtualPin

CLOSE_MS = 20
OPEN_MS = 15
HOLD_MS = 60  # the enable lives this long after its last kick


class VirtualEnable:
    """The kept-alive enable of a board: kick(), drop().  The charge pump is in live()."""

    def __init__(self) -> None:
        self._kicked = False
        self._until_ms = -1

    def kick(self) -> None:
        self._kicked = True

    def drop(self) -> None:
        self._kicked = False
        self._until_ms = -1

    def live(self, now_ms: int) -> bool:
        """Whether the coil has current now."""
        if self._kicked:
            self._kicked = False
            self._until_ms = now_ms + HOLD_MS
        return now_ms < self._until_ms


class VirtualContactor:
    """enable: the firmware's output.  mirror: a pin, low while the main contacts are closed.

    closed: what the main contacts do.  operations: how often they closed.
    """

    def __init__(self) -> None:
        self.enable = VirtualEnable()
        self.mirror = VirtualPin(1)
        self.closed = False
        self.operations = 0
        self.mirror_fault = -1  # 0 or 1: the mirror pin is stuck there
        self._welded = False
        self._stuck_open = False
        self._coil = False
        self._moves_at_ms = -1

    def weld(self) -> None:
        """From now on the main contacts do not open; they weld where they are, or when closed."""
        self._welded = True

    def stick_open(self) -> None:
        """From now on the main contacts do not close: a broken coil."""
        self._stuck_open = True

    def mend(self) -> None:
        self._welded = False
        self._stuck_open = False
        self.mirror_fault = -1
        self._moves_at_ms = 0  # let go of what was held

    def step(self, now_ms: int) -> None:
        coil = self.enable.live(now_ms)
        if coil != self._coil:
            self._coil = coil
            self._moves_at_ms = now_ms + (CLOSE_MS if coil else OPEN_MS)
        if 0 <= self._moves_at_ms <= now_ms:
            self._moves_at_ms = -1
            self._move(coil)
        fault = self.mirror_fault
        self.mirror.level = (0 if self.closed else 1) if fault < 0 else fault

    def _move(self, close: bool) -> None:
        if close and not self.closed and not self._stuck_open:
            self.closed = True
            self.operations += 1
        elif not close and not self._welded:
            self.closed = False
