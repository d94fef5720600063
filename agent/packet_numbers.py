"""Packet numbers of one connection.  Pure."""

from .wire import MOST_WINDOW


class Numbers:
    """Packet numbers 1..65535, each in use once."""

    def __init__(self) -> None:
        self._used: set[int] = set()
        self._last = 0

    @property
    def in_use(self) -> int:
        return len(self._used)

    def take(self) -> int:
        """0 when there is none."""
        if len(self._used) >= MOST_WINDOW:
            return 0
        number = self._last
        while True:
            number = number % MOST_WINDOW + 1
            if number not in self._used:
                break
        self._used.add(number)
        self._last = number
        return number

    def give(self, number: int) -> bool:
        """False when it was not in use."""
        if number not in self._used:
            return False
        self._used.discard(number)
        return True
