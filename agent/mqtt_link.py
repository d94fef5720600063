"""One connection to one MQTT broker that comes back by itself.

Whoever speaks MQTT for it (`mqtt_client.py`, `fast_client.py`) carries one connection and no
more.  So: a new client for every connection, a loop of our own, handlers that cannot raise, and
`connected` that only our own loop sets.
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

from .fast_client import FastClient
from .mqtt_client import PahoClient

if TYPE_CHECKING:
    from .config import Mqtt
    from .wire import Client, Refusal, Token, Will

log = logging.getLogger("borne.mqtt")

_BACKOFF_S = (0.2, 30.0)
_STABLE_S = 10.0
_ANSWER_S = 10.0
_ROUND_MS = 500
_HOLD_S = 1.0


class MqttLink(threading.Thread):
    """Subclasses say what happens: joined(), arrived(), confirmed(), idle(), left().

    session_s: how long the broker keeps what we have not taken, 0 for nothing at all.
    """

    def __init__(
        self, name: str, config: "Mqtt", session_s: int, will: "Will | None" = None
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._config = config
        self._session_s = session_s
        self._will = will
        self._old = False  # the broker knows no MQTT 5
        self._stopping = threading.Event()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._client: Client | None = None
        self._ending = ""  # why this connection must end
        self._read_s = 0.0  # when the socket was read last
        self.joined_at_s: float | None = None
        self.window = config.window
        self.connects = 0
        self.trouble = "not connected yet"  # empty while connected

    # For subclasses; all run in this link's thread.

    def joined(self, session_present: bool) -> None:
        """The broker took us."""

    def arrived(self, topic: str, payload: bytes, retained: bool, token: "Token") -> None:
        """A message came.  topic: "" when it was not UTF-8."""

    def confirmed(self, number: int) -> None:
        """The broker has the message published under this number."""

    def idle(self) -> None:
        """After every round of reading."""

    def left(self) -> None:
        """The connection is gone."""

    def has_room(self) -> bool:
        """False leaves what comes in the socket, for a second at most."""
        return True

    # For anybody.

    @property
    def connected(self) -> bool:
        return self.joined_at_s is not None

    def publish(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> int:
        """Hand to the present connection.  Its number there, 0 without a connection."""
        client = self._client
        if client is None or not self.connected:
            return 0
        try:
            return client.publish(topic, payload, qos, retain)
        except (ValueError, OSError, RuntimeError):
            return 0

    def subscribe(self, pattern: str) -> None:
        """At QoS 1.  A broker that refuses it is left and tried again."""
        if self._client is not None:
            self._client.subscribe(pattern)

    def acknowledge(self, tokens: "list[Token]") -> None:
        """The messages that came with these are in our care."""
        client = self._client
        # A number means nothing on another connection, and is 0 at QoS 0.
        numbers = [number for of, number in tokens if number and of is client]
        if client is not None and numbers:
            client.acknowledge(numbers)

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
        client.connect()
        began_s = time.monotonic()
        while not self._stopping.is_set() and not self._ending:
            if not self._round(client):
                self._ending = self._ending or "connection lost"
            if not self.connected and time.monotonic() - began_s > _ANSWER_S:
                self._ending = self._ending or "the broker does not answer"
        self.trouble = self._ending
        if self.connected:
            client.goodbye()

    def _round(self, client: "Client") -> bool:
        """Wait for something to do and do it.  False when the connection is gone."""
        sock = client.fileno()
        if sock < 0:
            return False
        reads = self.has_room() or time.monotonic() - self._read_s > _HOLD_S
        poll = select.poll()
        writes = select.POLLOUT if client.wants_write() else 0
        poll.register(sock, writes | (select.POLLIN if reads else 0))
        poll.register(self._wake_read, select.POLLIN)
        ready = dict(poll.poll(0 if reads and client.has_more() else _ROUND_MS))
        if self._wake_read in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(self._wake_read, 4_096)
        if reads and (sock in ready or client.has_more()):
            self._read_s = time.monotonic()
            client.receive()
        if not client.tend():
            return False
        if self.connected:
            self.idle()
        if client.wants_write():
            client.send()
        return client.fileno() >= 0

    def _leave(self) -> None:
        client, self._client = self._client, None
        was, self.joined_at_s = self.joined_at_s, None
        if client is not None:
            client.close()
        if was is not None:
            self._guarded(self.left)

    def _new_client(self) -> "Client":
        if self._config.client == "fast" and not self._old:
            return FastClient(self._config, self, self._session_s, self._will)
        version = "3.1.1" if self._old else self._config.version
        return PahoClient(self._config, self, self._session_s, self._will, version)

    def _guarded(self, handler: Any, *arguments: Any) -> None:
        try:
            handler(*arguments)
        except Exception:  # no client must ever see one
            log.exception("%s: a handler failed; the link goes on", self.name)

    # For the client.

    def on_taken(self, session_present: bool, window: int) -> None:
        """The broker took us, and bears `window` messages not confirmed at once."""
        self.connects += 1
        self.joined_at_s = time.monotonic()
        self.trouble = ""
        self.window = min(self._config.window, window)
        self._guarded(self.joined, session_present)

    def on_message(self, topic: str, payload: bytes, retained: bool, number: int) -> None:
        """number: what to acknowledge it under, 0 for nothing."""
        try:
            self.arrived(topic, payload, retained, (self._client, number))
        except Exception:
            log.exception("%s: a message could not be handled", self.name)

    def on_confirmed(self, number: int) -> None:
        self._guarded(self.confirmed, number)

    def on_refused(self, refusal: "Refusal") -> None:
        """The broker will not have us, or something of ours."""
        self._old = self._old or refusal.is_version
        self._ending = refusal.why

    def wake_from_outside(self) -> None:
        """There is something to send."""
        if threading.get_ident() != self.ident:
            self.wake()
