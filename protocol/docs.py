"""README.md's tables and asyncapi.json, written from the message classes.

    python -m protocol.docs           writes both
    python -m protocol.docs --check   names what is out of date and exits 1

Runs on a computer only.  What a field means is its comment in messages.py, what it may hold is
its kind, its unit is the end of its name; what a code means is in words/en.py; the examples are
the payloads that the tests hold.  README.md's own sentences stand outside the marks and stay.
"""

import ast
import io
import json
import re
import sys
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import VERSION, codes, frame, message, messages, topics
from .fields import MAX_INT, Choice, Flag, Integer, Kind, ListOf, Name, Record, Text
from .message import Message
from .words import en

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "tests" / "protocol" / "golden.json"
MARK = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
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
LISTS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "States": (codes.STATES, en.STATES),
    "Why": (codes.WHYS, en.WHYS),
    "Owners": (codes.OWNERS, en.OWNERS),
    "Faults": (codes.FAULT_CODES, en.FAULTS),
    "Phases": (codes.PHASES, en.SESSION_PHASES),
    "Stop reasons": (codes.STOP_REASONS, en.STOP_REASONS),
    "Events": (codes.EVENTS, en.EVENTS),
    "Meter qualities": (codes.METER_QUALITIES, en.QUALITIES),
    "Resets": (codes.RESETS, en.RESETS),
    "Answers": (codes.ANSWERS, en.ANSWERS),
}
MESSAGES = messages.UP_MESSAGES + messages.DOWN_MESSAGES
RECORDS = {name: kind for name, kind in vars(messages).items() if isinstance(kind, Record)}


@dataclass(frozen=True)
class Field:
    """One field of a message or of a nested record."""

    name: str
    kind: Kind
    meaning: str

    @property
    def unit(self) -> str:
        return UNITS.get(self.name.rpartition("_")[2], "") if "_" in self.name else ""


class Source:
    """messages.py as people read it: the comments beside the fields."""

    def __init__(self, path: Path = HERE / "messages.py") -> None:
        self.path = path
        text = path.read_text()
        self._comments = {
            token.start[0]: token.string.lstrip("# ")
            for token in tokenize.generate_tokens(io.StringIO(text).readline)
            if token.type == tokenize.COMMENT
        }
        self._lines: dict[tuple[str, str], int] = {}
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef):
                for line in node.body:
                    if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
                        self._lines[node.name, line.target.id] = line.lineno
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                name = node.targets[0].id
                self._lines[name, ""] = node.lineno - 1
                for pair in ast.walk(node.value):
                    if isinstance(pair, ast.Tuple) and isinstance(pair.elts[0], ast.Constant):
                        self._lines[name, str(pair.elts[0].value)] = pair.lineno

    def comment(self, owner: str, field: str = "") -> str:
        """What the comment says; "see Birth" is what Birth says of the same field.

        SystemExit where a field has none: the documents need it.
        """
        line = self._lines.get((owner, field), 0)
        if line not in self._comments:
            raise SystemExit(f"{self.path.name}: {owner}.{field} has no comment")
        said = self._comments[line]
        return self.comment(said[4:], field) if said.startswith("see ") else said

    def fields(self, owner: str, fields: "tuple[tuple[str, Kind], ...]") -> list[Field]:
        return [Field(name, kind, self.comment(owner, name)) for name, kind in fields]


def address(cls: type[Message]) -> str:
    middle = "/{connector}" if cls.PER_CONNECTOR else ""
    return f"{topics.ROOT}/{{station}}/{'up' if cls.UP else 'down'}{middle}/{cls.KIND}"


def paragraphs(cls: type[Message]) -> list[str]:
    """The docstring, a string a paragraph."""
    return [re.sub(r"\s+", " ", part).strip() for part in (cls.__doc__ or "").split("\n\n")]


def record_name(kind: Kind) -> str:
    return next((name for name, record in RECORDS.items() if record is kind), "")


# README.md


def anchor(heading: str) -> str:
    return f"#{heading.lower().replace(' ', '-')}"


def marked(sentence: str) -> str:
    """A sentence of the source with its field names marked up."""
    return re.sub(r"(?<!`)\b([a-z]+(?:_[a-z]+)+)\b", r"`\1`", sentence)


def number(value: int) -> str:
    return {MAX_INT: "2^30-1", -MAX_INT: "-(2^30-1)"}.get(value, str(value))


def span(low: int, high: int) -> str:
    return f"{number(low)}..{number(high)}" if low != high else number(low)


def choice_shown(words: tuple[str, ...]) -> str:
    for heading, (known, _) in LISTS.items():
        if words[: len(known)] == known:
            rest = "".join(f" or `{word}`" for word in words[len(known) :])
            return f"[{heading.lower()}]({anchor(heading)}){rest}"
    return " or ".join(f"`{word}`" for word in words)


def shown(kind: Kind, unit: str) -> str:
    """What a field may hold, in a few words."""
    match kind:
        case Integer():
            return f"{span(kind.low, kind.high)} {unit}".strip()
        case Flag():
            return "`true` or `false`"
        case Choice():
            return choice_shown(kind.words)
        case Text():
            letters = " of `a-z 0-9 -`" if isinstance(kind, Name) else ""
            return f"text, {span(kind.least, kind.most)}{letters}"
        case ListOf():
            return f"list of {span(kind.least, kind.most)}: {shown(kind.kind, unit)}"
        case Record():
            name = record_name(kind).lower()
            return f"[{name}]({anchor(name)})"
    raise TypeError(kind)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def fields_table(fields: list[Field]) -> str:
    rows = [(f"`{f.name}`", shown(f.kind, f.unit), marked(f.meaning)) for f in fields]
    return table(("field", "holds", "meaning"), rows)


def travels(cls: type[Message]) -> str:
    words = [f"QoS {cls.QOS}"]
    words += ["retained"] if cls.RETAINED else []
    words += ["record"] if cls.RECORD else []
    return ", ".join(words)


class Readme:
    """The generated parts of README.md, each under the name its mark has."""

    def __init__(self, source: Source, examples: dict[str, Any]) -> None:
        self.source = source
        self.examples = examples

    def fill(self, text: str) -> str:
        """text with everything between marks written anew."""
        return MARK.sub(lambda m: f"{m[1]}{getattr(self, 'part_' + m[2])()}{m[3]}", text)

    def part_topics(self) -> str:
        rows = [
            (
                f"`{address(c)}`",
                travels(c),
                f"[{c.KIND}]({anchor(c.KIND)}): {marked(self.first(c))}",
            )
            for c in MESSAGES
        ]
        return table(("topic", "", "message"), rows)

    def first(self, cls: type[Message]) -> str:
        return paragraphs(cls)[0].partition(". ")[0].rstrip(".")

    def part_bounds(self) -> str:
        station = (
            shown(topics.STATION, "").removeprefix("text, ").replace(" of ", " characters of ")
        )
        rows = [
            ("version of the protocol", f"{VERSION}"),
            ("`{station}`", station),
            ("`{connector}`", f"1..{topics.MAX_CONNECTORS}; 0 in an event of the station itself"),
            ("topic", f"at most {topics.MAX_TOPIC} characters"),
            ("payload", f"at most {message.MAX_PAYLOAD} bytes of ASCII"),
            ("line of a serial frame", f"at most {frame.MAX_FRAME} bytes"),
            ("whole numbers", f"-(2^30-1)..2^30-1, which is {MAX_INT}"),
        ]
        return table(("bound", ""), rows)

    def part_reason(self) -> str:
        parts = []
        for name in ("REASON", "LIMIT", "FAULT"):
            fields = self.source.fields(name, RECORDS[name].fields)
            parts += [f"### {name.lower()}", self.source.comment(name), fields_table(fields)]
        return "\n\n".join(parts).replace("\n\n\n", "\n\n")

    def part_frame(self) -> str:
        example = self.examples[messages.SetLimit.KIND]
        payload = compact(example["payload"])
        line = frame.pack(example["topic"], payload.encode()).decode()
        body = f"{example['topic']} {payload}"
        return (
            f"```\nbody    {body}\nlength  {len(body)} bytes\n"
            f"CRC-32  {line[-9:-1]}\nline    {line}```\n"
        )

    def part_command(self) -> str:
        example = self.examples[messages.SetLimit.KIND]
        return f"```\n{example['topic']}\n{compact(example['payload'])}\n```\n"

    def part_up(self) -> str:
        return "\n".join(map(self.message, messages.UP_MESSAGES))

    def part_down(self) -> str:
        return "\n".join(map(self.message, messages.DOWN_MESSAGES))

    def message(self, cls: type[Message]) -> str:
        example = self.examples[cls.KIND]
        return (
            "\n\n".join(
                [
                    f"### {cls.KIND}",
                    *paragraphs(cls),
                    f"`{address(cls)}` · {travels(cls)}",
                    fields_table(self.source.fields(cls.__name__, cls.FIELDS)),
                ]
            )
            + f"\n```\n{example['topic']}\n{compact(example['payload'])}\n```\n"
        )

    def part_codes(self) -> str:
        parts = []
        for heading, (words, said) in LISTS.items():
            if words is codes.FAULT_CODES:
                rows = [(f"`{c}`", mrec, *said.get(c, ("", ""))) for c, mrec in codes.FAULTS]
                shown_table = table(("code", "ChargeX", "what", "what to do"), rows)
            else:
                rows = [(f"`{word}`", said.get(word, "")) for word in words]
                shown_table = table(("code", "meaning"), rows)
            parts.append(f"### {heading}\n\n{shown_table}")
        return "\n".join(parts)


def compact(value: Any) -> str:
    """JSON as a board writes it."""
    return json.dumps(value, separators=(",", ":"))


# asyncapi.json


def schema(kind: Kind) -> dict[str, Any]:
    """JSON Schema of one kind of field."""
    match kind:
        case Integer():
            return {"type": "integer", "minimum": kind.low, "maximum": kind.high}
        case Flag():
            return {"type": "boolean"}
        case Choice():
            return {"type": "string", "enum": list(kind.words)}
        case Text():
            letters = "[a-z0-9-]" if isinstance(kind, Name) else r"[ !#-\[\]-}]"
            bounds = {"minLength": kind.least, "maxLength": kind.most}
            return {"type": "string", **bounds, "pattern": f"^{letters}*$"}
        case ListOf():
            bounds = {"minItems": kind.least, "maxItems": kind.most}
            return {"type": "array", "items": schema(kind.kind), **bounds}
        case Record():
            return ref("schemas", record_name(kind).lower())
    raise TypeError(kind)


def object_schema(fields: list[Field], description: str) -> dict[str, Any]:
    properties = {}
    for f in fields:
        unit = {"x-unit": f.unit} if f.unit else {}
        whole = schema(f.kind)
        described = {"allOf": [whole]} if "$ref" in whole else whole
        properties[f.name] = {"description": f.meaning, **unit, **described}
    return {
        "type": "object",
        "description": description,
        "required": [f.name for f in fields],
        "properties": properties,
    }


def ref(*path: str) -> dict[str, str]:
    return {"$ref": "#/" + "/".join(path if path[0] == "channels" else ("components", *path))}


class AsyncApi:
    """The same as an AsyncAPI 3.0 document, seen from the board."""

    def __init__(self, source: Source, examples: dict[str, Any]) -> None:
        self.source = source
        self.examples = examples

    def document(self) -> dict[str, Any]:
        return {
            "asyncapi": "3.0.0",
            "info": {
                "title": "Borne: what charging stations and their supervision say to each other",
                "version": f"{VERSION}.0.0",
                "description": "Seen from the board: it sends what goes up and receives what "
                "comes down. How to order, acknowledge and answer: README.md beside this file.",
                "license": {"name": "Apache-2.0"},
            },
            "defaultContentType": "application/json",
            "channels": {cls.KIND: self.channel(cls) for cls in MESSAGES},
            "operations": dict(map(self.operation, MESSAGES)),
            "components": {
                "messages": {cls.KIND: self.message(cls) for cls in MESSAGES},
                "schemas": dict(self.schemas()),
                "parameters": self.parameters(),
            },
        }

    def channel(self, cls: type[Message]) -> dict[str, Any]:
        where = "connectorOrStation" if cls is messages.Event else "connector"
        names = {"station": "station"} | ({"connector": where} if cls.PER_CONNECTOR else {})
        return {
            "address": address(cls),
            "title": cls.KIND,
            "description": " ".join(paragraphs(cls)),
            "parameters": {name: ref("parameters", there) for name, there in names.items()},
            "messages": {cls.KIND: ref("messages", cls.KIND)},
        }

    def operation(self, cls: type[Message]) -> tuple[str, dict[str, Any]]:
        verb = "sends" if cls.UP else "receives"
        bindings = {"qos": cls.QOS, "retain": cls.RETAINED, "bindingVersion": "0.2.0"}
        body: dict[str, Any] = {
            "action": "send" if cls.UP else "receive",
            "channel": ref("channels", cls.KIND),
            "title": f"The board {verb} {cls.KIND}",
            "summary": f"{paragraphs(cls)[0]}",
            "messages": [ref("channels", cls.KIND, "messages", cls.KIND)],
            "bindings": {"mqtt": bindings},
        }
        if "id" in dict(cls.FIELDS) and not cls.UP:
            ack = messages.Ack.KIND
            answer = [ref("channels", ack, "messages", ack)]
            body["reply"] = {"channel": ref("channels", ack), "messages": answer}
        return f"{verb.rstrip('s')}-{cls.KIND}", body

    def message(self, cls: type[Message]) -> dict[str, Any]:
        fields = self.source.fields(cls.__name__, cls.FIELDS)
        body: dict[str, Any] = {
            "name": cls.KIND,
            "title": cls.__name__,
            "summary": paragraphs(cls)[0],
            "payload": object_schema(fields, " ".join(paragraphs(cls))),
            "examples": [{"name": cls.KIND, "payload": self.examples[cls.KIND]["payload"]}],
        }
        if "id" in dict(cls.FIELDS):
            body["correlationId"] = {"location": "$message.payload#/id"}
        return body

    def schemas(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, record in RECORDS.items():
            fields = self.source.fields(name, record.fields)
            yield name.lower(), object_schema(fields, self.source.comment(name))

    def parameters(self) -> dict[str, Any]:
        connectors = [str(number) for number in range(topics.MAX_CONNECTORS + 1)]
        return {
            "station": {
                "description": f"Name of the station: {shown(topics.STATION, '')}.",
                "examples": ["yard-07"],
            },
            "connector": {
                "description": "Number of the socket or cable.",
                "enum": connectors[1:],
            },
            "connectorOrStation": {
                "description": "Number of the socket or cable; 0 is the station itself.",
                "enum": connectors,
            },
        }


def documents() -> dict[Path, str]:
    """What both files should say."""
    source, examples = Source(), json.loads(EXAMPLES.read_text())
    readme = HERE / "README.md"
    asyncapi = json.dumps(AsyncApi(source, examples).document(), indent=2, ensure_ascii=False)
    return {
        readme: Readme(source, examples).fill(readme.read_text()),
        HERE / "asyncapi.json": asyncapi + "\n",
    }


def main(arguments: list[str]) -> int:
    check = arguments == ["--check"]
    stale = 0
    for path, text in documents().items():
        if path.exists() and path.read_text() == text:
            continue
        stale += 1
        if check:
            print(f"protocol/{path.name} is out of date: python -m protocol.docs")
        else:
            path.write_text(text)
            print(f"protocol/{path.name} written")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
