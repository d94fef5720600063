"""Messages out, messages in, as fast as Python can: bare MQTT 3.1.1 on two sockets, one thread.

A library client would be slower than what it measures.  It reads only PUBLISH and PUBACK.
"""

import contextlib
import select
import socket
import time

FLIGHT = 1_000  # messages not acknowledged at once


class Socket:
    """One connection to a broker."""

    def __init__(self, name: str, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        identity = name.encode()
        body = b"\0\4MQTT\4\2\0\0" + len(identity).to_bytes(2, "big") + identity
        self._socket.sendall(b"\x10" + bytes([len(body)]) + body)
        assert self._socket.recv(4)[:2] == b"\x20\x02"
        self._socket.setblocking(False)
        self._in = bytearray()
        self._out = bytearray()

    def subscribe(self, filters: str) -> None:
        name = filters.encode()
        body = b"\0\1" + len(name).to_bytes(2, "big") + name + b"\1"
        self._out += b"\x82" + bytes([len(body)]) + body

    def publish(self, topic: bytes, payload: bytes, number: int) -> None:
        size = 2 + len(topic) + 2 + len(payload)
        head = bytes([0x32, size & 127 | 128, size >> 7]) if size > 127 else bytes([0x32, size])
        identity = (number % 65_535 + 1).to_bytes(2, "big")
        self._out += head + len(topic).to_bytes(2, "big") + topic + identity + payload

    def wait(self, other: "Socket", timeout_s: float) -> None:
        """Until one of two has something to do."""
        writers = [each._socket for each in (self, other) if each._out]
        select.select([self._socket, other._socket], writers, [], max(0.0, timeout_s))

    def flush(self) -> None:
        if self._out:
            with contextlib.suppress(BlockingIOError):
                del self._out[: self._socket.send(self._out)]

    def read(self) -> tuple[list[bytes], int]:
        """(payloads published to us and acknowledged at once, acknowledgements)."""
        try:
            self._in += self._socket.recv(1 << 18)
        except BlockingIOError:
            return [], 0
        came: list[bytes] = []
        acknowledged, at, data = 0, 0, bytes(self._in)
        while len(data) - at >= 2:
            size, shift, start = 0, 0, at + 1
            while start < len(data):
                size |= (data[start] & 127) << shift
                start, shift = start + 1, shift + 7
                if data[start - 1] < 128:
                    break
            end = start + size
            if end > len(data) or data[start - 1] >= 128:
                break
            kind = data[at] & 0xF0
            if kind == 0x30:
                body = start + 2 + int.from_bytes(data[start : start + 2], "big")
                if data[at] & 6:
                    self._out += b"\x40\x02" + data[body : body + 2]
                    body += 2
                came.append(data[body:end])
            acknowledged += kind == 0x40
            at = end
        del self._in[:at]
        return came, acknowledged

    def close(self) -> None:
        self._socket.close()


class Load:
    """Publishes at one port, listens at another."""

    def __init__(self, site: int, upstream: int) -> None:
        self._board = Socket("bench-board", site)
        self._sink = Socket("bench-sink", upstream)
        self._sink.subscribe("evse/1/+/up/#")
        self._sink.flush()
        self._number = 0

    def run(self, count: int, rate: float = 0.0, within_s: float = 20.0) -> list[tuple[int, int]]:
        """(sent, came) in ns of each of count messages, in order; rate 0: as many as it takes.

        Fewer than count came when within_s passed first.
        """
        first, sent, came = self._number, [0] * count, [0] * count
        given = acknowledged = arrived = 0
        began_ns = time.perf_counter_ns()
        while arrived < count and time.perf_counter_ns() - began_ns < within_s * 1e9:
            now_ns = time.perf_counter_ns()
            due = count if rate == 0 else int((now_ns - began_ns) * rate / 1e9) + 1
            while given < min(due, count) and given - acknowledged < FLIGHT:
                self._number += 1
                topic, payload = message(self._number)
                sent[given] = time.perf_counter_ns()
                self._board.publish(topic, payload, self._number)
                given += 1
            self._board.flush()
            wait_s = (
                0.05
                if given == count or rate == 0
                else (began_ns + given / rate * 1e9 - now_ns) / 1e9
            )
            self._board.wait(self._sink, wait_s)
            acknowledged += self._board.read()[1]
            for payload in self._sink.read()[0]:
                index = number_of(payload) - first - 1
                if 0 <= index < count and not came[index]:
                    came[index] = time.perf_counter_ns()
                    arrived += 1
            self._sink.flush()
        return list(zip(sent, came, strict=True))

    def close(self) -> None:
        self._board.close()
        self._sink.close()


_METER = (
    '{"boot_id":1,"seq":%d,"uptime_ms":%d,"quality":"good","age_ms":400,'
    '"voltage_mv":[230690,231150,229310],"current_ma":[15999,15999,15999],"power_w":11056,'
    '"frequency_mhz":49975,"register_wh":1200,"session_wh":12}'
)


def message(number: int) -> tuple[bytes, bytes]:
    """A meter's reading of one of twenty stations."""
    return b"evse/1/st-%02d/up/1/meter" % (number % 20), (
        _METER % (number // 20 + 1, number)
    ).encode()


def number_of(payload: bytes) -> int:
    start = payload.index(b"uptime_ms") + 11
    return int(payload[start : payload.index(b",", start)])
