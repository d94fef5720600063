"""The rig's clock, and what is to be done at a time of it."""

import time


class Clock:
    """now_us(): microseconds since the rig began, whose ticks wrap and which does not.  Ask it at
    least every eight minutes."""

    def __init__(self) -> None:
        self._last = time.ticks_us()
        self._us = 0
        self._due = []  # (us, function), in any order

    def now_us(self) -> int:
        now = time.ticks_us()
        self._us += time.ticks_diff(now, self._last)
        self._last = now
        return self._us

    def later(self, us: int, function) -> None:
        self._due.append((self.now_us() + us, function))

    def serve(self) -> None:
        if not self._due:
            return
        now_us = self.now_us()
        due = [row for row in self._due if row[0] <= now_us]
        if due:
            self._due = [row for row in self._due if row[0] > now_us]
            for row in due:
                row[1]()


class Chance:
    """Numbers that look random and are the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._state = seed

    def below(self, n: int) -> int:
        self._state = (self._state * 1_103_515_245 + 12_345) & 0x7FFF_FFFF
        return (self._state >> 8) % n
