"""MQTT 3.1.1 packets into bytes, in one buffer made once.

Knows no socket and no session.  The other direction is packet_reader.py.
"""

TYPE_CHECKING = False  # MicroPython has no typing; mypy and pyright know this name
if TYPE_CHECKING:
    from .mqtt_config import MqttConfig

RETAIN = 1  # the flags of a PUBLISH, as they stand on the wire (MQTT 3.3.1)
QOS_1 = 2
AGAIN = 8  # DUP: it may have arrived already


class PacketWriter:
    """Packets for the broker, whole in a buffer, until the transport has taken every byte.

    Each packet method returns False and leaves nothing behind when there is no room.
    """

    def __init__(self, size: int) -> None:
        self._buffer = bytearray(size)
        self._view = memoryview(self._buffer)
        self.clear()

    def clear(self) -> None:
        self._start = 0  # the first byte not yet written
        self._offered = 0  # up to here the transport has been asked to write
        self._end = 0

    def waiting(self) -> int:
        """Bytes not yet written."""
        return self._end - self._start

    def head(self) -> memoryview:
        """What to write next.  The same bytes until wrote(): TLS repeats a write as it was."""
        if self._offered == self._start:
            self._offered = self._end
        return self._view[self._start : self._offered]

    def wrote(self, count: int) -> None:
        """The transport took count bytes of head()."""
        self._start += count
        if self._start == self._end:
            self.clear()

    def connect(self, config: "MqttConfig", will: "tuple[str, bytes] | None", clean: bool) -> bool:
        """MQTT 3.1.  will: topic and payload, sent retained with QoS 1 (3.1.2.5 to 3.1.2.7)."""
        flags = 0x02 if clean else 0
        texts = [config.client_id.encode()]
        if will is not None:
            flags |= 0x2C
            texts.append(will[0].encode())
            texts.append(will[1])
        if config.username:
            flags |= 0x80
            texts.append(config.username.encode())
            if config.password:
                flags |= 0x40
                texts.append(config.password.encode())
        if not self._open(0x10, 10 + sum([2 + len(text) for text in texts])):
            return False
        self._text(b"MQTT")
        self._byte(4)
        self._byte(flags)
        self._number(config.keepalive_s)
        for text in texts:
            self._text(text)
        return True

    def publish(self, topic: bytes, payload: bytes, flags: int, pid: int) -> bool:
        """MQTT 3.3.  flags: RETAIN, QOS_1, AGAIN.  pid goes out only with QOS_1."""
        length = 2 + len(topic) + (2 if flags & QOS_1 else 0) + len(payload)
        if not self._open(0x30 | flags, length):
            return False
        self._text(topic)
        if flags & QOS_1:
            self._number(pid)
        self._raw(payload)
        return True

    def subscribe(self, pid: int, topic_filter: bytes) -> bool:
        """MQTT 3.8, one filter, QoS 1."""
        if not self._open(0x82, 5 + len(topic_filter)):
            return False
        self._number(pid)
        self._text(topic_filter)
        self._byte(1)
        return True

    def puback(self, pid: int) -> bool:
        """MQTT 3.4."""
        if not self._open(0x40, 2):
            return False
        self._number(pid)
        return True

    def pingreq(self) -> bool:
        """MQTT 3.12."""
        return self._open(0xC0, 0)

    def disconnect(self) -> bool:
        """MQTT 3.14."""
        return self._open(0xE0, 0)

    def _open(self, head: int, length: int) -> bool:
        if self._end + 1 + _length_bytes(length) + length > len(self._buffer):
            return False
        self._byte(head)
        while length > 0x7F:
            self._byte(0x80 | length & 0x7F)
            length >>= 7
        self._byte(length)
        return True

    def _byte(self, value: int) -> None:
        self._buffer[self._end] = value
        self._end += 1

    def _number(self, value: int) -> None:
        self._byte(value >> 8)
        self._byte(value & 0xFF)

    def _text(self, text: bytes) -> None:
        self._number(len(text))
        self._raw(text)

    def _raw(self, data: bytes) -> None:
        end = self._end + len(data)
        self._view[self._end : end] = data
        self._end = end


def _length_bytes(length: int) -> int:
    count = 1
    while length > 0x7F:
        length >>= 7
        count += 1
    return count
