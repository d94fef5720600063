"""The protocol's field tables as msgspec types: the same verdicts, some twenty times quicker.

The quick way is for bytes as boards write them: read and written again they must be the same, so
there is no key twice, no odd number, nothing hidden.  Everything else goes the protocol's own
way, and the reason and the field of a refusal are always the protocol's.
"""

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from protocol.fields import Choice, Flag, Integer, Kind, ListOf, Name, Record, Text
from protocol.message import MAX_PAYLOAD, Message, parse
from protocol.messages import AGENT_MESSAGES, DOWN_MESSAGES, UP_MESSAGES

if TYPE_CHECKING:
    from protocol.fields import Fields

_TEXT = r"^[ !#-\[\]-}]*\Z"
_NAME = r"^[a-z0-9-]*\Z"


def type_of(kind: Kind, name: str) -> Any:
    """The msgspec type with the bounds of kind."""
    if isinstance(kind, Integer):
        return Annotated[int, msgspec.Meta(ge=kind.low, le=kind.high)]
    if isinstance(kind, Flag):
        return bool
    if isinstance(kind, Choice):
        return Literal[kind.words]
    if isinstance(kind, Text):
        pattern = _NAME if isinstance(kind, Name) else _TEXT
        return Annotated[
            str, msgspec.Meta(min_length=kind.least, max_length=kind.most, pattern=pattern)
        ]
    if isinstance(kind, ListOf):
        entry = type_of(kind.kind, name)
        return Annotated[
            list[entry], msgspec.Meta(min_length=kind.least, max_length=kind.most)  # type: ignore[valid-type]
        ]
    if isinstance(kind, Record):
        return struct_of(name, kind.fields)
    raise TypeError(f"{name}: no type for {type(kind).__name__}")


def struct_of(name: str, fields: "Fields") -> type[msgspec.Struct]:
    types = [(field, type_of(kind, f"{name}_{field}")) for field, kind in fields]
    return msgspec.defstruct(name, types, forbid_unknown_fields=True, gc=False)


class Codec:
    """Bytes to a checked struct, for one class of messages."""

    def __init__(self, cls: type[Message]) -> None:
        self.cls = cls
        self.struct = struct_of(cls.__name__, cls.FIELDS)
        self._decoder = msgspec.json.Decoder(self.struct)
        self._record = Record(cls.FIELDS)

    def decode(self, payload: bytes) -> Any:
        """The message's fields as attributes.  Raises protocol.fields.MessageError."""
        if len(payload) <= MAX_PAYLOAD:
            try:
                message = self._decoder.decode(payload)
                if msgspec.json.encode(message) == payload:
                    return message
            except (msgspec.DecodeError, ValueError, RecursionError):
                pass  # the protocol says what is wrong with it, or that nothing is
        return self.slow(payload)

    def slow(self, payload: bytes) -> Any:
        checked = self._record.check("", parse(payload))
        return msgspec.convert(checked, self.struct)


UP = {cls.KIND: Codec(cls) for cls in UP_MESSAGES + AGENT_MESSAGES}
DOWN = {cls.KIND: Codec(cls) for cls in DOWN_MESSAGES}


def plain_fields(message: Any) -> dict[str, Any]:
    """A decoded message as a plain dict."""
    fields: dict[str, Any] = msgspec.to_builtins(message)
    return fields
