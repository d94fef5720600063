"""Boards that speak MQTT themselves: the connection to the site broker.

A message is acknowledged to the broker only once it is on disk.  What could not be stored stays
unacknowledged and comes again after a reconnect.
"""

import logging
import time
from typing import TYPE_CHECKING

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
    from .wire import Token

log = logging.getLogger("borne.site")

FIRST_HELLO_S = 1.0  # after a connect; the retained copies have told who is there
HELLO_S = 45.0
HELLO_WITHIN_S = 60  # what the hello says
SESSION_S = 7 * 86_400  # how long the broker keeps what we have not taken


class MqttSource(MqttLink):
    """link_changed(link, is_up) is called when the site broker comes and goes; stations() says
    whom to say hello to, knows(copy) whether a retained copy is news, has_room() whether the
    writer keeps up: some brokers send more than the window they were given."""

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
        has_room: "Callable[[], bool]" = lambda: True,
    ) -> None:
        super().__init__(self.link_name, config, self.session_s)
        self._intake = intake
        self._offer = offer
        self._link_changed = link_changed
        self._stations = stations
        self._knows = knows
        self._has_room = has_room
        self._hello_s = 0.0  # when the next hello is due
        self.failed = 0  # messages whose handling raised
        self.held_back = 0  # messages left unacknowledged since the last reconnect

    def joined(self, session_present: bool) -> None:
        log.info("at the site broker; session %s", "resumed" if session_present else "new")
        self.held_back = 0
        self._hello_s = time.monotonic() + FIRST_HELLO_S
        self.listen()
        self._link_changed(self.source, True)

    def listen(self) -> None:
        """Ask for the messages of the boards."""
        self.subscribe(topics.UP_FILTER)

    def idle(self) -> None:
        """Now and then tell every board that somebody listens."""
        now_s = time.monotonic()
        if now_s >= self._hello_s:
            self._hello_s = now_s + HELLO_S
            for station in self._stations():
                self.hello(station)

    def hello(self, station: str) -> None:
        message = Hello(interval_s=HELLO_WITHIN_S, time_s=board_time_s(), begins=False)
        self.publish(topics.topic(station, False, Hello.KIND), message.encode(), Hello.QOS)

    def has_room(self) -> bool:
        return self._has_room()

    def left(self) -> None:
        self._link_changed(self.source, False)

    def arrived(self, topic: str, payload: bytes, retained: bool, token: "Token") -> None:
        if not topic:
            self._intake.refuse("bad-topic", "is not UTF-8")
            self.acknowledge([token])
            return
        try:
            taken = self._intake.take(topic, payload, retained)
        except Exception:  # never stored, so never receipted: a record comes again
            log.exception("a message could not be handled")
            self.failed += 1
            self.acknowledge([token])
            return
        # What is refused would never become better; what a new subscription brings again is known.
        if not isinstance(taken, Accepted) or (retained and self._knows(taken)):
            self.acknowledge([token])
            return
        if taken.kind == "birth" and not retained:
            self.hello(taken.station)
        if not self._offer(Item(taken, self, token)):
            self.held_back += token[1] > 0

    # For the writer, beside acknowledge().

    def refused(self, count: int) -> None:
        self.held_back += count

    def room(self) -> None:
        if self.held_back:
            self.restart("taking what could not be stored before")

    def receipt(self, station: str, boot_id: int, up_to_seq: int) -> None:
        message = Receipt(boot_id=boot_id, up_to_seq=up_to_seq)
        self.publish(topics.topic(station, False, Receipt.KIND), message.encode())
