"""A fleet's terminal: the firmware's console, and a hand with a card."""

from pathlib import Path

import pytest

from boards.virtual.fleet import VirtualStation
from boards.virtual.wire import End, pair
from protocol.card import name_of


class Terminal:
    """A person at the second station of a fleet, which waits for a card."""

    def __init__(self, folder: Path) -> None:
        near, self.far = pair()
        self.virtual = VirtualStation(2, str(folder), None, 1, near)
        self.run(5_000)

    def run(self, ms: int) -> None:
        for now_ms in range(0, ms, 10):
            self.virtual.step(10)
            self.virtual.poll(now_ms)

    def type(self, line: str, ms: int = 4_000) -> str:
        """What comes back."""
        read(self.far)
        self.far.write(line.encode() + b"\r")
        self.run(ms)
        return read(self.far)


def read(end: End) -> str:
    return (end.read() or b"").decode()


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def test_a_card_typed_at_the_terminal_charges_once_it_is_on_the_list(terminal: Terminal) -> None:
    station = terminal.virtual.station
    assert "waiting for a card." in terminal.type("status")
    card = name_of(b"", bytes.fromhex("04a1b2c3"))
    assert f"a card was refused: {card}" in terminal.type("card 04A1B2C3")
    assert station.cards is not None and station.cards.allow(card) == "ok"
    terminal.type("card 04:a1:b2:c3", ms=15_000)
    assert "Charging at" in terminal.type("status")


def test_what_is_no_card_is_told_and_nothing_happens(terminal: Terminal) -> None:
    assert "4, 7 or 10 bytes" in terminal.type("card king of hearts")
    assert "waiting for a card." in terminal.type("status")
