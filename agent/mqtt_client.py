"""paho's client as this agent sets it up, for one connection.  Read on in mqtt_link.py."""

import ssl
from typing import TYPE_CHECKING, Any, Literal

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from .config import secret

if TYPE_CHECKING:
    from .config import Mqtt

LARGEST_PACKET = 2 << 20  # what a broker may send us at all; smaller ones are refused by name
CONNECT_TIMEOUT_S = 5.0
_READ_AHEAD = 1 << 16
_SUCCESS = ReasonCode(PacketTypes.PUBACK)
_NOTHING: Any = Properties(PacketTypes.PUBACK)  # type: ignore[no-untyped-call]


class Client(paho.Client):
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


def new_client(config: "Mqtt", version: MQTTProtocolVersion, *, keep_session: bool) -> Client:
    """A client that is not connected yet.  Raises ConfigError when a secret cannot be read."""
    client = Client(
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


def connect(client: Client, config: "Mqtt", version: int, session_s: int) -> None:
    """Open the connection and send CONNECT.  Raises OSError."""
    client.connect_timeout = CONNECT_TIMEOUT_S
    if version != paho.MQTTv5:
        client.connect(config.host, config.port, config.keepalive_s)
        return
    properties: Any = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.ReceiveMaximum = config.window
    properties.SessionExpiryInterval = session_s
    properties.MaximumPacketSize = LARGEST_PACKET
    client.connect(
        config.host,
        config.port,
        config.keepalive_s,
        clean_start=session_s == 0,
        properties=properties,
    )


def pending(sock: Any) -> bool:
    """TLS may hold bytes that poll() does not see."""
    return isinstance(sock, ssl.SSLSocket) and sock.pending() > 0
