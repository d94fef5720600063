"""What the agent says upstream beside the protocol, on a connection of its own.

So nothing here can hold up a board's messages: a broker that refuses a topic ends this
connection, not the uplink's.  <topic>/status says online, and offline by the last will.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from .mqtt_link import MqttLink

if TYPE_CHECKING:
    import paho.mqtt.client as paho

    from .config import Mqtt

log = logging.getLogger("borne.announcer")

ONLINE, OFFLINE = b"online", b"offline"
Publish = Callable[[str, bytes, int, bool], bool]  # topic, payload, QoS, retain


class Speaker(Protocol):
    """Somebody with something to say.  All runs in the announcer's thread."""

    def filters(self) -> list[str]:
        """What it wants to hear."""

    def joined(self) -> None:
        """A new connection: nothing said before counts."""

    def speak(self, publish: Publish) -> None:
        """Say what is new; called about twice a second while connected."""

    def heard(self, topic: str, payload: bytes, retained: bool) -> None:
        """A message for one of its filters, or another's."""


class Announcer(MqttLink):
    """upstream: the connection whose broker, user and password it shares."""

    def __init__(self, upstream: "Mqtt", topic: str, speakers: list[Speaker]) -> None:
        config = replace(upstream, client_id=f"{upstream.client_id}-announcer"[:64])
        super().__init__("announcer", config, 0)
        self.status_topic = f"{topic}/status"
        self._speakers = speakers

    def joined(self, client: "paho.Client", session_present: bool) -> None:
        self.publish(self.status_topic, ONLINE, 1, True)
        for speaker in self._speakers:
            speaker.joined()
            for each in speaker.filters():
                client.subscribe(each, qos=1)

    def idle(self, client: "paho.Client") -> None:
        for speaker in self._speakers:
            speaker.speak(self.publish)

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
