"""One connection to one MQTT broker that comes back by itself.

paho's client has traps this file closes: an exception in a handler kills its thread while
is_connected() stays true; it keeps unsent messages in memory and sends them again under other
numbers; it reconnects without jitter.  So: a new client for every connection, a loop of our own,
handlers that cannot raise, and `connected` that only our own loop sets.
"""

import contextlib
import logging
import os
import random
import select
import ssl
import threading
import time
from typing import TYPE_CHECKING, Any

import paho.mqtt.client as paho

from .mqtt_client import Client, connect, new_client, pending

if TYPE_CHECKING:
    from .config import Mqtt

log = logging.getLogger("borne.mqtt")

_BACKOFF_S = (0.2, 30.0)
_STABLE_S = 10.0
_ROUND_MS = 500
_MOST_READ = 500


class MqttLink(threading.Thread):
    """Subclasses say what happens: joined(), arrived(), confirmed(), idle(), left()."""

    def __init__(self, name: str, config: "Mqtt", session_s: int) -> None:
        super().__init__(name=name, daemon=True)
        self._config = config
        self._session_s = session_s
        self._version = paho.MQTTv5 if config.version == "5" else paho.MQTTv311
        self._stopping = threading.Event()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._client: Client | None = None
        self._ending = ""  # why this connection must end
        self.joined_at_s: float | None = None
        self.window = config.window
        self.connects = 0
        self.trouble = "not connected yet"  # empty while connected

    # For subclasses; all run in this link's thread.

    def joined(self, client: paho.Client, session_present: bool) -> None:
        """The broker took us."""

    def arrived(self, message: paho.MQTTMessage) -> None:
        """A message came."""

    def confirmed(self, mid: int) -> None:
        """The broker has the message published under mid."""

    def idle(self, client: paho.Client) -> None:
        """After every round of reading."""

    def left(self) -> None:
        """The connection is gone."""

    # For anybody.

    @property
    def connected(self) -> bool:
        return self.joined_at_s is not None

    def publish(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> bool:
        """Hand to the present connection.  False without one."""
        client = self._client
        if client is None or not self.connected:
            return False
        try:
            return client.publish(topic, payload, qos, retain).rc == paho.MQTT_ERR_SUCCESS
        except (ValueError, OSError, RuntimeError):
            return False

    def wake(self) -> None:
        """Let idle() run soon."""
        with contextlib.suppress(BlockingIOError):  # it is awake already
            os.write(self._wake_write, b"x")

    def restart(self, why: str) -> None:
        """End this connection and make a new one."""
        self._ending = why
        self.wake()

    def stop(self) -> None:
        self._stopping.set()
        self.wake()

    def run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            began_s = time.monotonic()
            try:
                self._connection()
            except (OSError, ValueError, ssl.SSLError) as error:
                self.trouble = str(error) or type(error).__name__
            except Exception:  # whatever it is, the link goes on
                log.exception("%s: unexpected", self.name)
                self.trouble = "unexpected error, see the log"
            self._leave()
            if self._stopping.is_set():
                return
            lasted_s = time.monotonic() - began_s
            failures = 0 if lasted_s > _STABLE_S else min(failures + 1, 10)
            log.warning("%s: %s", self.name, self.trouble)
            most_s = min(_BACKOFF_S[1], _BACKOFF_S[0] * 2**failures)
            self._stopping.wait(random.uniform(_BACKOFF_S[0], most_s))

    def _connection(self) -> None:
        """From connect to loss."""
        client = self._client = self._new_client()
        self._ending = ""
        connect(client, self._config, self._version, self._session_s)
        began_s = time.monotonic()
        while not self._stopping.is_set() and not self._ending:
            if not self._round(client):
                self._ending = self._ending or "connection lost"
            if not self.connected and time.monotonic() - began_s > 10:
                self._ending = self._ending or "the broker does not answer"
        self.trouble = self._ending
        if self.connected:
            client.disconnect()
            client.loop_write()

    def _round(self, client: Client) -> bool:
        """Wait for something to do and do it.  False when the connection is gone."""
        sock: Any = client.socket()
        if sock is None:
            return False
        poll = select.poll()
        poll.register(sock, select.POLLIN | (select.POLLOUT if client.want_write() else 0))
        poll.register(self._wake_read, select.POLLIN)
        ready = dict(poll.poll(0 if client.has_more() else _ROUND_MS))
        if self._wake_read in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(self._wake_read, 4_096)
        if sock.fileno() in ready or client.has_more():
            client.loop_read()
            for _ in range(_MOST_READ):  # then writing has its turn
                if client.socket() is None or not (client.has_more() or pending(sock)):
                    break
                client.loop_read()
        if client.loop_misc() != paho.MQTT_ERR_SUCCESS:
            return False
        if self.connected:
            self.idle(client)
        if client.want_write():
            client.loop_write()
        return client.socket() is not None

    def _leave(self) -> None:
        client, self._client = self._client, None
        was, self.joined_at_s = self.joined_at_s, None
        if client is not None:
            sock = client.socket()
            if sock is not None:
                sock.close()
        if was is not None:
            self._guarded(self.left)

    def _new_client(self) -> Client:
        client = new_client(self._config, self._version, keep_session=self._session_s > 0)
        client.on_connect = self._on_connect
        client.on_message = lambda _client, _data, message: self._guarded(self.arrived, message)
        client.on_publish = self._on_publish
        client.on_subscribe = self._on_subscribe
        client.on_socket_register_write = lambda *_: self._wake_from_outside()
        return client

    def _wake_from_outside(self) -> None:
        if threading.get_ident() != self.ident:
            self.wake()

    def _guarded(self, handler: Any, *arguments: Any) -> None:
        try:
            handler(*arguments)
        except Exception:  # paho's loop must never see one
            log.exception("%s: a handler failed; the link goes on", self.name)

    def _on_connect(self, client: Any, _data: Any, flags: Any, code: Any, more: Any) -> None:
        if code.is_failure:
            if self._version == paho.MQTTv5 and "version" in str(code).lower():
                self._version = paho.MQTTv311
            self._ending = f"the broker refuses: {code}"
            return
        self.connects += 1
        self.joined_at_s = time.monotonic()
        self.trouble = ""
        self.window = min(self._config.window, getattr(more, "ReceiveMaximum", None) or 65_535)
        self._guarded(self.joined, client, flags.session_present)

    def _on_subscribe(self, _client: Any, _data: Any, _mid: int, codes: Any, _more: Any) -> None:
        if any(code.is_failure for code in codes):
            self._ending = "the broker refuses the subscription"

    def _on_publish(self, _client: Any, _data: Any, mid: int, code: Any, _more: Any) -> None:
        if code is not None and code.is_failure:
            self._ending = f"the broker refuses a message: {code}"
            return
        self._guarded(self.confirmed, mid)
