"""A link on pretended time: the wire it talks through, and a broker's side to script by hand."""

from collections.abc import Callable

from evse.link import mqtt
from evse.link.mqtt import MqttLink
from evse.link.mqtt_config import MqttConfig

POLL_MS = 10
FILTER = "evse/1/st-0001/down/#"
CONNACK = b"\x20\x02\x00\x00"
CONNACK_PRESENT = b"\x20\x02\x01\x00"
PINGRESP = b"\xd0\x00"
CONNECT, PUBLISH, PUBACK, SUBSCRIBE, PINGREQ, DISCONNECT = 1, 3, 4, 8, 12, 14


def number(value: int) -> bytes:
    return value.to_bytes(2, "big")


def text(value: str) -> bytes:
    return number(len(value.encode())) + value.encode()


def packet(head: int, body: bytes) -> bytes:
    """Any packet, with its remaining length as the standard has it."""
    length = len(body)
    encoded = b""
    while True:
        encoded += bytes([length & 0x7F | (0x80 if length > 0x7F else 0)])
        length >>= 7
        if not length:
            return bytes([head]) + encoded + body


def publish(topic: bytes, payload: bytes, qos: int = 0, pid: int = 0, flags: int = 0) -> bytes:
    middle = number(pid) if qos else b""
    return packet(0x30 | qos << 1 | flags, number(len(topic)) + topic + middle + payload)


def puback(pid: int) -> bytes:
    return packet(0x40, number(pid))


def suback(pid: int, code: int = 1) -> bytes:
    return packet(0x90, number(pid) + bytes([code]))


def packets(data: bytes) -> list[tuple[int, int, bytes]]:
    """(kind, flags, body) of every packet; an assertion fails where data is no whole packets."""
    found = []
    at = 0
    while at < len(data):
        length, shift, start = 0, 0, at + 1
        while True:
            byte = data[start]
            length |= (byte & 0x7F) << shift
            start, shift = start + 1, shift + 7
            if byte < 0x80:
                break
        assert start + length <= len(data), "half a packet"
        found.append((data[at] >> 4, data[at] & 15, data[start : start + length]))
        at = start + length
    return found


class Published:
    """A PUBLISH as a broker reads it."""

    def __init__(self, flags: int, body: bytes) -> None:
        self.retain = bool(flags & 1)
        self.qos = flags >> 1 & 3
        self.again = bool(flags & 8)
        length = int.from_bytes(body[:2], "big")
        self.topic = body[2 : 2 + length].decode()
        rest = body[2 + length :]
        self.pid = int.from_bytes(rest[:2], "big") if self.qos else 0
        self.payload = rest[2:] if self.qos else rest


class Wire:
    """What TcpTransport is to MqttLink, without a socket.

    may_open: what open() answers.  reachable: whether connected() ever says so.  broken: the
    next read or write raises.  room: bytes one write takes, 0 for none.  slice: bytes one read
    brings at most.
    """

    def __init__(self) -> None:
        self.stage = "reset"
        self.may_open = True
        self.reachable = True
        self.broken = False
        self.room = 1 << 30
        self.slice = 1 << 30
        self.is_open = False
        self.hung_up = False  # by the broker
        self.opened = 0
        self.was_proved = 0
        self._to_board = b""
        self._from_board = b""

    def open(self) -> bool:
        assert not self.is_open, "opened twice"
        if self.may_open:
            self.is_open = True
            self.hung_up = self.broken = False
            self.opened += 1
            self._to_board = self._from_board = b""
        return self.may_open

    def connected(self) -> bool:
        return self.reachable

    def proved(self) -> None:
        self.was_proved += 1

    def read(self, buffer: bytearray) -> int:
        assert self.is_open
        if self.broken:
            raise OSError(104, "ECONNRESET")
        count = min(len(buffer), self.slice, len(self._to_board))
        buffer[:count] = self._to_board[:count]
        self._to_board = self._to_board[count:]
        return -1 if not count and self.hung_up else count

    def write(self, data: memoryview) -> int:
        assert self.is_open
        if self.broken:
            raise OSError(32, "EPIPE")
        count = min(len(data), self.room)
        self._from_board += data[:count]
        return count

    def close(self) -> None:
        self.is_open = False

    def say(self, data: bytes) -> None:
        """The broker's bytes."""
        self._to_board += data

    def unread(self) -> int:
        return len(self._to_board)

    def heard(self) -> bytes:
        """What the board has said since last asked."""
        data, self._from_board = self._from_board, b""
        return data


class Bench:
    """A board's link and its broker.  What the application sees is in got, delivered, ups."""

    def __init__(
        self, random_below: Callable[[int], int] = lambda below: below - 1, **settings: object
    ) -> None:
        settings.setdefault("subscribe", FILTER)
        self.now_ms = 0
        self.takes = True
        self.got: list[tuple[str, bytes, bool]] = []
        self.delivered: list[int] = []
        self.ups: list[bool] = []
        self.wire = Wire()
        self.link = MqttLink(MqttConfig("st-0001", **settings), self.wire, random_below)
        self.link.on_message = self._take
        self.link.on_delivered = self.delivered.append
        self.link.on_up = self.ups.append

    def _take(self, topic: str, payload: bytes, retained: bool) -> bool:
        if self.takes:
            self.got.append((topic, payload, retained))
        return self.takes

    def run(self, ms: int) -> None:
        """Time passes, with a poll every 10 ms."""
        for _ in range(ms // POLL_MS):
            self.now_ms = (self.now_ms + POLL_MS) % (1 << 30)
            self.link.poll(self.now_ms)

    def run_until(self, true: Callable[[], bool], most_ms: int = 200_000) -> int:
        """Poll until true(); return the ms that took.  Fails when it never comes."""
        for passed_ms in range(0, most_ms, POLL_MS):
            if true():
                return passed_ms
            self.run(POLL_MS)
        raise AssertionError("never happened")

    def answer(self, data: bytes) -> None:
        """The broker says data, and the board has time to act on it."""
        self.wire.say(data)
        self.run(100 + len(data) // 8)

    def connect(self, connack: bytes = CONNACK) -> list[tuple[int, int, bytes]]:
        """Start if need be, and let the broker greet; what the board said, CONNECT first."""
        if self.link.state == mqtt.STOPPED:
            self.link.start(self.now_ms)
        self.run_until(lambda: self.link.state == mqtt.GREETING)
        self.run(POLL_MS)
        self.answer(connack)
        return packets(self.wire.heard())

    def up(self, connack: bytes = CONNACK) -> None:
        """Connected, subscribed, nothing under way but what was before."""
        for kind, _, body in self.connect(connack):
            if kind == SUBSCRIBE:
                self.answer(suback(int.from_bytes(body[:2], "big")))
        assert self.link.up

    def lose(self) -> None:
        """The connection breaks, and the board notices."""
        self.wire.broken = True
        self.run(POLL_MS)
        assert not self.link.up

    def said(self, kind: int) -> list[tuple[int, bytes]]:
        """(flags, body) of the packets of one kind since last asked."""
        return [
            (flags, body) for which, flags, body in packets(self.wire.heard()) if which == kind
        ]

    def published(self) -> list[Published]:
        return [Published(flags, body) for flags, body in self.said(PUBLISH)]

    def count(self, name: str) -> int:
        return self.link.counts[name]
