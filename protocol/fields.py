"""Kinds of message fields.  check() returns the value or raises MessageError naming the field.

A kind knows its bounds and nothing else.  Which fields a message has: messages.py.
"""

TYPE_CHECKING = False  # MicroPython has no typing; mypy and pyright know this name
if TYPE_CHECKING:
    from typing import TypeAlias

    Fields: TypeAlias = "tuple[tuple[str, Kind], ...]"

MAX_INT = (1 << 30) - 1  # the largest small int of a 32-bit board


class MessageError(ValueError):
    """Bytes or values that are not a message of this protocol.

    code: one word of codes.REFUSALS.  field: the field at fault, "" when it is the whole.
    """

    def __init__(self, code: str, field: str, detail: str) -> None:
        super().__init__(f"{code}: {field}: {detail}" if field else f"{code}: {detail}")
        self.code = code
        self.field = field
        self.detail = detail


def bad_field(field: str, wanted: str, value: object) -> MessageError:
    shown = repr(value)
    if len(shown) > 40:
        shown = shown[:40] + "..."
    return MessageError("bad-field", field, f"wants {wanted}, got {shown}")


class Kind:
    """What a field may hold."""

    def check(self, field: str, value: object) -> object:
        """Return value, or raise MessageError that names field."""
        raise bad_field(field, "nothing", value)

    def encode(self, value: "object") -> str:
        """The JSON text of a checked value, the same on every interpreter."""
        return str(value)


class Integer(Kind):
    """A whole number from low to high.  True, 1.0 and 1e3 are not whole numbers."""

    def __init__(self, low: int, high: int) -> None:
        self.low = low
        self.high = high

    def check(self, field: str, value: object) -> object:
        # type() and not isinstance(): bool is an int on CPython, not on MicroPython.
        if type(value) is not int or not self.low <= value <= self.high:
            raise bad_field(field, f"a whole number {self.low}..{self.high}", value)
        return value


class Flag(Kind):
    """true or false."""

    def check(self, field: str, value: object) -> object:
        if type(value) is not bool:
            raise bad_field(field, "true or false", value)
        return value

    def encode(self, value: object) -> str:
        return "true" if value else "false"


class Choice(Kind):
    """One of a few words."""

    def __init__(self, words: "tuple[str, ...]") -> None:
        self.words = words

    def check(self, field: str, value: object) -> object:
        if type(value) is not str or value not in self.words:
            raise bad_field(field, "one of " + ", ".join(self.words), value)
        return value

    def encode(self, value: object) -> str:
        return f'"{value}"'


class Text(Kind):
    """Printable ASCII without quote, backslash and tilde: the interpreters escape the rest
    differently, and a tilde starts a frame on a serial line."""

    def __init__(self, least: int, most: int) -> None:
        self.least = least
        self.most = most

    def check(self, field: str, value: object) -> object:
        if type(value) is not str or not self.least <= len(value) <= self.most:
            raise bad_field(field, f"{self.least}..{self.most} characters", value)
        for char in value:
            if not self.allows(char):
                raise bad_field(field, self.alphabet(), value)
        return value

    def allows(self, char: str) -> bool:
        return " " <= char <= "}" and char != '"' and char != "\\"

    def alphabet(self) -> str:
        return "printable ASCII without quote, backslash and tilde"

    def encode(self, value: object) -> str:
        return f'"{value}"'


class Name(Text):
    """a-z, 0-9 and hyphen."""

    def allows(self, char: str) -> bool:
        return "a" <= char <= "z" or "0" <= char <= "9" or char == "-"

    def alphabet(self) -> str:
        return "only a-z, 0-9 and -"


class ListOf(Kind):
    """A list of one kind, least to most entries."""

    def __init__(self, kind: Kind, least: int, most: int) -> None:
        self.kind = kind
        self.least = least
        self.most = most

    def check(self, field: str, value: object) -> object:
        if type(value) is not list or not self.least <= len(value) <= self.most:
            raise bad_field(field, f"a list of {self.least}..{self.most}", value)
        return [self.kind.check(f"{field}[{index}]", entry) for index, entry in enumerate(value)]

    def encode(self, value: "object") -> str:
        entries = value if type(value) is list else []
        return "[" + ",".join([self.kind.encode(entry) for entry in entries]) + "]"


class Record(Kind):
    """An object with fields of its own.  Unknown keys are dropped: a newer peer may send them."""

    def __init__(self, fields: "Fields") -> None:
        self.fields = fields

    def check(self, field: str, value: object) -> object:
        if type(value) is not dict:
            raise bad_field(field, "an object", value)
        prefix = field + "." if field else ""
        checked = {}
        for name, kind in self.fields:
            if name not in value:
                raise MessageError("missing-field", prefix + name, "is not there")
            checked[name] = kind.check(prefix + name, value[name])
        return checked

    def encode(self, value: "object") -> str:
        # In the order of fields: a MicroPython dict forgets insertion order.
        entries = value if type(value) is dict else {}
        pairs = [f'"{name}":{kind.encode(entries[name])}' for name, kind in self.fields]
        return "{" + ",".join(pairs) + "}"
