"""MQTT 3.1.1 packets out of bytes, in one buffer made once.

Knows no socket, no clock and no session: which packet may come when is mqtt_session.py's.
What a peer announces never makes the buffer grow.  "MQTT" with a number, here and in
packet_writer.py, is a section of the OASIS standard MQTT 3.1.1.
"""

CONNACK = 2
PUBLISH = 3
PUBACK = 4
SUBACK = 9
PINGRESP = 13

# The whole length of what a broker may send us; 0 for kinds it never does (MQTT 2.2.1).  PUBLISH
# has no fixed one.  UNSUBACK and the QoS 2 kinds answer what this client never asks.
_LENGTHS = bytes((0, 0, 2, 0, 2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0))
_MAX_SKIP = 65_535  # bytes of an oversized message that are read past; more ends the connection

_HEAD = 0
_LENGTH = 1
_BODY = 2


class PacketReader:
    """Whole packets out of a byte stream that may be sliced anywhere.

    size: the longest packet kept, without its 2..5 bytes of header.  max_topic: bytes of topic.
    Valid while ready: kind, length, retained, qos, pid (0 without), topic, payload_at.
    topic is "" when it is not printable ASCII of 1..max_topic bytes without wildcards.  That is
    narrower than UTF-8, which the interpreters do not judge alike, and is all protocol.topics
    ever spells.  cut: the packet was longer than size and its end has been thrown away.
    fault: "" or the reason this stream can no longer be trusted; then nothing more is taken.
    """

    def __init__(self, size: int, max_topic: int) -> None:
        self.buffer = bytearray(size)
        self._view = memoryview(self.buffer)
        self._max_topic = max_topic
        self.clear()

    def clear(self) -> None:
        """Expect the first byte of a stream."""
        self.fault = ""
        self.next()

    def next(self) -> None:
        """Done with the packet; expect the next."""
        self.ready = False
        self.cut = False
        self.kind = 0
        self.length = 0
        self.retained = False
        self.qos = 0
        self.pid = 0
        self.topic = ""
        self.payload_at = 0
        self._step = _HEAD
        self._shift = 0
        self._have = 0

    def payload(self) -> bytes:
        """The payload of a PUBLISH that was not cut: a copy, the caller's to keep."""
        return bytes(self._view[self.payload_at : self.length])

    def take(self, data: "bytes | bytearray | memoryview", start: int, end: int) -> int:
        """Use data[start:end] up to the end of one packet; return where it stopped.

        It stops early only when ready or at a fault.
        """
        while start < end and not self.ready and not self.fault:
            if self._step == _BODY:
                start = self._take_body(data, start, end)
            else:
                if self._step == _HEAD:
                    self._take_head(data[start])
                else:
                    self._take_length(data[start])
                start += 1
        return start

    def _take_head(self, byte: int) -> None:
        self.kind = byte >> 4
        flags = byte & 0x0F
        if self.kind == PUBLISH:
            self.retained = bool(flags & 1)
            self.qos = (flags >> 1) & 3
            if self.qos > 1:  # never granted: every subscription asks for QoS 1 at most
                self.fault = "bad-qos"
        elif self.kind == 0 or self.kind == 15:
            self.fault = "bad-kind"
        elif self.kind != PINGRESP and not _LENGTHS[self.kind]:
            self.fault = "unexpected-packet"
        elif flags:
            self.fault = "bad-flags"
        self._step = _LENGTH

    def _take_length(self, byte: int) -> None:
        self.length |= (byte & 0x7F) << self._shift
        if byte & 0x80:
            self._shift += 7
            if self._shift > 21:  # MQTT 2.2.3: four bytes at most
                self.fault = "bad-length"
            return
        self._step = _BODY
        if self.kind != PUBLISH:
            if self.length != _LENGTHS[self.kind]:
                self.fault = "bad-length"
        elif self.length > len(self.buffer):
            self.cut = True
            if self.length > _MAX_SKIP:
                self.fault = "too-big"
        if not self.length:
            self._finish()

    def _take_body(self, data: "bytes | bytearray | memoryview", start: int, end: int) -> int:
        count = min(end - start, self.length - self._have)
        keep = min(count, len(self.buffer) - self._have)
        if keep > 0:
            at = self._have
            self._view[at : at + keep] = memoryview(data)[start : start + keep]
        self._have += count
        if self._have == self.length:
            self._finish()
        return start + count

    def _finish(self) -> None:
        if self.fault:
            return
        if self.kind == PUBLISH:
            self._read_publish()
        elif self.kind == PUBACK or self.kind == SUBACK:
            self.pid = self.buffer[0] << 8 | self.buffer[1]
        self.ready = not self.fault

    def _read_publish(self) -> None:
        buffer = self.buffer
        kept = min(self.length, len(buffer))
        if kept < 2:
            self.fault = "bad-length"
            return
        at = 2 + (buffer[0] << 8 | buffer[1])
        if self.qos:
            if at + 2 <= kept:
                self.pid = buffer[at] << 8 | buffer[at + 1]
                if not self.pid:
                    self.fault = "bad-pid"
            at += 2
        if at > kept:  # no place for what must be there, or past what was kept
            self.fault = "too-big" if self.cut else "bad-length"
            return
        self.payload_at = at
        self.topic = self._topic(buffer[0] << 8 | buffer[1])

    def _topic(self, length: int) -> str:
        if not 0 < length <= self._max_topic:
            return ""
        for byte in self._view[2 : 2 + length]:
            if byte < 0x20 or byte > 0x7E or byte == 0x2B or byte == 0x23:  # + and #
                return ""
        return str(self._view[2 : 2 + length], "ascii")
