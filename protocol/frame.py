"""A message on a serial line that people read too.

    ~<topic> <payload> *<CRC-32 of "<topic> <payload>" as 8 hex digits>\\n

A line that starts otherwise belongs to the console.  The payload is JSON without control
characters, so a line feed always ends a frame.  After garbage the reader looks for the next
tilde inside the line, then for the next line: what follows a damaged frame is not lost with it.
"""

import binascii

from .message import MAX_PAYLOAD
from .topics import MAX_TOPIC

START = 0x7E  # ~
MAX_FRAME = MAX_TOPIC + MAX_PAYLOAD + 14
_TAIL = 11  # " *" + 8 digits, without the line feed, plus the tilde


def pack(topic: str, payload: bytes) -> bytes:
    """The line, line feed included.  ValueError when it would not fit or not survive the line."""
    body = topic.encode() + b" " + payload
    if len(topic) > MAX_TOPIC or len(payload) > MAX_PAYLOAD:
        raise ValueError("too long for a frame")
    for byte in body:
        if byte < 0x20 or byte > 0x7D:
            raise ValueError("a frame is printable ASCII without tilde")
    return b"~" + body + b" *%08X\n" % binascii.crc32(body)


def unpack(line: "bytes | bytearray") -> "tuple[str, bytes] | None":
    """(topic, payload) of one line without its line feed, or None when it does not check."""
    if len(line) <= _TAIL or line[0] != START or line[-10:-8] != b" *":
        return None
    body = bytes(line[1:-10])
    try:
        told = int(str(line[-8:], "ascii"), 16)
    except ValueError:
        return None
    if told != binascii.crc32(body):
        return None
    space = body.find(b" ")
    if not 0 < space <= MAX_TOPIC:
        return None
    try:
        topic = str(body[:space], "ascii")
    except ValueError:
        return None
    return topic, body[space + 1 :]


class Unpacker:
    """Bytes in, frames and console lines out; holds at most one line.

    on_frame(topic, payload) for each good frame; on_line(bytes) for each console line, without
    its end.  bad: frames that did not check.  overlong: lines cut because they never ended.
    """

    def __init__(self, on_frame: "object", on_line: "object" = None) -> None:
        self._on_frame = on_frame
        self._on_line = on_line
        self._line = bytearray()
        self._skipping = False
        self.frames = 0
        self.bad = 0
        self.overlong = 0

    def feed(self, data: "bytes | bytearray | memoryview") -> None:
        """Take in whatever the line brought."""
        for byte in data:
            if byte == 0x0A or byte == 0x0D:
                if self._skipping:
                    self._skipping = False
                elif self._line:
                    self._finish(self._line)
                self._line = bytearray()
            elif self._skipping:
                if byte == START:  # a frame may begin where the flood ends
                    self._skipping = False
                    self._line.append(byte)
            elif len(self._line) >= MAX_FRAME:
                self.overlong += 1
                self._skipping = byte != START
                self._line = bytearray() if self._skipping else bytearray(b"~")
            else:
                self._line.append(byte)

    def _finish(self, held: bytearray) -> None:
        line = bytes(held)  # MicroPython's bytearray has no find()
        start = line.find(b"~")
        if start < 0:
            if self._on_line is not None:
                self._on_line(line)  # type: ignore[operator]
            return
        while start >= 0:
            found = unpack(line[start:])
            if found is not None:
                self.frames += 1
                self._on_frame(found[0], found[1])  # type: ignore[operator]
                return
            self.bad += 1
            start = line.find(b"~", start + 1)
