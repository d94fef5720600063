"""paho's client as this agent sets it up, for one connection.  Read on in mqtt_link.py."""

import ssl
from typing import TYPE_CHECKING, Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from .config import secret

if TYPE_CHECKING:
    from .config import Mqtt

LARGEST_PACKET = 2 << 20  # what a broker may send us at all; smaller ones are refused by name
CONNECT_TIMEOUT_S = 5.0
_READ_AHEAD = 1 << 16


class Client(paho.Client):
    """Reads the socket in large pieces; paho asks for one byte, then one byte, then the rest."""

    _ahead = b""

    def _sock_recv(self, bufsize: int) -> bytes:
        if not self._ahead:
            self._ahead = super()._sock_recv(max(bufsize, _READ_AHEAD))
        taken, self._ahead = self._ahead[:bufsize], self._ahead[bufsize:]
        return taken

    def has_more(self) -> bool:
        return bool(self._ahead)


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
