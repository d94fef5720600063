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
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import VERSION, codes, frame, message, messages, topics
from .asyncapi import MESSAGES, RECORDS, AsyncApi, address, paragraphs, record_name, unit
from .fields import MAX_INT, Choice, Flag, Integer, Kind, ListOf, Name, Record, Text
from .message import Message
from .words import en

if TYPE_CHECKING:
    from .fields import Fields

HERE = Path(__file__).parent
SOURCES = sorted(HERE.glob("*.py"))
EXAMPLES = HERE.parent / "tests" / "protocol" / "golden.json"
MARK = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
LISTS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "States": (codes.STATES, en.STATES),
    "Why": (codes.WHYS, en.WHYS),
    "Owners": (codes.OWNERS, en.OWNERS),
    "Faults": (codes.FAULT_CODES, en.FAULTS),
    "Phases": (codes.PHASES, en.SESSION_PHASES),
    "Stop reasons": (codes.STOP_REASONS, en.STOP_REASONS),
    "Events": (codes.EVENTS, en.EVENTS),
    "Meter qualities": (codes.METER_QUALITIES, en.QUALITIES),
    "Residual-current devices": (codes.RCDS, en.RCDS),
    "Resets": (codes.RESETS, en.RESETS),
    "Answers": (codes.ANSWERS, en.ANSWERS),
}


class Source:
    """Files with message classes as people read them: the comments beside the fields."""

    def __init__(self, *paths: Path) -> None:
        self._comments: dict[tuple[str, str], str] = {}
        for path in paths:
            self._read(path.read_text())

    def _read(self, text: str) -> None:
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        said = {t.start[0]: t.string.lstrip("# ") for t in tokens if t.type == tokenize.COMMENT}
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef):
                for line in node.body:
                    if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
                        self._comments[node.name, line.target.id] = said.get(line.lineno, "")
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                name = node.targets[0].id
                self._comments[name, ""] = said.get(node.lineno - 1, "")
                for pair in ast.walk(node.value):
                    if isinstance(pair, ast.Tuple) and isinstance(pair.elts[0], ast.Constant):
                        field = str(pair.elts[0].value)
                        self._comments[name, field] = said.get(pair.lineno, "")

    def comment(self, owner: str, field: str = "") -> str:
        """What the comment says; "see Birth" is what Birth says of the same field.

        SystemExit where a field has none: the documents need it.
        """
        said = self._comments.get((owner, field))
        if not said:
            raise SystemExit(f"{owner}.{field} has no comment")
        return self.comment(said[4:], field) if said.startswith("see ") else said


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

    def fields(self, owner: str, fields: "Fields") -> str:
        rows = [
            (f"`{name}`", shown(kind, unit(name)), marked(self.source.comment(owner, name)))
            for name, kind in fields
        ]
        return table(("field", "holds", "meaning"), rows)

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
            fields = self.fields(name, RECORDS[name].fields)
            parts += [f"### {name.lower()}", self.source.comment(name), fields]
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
        return "\n".join(map(self.message, messages.UP_MESSAGES + messages.AGENT_MESSAGES))

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
                    self.fields(cls.__name__, cls.FIELDS),
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


def documents() -> dict[Path, str]:
    """What both files should say."""
    source = Source(*SOURCES)
    examples = json.loads(EXAMPLES.read_text())
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
