"""A stretch of flash whose power can be cut at any byte, and whose bits can rot."""


class PowerCutError(Exception):
    """The board stops here."""


class Power:
    """left: bytes that can still be written before the power goes; -1: it stays.

    writes: how long each was.  begun: how many began an area anew.
    """

    def __init__(self) -> None:
        self.left = -1
        self.writes: list[int] = []
        self.begun = 0


# What a cut leaves of a write: a file cut short, old bytes behind new ones, or nothing of it.
TORN = "torn"
IN_PLACE = "in place"
ATOMIC = "atomic"
MEDIA = (TORN, IN_PLACE, ATOMIC)


class MemoryArea:
    """As FileArea; strict about what may be asked of it."""

    def __init__(self, size: int, power: Power, medium: str = TORN) -> None:
        self.size = size
        self.data = b""
        self._power = power
        self._medium = medium

    def read(self, at: int, n: int) -> bytes:
        assert at >= 0
        assert 0 < n <= 2_048, "a board has not that much memory"
        return self.data[at : at + n]

    def write(self, at: int, data: bytes) -> None:
        assert data
        assert at <= len(self.data), "a hole in the file"
        assert at + len(data) <= self.size, "beyond the area"
        power = self._power
        power.writes.append(len(data))
        power.begun += at == 0
        after = self.data[:at] + data
        if self._medium == IN_PLACE:
            after += self.data[len(after) :]
        if power.left < 0:
            self.data = after
            return
        done = min(power.left, len(data))
        power.left -= done
        if done == len(data):
            self.data = after
        elif self._medium != ATOMIC:
            rest = self.data[at + done :] if self._medium == IN_PLACE else b""
            self.data = self.data[:at] + data[:done] + rest
        if done < len(data):
            raise PowerCutError
