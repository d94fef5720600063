"""What the agent says upstream beside the protocol, on a connection of its own.

So nothing here can hold up a board's messages: a broker that refuses a topic ends this
connection, not the uplink's.  <topic>/status says online, and offline by the last will.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from .mqtt_link import MqttLink

if TYPE_CHECKING:
    import paho.mqtt.client as paho

    from .config import Mqtt

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
        super().__init__("announcer", config, 0)
        self.status_topic = f"{topic}/status"
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

    def confirmed(self, mid: int) -> None:
        with self._guard:
            self._unconfirmed = max(0, self._unconfirmed - 1)

    def joined(self, client: "paho.Client", session_present: bool) -> None:
        with self._guard:
            self._unconfirmed = 0
        self.say(self.status_topic, ONLINE, True)
        for speaker in self._speakers:
            speaker.joined()
            for each in speaker.filters():
                client.subscribe(each, qos=1)

    def idle(self, client: "paho.Client") -> None:
        for speaker in self._speakers:
            speaker.speak(self.say)

    def arrived(self, message: "paho.MQTTMessage") -> None:
        client = self._client
        assert client is not None
        client.ack(message.mid, message.qos)
        for speaker in self._speakers:
            speaker.heard(message.topic, bytes(message.payload), bool(message.retain))

    def stop(self) -> None:
        """A goodbye first: after a clean end the broker keeps the will to itself."""
        self.publish(self.status_topic, OFFLINE, 1, True)
        super().stop()

    def _new_client(self) -> Any:
        client = super()._new_client()
        client.will_set(self.status_topic, OFFLINE, 1, True)
        return client
