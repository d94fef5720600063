"""Boards that speak MQTT themselves: the connection to the site broker.

A message is acknowledged to the broker only once it is on disk.  What could not be stored stays
unacknowledged and comes again after a reconnect.
"""

import logging
import time
from typing import TYPE_CHECKING, Any

import paho.mqtt.client as paho

from protocol import topics
from protocol.messages import Hello, Receipt

from .intake import Accepted
from .moment import board_time_s
from .mqtt_link import MqttLink
from .writer import Item

if TYPE_CHECKING:
    from collections.abc import Callable

    from .config import Mqtt
    from .intake import Intake
    from .mqtt_client import Client

log = logging.getLogger("borne.site")

FIRST_HELLO_S = 1.0  # after a connect; the retained copies have told who is there
HELLO_S = 45.0
HELLO_WITHIN_S = 60  # what the hello says
SESSION_S = 7 * 86_400  # how long the broker keeps what we have not taken


class MqttSource(MqttLink):
    """link_changed(link, is_up) is called when the site broker comes and goes; stations() says
    whom to say hello to, knows(copy) whether a retained copy is news."""

    source = "mqtt"
    link_name = "site"
    session_s = SESSION_S

    def __init__(  # noqa: PLR0913  each is one word of wiring
        self,
        config: "Mqtt",
        intake: "Intake",
        offer: "Callable[[Item], bool]",
        link_changed: "Callable[[str, bool], None]" = lambda _name, _up: None,
        *,
        stations: "Callable[[], list[str]]" = list,
        knows: "Callable[[Accepted], bool]" = lambda _copy: False,
    ) -> None:
        super().__init__(self.link_name, config, self.session_s)
        self._intake = intake
        self._offer = offer
        self._link_changed = link_changed
        self._stations = stations
        self._knows = knows
        self._hello_s = 0.0  # when the next hello is due
        self.failed = 0  # messages whose handling raised
        self.held_back = 0  # messages left unacknowledged since the last reconnect

    def joined(self, client: paho.Client, session_present: bool) -> None:
        log.info("at the site broker; session %s", "resumed" if session_present else "new")
        self.held_back = 0
        self._hello_s = time.monotonic() + FIRST_HELLO_S
        self.listen(client)
        self._link_changed(self.source, True)

    def listen(self, client: paho.Client) -> None:
        client.subscribe(topics.UP_FILTER, qos=1)

    def idle(self, client: paho.Client) -> None:
        """Now and then tell every board that somebody listens."""
        now_s = time.monotonic()
        if now_s >= self._hello_s:
            self._hello_s = now_s + HELLO_S
            for station in self._stations():
                self.hello(station)

    def hello(self, station: str) -> None:
        message = Hello(interval_s=HELLO_WITHIN_S, time_s=board_time_s())
        self.publish(topics.topic(station, False, Hello.KIND), message.encode(), Hello.QOS)

    def left(self) -> None:
        self._link_changed(self.source, False)

    def arrived(self, message: paho.MQTTMessage) -> None:
        client = self._client
        assert client is not None
        try:
            topic = message.topic
        except UnicodeDecodeError:
            self._intake.refuse("bad-topic", "is not UTF-8")
            client.ack(message.mid, message.qos)
            return
        try:
            taken = self._intake.take(topic, bytes(message.payload), bool(message.retain))
        except Exception:  # never stored, so never receipted: a record comes again
            log.exception("a message could not be handled")
            self.failed += 1
            client.ack(message.mid, message.qos)
            return
        if not isinstance(taken, Accepted):
            client.ack(message.mid, message.qos)  # it would never become better
            return
        if taken.retained and self._knows(taken):  # a new subscription brings them all again
            client.ack(message.mid, message.qos)
            return
        if taken.kind == "birth" and not message.retain:
            self.hello(taken.station)
        if not self._offer(Item(taken, self, (client, message.mid, message.qos))):
            self.held_back += message.qos > 0

    # For the writer.

    def acknowledge(self, tokens: "list[Any]") -> None:
        current = self._client
        client: Client
        for client, mid, qos in tokens:
            if qos and client is current:  # a number means nothing on another connection
                client.ack(mid, qos)

    def refused(self, count: int) -> None:
        self.held_back += count

    def room(self) -> None:
        if self.held_back:
            self.restart("taking what could not be stored before")

    def receipt(self, station: str, boot_id: int, up_to_seq: int) -> None:
        message = Receipt(boot_id=boot_id, up_to_seq=up_to_seq)
        self.publish(topics.topic(station, False, Receipt.KIND), message.encode())
