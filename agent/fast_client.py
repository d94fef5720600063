"""One connection to a broker by the mqtt5 codec, for fleets: some ten times quicker than paho.

The codec turns bytes into checked packets and back and does nothing else, so here is what a
client adds: the socket, TLS, keepalive, numbers, and the broker's receive window.  MQTT 5 only.
"""

import contextlib
import ssl
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any

import mqtt5

from .config import secret
from .dial import dial
from .frames import Frames, Malformed, Unreadable
from .packet_numbers import Numbers
from .wire import LARGEST_PACKET, MOST_WINDOW, Refusal

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from .config import Mqtt
    from .wire import Listener, Will

_PORTION = 1 << 18
_FAILURES = 0x80  # reason codes from here on
_MQTT3_NO = b"\x20\x02\x00\x01"  # how a broker that knows only MQTT 3 answers
_WAITS = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_AT_LEAST_ONCE = mqtt5.QoS.AT_LEAST_ONCE


class FastClient:
    def __init__(
        self, config: "Mqtt", listener: "Listener", session_s: int, will: "Will | None"
    ) -> None:
        """Raises ConfigError when a secret cannot be read."""
        self._config, self._listener = config, listener
        self._hello = _connect_packet(config, session_s, will)
        self._socket: socket.socket | None = None
        self._frames = Frames()
        self._unsent = memoryview(b"")
        self._guard = threading.Lock()  # over the rest
        self._out: list[bytes] = []
        self._numbers = Numbers()
        self._held: deque[bytes] = deque()  # beyond what the broker bears at once
        self._window = MOST_WINDOW
        self._keepalive_s = float(config.keepalive_s)
        self._heard_s = self._said_s = time.monotonic()
        self._asked_s: float | None = None
        self._taken = False
        self._packets: dict[type, Callable[[Any], None]] = {
            mqtt5.ConnAckPacket: self._on_connack,
            mqtt5.SubAckPacket: self._on_suback,
            mqtt5.PingRespPacket: lambda _packet: None,
            mqtt5.DisconnectPacket: self._on_disconnect,
        }

    def connect(self) -> None:
        self._socket = dial(self._config)
        self._heard_s = time.monotonic()
        self._say(self._hello.write())

    def fileno(self) -> int:
        return -1 if self._socket is None else self._socket.fileno()

    def has_more(self) -> bool:
        """TLS may hold bytes that poll() does not see."""
        return isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0

    def wants_write(self) -> bool:
        return bool(self._out) or len(self._unsent) > 0

    def receive(self) -> None:
        if self._socket is None:
            return
        try:
            data = self._socket.recv(_PORTION)
        except _WAITS:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        self._heard_s = time.monotonic()
        self._asked_s = None
        if not self._taken and data.startswith(_MQTT3_NO):
            self._give_up("the broker speaks MQTT 3 only", is_version=True)
            return
        try:
            self._take(data)
        except Malformed as error:
            self._give_up(f"what the broker says is not MQTT 5: {error}")

    def send(self) -> None:
        if self._socket is None:
            return
        with self._guard:
            if self._out:
                self._unsent = memoryview(bytes(self._unsent) + b"".join(self._out))
                self._out.clear()
        try:
            while self._unsent:
                self._unsent = self._unsent[self._socket.send(self._unsent) :]
                self._said_s = time.monotonic()
        except _WAITS:
            pass
        except OSError:
            self.close()

    def tend(self) -> bool:
        """A ping when either side was silent for a keepalive, the end after one more."""
        now_s = time.monotonic()
        if self._socket is None:
            return False
        if self._asked_s is not None:
            return now_s - self._asked_s < self._keepalive_s
        if self._taken and now_s - min(self._heard_s, self._said_s) >= self._keepalive_s:
            self._asked_s = now_s
            self._say(mqtt5.PingReqPacket().write())
        return True

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> int:
        """0 when all numbers are in use.  Raises ValueError."""
        if self._socket is None:
            return 0
        if qos == 0:
            self._say(mqtt5.PublishPacket(topic, payload, retain=retain).write())
            return 1
        with self._guard:
            number = self._numbers.take()
            if number == 0:
                return 0
            try:
                packet = mqtt5.PublishPacket(
                    topic, payload, qos=_AT_LEAST_ONCE, retain=retain, packet_id=number
                ).write()
            except ValueError:
                self._numbers.give(number)
                raise
            self._held.append(packet)
            self._release()
        self._listener.wake_from_outside()
        return number

    def subscribe(self, pattern: str) -> None:
        wanted = mqtt5.TopicFilter(pattern, max_qos=_AT_LEAST_ONCE, retain_as_published=False)
        with self._guard:
            number = self._numbers.take()
        self._say(mqtt5.SubscribePacket(number, [wanted]).write())

    def acknowledge(self, numbers: list[int]) -> None:
        self._say(b"".join([mqtt5.PubAckPacket(number).write() for number in numbers]))

    def goodbye(self) -> None:
        self._say(mqtt5.DisconnectPacket().write())
        self.send()

    def close(self) -> None:
        sock, self._socket = self._socket, None
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.close()

    def _say(self, packets: bytes) -> None:
        with self._guard:
            self._out.append(packets)
        self._listener.wake_from_outside()

    def _take(self, data: bytes) -> None:
        """Raises Malformed."""
        on_message, confirmed = self._listener.on_message, self._confirmed
        publish, puback = mqtt5.PublishPacket, mqtt5.PubAckPacket
        for packet in self._frames.packets(data):
            kind = type(packet)
            if kind is publish:
                if packet.packet_id == 0:
                    raise Malformed("a message with the number 0")
                if packet.qos == 2:
                    raise Malformed("a message at QoS 2, which nobody asked for")
                on_message(packet.topic, packet.payload, packet.retain, packet.packet_id or 0)
            elif kind is puback:
                confirmed(packet)
            elif kind is Unreadable:
                on_message("", b"", False, packet.number)
            elif kind in self._packets:
                self._packets[kind](packet)
            else:
                raise Malformed(f"{kind.__name__} is nothing a broker says here")
            if self._socket is None:
                return

    def _release(self) -> None:
        """What the broker bears now.  Under the guard."""
        while self._held and self._numbers.in_use - len(self._held) < self._window:
            self._out.append(self._held.popleft())

    def _confirmed(self, packet: mqtt5.PubAckPacket) -> None:
        if int(packet.reason_code) >= _FAILURES:
            self._give_up(f"the broker refuses a message: {_words(packet)}")
            return
        with self._guard:
            if not self._numbers.give(packet.packet_id):
                return
            self._release()
        self._listener.on_confirmed(packet.packet_id)

    def _on_connack(self, packet: mqtt5.ConnAckPacket) -> None:
        if int(packet.reason_code) >= _FAILURES:
            old = packet.reason_code == mqtt5.ConnAckReasonCode.UNSUPPORTED_PROTOCOL_VERSION
            self._give_up(f"the broker refuses: {_words(packet)}", is_version=old)
            return
        if self._taken:
            raise Malformed("a second CONNACK")
        self._taken = True
        self._window = packet.receive_max
        if packet.server_keep_alive:
            self._keepalive_s = min(self._keepalive_s, float(packet.server_keep_alive))
        self._listener.on_taken(packet.session_present, packet.receive_max)

    def _on_suback(self, packet: mqtt5.SubAckPacket) -> None:
        with self._guard:
            self._numbers.give(packet.packet_id)
            self._release()
        if any(int(code) >= _FAILURES for code in packet.reason_codes):
            self._give_up("the broker refuses the subscription")

    def _on_disconnect(self, packet: mqtt5.DisconnectPacket) -> None:
        self._give_up(f"the broker ends it: {_words(packet)}")

    def _give_up(self, why: str, *, is_version: bool = False) -> None:
        self._listener.on_refused(Refusal(why, is_version))
        self.close()


def _connect_packet(config: "Mqtt", session_s: int, will: "Will | None") -> mqtt5.ConnectPacket:
    password = secret(config.password_file).encode() if config.password_file else None
    return mqtt5.ConnectPacket(
        config.client_id,
        username=config.username or None,
        password=password if config.username else None,
        clean_start=session_s == 0,
        will=None
        if will is None
        else mqtt5.Will(will.topic, payload=will.payload, qos=_AT_LEAST_ONCE, retain=True),
        keep_alive=config.keepalive_s,
        session_expiry_interval=session_s,
        receive_max=config.window,
        max_packet_size=LARGEST_PACKET,
    )


def _words(packet: Any) -> str:
    reason: str = packet.reason_code.name.lower().replace("_", " ")
    return f"{reason} ({packet.reason_str})" if packet.reason_str else reason
