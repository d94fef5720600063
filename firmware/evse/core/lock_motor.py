"""The connector lock's motor: a short pulse, a look, a pause, and another try.

Knows the wish (plug_lock.py) and the lock's own contact.  Times: esp32-evse socket_lock.c.
"""

from .faults import FAULT_LOCK
from .timer import Timer

PULSE_MS = 300
BREAK_MS = 1_000
TRIES = 5
LOST_MS = 100  # the contact may bounce for so long before a lock counts as opened


class LockMotor:
    """drive: 1 towards locked, -1 towards open, 0 rest.  locked: the contact says so.

    fitted False: a tethered cable, always locked.
    """

    def __init__(self, fitted: bool) -> None:
        self.drive = 0
        self.locked = not fitted
        self._fitted = fitted
        self._wanted = False
        self._tries = 0
        self._pulse = Timer()
        self._break = Timer()
        self._lost = Timer()

    def step(self, now_ms: int, want: bool, contact: bool) -> int:
        """Take the wish and the contact (True: locked), every tick; return FAULT_LOCK or 0."""
        if not self._fitted:
            return 0
        if want != self._wanted:
            self._wanted = want
            self._tries = 0
            self._break.stop()
            self._pulse.stop()
            self.drive = 0
        self._watch(now_ms, contact)
        if self.drive:
            if not self._pulse.runs(now_ms):
                self.drive = 0
                self._break.start(now_ms, BREAK_MS)
            return 0
        if contact == want:
            self._tries = 0
            return 0
        if self._break.runs(now_ms):
            return 0
        if self._tries >= TRIES:
            return FAULT_LOCK
        self._tries += 1
        self.drive = 1 if want else -1
        self._pulse.start(now_ms, PULSE_MS)
        return 0

    def _watch(self, now_ms: int, contact: bool) -> None:
        if contact:
            self.locked = True
            self._lost.stop()
        elif self.locked:
            if not self._lost.running:
                self._lost.start(now_ms, LOST_MS)
            elif not self._lost.runs(now_ms):
                self.locked = False
