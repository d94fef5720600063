"""JSON text to values, with the same verdict on every interpreter.

MicroPython's own parser takes `{"limit_ma":16`, `[1 2]`, `01` and `{"a":1]`; CPython's takes NaN
and a key twice.  What one end refuses the other must not obey, so a message is read here.
It knows no message.  Control characters inside strings are left to the fields, which refuse them.
"""

DEPTH = 8  # of nested objects and lists; a message has four
VALUES = 128  # in all; the longest message has 65, and a board reads one between two ticks
_LONGEST_INT = 11  # characters; a longer number fits no field and need not be exact
_WORDS = ((b"true", True), (b"false", False), (b"null", None))
_ESCAPES = {
    0x22: '"',
    0x5C: "\\",
    0x2F: "/",
    0x62: "\b",
    0x66: "\f",
    0x6E: "\n",
    0x72: "\r",
    0x74: "\t",
}


def loads(data: bytes) -> object:
    """The value that data spells in ASCII.  ValueError when it is not one JSON value."""
    reader = _Reader(data + b"\0")  # the zero ends every loop, so none has to look for the end
    value = reader.value(DEPTH)
    if reader.skip() != 0 or reader.at != len(data):
        raise ValueError("text after the value")
    return value


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.left = VALUES

    def skip(self) -> int:
        """The next byte that is not white space; at stands on it."""
        data = self.data
        at = self.at
        while data[at] == 0x20 or data[at] == 0x0A or data[at] == 0x0D or data[at] == 0x09:
            at += 1
        self.at = at
        return data[at]

    def value(self, depth: int) -> object:
        self.left -= 1
        if self.left < 0:
            raise ValueError("too many values")
        byte = self.skip()
        if byte == 0x22:
            return self.text()
        if byte == 0x7B:
            return self.members(depth - 1)
        if byte == 0x5B:
            return self.entries(depth - 1)
        for word, value in _WORDS:
            if byte == word[0] and self.data[self.at : self.at + len(word)] == word:
                self.at += len(word)
                return value
        return self.number()

    def members(self, depth: int) -> "dict[str, object]":
        found: dict[str, object] = {}
        if self.opens(depth) == 0x7D:
            self.at += 1
            return found
        while True:
            if self.skip() != 0x22:
                raise ValueError("a key is a string")
            key = self.text()
            if key in found:
                raise ValueError("a key comes twice")
            if self.skip() != 0x3A:
                raise ValueError("a colon follows a key")
            self.at += 1
            found[key] = self.value(depth)
            if self.closes(0x7D):
                return found

    def entries(self, depth: int) -> "list[object]":
        found: list[object] = []
        if self.opens(depth) == 0x5D:
            self.at += 1
            return found
        while True:
            found.append(self.value(depth))
            if self.closes(0x5D):
                return found

    def opens(self, depth: int) -> int:
        """Step inside an object or list; its first byte."""
        if depth < 0:
            raise ValueError("nested too deep")
        self.at += 1
        return self.skip()

    def closes(self, end: int) -> bool:
        """Step over a comma (False) or over end (True)."""
        byte = self.skip()
        if byte != end and byte != 0x2C:
            raise ValueError("a comma or the end is missing")
        self.at += 1
        return byte == end

    def text(self) -> str:
        start = self.at + 1
        end = self.data.find(b'"', start)
        if end < 0:
            raise ValueError("a string does not end")
        if self.data.find(b"\\", start, end) >= 0:
            return self.escaped(start)
        self.at = end + 1
        return str(self.data[start:end], "ascii")

    def escaped(self, at: int) -> str:
        data = self.data
        chars: list[str] = []
        while data[at] != 0x22:
            byte = data[at]
            if at >= len(data) - 1:
                raise ValueError("a string does not end")
            if byte != 0x5C:
                chars.append(chr(byte))
                at += 1
            elif data[at + 1] == 0x75:
                chars.append(chr(_hex(data[at + 2 : at + 6])))
                at += 6
            elif data[at + 1] in _ESCAPES:
                chars.append(_ESCAPES[data[at + 1]])
                at += 2
            else:
                raise ValueError("no such escape")
        self.at = at + 1
        return "".join(chars)

    def number(self) -> "int | float":
        data = self.data
        start = self.at
        first = start + 1 if data[start] == 0x2D else start
        at = self.digits(first)
        if data[first] == 0x30 and at > first + 1:
            raise ValueError("a number starts with 0")
        whole = True
        if data[at] == 0x2E:
            whole = False
            at = self.digits(at + 1)
        if data[at] == 0x65 or data[at] == 0x45:
            whole = False
            at += 1
            at = self.digits(at + 1 if data[at] == 0x2B or data[at] == 0x2D else at)
        self.at = at
        text = str(data[start:at], "ascii")
        return int(text) if whole and len(text) <= _LONGEST_INT else float(text)

    def digits(self, at: int) -> int:
        """Where the digits at at end; there must be one."""
        data = self.data
        start = at
        while 0x30 <= data[at] <= 0x39:
            at += 1
        if at == start:
            raise ValueError("not a value")
        return at


def _hex(digits: bytes) -> int:
    value = 0
    for byte in digits:
        if 0x30 <= byte <= 0x39:
            value = value * 16 + byte - 0x30
        elif 0x41 <= byte & 0xDF <= 0x46:
            value = value * 16 + (byte & 0xDF) - 0x37
        else:
            raise ValueError("not four hexadecimal digits")
    return value
