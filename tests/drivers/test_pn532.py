"""The PN532, against a chip that follows the manual and forgives nothing."""

import pytest

from evse.drivers.pn532 import I2cWire, Pn532, UartWire, card_of, pack, unpack
from tests.drivers.pn532_chip import ChipI2c, ChipUart, Pn532Chip

FOUR = bytes.fromhex("9f3ab01c")
SEVEN = bytes.fromhex("04a1b2c3d4e5f6")


class Desk:
    def __init__(self, make, start_ms: int = 0) -> None:
        self.chip = Pn532Chip()
        self.reader = Pn532(make(self.chip))
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


def by_i2c(chip: Pn532Chip) -> I2cWire:
    return I2cWire(ChipI2c(chip))


def by_uart(chip: Pn532Chip) -> UartWire:
    return UartWire(ChipUart(chip))


both = pytest.mark.parametrize("wire", [by_i2c, by_uart])


def test_the_frames_are_those_of_the_manual() -> None:
    """GetFirmwareVersion: 141520, 6.2.1.6 and 7.2.2."""
    assert pack(b"\x02") == bytes.fromhex("0000ff02fed4022a00")
    assert unpack(bytes.fromhex("0000ff06fad50332010607e800"), 0x02) == b"\x32\x01\x06\x07"
    assert unpack(bytes.fromhex("0000ff00ff00" + "0000ff06fad50332010607e800"), 2) is not None
    assert unpack(bytes.fromhex("0000ff06fad50332010607e800"), 0x4A) is None
    assert unpack(bytes.fromhex("0000ff01ff7f8100"), 0x02) is None  # the chip's error frame


@pytest.mark.parametrize("at", range(13))
def test_an_answer_with_a_flipped_bit_is_none(at: int) -> None:
    frame = bytearray.fromhex("0000ff06fad50332010607e800")
    frame[at] ^= 0x20
    if at in (0, 12):
        assert (
            unpack(bytes(frame), 0x02) == b"\x32\x01\x06\x07"
        )  # preamble and postamble say nothing
    else:
        assert unpack(bytes(frame), 0x02) is None


@pytest.mark.parametrize("length", range(12))
def test_an_answer_that_broke_off_is_none(length: int) -> None:
    assert unpack(bytes.fromhex("0000ff06fad50332010607e800")[:length], 0x02) is None


@both
@pytest.mark.parametrize("card", [FOUR, SEVEN, SEVEN + b"\x01\x02\x03"])
def test_a_card_is_seen_as_long_as_it_lies_there(wire, card: bytes) -> None:
    desk = Desk(wire)
    assert desk.live(1_000) == []
    desk.chip.card = card
    seen = desk.live(2_000)
    assert set(seen) == {card}
    assert 6 <= len(seen) <= 11
    desk.chip.card = None
    assert len(desk.live(2_000)) <= 1
    assert not desk.reader.silent


@both
def test_a_card_with_more_to_say_is_its_id_all_the_same(wire) -> None:
    desk = Desk(wire)
    desk.chip.card, desk.chip.sak, desk.chip.ats = SEVEN, 0x20, bytes(range(19))
    assert set(desk.live(1_000)) == {SEVEN}


@both
def test_a_poll_asks_the_chip_for_little_and_waits_for_nothing(wire) -> None:
    desk = Desk(wire)
    desk.chip.delay_ms = 300
    desk.chip.card = FOUR
    assert set(desk.live(3_000)) == {FOUR}


@both
@pytest.mark.parametrize("spoil", ["check", "short", "no acknowledgement"])
def test_answers_that_are_spoilt_are_no_card_and_it_begins_again(wire, spoil: str) -> None:
    desk = Desk(wire)
    desk.chip.card = FOUR
    desk.chip.spoil = spoil
    assert desk.live(10_000) == []
    assert desk.reader.silent
    desk.chip.spoil = ""
    assert set(desk.live(4_000)) == {FOUR}
    assert not desk.reader.silent


@both
def test_a_reader_that_goes_away_is_silent_and_is_set_up_anew_when_it_is_back(wire) -> None:
    desk = Desk(wire)
    desk.live(1_000)
    desk.chip.deaf = True
    desk.live(4_000)
    assert not desk.reader.silent
    desk.live(3_000)
    assert desk.reader.silent
    desk.chip.reset()
    desk.chip.deaf = False
    desk.chip.card = FOUR
    desk.chip.heard.clear()
    assert set(desk.live(4_000)) == {FOUR}
    assert desk.chip.heard[:3] == [0x14, 0x32, 0x4A]


@both
def test_the_clock_comes_round_without_a_gap(wire) -> None:
    desk = Desk(wire, start_ms=(1 << 30) - 1_500)
    desk.chip.card = FOUR
    assert len(desk.live(3_000)) >= 9


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00",
        b"\x01",
        bytes.fromhex("0101000408"),
        bytes.fromhex("010100040800"),
        bytes.fromhex("0101000408049f3ab0"),
        bytes.fromhex("0201000408049f3ab01c"),
        bytes.fromhex("0101000408059f3ab01c00"),
    ],
)
def test_what_is_not_one_card_with_a_whole_id_is_none(answer: bytes) -> None:
    assert card_of(answer) is None
