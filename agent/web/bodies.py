"""What a command's body holds, from the protocol's own field tables.

Types and names are checked here, so that a slip is a plain 400.  Ranges are told in the API's
description and judged by downlink.py, which writes its answer into the audit.
"""

from typing import Annotated, Any

import msgspec

from protocol.fields import Choice, Integer, Kind, Text
from protocol.message import Message

HEAD = ("id", "boot_id", "expires_ms")  # the agent's own part
DEFAULTS: dict[str, dict[str, Any]] = {
    "set-limit": {"owner": "operator"},
    "start": {"user": ""},
    "stop": {"owner": "operator"},
    "identify": {"duration_s": 30},
    "get-config": {"key": ""},
}
_ID = Annotated[
    str,
    msgspec.Meta(
        extra_json_schema={
            "description": "The same id again is not done again: it has the first answer.",
            "extra": {"max_length": 36, "pattern": "^[a-z0-9-]*$"},
        }
    ),
]


def body_of(cls: type[Message]) -> type[msgspec.Struct]:
    """The body of one command as a type."""
    defaults = DEFAULTS.get(cls.KIND, {})
    entries: list[Any] = []
    for name, kind in cls.FIELDS:
        if name not in HEAD:
            entry = (name, _type(kind))
            entries.append((*entry, defaults[name]) if name in defaults else entry)
    entries.sort(key=len)  # what has a default comes last
    entries.append(("id", _ID, ""))
    return msgspec.defstruct(f"{cls.__name__}Body", entries, forbid_unknown_fields=True)


def values_of(body: msgspec.Struct) -> tuple[dict[str, Any], str]:
    """(the command's fields, its id)."""
    values: dict[str, Any] = msgspec.structs.asdict(body)
    return values, str(values.pop("id"))


def _type(kind: Kind) -> Any:
    told: dict[str, Any] = {}
    if isinstance(kind, Integer):
        told = {"minimum": kind.low, "maximum": kind.high}
    elif isinstance(kind, Choice):
        told = {"enum": list(kind.words)}
    elif isinstance(kind, Text):
        told = {"min_length": kind.least, "max_length": kind.most}
    base = int if isinstance(kind, Integer) else str
    return Annotated[base, msgspec.Meta(extra_json_schema={"extra": told})]
