"""The RC522, against a chip and cards that follow data sheet and ISO 14443-3."""

import pytest

from evse.drivers.rc522 import Rc522, crc_a
from tests.drivers.rc522_chip import Card, Rc522Chip

FOUR = bytes.fromhex("9f3ab01c")
SEVEN = bytes.fromhex("04a1b2c3d4e5f6")
TEN = bytes.fromhex("01020304050607080910")


class Desk:
    def __init__(self, start_ms: int = 0) -> None:
        self.chip = Rc522Chip()
        self.reader = Rc522(self.chip, self.chip)
        self.now_ms = start_ms

    def live(self, ms: int, step_ms: int = 3) -> list[bytes]:
        """What was seen."""
        seen = []
        for _ in range(ms // step_ms):
            self.now_ms = (self.now_ms + step_ms) % (1 << 30)
            self.chip.now_ms += step_ms
            card = self.reader.poll(self.now_ms)
            if card is not None:
                seen.append(card)
        return seen


def test_the_check_is_the_standards() -> None:
    """ISO 14443-3 annex B."""
    assert crc_a(b"\x00\x00") == b"\xa0\x1e"
    assert crc_a(b"\x12\x34") == b"\x26\xcf"
    assert crc_a(b"\x50\x00") == b"\x57\xcd"


@pytest.mark.parametrize("uid", [FOUR, SEVEN, TEN])
def test_a_card_is_seen_as_long_as_it_lies_there(uid: bytes) -> None:
    desk = Desk()
    assert desk.live(1_000) == []
    desk.chip.cards = [Card(uid)]
    seen = desk.live(2_000)
    assert set(seen) == {uid}
    assert 5 <= len(seen) <= 11
    desk.chip.cards = []
    assert len(desk.live(2_000)) <= 1
    assert not desk.reader.silent


def test_each_poll_does_at_most_one_exchange() -> None:
    desk = Desk()
    desk.chip.cards = [Card(TEN)]
    for _ in range(400):
        before = desk.chip.exchanges
        desk.live(3)
        assert desk.chip.exchanges <= before + 1


@pytest.mark.parametrize("spoil", ["atqa", "bcc", "crc"])
def test_a_card_that_cannot_be_understood_is_none(spoil: str) -> None:
    desk = Desk()
    desk.chip.cards = [Card(SEVEN, spoil)]
    assert desk.live(3_000) == []
    desk.chip.cards = [Card(FOUR)]
    assert set(desk.live(1_000)) == {FOUR}


def test_two_cards_at_once_are_none() -> None:
    desk = Desk()
    desk.chip.cards = [Card(FOUR), Card(bytes.fromhex("11223344"))]
    assert desk.live(3_000) == []
    desk.chip.cards.pop()
    assert set(desk.live(1_000)) == {FOUR}


def test_a_card_taken_away_in_the_middle_is_none_and_the_next_is_seen() -> None:
    for cut in range(1, 60):
        desk = Desk()
        desk.live(400)
        desk.chip.cards = [Card(SEVEN)]
        desk.live(3 * cut)
        desk.chip.cards = [Card(FOUR)]
        assert set(desk.live(2_000)[1:]) == {FOUR}, cut


def test_a_reader_that_goes_away_is_silent_and_is_set_up_anew_when_it_is_back() -> None:
    desk = Desk()
    desk.live(1_000)
    desk.chip.dead = True
    desk.live(4_500)
    assert not desk.reader.silent
    desk.live(2_000)
    assert desk.reader.silent
    desk.chip._power_up()  # its supply was off: every register is as after a reset
    desk.chip.dead = False
    desk.chip.cards = [Card(FOUR)]
    assert set(desk.live(2_000)) == {FOUR}
    assert not desk.reader.silent


def test_a_chip_that_lost_its_settings_alone_is_set_up_anew() -> None:
    desk = Desk()
    desk.chip.cards = [Card(FOUR)]
    desk.live(1_000)
    desk.chip._power_up()
    assert set(desk.live(2_000)) == {FOUR}


def test_the_clock_comes_round_without_a_gap() -> None:
    desk = Desk(start_ms=(1 << 30) - 1_500)
    desk.chip.cards = [Card(FOUR)]
    assert len(desk.live(3_000)) >= 8


def test_another_chip_on_the_bus_is_silent() -> None:
    desk = Desk()
    desk.chip.registers[0x37] = 0x00
    desk.chip._power_up = lambda: None  # type: ignore[method-assign]
    desk.live(6_000)
    assert desk.reader.silent
