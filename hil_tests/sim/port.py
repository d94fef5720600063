"""A serial port of the simulated bench: an inherited file descriptor, on either interpreter.

The descriptor is the controlling side of a pseudo terminal and does not block.
"""

import select
import sys

_CHUNK = 512  # a full heap has room for that


class Gone(BaseException):
    """The other side has closed the port: the bench is done."""


class Port:
    """unsent: bytes that await room."""

    def __init__(self, descriptor: int) -> None:
        self._poll = select.poll()
        if sys.implementation.name == "micropython":
            self._file = open(descriptor, "r+b")  # noqa: SIM115
            self._poll.register(self._file, select.POLLIN)
        else:
            import io

            self._file = io.FileIO(descriptor, "r+", closefd=False)
            self._poll.register(descriptor, select.POLLIN)
        self.unsent = b""

    def read(self, wait_ms: int = 0) -> bytes:
        """What has arrived; b"" when nothing came in time (-1: for ever)."""
        for row in self._poll.poll(wait_ms):
            if row[1] & select.POLLIN:
                try:
                    return self._file.read(_CHUNK) or b""
                except OSError:
                    raise Gone() from None
            raise Gone()
        return b""

    def write(self, data: bytes) -> None:
        """Never waits: what finds no room goes with the next pump()."""
        self.unsent += data
        self.pump()

    def pump(self) -> None:
        while self.unsent:
            try:
                count = self._file.write(self.unsent)
            except OSError:
                raise Gone() from None
            if not count:
                return
            self.unsent = self.unsent[count:]
