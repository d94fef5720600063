"""What the agent says upstream beside the protocol, on a connection of its own.

So nothing here can hold up a board's messages: a broker that refuses a topic ends this
connection, not the uplink's.  <topic>/status says online, and offline by the last will.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from .mqtt_link import MqttLink
from .wire import Will

if TYPE_CHECKING:
    from .config import Mqtt
    from .wire import Token

log = logging.getLogger("borne.announcer")

ONLINE, OFFLINE = b"online", b"offline"
Say = Callable[[str, bytes, bool], bool]  # topic, payload, retain -> taken


class Speaker(Protocol):
    """Somebody with something to say.  All runs in the announcer's thread."""

    def filters(self) -> list[str]:
        """What it wants to hear."""

    def joined(self) -> None:
        """A new connection: nothing said before counts."""

    def speak(self, say: Say) -> None:
        """Say what is new; called at least twice a second while connected."""

    def heard(self, topic: str, payload: bytes, retained: bool) -> None:
        """A message for one of its filters, or another's."""


class Announcer(MqttLink):
    """upstream: the connection whose broker, user and password it shares."""

    def __init__(self, upstream: "Mqtt", topic: str, speakers: list[Speaker]) -> None:
        config = replace(upstream, client_id=f"{upstream.client_id}-announcer"[:64])
        self.status_topic = f"{topic}/status"
        super().__init__("announcer", config, 0, Will(self.status_topic, OFFLINE))
        self._speakers = speakers
        self._guard = threading.Lock()
        self._unconfirmed = 0

    def say(self, topic: str, payload: bytes, retain: bool = False) -> bool:
        """At QoS 1.  False without a connection, or while the broker has enough of us."""
        with self._guard:
            if self._unconfirmed >= self.window:
                return False
            self._unconfirmed += 1
        if self.publish(topic, payload, 1, retain):
            return True
        self.confirmed(0)
        return False

    def confirmed(self, number: int) -> None:
        with self._guard:
            self._unconfirmed = max(0, self._unconfirmed - 1)

    def joined(self, session_present: bool) -> None:
        with self._guard:
            self._unconfirmed = 0
        self.say(self.status_topic, ONLINE, True)
        for speaker in self._speakers:
            speaker.joined()
            for each in speaker.filters():
                self.subscribe(each)

    def idle(self) -> None:
        for speaker in self._speakers:
            speaker.speak(self.say)

    def arrived(self, topic: str, payload: bytes, retained: bool, token: "Token") -> None:
        self.acknowledge([token])
        for speaker in self._speakers:
            speaker.heard(topic, payload, retained)

    def stop(self) -> None:
        """A goodbye first: after a clean end the broker keeps the will to itself."""
        self.publish(self.status_topic, OFFLINE, 1, True)
        super().stop()
