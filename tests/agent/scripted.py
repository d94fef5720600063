"""A broker that does what it is told, wrong things too, for one connection after the other."""

import contextlib
import socket
import ssl
import threading
from typing import TYPE_CHECKING, Any

import mqtt5

from agent.config import Mqtt
from agent.mqtt_link import MqttLink

if TYPE_CHECKING:
    from collections.abc import Callable

TAKEN = mqtt5.ConnAckPacket().write()


class Wire:
    """The broker's end of one connection."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._in = b""

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def slowly(self, data: bytes) -> None:
        """Every byte a packet of its own."""
        for at in range(len(data)):
            self._socket.sendall(data[at : at + 1])

    def next(self, kind: type[Any]) -> Any:
        """The next packet of a kind.  Raises ConnectionError."""
        while True:
            try:
                packet, size = mqtt5.read(memoryview(self._in))
            except IndexError:
                more = self._socket.recv(1 << 16)
                if not more:
                    raise ConnectionError("the client has gone") from None
                self._in += more
                continue
            self._in = self._in[size:]
            if isinstance(packet, kind):
                return packet

    def until_left(self) -> None:
        with contextlib.suppress(OSError):
            while self._socket.recv(1 << 16):
                pass


class Scripted(threading.Thread):
    """script(wire) runs for every connection; whatever it raises ends that connection."""

    def __init__(
        self, script: "Callable[[Wire], None]", tls: ssl.SSLContext | None = None
    ) -> None:
        super().__init__(daemon=True)
        self._script, self._tls = script, tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.visits = 0

    def run(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._socket.accept()
                self.visits += 1
                sock.settimeout(20)
                with contextlib.suppress(OSError), self._wrapped(sock) as ours:
                    self._script(Wire(ours))

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _wrapped(self, sock: socket.socket) -> socket.socket:
        return self._tls.wrap_socket(sock, server_side=True) if self._tls else sock


class Noting(MqttLink):
    """A link that keeps what it was told."""

    def __init__(self, port: int, host: str = "127.0.0.1", **more: Any) -> None:
        more = {"client": "fast", "keepalive_s": 30} | more
        super().__init__("noting", Mqtt(host=host, port=port, **more), 60)
        self.came: list[tuple[str, bytes, bool]] = []
        self.reached: list[int] = []
        self.troubles: list[str] = []

    def joined(self, session_present: bool) -> None:
        self.subscribe("a/#")

    def arrived(self, topic: str, payload: bytes, retained: bool, token: Any) -> None:
        self.came.append((topic, payload, retained))
        self.acknowledge([token])

    def confirmed(self, number: int) -> None:
        self.reached.append(number)

    def left(self) -> None:
        self.troubles.append(self.trouble)


def message(number: int, topic: str = "a/b", payload: bytes = b"x") -> bytes:
    return mqtt5.PublishPacket(
        topic, payload, qos=mqtt5.QoS.AT_LEAST_ONCE, packet_id=number
    ).write()
