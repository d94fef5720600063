"""Messages out, messages in, so cheaply that the brokers are what is measured.

Bare MQTT 3.1.1 on two sockets, one thread.  Every packet of a run has the same length and is made
before the clock starts, so sending is a slice and reading a stride; a library client would be
slower than what it measures.
"""

import contextlib
import select
import socket
import time
from collections.abc import Sequence

FLIGHT = 1_000  # messages not acknowledged at once
STATIONS = 1_000
_FIRST = 100_000_000  # numbers of nine digits all along
_METER = (
    '{"boot_id":1,"seq":%d,"uptime_ms":%d,"quality":"good","age_ms":400,'
    '"voltage_mv":[230690,231150,229310],"current_ma":[15999,15999,15999],"power_w":11056,'
    '"frequency_mhz":49975,"register_wh":1200,"session_wh":12}'
)


def publish(topic: bytes, payload: bytes, number: int) -> bytes:
    """PUBLISH at QoS 1, up to 16 383 bytes."""
    size = 2 + len(topic) + 2 + len(payload)
    length = bytes([size & 127 | 128, size >> 7]) if size > 127 else bytes([size])
    head = b"\x32" + length + len(topic).to_bytes(2, "big")
    return head + topic + (number % 65_535 + 1).to_bytes(2, "big") + payload


def packet(number: int) -> bytes:
    """A meter's reading of one of the stations."""
    topic = b"evse/1/st-%04d/up/1/meter" % (number % STATIONS)
    payload = (_METER % (number // STATIONS + 1_000_000, _FIRST + number)).encode()
    return publish(topic, payload, number)


_SIZE = len(packet(0))
_IDENTITY = packet(0).index(b"meter") + 5
_NUMBER = packet(0).index(b"uptime_ms") + 11


class Socket:
    """One connection to a broker."""

    def __init__(self, name: str, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        identity = name.encode()
        body = b"\0\4MQTT\4\2\0\0" + len(identity).to_bytes(2, "big") + identity
        self.socket.sendall(b"\x10" + bytes([len(body)]) + body)
        assert self.socket.recv(4)[:2] == b"\x20\x02"
        self.socket.setblocking(False)
        self._in = b""
        self.out = bytearray()

    def subscribe(self, filters: str) -> None:
        name = filters.encode()
        body = b"\0\1" + len(name).to_bytes(2, "big") + name + b"\1"
        self.out += b"\x82" + bytes([len(body)]) + body

    def flush(self) -> None:
        if self.out:
            with contextlib.suppress(BlockingIOError):
                del self.out[: self.socket.send(self.out)]

    def read(self) -> tuple[list[int], int]:
        """(numbers of the messages published to us, acknowledged at once; acknowledgements)."""
        try:
            data = self._in + self.socket.recv(1 << 18)
        except BlockingIOError:
            return [], 0
        came: list[int] = []
        identities: list[bytes] = []
        acknowledged, at, most = 0, 0, len(data)
        while most - at >= 4:
            kind = data[at] >> 4
            if kind != 3:
                acknowledged += kind == 4
                at += 2 + data[at + 1]
            elif most - at >= _SIZE:
                came.append(int(data[at + _NUMBER : at + _NUMBER + 9]) - _FIRST)
                identities.append(data[at + _IDENTITY : at + _IDENTITY + 2])
                at += _SIZE
            else:
                break
        if identities:
            self.out += b"\x40\x02" + b"\x40\x02".join(identities)
        self._in = data[at:]
        return came, acknowledged

    def wait(self, timeout_s: float) -> None:
        _wait([self], timeout_s)

    def close(self) -> None:
        self.socket.close()


class Load:
    """Publishes at one port, listens at another."""

    def __init__(self, site: int, upstream: int) -> None:
        self._board = Socket("bench-board", site)
        self._sink = Socket("bench-sink", upstream)
        self._sink.subscribe("evse/1/+/up/#")
        self._sink.flush()
        self._next = 0

    def run(self, count: int, rate: float = 0.0, within_s: float = 20.0) -> list[tuple[int, int]]:
        """(sent, came) in ns of each of count messages, in order; rate 0: as many as it takes.

        Fewer than count came when within_s passed first.
        """
        first, self._next = self._next, self._next + count
        packets = memoryview(b"".join(packet(n) for n in range(first, first + count)))
        sent, came = [0] * count, [0] * count
        given = acknowledged = arrived = 0
        began_ns = now_ns = time.perf_counter_ns()
        while arrived < count and now_ns - began_ns < within_s * 1e9:
            due = count if rate == 0 else int((now_ns - began_ns) * rate / 1e9) + 1
            until = max(given, min(due, count, acknowledged + FLIGHT))
            if until > given:
                self._board.out += packets[given * _SIZE : until * _SIZE]
                sent[given:until] = [time.perf_counter_ns()] * (until - given)
                given = until
            self._board.flush()
            wait_s = 0.05
            if rate and given < count:
                wait_s = (began_ns + given / rate * 1e9 - time.perf_counter_ns()) / 1e9
            _wait((self._board, self._sink), wait_s)
            acknowledged += self._board.read()[1]
            numbers = self._sink.read()[0]
            self._sink.flush()
            now_ns = time.perf_counter_ns()
            for number in numbers:
                if 0 <= number - first < count and not came[number - first]:
                    came[number - first] = now_ns
                    arrived += 1
        return list(zip(sent, came, strict=True))

    def close(self) -> None:
        self._board.close()
        self._sink.close()


def _wait(sockets: Sequence[Socket], timeout_s: float) -> None:
    """Until one of them has something to do."""
    writers = [each.socket for each in sockets if each.out]
    select.select([each.socket for each in sockets], writers, [], max(0.0, timeout_s))
