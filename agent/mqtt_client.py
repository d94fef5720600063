"""One connection to a broker by paho-mqtt.

paho's client has traps: an exception in a handler kills its thread while is_connected() stays
true; it keeps unsent messages in memory and sends them again under other numbers; it reconnects
without jitter.  So it runs in the link's own loop, for one connection, and remembers nothing.
"""

import ssl
from typing import TYPE_CHECKING, Any, Literal

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from .config import secret
from .wire import CONNECT_TIMEOUT_S, LARGEST_PACKET, MOST_WINDOW, Refusal

if TYPE_CHECKING:
    from .config import Mqtt
    from .wire import Listener, Will

_READ_AHEAD = 1 << 16
_MOST_READ = 500  # packets, then writing has its turn
_SUCCESS = ReasonCode(PacketTypes.PUBACK)
_NOTHING: Any = Properties(PacketTypes.PUBACK)  # type: ignore[no-untyped-call]


class PahoClient:
    """version: 5 or 3.1.1."""

    def __init__(
        self,
        config: "Mqtt",
        listener: "Listener",
        session_s: int,
        will: "Will | None",
        version: str,
    ) -> None:
        """Raises ConfigError when a secret cannot be read."""
        self._config = config
        self._listener = listener
        self._session_s = session_s
        self._version = paho.MQTTv5 if version == "5" else paho.MQTTv311
        self._paho = _new_client(config, self._version, keep_session=session_s > 0)
        if will is not None:
            self._paho.will_set(will.topic, will.payload, 1, True)
        self._paho.on_connect = self._on_connect
        self._paho.on_message = self._on_message
        self._paho.on_publish = self._on_publish
        self._paho.on_subscribe = self._on_subscribe
        self._paho.on_socket_register_write = lambda *_: listener.wake_from_outside()

    def connect(self) -> None:
        self._paho.connect_timeout = CONNECT_TIMEOUT_S
        where = (self._config.host, self._config.port, self._config.keepalive_s)
        if self._version != paho.MQTTv5:
            self._paho.connect(*where)
            return
        properties: Any = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.ReceiveMaximum = self._config.window
        properties.SessionExpiryInterval = self._session_s
        properties.MaximumPacketSize = LARGEST_PACKET
        self._paho.connect(*where, clean_start=self._session_s == 0, properties=properties)

    def fileno(self) -> int:
        sock: Any = self._paho.socket()
        return -1 if sock is None else int(sock.fileno())

    def has_more(self) -> bool:
        return self._paho.has_more()

    def wants_write(self) -> bool:
        return self._paho.want_write()

    def receive(self) -> None:
        sock = self._paho.socket()
        self._paho.loop_read()
        for _ in range(_MOST_READ):
            if self._paho.socket() is None or not (self._paho.has_more() or _pending(sock)):
                break
            self._paho.loop_read()

    def send(self) -> None:
        self._paho.loop_write()

    def tend(self) -> bool:
        return self._paho.loop_misc() == paho.MQTT_ERR_SUCCESS

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> int:
        told = self._paho.publish(topic, payload, qos, retain)
        return told.mid if told.rc == paho.MQTT_ERR_SUCCESS else 0

    def subscribe(self, pattern: str) -> None:
        self._paho.subscribe(pattern, qos=1)

    def acknowledge(self, numbers: list[int]) -> None:
        for number in numbers:
            self._paho.ack(number, 1)

    def unsubscribe(self, pattern: str) -> None:
        self._paho.unsubscribe(pattern)

    def end_session(self) -> None:
        """Say DISCONNECT, and that nothing shall be kept.  MQTT 5 only."""
        properties: Any = Properties(PacketTypes.DISCONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = 0
        self._paho.disconnect(properties=properties)
        self._paho.loop_write()

    def goodbye(self) -> None:
        self._paho.disconnect()
        self._paho.loop_write()

    def close(self) -> None:
        sock = self._paho.socket()
        if sock is not None:
            sock.close()

    def _on_connect(self, _client: Any, _data: Any, flags: Any, code: Any, more: Any) -> None:
        if code.is_failure:
            is_version = self._version == paho.MQTTv5 and "version" in str(code).lower()
            self._listener.on_refused(Refusal(f"the broker refuses: {code}", is_version))
            return
        window = getattr(more, "ReceiveMaximum", None) or MOST_WINDOW
        self._listener.on_taken(flags.session_present, window)

    def _on_message(self, _client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""
        number = message.mid if message.qos else 0
        self._listener.on_message(topic, bytes(message.payload), bool(message.retain), number)

    def _on_subscribe(self, _client: Any, _data: Any, _mid: int, codes: Any, _more: Any) -> None:
        if any(code.is_failure for code in codes):
            self._listener.on_refused(Refusal("the broker refuses the subscription"))

    def _on_publish(self, _client: Any, _data: Any, mid: int, code: Any, _more: Any) -> None:
        if code is not None and code.is_failure:
            self._listener.on_refused(Refusal(f"the broker refuses a message: {code}"))
            return
        self._listener.on_confirmed(mid)


class _Paho(paho.Client):
    """Reads and writes the socket in large pieces.

    paho asks for one byte, then one byte, then the rest, and sends each packet on its own.
    """

    _ahead = b""

    def _sock_recv(self, bufsize: int) -> bytes:
        if not self._ahead:
            self._ahead = super()._sock_recv(max(bufsize, _READ_AHEAD))
        taken, self._ahead = self._ahead[:bufsize], self._ahead[bufsize:]
        return taken

    def _packet_write(self) -> MQTTErrorCode:
        """Many small packets as one; those with a sequel in paho's books stay as they are."""
        waiting = self._out_packet
        packets: list[Any] = list(waiting)  # other threads may add more meanwhile
        if len(packets) > 1 and all(_is_plain(packet) for packet in packets):
            for _ in packets:
                waiting.popleft()
            whole = b"".join(bytes(packet["packet"][packet["pos"] :]) for packet in packets)
            joined = {**packets[0], "packet": whole, "pos": 0, "to_process": len(whole)}
            waiting.appendleft(joined)  # type: ignore[arg-type]
        return super()._packet_write()

    def _handle_pubackcomp(self, cmd: Literal["PUBACK", "PUBCOMP"]) -> MQTTErrorCode:
        """A confirmation without a reason, which is nearly all of them, the short way."""
        packet = self._in_packet["packet"]
        if cmd != "PUBACK" or len(packet) != 2:
            return super()._handle_pubackcomp(cmd)
        mid = int.from_bytes(packet, "big")
        with self._out_message_mutex:
            if mid in self._out_messages:
                return self._do_on_publish(mid, _SUCCESS, _NOTHING)
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def has_more(self) -> bool:
        return bool(self._ahead)


def _is_plain(packet: Any) -> bool:
    kind = packet["command"] & 0xF0
    return bool(kind == paho.PUBACK) or (kind == paho.PUBLISH and packet["qos"] == 1)


def _new_client(config: "Mqtt", version: MQTTProtocolVersion, *, keep_session: bool) -> _Paho:
    """A client that is not connected yet."""
    client = _Paho(
        CallbackAPIVersion.VERSION2,
        client_id=config.client_id,
        clean_session=None if version == paho.MQTTv5 else not keep_session,
        protocol=version,
        manual_ack=True,
    )
    if config.username:
        password = secret(config.password_file) if config.password_file else None
        client.username_pw_set(config.username, password)
    if config.ca_file:
        client.tls_set(config.ca_file, config.cert_file or None, config.key_file or None)
    client.max_inflight_messages_set(0)  # the window is the forwarder's
    return client


def _pending(sock: Any) -> bool:
    """TLS may hold bytes that poll() does not see."""
    return isinstance(sock, ssl.SSLSocket) and sock.pending() > 0
