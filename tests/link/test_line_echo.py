"""What a person at a terminal sees of what they type."""

from evse.link.line import LineLink
from protocol.frame import pack


class Wire:
    """A UART's two ends in memory."""

    def __init__(self) -> None:
        self.coming = b""
        self.gone = b""

    def any(self) -> int:
        return len(self.coming)

    def read(self, n: int) -> bytes:
        data, self.coming = self.coming[:n], self.coming[n:]
        return data

    def write(self, data: bytes) -> int:
        self.gone += bytes(data)
        return len(data)


class Terminal:
    def __init__(self) -> None:
        self.wire = Wire()
        self.link = LineLink(self.wire)
        self.lines: list[str] = []
        self.link.on_line = self.lines.append

    def type(self, data: bytes) -> bytes:
        self.wire.gone = b""
        for byte in data:
            self.wire.coming += bytes((byte,))
            for _ in range(3):
                self.link.poll(1_000)
        return self.wire.gone


def test_each_character_is_shown_as_it_is_typed() -> None:
    terminal = Terminal()
    assert terminal.type(b"status\r") == b"status\r\n"
    assert terminal.lines == ["status"]


def test_a_return_with_a_line_feed_ends_one_line_only() -> None:
    terminal = Terminal()
    assert terminal.type(b"help\r\nlog\n") == b"help\r\nlog\r\n"
    assert terminal.lines == ["help", "log"]


def test_a_typing_error_can_be_taken_back() -> None:
    terminal = Terminal()
    assert terminal.type(b"\x7fstaz\x7ftus\r") == b"staz\x08 \x08tus\r\n"
    assert terminal.lines == ["status"]


def test_escape_sequences_are_not_sent_back() -> None:
    assert b"\x1b" not in Terminal().type(b"\x1b[2Jls\r")


def test_nothing_of_a_frame_is_shown_nor_anything_while_a_host_speaks() -> None:
    terminal = Terminal()
    frame = pack("evse/1/anyone/down/hello", b"{}")
    assert terminal.type(frame) == b""
    assert terminal.link.up
    assert terminal.type(b"status\r") == b""
