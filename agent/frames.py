"""Bytes of MQTT 5 as they come from a broker, into packets.

The codec reads a packet; here are its borders, how large it may be, and what to make of one that
the codec refuses.  Pure: no socket.
"""

from collections.abc import Iterator
from typing import Any

import mqtt5

from .wire import LARGEST_PACKET


class Malformed(Exception):
    """What came is not what MQTT 5 allows."""


class Unreadable:
    """A PUBLISH whose frame is whole and whose inside the codec refuses, such as a topic that is
    not UTF-8.  Were it left, it would come again for ever."""

    def __init__(self, number: int) -> None:
        self.number = number


class Frames:
    """Bytes as they come into packets.  Keeps the beginning of one that is not whole yet."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._have = self._need = 0

    def packets(self, data: bytes) -> Iterator[Any]:
        """Raises Malformed."""
        self._parts.append(data)
        self._have += len(data)
        if self._have < self._need:
            return
        data = b"".join(self._parts) if len(self._parts) > 1 else data
        view, at, read = memoryview(data), 0, mqtt5.read
        packet: Any
        while True:
            try:
                packet, size = read(view[at:])
            except IndexError:
                break
            except BaseException as error:  # the codec's own panics are no Exception
                packet, size = _unreadable(view[at:], error)
            at += size
            yield packet
        self._need = _size(view[at:])
        if self._need > LARGEST_PACKET:
            raise Malformed(f"a packet of {self._need} bytes")
        self._parts = [data[at:]] if at < len(data) else []
        self._have = len(data) - at


def _size(head: memoryview) -> int:
    """Of the packet that begins here, 0 while that is not known."""
    size = 0
    for at, byte in enumerate(head[1:5]):
        size |= (byte & 127) << 7 * at
        if byte < 128:
            return size + 2 + at
    return 0


def _unreadable(rest: memoryview, error: BaseException) -> tuple[Unreadable, int]:
    """What to make of a packet the codec refuses.  Raises Malformed."""
    if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
        raise error
    size = _size(rest)
    qos = rest[0] >> 1 & 3
    if rest[0] >> 4 != 3 or qos > 1 or not 0 < size <= len(rest):
        raise Malformed(str(error))
    if qos == 0:
        return Unreadable(0), size
    body = rest[:size][1 + next(at for at, byte in enumerate(rest[1:]) if byte < 128) + 1 :]
    number_at = 2 + int.from_bytes(body[:2], "big")
    number = int.from_bytes(body[number_at : number_at + 2], "big")
    if len(body) < number_at + 2 or number == 0:
        raise Malformed(str(error))
    return Unreadable(number), size
