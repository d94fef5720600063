"""The board's prompt (USB or UART) as a serial line: any(), read(n), write(bytes); never waits."""

import select
import sys


class Stdio:
    def __init__(self) -> None:
        self._in = sys.stdin.buffer
        self._out = sys.stdout.buffer
        self._poll = select.poll()
        self._poll.register(sys.stdin, select.POLLIN)

    def any(self) -> int:
        """1 when a byte waits, else 0."""
        return 1 if self._poll.poll(0) else 0

    def read(self, most: int) -> "bytes | None":
        """Up to most bytes that wait, None when there are none."""
        data = b""
        while len(data) < most and self._poll.poll(0):
            data += self._in.read(1)
        return data or None

    def write(self, data: bytes) -> int:
        self._out.write(data)
        return len(data)
