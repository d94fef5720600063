"""What a board says, in few words, for tests of the agent."""

from typing import Any

from agent.intake import Accepted, Intake
from protocol import topics
from protocol.messages import (
    Ack,
    Birth,
    Condition,
    Death,
    Event,
    Health,
    Message,
    Meter,
    Session,
    State,
)
from tests.protocol.samples import values


def payload(cls: type[Message], boot: int, seq: int, **more: Any) -> bytes:
    """A message with its fields at their smallest, but for those named."""
    return cls(**(values(cls) | {"boot_id": boot, "seq": seq} | more)).encode()


def topic(cls: type[Message], station: str = "st-1", connector: int = 1) -> str:
    number = connector if cls.PER_CONNECTOR else -1
    return topics.topic(station, True, cls.KIND, number)


def accepted(
    cls: type[Message],
    boot: int = 1,
    seq: int = 1,
    *,
    station: str = "st-1",
    connector: int = 1,
    retained: bool = False,
    **more: Any,
) -> Accepted:
    """The same, as the intake hands it on."""
    said = payload(cls, boot, seq, **more)
    found = Intake().take(topic(cls, station, connector), said, retained)
    assert isinstance(found, Accepted), found
    return found


def record(seq: int, prev: int, boot: int = 1, station: str = "st-1", **more: Any) -> Accepted:
    return accepted(Event, boot, seq, station=station, prev=prev, **more)


def reading(seq: int, boot: int = 1, station: str = "st-1", **more: Any) -> Accepted:
    """Telemetry."""
    return accepted(Meter, boot, seq, station=station, **more)


__all__ = [
    "Ack",
    "Birth",
    "Condition",
    "Death",
    "Event",
    "Health",
    "Meter",
    "Session",
    "State",
    "accepted",
    "payload",
    "reading",
    "record",
    "topic",
]
