"""The messages as an AsyncAPI 3.0 document with one JSON Schema a message, seen from the board.

No part of a station: docs.py writes it into asyncapi.json.  It knows no file; what the comments in
messages.py say comes from a source.
"""

from . import VERSION, messages, topics
from .fields import Choice, Flag, Integer, Kind, ListOf, Name, Record, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    from .message import Message

    class Source(Protocol):
        def comment(self, owner: str, field: str = "") -> str: ...


MESSAGES = messages.UP_MESSAGES + messages.AGENT_MESSAGES + messages.DOWN_MESSAGES
RECORDS = {name: kind for name, kind in vars(messages).items() if isinstance(kind, Record)}
UNITS = {
    "ma": "mA",
    "mv": "mV",
    "mhz": "mHz",
    "ms": "ms",
    "ppm": "ppm",
    "s": "s",
    "w": "W",
    "wh": "Wh",
}


def address(cls: "type[Message]") -> str:
    """The topic with its places."""
    middle = "/{connector}" if cls.PER_CONNECTOR else ""
    return f"{topics.ROOT}/{{station}}/{'up' if cls.UP else 'down'}{middle}/{cls.KIND}"


def paragraphs(cls: "type[Message]") -> "list[str]":
    """The docstring, a string a paragraph."""
    return [" ".join(part.split()) for part in str(cls.__doc__).split("\n\n")]


def record_name(kind: Kind) -> str:
    """LIMIT of messages.LIMIT."""
    return next(name for name, record in RECORDS.items() if record is kind)


def unit(field: str) -> str:
    """What the name of a field counts in, empty where it does not say."""
    return UNITS.get(field.rsplit("_", 1)[-1], "") if "_" in field else ""


def ref(*path: str) -> "dict[str, str]":
    return {"$ref": "#/" + "/".join(path)}


def schema(kind: Kind) -> "dict[str, Any]":
    """JSON Schema of one kind of field."""
    if isinstance(kind, Integer):
        return {"type": "integer", "minimum": kind.low, "maximum": kind.high}
    if isinstance(kind, Flag):
        return {"type": "boolean"}
    if isinstance(kind, Choice):
        return {"type": "string", "enum": list(kind.words)}
    if isinstance(kind, Text):
        letters = "[a-z0-9-]" if isinstance(kind, Name) else r"[ !#-\[\]-}]"
        pattern = f"^{letters}*$"
        least, most = kind.least, kind.most
        return {"type": "string", "minLength": least, "maxLength": most, "pattern": pattern}
    if isinstance(kind, ListOf):
        entries = schema(kind.kind)
        return {"type": "array", "items": entries, "minItems": kind.least, "maxItems": kind.most}
    return ref("components", "schemas", record_name(kind).lower())


class AsyncApi:
    """source: comment(class or record, field).  examples: by kind, {"payload": ...}."""

    def __init__(self, source: "Source", examples: "dict[str, Any]") -> None:
        self.source = source
        self.examples = examples

    def document(self) -> "dict[str, Any]":
        return {
            "asyncapi": "3.0.0",
            "info": {
                "title": "Borne: what charging stations and their supervision say to each other",
                "version": f"{VERSION}.0.0",
                "description": "Seen from the board: it sends what goes up and receives what "
                "comes down; a refusal is its agent's. How to order, acknowledge and answer: "
                "README.md beside this file.",
                "license": {"name": "Apache-2.0"},
            },
            "defaultContentType": "application/json",
            "channels": {cls.KIND: self.channel(cls) for cls in MESSAGES},
            "operations": {self.operation_id(cls): self.operation(cls) for cls in MESSAGES},
            "components": {
                "messages": {cls.KIND: self.message(cls) for cls in MESSAGES},
                "schemas": {name.lower(): self.record(name) for name in RECORDS},
                "parameters": self.parameters(),
            },
        }

    def channel(self, cls: "type[Message]") -> "dict[str, Any]":
        places = {"station": ref("components", "parameters", "station")}
        if cls.PER_CONNECTOR:
            which = "connectorOrStation" if cls is messages.Event else "connector"
            places["connector"] = ref("components", "parameters", which)
        return {
            "address": address(cls),
            "title": cls.KIND,
            "description": " ".join(paragraphs(cls)),
            "parameters": places,
            "messages": {cls.KIND: ref("components", "messages", cls.KIND)},
        }

    def operation_id(self, cls: "type[Message]") -> str:
        return f"{'send' if cls.UP else 'receive'}-{cls.KIND}"

    def operation(self, cls: "type[Message]") -> "dict[str, Any]":
        who = "agent" if cls in messages.AGENT_MESSAGES else "board"
        body: dict[str, Any] = {
            "action": "send" if cls.UP else "receive",
            "channel": ref("channels", cls.KIND),
            "title": f"The {who} {'sends' if cls.UP else 'receives'} {cls.KIND}",
            "summary": paragraphs(cls)[0],
            "messages": [ref("channels", cls.KIND, "messages", cls.KIND)],
            "bindings": {
                "mqtt": {"qos": cls.QOS, "retain": cls.RETAINED, "bindingVersion": "0.2.0"}
            },
        }
        if self.has_id(cls) and not cls.UP:
            ack = messages.Ack.KIND
            answers = [ref("channels", ack, "messages", ack)]
            body["reply"] = {"channel": ref("channels", ack), "messages": answers}
        return body

    def message(self, cls: "type[Message]") -> "dict[str, Any]":
        body: dict[str, Any] = {
            "name": cls.KIND,
            "title": cls.__name__,
            "summary": paragraphs(cls)[0],
            "payload": self.whole(cls.__name__, cls.FIELDS, " ".join(paragraphs(cls))),
            "examples": [{"name": cls.KIND, "payload": self.examples[cls.KIND]["payload"]}],
        }
        if self.has_id(cls):
            body["correlationId"] = {"location": "$message.payload#/id"}
        return body

    def has_id(self, cls: "type[Message]") -> bool:
        return "id" in dict(cls.FIELDS)

    def record(self, name: str) -> "dict[str, Any]":
        return self.whole(name, RECORDS[name].fields, self.source.comment(name))

    def whole(self, owner: str, fields: "Any", description: str) -> "dict[str, Any]":
        """The schema of an object.  Unknown keys are allowed: a newer peer may send them."""
        properties = {}
        for name, kind in fields:
            inner = schema(kind)
            body: dict[str, Any] = {"description": self.source.comment(owner, name)}
            if unit(name):
                body["x-unit"] = unit(name)
            body.update({"allOf": [inner]} if "$ref" in inner else inner)
            properties[name] = body
        return {
            "type": "object",
            "description": description,
            "required": [name for name, _ in fields],
            "properties": properties,
        }

    def parameters(self) -> "dict[str, Any]":
        numbers = [str(number) for number in range(topics.MAX_CONNECTORS + 1)]
        least, most = topics.STATION.least, topics.STATION.most
        return {
            "station": {
                "description": f"Name of the station: {least}..{most} of a-z, 0-9 and -.",
                "examples": ["yard-07"],
            },
            "connector": {
                "description": "Number of the socket or cable.",
                "enum": numbers[1:],
            },
            "connectorOrStation": {
                "description": "Number of the socket or cable; 0 is the station itself.",
                "enum": numbers,
            },
        }
