"""The board's prompt (USB or UART) as a serial line: any(), read(n), write(bytes); never waits."""

import select
import sys

SOME = 64  # bytes asked for when it is only known that there are some


class Stdio:
    def __init__(self) -> None:
        self._in = sys.stdin.buffer
        self._out = sys.stdout.buffer
        self._poll = select.poll()
        self._poll.register(sys.stdin, select.POLLIN)

    def any(self) -> int:
        """More than 0 when bytes wait; how many cannot be asked."""
        return SOME if self._poll.poll(0) else 0

    def read(self, most: int) -> "bytes | None":
        """Up to most bytes that wait, None when there are none."""
        poll, read = self._poll.poll, self._in.read
        data = bytearray()
        while len(data) < most and poll(0):
            data += read(1)
        return bytes(data) or None

    def write(self, data: bytes) -> int:
        self._out.write(data)
        return len(data)
