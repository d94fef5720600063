"""The connection to the upstream broker: stored messages up, commands down.

The forwarder says which rows; this publishes them and matches each PUBACK to its row by a map of
its own, made anew for every connection.
"""

import logging
import time
from typing import TYPE_CHECKING, Protocol

from protocol import topics
from protocol.messages import UP_MESSAGES

from .forwarder import Forwarder, Rows
from .mqtt_link import MqttLink

if TYPE_CHECKING:
    from collections.abc import Callable

    from .config import Mqtt
    from .wire import Token

log = logging.getLogger("borne.upstream")

SESSION_S = 600  # a command is stale after at most this long anyway
_RETAINED = frozenset(cls.KIND for cls in UP_MESSAGES if cls.RETAINED)


class Queue(Rows, Protocol):
    """Stored rows.  damaged: those whose bytes are not what was stored."""

    damaged: list[int]

    def reopen(self) -> None:
        """The store was replaced."""

    def from_disk(self) -> None:
        """Nothing handed out before counts."""


class Uplink(MqttLink):
    """commanded(topic, payload, retained) gets what the backend sends down."""

    def __init__(  # noqa: PLR0913  each is one word of wiring
        self,
        config: "Mqtt",
        waiting: Queue,
        commanded: "Callable[[str, bytes, bool], object]" = lambda *_: None,
        keep_s: int = 0,
        *,
        down_filter: str = topics.DOWN_FILTER,
        session_s: int = SESSION_S,
    ) -> None:
        super().__init__("upstream", config, session_s)
        self._down_filter = down_filter
        self._waiting = waiting
        self._commanded = commanded
        self._forwarder = Forwarder(waiting, window=config.window, keep_ms=keep_s * 1_000)
        self._rows: dict[int, int] = {}  # number -> row id, of this connection
        self._start_over = False
        self.sent = 0

    def joined(self, session_present: bool) -> None:
        log.info("at the upstream broker")
        self._rows.clear()
        self._forwarder.window = self.window
        self._waiting.from_disk()
        self._forwarder.connected()
        self.subscribe(self._down_filter)

    def arrived(self, topic: str, payload: bytes, retained: bool, token: "Token") -> None:
        self.acknowledge([token])
        self._commanded(topic, payload, retained)

    def idle(self) -> None:
        if self._start_over:
            self._start_over = False
            self._waiting.reopen()
            self._waiting.from_disk()
            self._rows.clear()
            self._forwarder.connected()
        for row in self._forwarder.to_publish():
            number = self.publish(row.topic, row.payload, 1, row.kind in _RETAINED)
            if not number:
                self.restart("a message was not taken")
                return
            self._rows[number] = row.id

    def confirmed(self, number: int) -> None:
        row_id = self._rows.pop(number, None)
        if row_id is not None:
            self.sent += 1
            self._forwarder.confirmed(row_id, _now_ms())

    # For the writer.

    def take_forgettable(self) -> list[int]:
        """Rows the upstream broker has, and rows whose bytes are damaged; each told once."""
        damaged, self._waiting.damaged = self._waiting.damaged, []
        return self._forwarder.take_forgettable(_now_ms()) + damaged

    def start_over(self) -> None:
        """The outbox was replaced: row ids begin anew."""
        self._start_over = True
        self.wake()

    @property
    def unconfirmed(self) -> int:
        return self._forwarder.unconfirmed

    @property
    def kept(self) -> int:
        return self._forwarder.kept


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000
