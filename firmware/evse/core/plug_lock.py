"""When the plug of a socket outlet is held: while a vehicle is there, or power on it.

Decides only what is wanted; the driver moves the lock and says when it has.
"""

from . import states
from .timer import Timer

RELEASE_IN_F_MS = 5_000  # F, for so long and without power, lets the plug go


class PlugLock:
    """held: the plug is to be locked."""

    def __init__(self) -> None:
        self.held = False
        self._in_f = False
        self._f_time = Timer()

    def step(self, now_ms: int, level: int, in_f: bool, dead: bool) -> None:
        """in_f: the station drives -12 V, so level says nothing.  dead: surely no power."""
        if in_f and not self._in_f:
            self._f_time.start(now_ms, RELEASE_IN_F_MS)
        self._in_f = in_f
        waiting = self._f_time.runs(now_ms)
        if in_f:
            hold = self.held and waiting
        elif level <= states.LEVEL_D:
            hold = level != states.LEVEL_A
        else:
            hold = self.held and level != states.LEVEL_E
        self.held = hold or (self.held and not dead)
