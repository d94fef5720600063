"""Values for any kind of field, fit and unfit, derived from the field's own bounds.

A new message or field is covered by the tests that read these without a line of its own.
"""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from protocol.fields import Choice, Flag, Integer, Kind, ListOf, Name, Record, Text
from protocol.message import Message
from protocol.messages import AGENT_MESSAGES, DOWN_MESSAGES, UP_MESSAGES

if TYPE_CHECKING:
    from protocol.fields import Fields

MESSAGES = UP_MESSAGES + AGENT_MESSAGES + DOWN_MESSAGES
NAME_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-"
TEXT_LETTERS = "".join(chr(code) for code in range(0x20, 0x7E) if chr(code) not in '"\\')

# Where a field is: ("reason", "limits", 0, "owner").
Path = tuple[str | int, ...]

_NEVER = ["null", "[]", "{}", "1e999", "-1e999", "1.5"]
_NO_NUMBER = ["true", "false", '"1"', '""']
_NO_TEXT = ["0", "1", "true"]


def least(kind: Kind) -> Any:
    """The smallest value the kind allows; one entry for a list, so that there is one to spoil."""
    return _extreme(kind, largest=False)


def most(kind: Kind) -> Any:
    """The value that takes the most room on the wire."""
    return _extreme(kind, largest=True)


def _extreme(kind: Kind, *, largest: bool) -> Any:
    match kind:
        case Integer():
            return max(kind.low, kind.high, key=lambda v: len(str(v))) if largest else kind.low
        case Flag():
            return not largest
        case Choice():
            return max(kind.words, key=len) if largest else kind.words[0]
        case Text():
            return "z" * (kind.most if largest else kind.least)
        case ListOf():
            count = kind.most if largest else max(1, kind.least)
            return [_extreme(kind.kind, largest=largest)] * count
        case Record():
            return {name: _extreme(k, largest=largest) for name, k in kind.fields}
    raise TypeError(kind)


def values(cls: type[Message]) -> dict[str, Any]:
    """A message's fields at their smallest."""
    found: dict[str, Any] = least(Record(cls.FIELDS))
    return found


def limits(kind: Kind) -> list[Any]:
    """The values at the very edge that are still allowed."""
    found: list[Any] = []
    match kind:
        case Integer():
            found = [kind.low, kind.high]
        case Flag():
            found = [False, True]
        case Choice():
            found = list(kind.words)
        case Name():
            mixed = ("a09z" * kind.most)[: max(kind.least, min(4, kind.most))]
            found = ["z" * kind.least, "-" * kind.most, mixed]
        case Text():
            found = [" " * kind.least, "}" * kind.most, "!"[: kind.most]]
        case ListOf():
            found = [[least(kind.kind)] * kind.least, [least(kind.kind)] * kind.most]
        case Record():
            found = [least(kind), most(kind)]
    return found


def unfit(kind: Kind) -> list[str]:
    """JSON texts that a field of this kind must refuse."""
    match kind:
        case Integer():
            beyond = [str(kind.low - 1), str(kind.high + 1), "9" * 40, str(1 << 31), f"-{1 << 31}"]
            return _NEVER + _NO_NUMBER + beyond + [f"{kind.low}.0", f"{kind.low}e0"]
        case Flag():
            return [*_NEVER, "0", "1", '"true"', '""']
        case Choice():
            spoilt = [kind.words[0] + " ", kind.words[0] + "x", "", "none-such", "\0"]
            return _NEVER + _NO_TEXT + [json.dumps(word) for word in spoilt]
        case Text():
            return _NEVER + _NO_TEXT + [json.dumps(text) for text in _unfit_texts(kind)]
        case ListOf():
            counts = [kind.most + 1] + ([kind.least - 1] if kind.least else [])
            lists = [json.dumps([least(kind.kind)] * count) for count in counts]
            return ["null", "{}", "1", '"x"', "true", *lists]
        case Record():
            return ["null", "[]", "1", '"x"', "true"]
    raise TypeError(kind)


def _unfit_texts(kind: Text) -> list[str]:
    letters = '"\\~\0\n\x1b\x7fé\u0661\u2028😀' + ("A_ /+#." if isinstance(kind, Name) else "")
    fill = "z" * max(0, kind.least - 1)
    texts = [letter + fill for letter in letters] + ["z" * (kind.most + 1)]
    return texts + (["z" * (kind.least - 1)] if kind.least else [])


def strategy(kind: Kind) -> st.SearchStrategy[Any]:
    """Any value the kind allows."""
    match kind:
        case Integer():
            return st.integers(kind.low, kind.high)
        case Flag():
            return st.booleans()
        case Choice():
            return st.sampled_from(kind.words)
        case Text():
            letters = NAME_LETTERS if isinstance(kind, Name) else TEXT_LETTERS
            return st.text(letters, min_size=kind.least, max_size=kind.most)
        case ListOf():
            return st.lists(strategy(kind.kind), min_size=kind.least, max_size=kind.most)
        case Record():
            return st.fixed_dictionaries({name: strategy(k) for name, k in kind.fields})
    raise TypeError(kind)


@st.composite
def messages(draw: st.DrawFn) -> Message:
    """Any message there can be."""
    cls: type[Message] = draw(st.sampled_from(MESSAGES))
    return cls(**draw(strategy(Record(cls.FIELDS))))


def places(fields: "Fields", above: Path = ()) -> Iterator[tuple[Path, Kind]]:
    """Every field of a message, the nested ones and a list's first entry too."""
    for name, kind in fields:
        yield from _places(kind, (*above, name))


def _places(kind: Kind, path: Path) -> Iterator[tuple[Path, Kind]]:
    yield path, kind
    if isinstance(kind, ListOf):
        yield from _places(kind.kind, (*path, 0))
    elif isinstance(kind, Record):
        yield from places(kind.fields, path)


def spelt(path: Path) -> str:
    """The path as MessageError.field has it: reason.limits[0].owner."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


def compact(value: Any) -> str:
    """JSON as a board writes it."""
    return json.dumps(value, separators=(",", ":"))


def payload(cls: type[Message], path: Path, text: str) -> bytes:
    """A message at its smallest with the JSON text put in at path."""
    whole = values(cls)
    _holder(whole, path)[path[-1]] = "@@"
    return compact(whole).replace('"@@"', text).encode()


def payload_without(cls: type[Message], path: Path) -> bytes:
    whole = values(cls)
    del _holder(whole, path)[path[-1]]
    return compact(whole).encode()


def _holder(whole: Any, path: Path) -> Any:
    for part in path[:-1]:
        whole = whole[part]
    return whole
