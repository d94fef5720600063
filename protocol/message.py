"""What every message can do: check itself, become bytes, come back from bytes."""

from .fields import MessageError
from .strict_json import loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import ClassVar, Self, dataclass_transform

    from .fields import Fields
else:

    def dataclass_transform(**_options):
        return lambda cls: cls


MAX_PAYLOAD = 1024  # bytes; the largest message a board ever builds or reads


def parse(payload: "bytes | bytearray | memoryview") -> "dict[str, object]":
    """The JSON object in payload.  Raises MessageError: too-long, not-text, not-json, not-object.

    Only the shape is proven here; every field is checked by its kind afterwards.
    """
    if len(payload) > MAX_PAYLOAD:
        raise MessageError("too-long", "", f"{len(payload)} bytes, at most {MAX_PAYLOAD}")
    try:
        # MicroPython takes over-long UTF-8 and halves of pairs; nobody takes ASCII for more.
        ascii_only = len(str(payload, "utf-8")) == len(payload)
    except ValueError:
        ascii_only = False
    if not ascii_only:
        raise MessageError("not-text", "", "is not ASCII")
    try:
        values = loads(bytes(payload))
    except ValueError as error:
        raise MessageError("not-json", "", str(error)) from None
    if type(values) is not dict:
        raise MessageError("not-object", "", "is not a JSON object")
    return values


@dataclass_transform(kw_only_default=True)
class Message:
    """One message.  Subclasses say their fields twice: annotations for readers and type
    checkers, FIELDS for the wire; a test compares them."""

    KIND: "ClassVar[str]" = ""  # last word of the topic
    UP: "ClassVar[bool]" = True  # from the board; False: to the board
    PER_CONNECTOR: "ClassVar[bool]" = False  # the topic carries a connector number
    RETAINED: "ClassVar[bool]" = False
    QOS: "ClassVar[int]" = 1
    RECORD: "ClassVar[bool]" = False  # kept by the board until a receipt covers it
    FIELDS: "ClassVar[Fields]" = ()

    def __init__(self, **values: object) -> None:
        """Raises MessageError for a missing, unknown or unfit field."""
        for field, kind in self.FIELDS:
            if field not in values:
                raise MessageError("missing-field", field, "is not there")
            setattr(self, field, kind.check(field, values.pop(field)))
        if values:
            raise MessageError("bad-field", sorted(values)[0], f"{self.KIND} has no such field")

    def encode(self) -> bytes:
        """JSON with the keys in FIELDS order: the same bytes on every interpreter."""
        pairs = [f'"{name}":{kind.encode(getattr(self, name))}' for name, kind in self.FIELDS]
        payload = ("{" + ",".join(pairs) + "}").encode()
        if len(payload) > MAX_PAYLOAD:
            raise MessageError("too-long", "", f"{self.KIND} has {len(payload)} bytes")
        return payload

    @classmethod
    def decode(cls, payload: "bytes | bytearray | memoryview") -> "Self":
        """Check and read payload.  Unknown keys are dropped: a newer peer may send them."""
        values = parse(payload)
        return cls(**{name: values[name] for name, _ in cls.FIELDS if name in values})
