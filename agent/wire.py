"""What a connection to a broker looks like to whoever has one, whichever library speaks MQTT."""

from dataclasses import dataclass
from typing import Any, Protocol

LARGEST_PACKET = 2 << 20  # what a broker may send us at all; smaller ones are refused by name
CONNECT_TIMEOUT_S = 5.0
MOST_WINDOW = 65_535

Token = tuple[Any, int]  # the connection a message came on, its number there


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker says for us, retained at QoS 1, when we are gone without a goodbye."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Refusal:
    """is_version: the broker does not speak this version of MQTT."""

    why: str
    is_version: bool = False


class Listener(Protocol):
    """Who has the connection.  All but wake_from_outside() runs in its own thread."""

    def on_taken(self, session_present: bool, window: int) -> None: ...
    def on_message(self, topic: str, payload: bytes, retained: bool, number: int) -> None: ...
    def on_confirmed(self, number: int) -> None: ...
    def on_refused(self, refusal: Refusal) -> None: ...
    def wake_from_outside(self) -> None: ...


class Client(Protocol):
    """One connection, from connect() to close().  publish() and acknowledge() from any thread,
    the rest in the listener's."""

    def connect(self) -> None:
        """Open it and say CONNECT.  Raises OSError, ValueError."""

    def fileno(self) -> int:
        """To poll; -1 when the connection is gone."""

    def has_more(self) -> bool:
        """There is something to read that poll() does not see."""

    def wants_write(self) -> bool: ...

    def receive(self) -> None:
        """Read what is there and tell the listener, in bounded portions."""

    def send(self) -> None:
        """As much as the socket takes."""

    def tend(self) -> bool:
        """Keep it alive.  False when it is dead."""

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> int:
        """The number its confirmation will carry, 0 when it was not taken."""

    def subscribe(self, pattern: str) -> None: ...

    def acknowledge(self, numbers: list[int]) -> None: ...

    def goodbye(self) -> None:
        """Say DISCONNECT, when that goes without waiting."""

    def close(self) -> None: ...
