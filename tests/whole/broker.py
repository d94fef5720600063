"""As much of an MQTT broker as one station needs, stepped by the test: no thread, no clock."""

import socket

from tests.link.bench import (
    CONNACK,
    CONNECT,
    PINGREQ,
    PINGRESP,
    PUBLISH,
    SUBSCRIBE,
    Published,
    puback,
    publish,
    suback,
)


class Broker:
    """came: every message of the station.  connects: how often it came.  deaf: says nothing."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.setblocking(False)
        self.port = int(self._server.getsockname()[1])
        self._peer: socket.socket | None = None
        self._heard = b""
        self.came: list[Published] = []
        self.connects = 0

    def close(self) -> None:
        self.cut()
        self._server.close()

    def cut(self) -> None:
        """The connection breaks; the station may come again."""
        if self._peer is not None:
            self._peer.close()
            self._peer = None

    def say(self, topic: str, payload: bytes) -> None:
        assert self._peer is not None
        self._peer.sendall(publish(topic.encode(), payload))

    def kinds(self) -> list[str]:
        return [message.topic.rsplit("/", 1)[1] for message in self.came]

    def payloads(self, kind: str) -> list[bytes]:
        return [m.payload for m in self.came if m.topic.endswith("/" + kind)]

    def step(self) -> None:
        """Answer what has arrived."""
        if self._peer is None:
            try:
                self._peer, _ = self._server.accept()
            except BlockingIOError:
                return
            self._peer.setblocking(False)
            self._heard = b""
            self.connects += 1
        try:
            self._heard += self._peer.recv(65_536)
        except BlockingIOError:
            return
        while (one := self._next()) is not None:
            self._answer(*one)

    def _next(self) -> tuple[int, int, bytes] | None:
        """The first whole packet heard: kind, flags, body."""
        length = shift = 0
        for at, byte in enumerate(self._heard[1:5], 2):
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                if len(self._heard) < at + length:
                    return None
                head, body = self._heard[0], self._heard[at : at + length]
                self._heard = self._heard[at + length :]
                return head >> 4, head & 15, body
        return None

    def _answer(self, kind: int, flags: int, body: bytes) -> None:
        assert self._peer is not None
        if kind == CONNECT:
            self._peer.sendall(CONNACK)
        elif kind == SUBSCRIBE:
            self._peer.sendall(suback(int.from_bytes(body[:2], "big")))
        elif kind == PINGREQ:
            self._peer.sendall(PINGRESP)
        elif kind == PUBLISH:
            message = Published(flags, body)
            self.came.append(message)
            if message.qos:
                self._peer.sendall(puback(message.pid))
