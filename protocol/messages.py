"""Every message, one class each: what a board says (reports.py), what it is told (orders.py).

A class says its fields twice: the annotations with their comments are for readers and for the
generated documents (docs.py), FIELDS is for the wire.  Every message carries boot_id and seq: one
counter a boot for all kinds, so (station, boot_id, seq) names a message for ever and a missing
number is a loss.  Clocks are the board's own: uptime_ms wraps every 2**30 ms (12.4 days).
"""

from .fields import MessageError
from .kinds import FAULT, ID, LIMIT, REASON
from .message import Message, parse
from .orders import (
    ClearCard,
    ClearFault,
    GetConfig,
    Hello,
    Identify,
    Reboot,
    Receipt,
    SetCard,
    SetConfig,
    SetLimit,
    Start,
    Stop,
)
from .reports import (
    Ack,
    Birth,
    Condition,
    Death,
    Event,
    Health,
    Meter,
    Refusal,
    Session,
    State,
)

__all__ = (
    "AGENT_MESSAGES",
    "DOWN_MESSAGES",
    "FAULT",
    "ID",
    "LIMIT",
    "REASON",
    "UP_MESSAGES",
    "Ack",
    "Birth",
    "ClearCard",
    "ClearFault",
    "Condition",
    "Death",
    "Event",
    "GetConfig",
    "Health",
    "Hello",
    "Identify",
    "Meter",
    "Reboot",
    "Receipt",
    "Refusal",
    "Session",
    "SetCard",
    "SetConfig",
    "SetLimit",
    "Start",
    "State",
    "Stop",
    "find",
    "id_in",
)

UP_MESSAGES = (Birth, Death, State, Meter, Session, Event, Health, Condition, Ack)
AGENT_MESSAGES = (Refusal,)  # the agent's own word to the backend; no board says or hears it
DOWN_MESSAGES = (
    Hello,
    Receipt,
    SetLimit,
    Start,
    Stop,
    ClearFault,
    Reboot,
    Identify,
    GetConfig,
    SetConfig,
    SetCard,
    ClearCard,
)


def find(up: bool, kind: str) -> "type[Message] | None":
    """The class of a message, or None."""
    for cls in UP_MESSAGES + AGENT_MESSAGES if up else DOWN_MESSAGES:
        if kind == cls.KIND:
            return cls
    return None


def id_in(payload: "bytes | bytearray | memoryview") -> str:
    """The id of a command that cannot be taken, "" when there is none to answer to."""
    try:
        return str(ID.check("id", parse(payload).get("id")))
    except MessageError:
        return ""
