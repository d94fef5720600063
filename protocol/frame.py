"""A message on a serial line that people read too.

    ~<topic> <payload> *<CRC-32 of "<topic> <payload>" as 8 hex digits>\\n

A line without a tilde belongs to the console.  A frame is printable ASCII and has one tilde, its
first byte: a tilde always begins a frame and a line feed always ends it, so whatever stands before
a frame is not taken for a part of it, and what follows a damaged frame is not lost with it.
"""

import binascii

from .message import MAX_PAYLOAD
from .topics import MAX_TOPIC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

START = 0x7E  # ~
MAX_FRAME = MAX_TOPIC + MAX_PAYLOAD + 14
_TAIL = 11  # " *" + 8 digits, without the line feed, plus the tilde


def pack(topic: str, payload: bytes) -> bytes:
    """The line, line feed included.  ValueError when it would not fit or not survive the line."""
    if not 0 < len(topic) <= MAX_TOPIC or len(payload) > MAX_PAYLOAD:
        raise ValueError("too long for a frame, or without a topic")
    body = topic.encode() + b" " + payload
    if body.find(b" ") != len(topic):
        raise ValueError("a topic has no blanks")
    for byte in body:
        if byte < 0x20 or byte > 0x7D:
            raise ValueError("a frame is printable ASCII without tilde")
    return b"~" + body + _check(body) + b"\n"


def unpack(line: "bytes | bytearray") -> "tuple[str, bytes] | None":
    """(topic, payload) of one line without its line feed, or None when it does not check."""
    if len(line) <= _TAIL or line[0] != START:
        return None
    body = bytes(line[1:-10])
    if bytes(line[-10:]) != _check(body):  # the very digits: int() would take "0x" and "_" too
        return None
    space = body.find(b" ")
    if not 0 < space <= MAX_TOPIC:
        return None
    try:
        topic = str(body[:space], "utf-8")
    except ValueError:
        return None
    # MicroPython knows no "ascii"; as many characters as bytes is the same test.
    return (topic, body[space + 1 :]) if len(topic) == space else None


def _check(body: bytes) -> bytes:
    return b" *%08X" % binascii.crc32(body)


class Unpacker:
    """Bytes in, frames and console lines out; holds at most one line.

    on_frame(topic, payload) for each good frame; on_line(bytes) for each console line, without
    its end, empty ones too.  bad: frames that did not check.  overlong: lines cut because they
    never ended.
    """

    def __init__(
        self,
        on_frame: "Callable[[str, bytes], object]",
        on_line: "Callable[[bytes], object] | None" = None,
    ) -> None:
        self._on_frame = on_frame
        self._on_line = on_line
        self._line = bytearray()
        self._skipping = False
        self._after_return = False  # a line feed after it ends no second line
        self.frames = 0
        self.bad = 0
        self.overlong = 0

    def feed(self, data: "bytes | bytearray | memoryview") -> None:
        """Take in whatever the line brought."""
        for byte in data:
            after_return, self._after_return = self._after_return, byte == 0x0D
            if byte == START:
                if self._line and self._line[0] == START:
                    self.bad += 1
                self._line = bytearray(b"~")
                self._skipping = False
            elif byte == 0x0A or byte == 0x0D:
                line = bytes(self._line)
                self._line = bytearray()
                if not self._skipping and not (byte == 0x0A and after_return):
                    self._finish(line)
                self._skipping = False
            elif self._skipping:
                pass  # until the line ends or a frame begins
            elif len(self._line) >= MAX_FRAME:
                self.overlong += 1
                self._skipping = True
                self._line = bytearray()
            else:
                self._line.append(byte)

    def _finish(self, line: bytes) -> None:
        if not line or line[0] != START:
            if self._on_line is not None:
                self._on_line(line)
            return
        found = unpack(line)
        if found is None:
            self.bad += 1
            return
        self.frames += 1
        self._on_frame(found[0], found[1])
