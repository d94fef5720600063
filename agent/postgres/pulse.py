"""One status topic for agents that take turns to lead."""

from typing import TYPE_CHECKING

from ..announcer import OFFLINE, ONLINE

if TYPE_CHECKING:
    from ..announcer import Say


class Pulse:
    """Says online again when the last will of a leader before says otherwise: a machine that is
    gone is noticed by the broker later than by the others."""

    def __init__(self, topic: str) -> None:
        self._topic = f"{topic}/status"
        self._is_due = False

    def filters(self) -> list[str]:
        return [self._topic]

    def joined(self) -> None:
        self._is_due = False

    def speak(self, say: "Say") -> None:
        if self._is_due:
            self._is_due = not say(self._topic, ONLINE, True)

    def heard(self, topic: str, payload: bytes, retained: bool) -> None:
        if topic == self._topic:
            self._is_due = payload == OFFLINE
