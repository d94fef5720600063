"""The same bytes out, and the same field refused for the same reason, for every field there is."""

from protocol.fields import Choice, Flag, Integer, ListOf, MessageError, Record
from protocol.messages import DOWN_MESSAGES, UP_MESSAGES

# JSON texts, none of which every kind takes.
TEXTS = (
    "null",
    "true",
    "0",
    "-0",
    "1",
    "-1",
    "1.0",
    "1e0",
    "1e999",
    "-1e999",
    "1073741823",
    "1073741824",
    "-1073741824",
    "2147483648",
    "9" * 40,
    "[]",
    "[1,1,1,1]",
    "{}",
    '""',
    '"a"',
    '"A"',
    '"a b"',
    '"~"',
    '"\\""',
    '"\\u0000"',
    '"\\u00e9"',
    '"\\ud83d\\ude00"',
    '"\\u0061"',
    '"\x7f"',
    '"tab\there"',
    '"' + "z" * 700 + '"',
    "NaN",
    "Infinity",
    "01",
    "1.",
    "+1",
    "nul",
    "",
)


def extreme(kind, largest):
    """The smallest value of a kind, or the one that takes most room."""
    if isinstance(kind, Integer):
        return kind.high if largest else kind.low
    if isinstance(kind, Flag):
        return not largest
    if isinstance(kind, Choice):
        return kind.words[-1 if largest else 0]
    if isinstance(kind, ListOf):
        return [extreme(kind.kind, largest)] * (kind.most if largest else max(1, kind.least))
    if isinstance(kind, Record):
        return {name: extreme(inner, largest) for name, inner in kind.fields}
    return "z" * (kind.most if largest else kind.least)


def verdict(cls, payload):
    try:
        return str(cls.decode(payload).encode(), "utf-8")
    except MessageError as error:
        return error.code + ":" + error.field


def around(fields, name):
    """JSON text before and after the value of the field name, with the rest at its smallest."""
    at = [field for field, _ in fields].index(name)
    pairs = [f'"{field}":{kind.encode(extreme(kind, False))}' for field, kind in fields]
    before = "{" + "".join([pair + "," for pair in pairs[:at]]) + f'"{name}":'
    return before, "".join(["," + pair for pair in pairs[at + 1 :]]) + "}"


def spots(fields):
    """(text before, text after, kind) of every field, nested ones and list entries too."""
    for name, kind in fields:
        before, after = around(fields, name)
        yield before, after, kind
        inner = kind
        if isinstance(inner, ListOf):
            before, after, inner = before + "[", "]" + after, inner.kind
            yield before, after, inner
        if isinstance(inner, Record):
            for nested_before, nested_after, nested in spots(inner.fields):
                yield before + nested_before, nested_after + after, nested


def texts_for(kind):
    if isinstance(kind, Integer):
        return [str(v) for v in (kind.low - 1, kind.low, kind.high, kind.high + 1)]
    if isinstance(kind, Choice):
        return [f'"{word}"' for word in kind.words]
    return []


for cls in UP_MESSAGES + DOWN_MESSAGES:
    print("#", cls.KIND)
    for largest in (False, True):
        values = extreme(Record(cls.FIELDS), largest)
        payload = cls(**values).encode()
        print(len(payload), payload, verdict(cls, payload) == str(payload, "utf-8"))
    for name, _ in cls.FIELDS:
        values = extreme(Record(cls.FIELDS), False)
        del values[name]
        try:
            cls(**values)
        except MessageError as error:
            print(error)
    for before, after, kind in spots(cls.FIELDS):
        for text in list(TEXTS) + texts_for(kind):
            print(verdict(cls, (before + text + after).encode()))
