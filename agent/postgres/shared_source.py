"""The site broker's messages, split among the agents of a group (MQTT 5, $share).

The broker gives each message to one of them and keeps an agent's part in its session, also while
that agent is away.  mosquitto gives nothing of it to the others, not even when the session ends:
so an Heir joins under the name of one that is gone and takes it in.  Retained messages are not
given to a shared subscription at all: a Retained reads them once, for a fleet nobody knows yet.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from protocol import topics

from ..mqtt_client import PahoClient
from ..mqtt_source import MqttSource

if TYPE_CHECKING:
    from ..config import Mqtt
    from ..intake import Accepted, Intake
    from ..wire import Token
    from ..writer import Item

QUIET_S = 1.0  # nothing came for so long: there is no more
_ASK_S = 0.1


def shared_filter(group: str, what: str = topics.UP_FILTER) -> str:
    return f"$share/{group}/{what}"


class SharedSource(MqttSource):
    """may_join(): "" when messages may be taken, else why not."""

    def __init__(
        self, group: str, may_join: Callable[[], str], config: "Mqtt", *wiring: Any, **more: Any
    ) -> None:
        super().__init__(replace(config, version="5"), *wiring, **more)
        self._up_filter = shared_filter(group)
        self._may_join = may_join
        self._retained: Retained | None = None

    def _connection(self) -> None:
        while why := self._may_join():
            self.trouble = why
            if self._stopping.wait(_ASK_S):
                return
        super()._connection()

    def listen(self) -> None:
        if self._old:
            self._ending = "the site broker does not speak MQTT 5, which shared subscriptions need"
            return
        self.subscribe(self._up_filter)

    def joined(self, session_present: bool) -> None:
        super().joined(session_present)
        if not session_present and (self._retained is None or not self._retained.is_alive()):
            self._retained = Retained(self._config, self._intake, self._offer, knows=self._knows)
            self._retained.start()

    def stop(self) -> None:
        super().stop()
        if self._retained is not None:
            self._retained.stop()


class _Visit(MqttSource):
    """Comes once, and goes when nothing came for QUIET_S and all of it is stored."""

    def __init__(
        self,
        config: "Mqtt",
        intake: "Intake",
        offer: "Callable[[Item], bool]",
        *,
        knows: "Callable[[Accepted], bool]" = lambda _copy: False,
    ) -> None:
        super().__init__(replace(config, version="5"), intake, self._counted, knows=knows)
        self._pass_on = offer
        self._guard = threading.Lock()
        self._unsettled = 0
        self._quiet_since_s = 0.0
        self.finished = False

    def joined(self, session_present: bool) -> None:
        with self._guard:
            self._unsettled = 0
        self._quiet_since_s = time.monotonic()
        self.listen()

    def acknowledge(self, tokens: "list[Token]") -> None:
        super().acknowledge(tokens)
        current = self._client
        with self._guard:
            self._unsettled -= sum(client is current for client, _ in tokens)

    def refused(self, count: int) -> None:
        self._ending = "what it brought could not be stored"

    def idle(self) -> None:
        with self._guard:
            is_settled = self._unsettled == 0
        if is_settled and time.monotonic() - self._quiet_since_s >= QUIET_S:
            self.finished = True
            self.last_word()
            self.stop()

    def left(self) -> None:
        """Whoever sent it may send another."""
        self.stop()

    def last_word(self) -> None:
        """Before it goes."""

    def _counted(self, item: "Item") -> bool:
        self._quiet_since_s = time.monotonic()
        with self._guard:
            self._unsettled += 1
        if self._pass_on(item):
            return True
        self._ending = "there is no room for what it brought"
        return False


class Heir(_Visit):
    """Takes in what the broker holds for an agent that is gone, and ends that session.

    Does the agent come back, it pushes the heir off and has the rest itself.
    """

    link_name = "heir"

    def __init__(self, group: str, gone: str, config: "Mqtt", *wiring: Any) -> None:
        super().__init__(replace(config, client_id=gone, client="paho"), *wiring)
        self._up_filter = shared_filter(group)

    def listen(self) -> None:
        assert isinstance(self._client, PahoClient)
        self._client.unsubscribe(self._up_filter)  # from now on the others get its part

    def last_word(self) -> None:
        assert isinstance(self._client, PahoClient)
        self._client.end_session()


class Retained(_Visit):
    """Reads the retained messages once; of the others it takes none."""

    link_name = "retained"
    session_s = 0

    def __init__(self, config: "Mqtt", *wiring: Any, **more: Any) -> None:
        super().__init__(
            replace(config, client_id=f"{config.client_id[:55]}-retained"), *wiring, **more
        )

    def arrived(self, topic: str, payload: bytes, retained: bool, token: "Token") -> None:
        if retained:
            super().arrived(topic, payload, retained, token)
        else:
            MqttSource.acknowledge(self, [token])  # one of the group has it too
