"""The Modbus master: published frames, every way to spoil one, and lines that misbehave."""

import json
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boards.virtual.wire import End, pair
from evse.drivers.modbus import (
    ADDR,
    CRC,
    EXCEPTION,
    FORMAT,
    OK,
    PENDING,
    READ_HOLDING,
    READ_INPUT,
    REASONS,
    SHORT,
    TIMEOUT,
    ModbusMaster,
    check_reply,
    crc16,
    read_request,
)

VECTORS = Path(__file__).resolve().parent.parent / "vectors"
GOOD = bytes.fromhex("01 04 04 43 66 33 33 5A FA")
# note of the vector -> what the master must say of it
VERDICTS = {
    "good 230.2 V": OK,
    "one bit flipped": CRC,
    "truncated by 1": SHORT,
    "reply of another slave": ADDR,
    "exception 2": EXCEPTION,
    "NaN (7FC00000)": OK,
    "byte count 2 instead of 4": FORMAT,
    "word-swapped float": OK,
    "negative power (CT reversed)": OK,
}


def sealed(body: bytes) -> bytes:
    """body with its check, worked out bit by bit as the Modbus guide does."""
    check = 0xFFFF
    for byte in body:
        check ^= byte
        for _ in range(8):
            check = (check >> 1) ^ 0xA001 if check & 1 else check >> 1
    return body + struct.pack("<H", check)


class Line:
    """A master and the far end of its line, in virtual time."""

    def __init__(self) -> None:
        near, self.far = pair()
        self.uart: End = near
        self.master = ModbusMaster(near)
        self.now_ms = 0

    def ask(self, address: int = 0, count: int = 2) -> bytes:
        assert self.master.ask(self.now_ms, 1, READ_INPUT, address, count)
        request = self.far.read()
        assert request is not None
        return request

    def run(self, ms: int) -> int:
        """Poll every 5 ms; the result as soon as there is one."""
        for _ in range(ms // 5):
            self.now_ms += 5
            result = self.master.poll(self.now_ms)
            if result != PENDING:
                return result
        return PENDING

    def answer(self, data: bytes) -> int:
        self.far.write(data)
        return self.run(1_000)


def vectors() -> list[dict]:
    return json.loads((VECTORS / "meter_frames.json").read_text())


@pytest.mark.parametrize("row", vectors(), ids=lambda row: row["note"])
def test_each_published_frame_gets_its_verdict(row: dict) -> None:
    frame = bytes.fromhex(row["hex"])
    assert check_reply(frame, 1, READ_INPUT, 2) == VERDICTS[row["note"]]
    line = Line()
    line.ask()
    assert line.answer(frame) == VERDICTS[row["note"]]


@pytest.mark.parametrize(
    ("function", "address", "count", "frame"),
    [
        (4, 0x0000, 2, "01 04 00 00 00 02 71 CB"),
        (4, 0x0006, 2, "01 04 00 06 00 02 91 CA"),
        (4, 0x0048, 2, "01 04 00 48 00 02 F1 DD"),
        (4, 0x0000, 18, "01 04 00 00 00 12 70 07"),
        (4, 0x0180, 2, "01 04 01 80 00 02 71 DF"),
        (3, 0xFC02, 1, "01 03 FC 02 00 01 15 9A"),
    ],
)
def test_requests_are_the_published_ones(
    function: int, address: int, count: int, frame: str
) -> None:
    assert read_request(1, function, address, count) == bytes.fromhex(frame)


def test_the_check_is_that_of_the_well_known_frame() -> None:
    assert crc16(bytes.fromhex("01 03 00 00 00 0A")) == 0xCDC5


@given(st.binary(max_size=64))
def test_the_table_checks_as_the_bits_do(body: bytes) -> None:
    assert crc16(sealed(body)) == 0


def test_a_good_reply_is_taken_as_soon_as_it_is_complete() -> None:
    line = Line()
    line.ask()
    line.far.write(GOOD[:5])
    assert line.run(20) == PENDING
    line.far.write(GOOD[5:])
    assert line.run(5) == OK
    assert line.master.data == GOOD[3:7]


def test_holding_registers_are_read_too() -> None:
    line = Line()
    assert line.master.ask(0, 1, READ_HOLDING, 0xFC02, 1)
    assert line.answer(bytes.fromhex("01 03 02 00 89 79 E2")) == OK
    assert line.master.data == b"\x00\x89"


def test_an_exception_tells_its_code() -> None:
    line = Line()
    line.ask()
    assert line.answer(bytes.fromhex("01 84 02 C2 C1")) == EXCEPTION
    assert line.master.exception_code == 2


def test_silence_is_a_timeout_and_the_late_answer_is_not_taken_for_the_next_one() -> None:
    line = Line()
    line.ask(address=0x0048)
    assert line.run(1_000) == TIMEOUT
    assert not line.master.ask(line.now_ms, 1, READ_INPUT, 0x0000, 2), "still deaf"
    line.far.write(GOOD)
    line.now_ms += 700
    line.ask(address=0x0000)
    assert line.run(200) == PENDING, "what came in between was thrown away"


def test_one_request_at_a_time() -> None:
    line = Line()
    line.ask()
    assert not line.master.ask(line.now_ms, 2, READ_INPUT, 0, 2)
    assert line.far.any() == 0


def test_the_line_rests_between_a_reply_and_the_next_request() -> None:
    line = Line()
    line.now_ms = 100_000
    line.ask()
    line.answer(GOOD)
    assert not line.master.ask(line.now_ms, 1, READ_INPUT, 0, 2)
    line.now_ms += 20
    assert line.master.ask(line.now_ms, 1, READ_INPUT, 0, 2)


def test_a_spoiled_reply_is_judged_when_the_line_falls_silent_not_at_the_timeout() -> None:
    line = Line()
    line.ask()
    assert line.answer(GOOD[:-1]) == SHORT
    assert line.now_ms <= 50


@pytest.mark.parametrize("noise", [b"\x00", b"\xff\x00\x01\x04", b"\x01"])
def test_noise_before_a_reply_does_not_spoil_it(noise: bytes) -> None:
    line = Line()
    line.ask()
    assert line.answer(noise + GOOD) == OK
    assert line.master.data == GOOD[3:7]


def test_noise_behind_a_reply_does_not_spoil_it() -> None:
    line = Line()
    line.ask()
    assert line.answer(GOOD + b"\x00") == OK
    assert line.master.data == GOOD[3:7]


def test_an_adapter_that_echoes_is_lived_with() -> None:
    line = Line()
    request = line.ask()
    assert line.answer(request + GOOD) == OK
    assert line.master.data == GOOD[3:7]


def test_our_own_echo_alone_is_no_reply() -> None:
    line = Line()
    assert line.answer(line.ask()) != OK


def test_a_line_that_babbles_without_end_is_given_up_at_the_timeout() -> None:
    line = Line()
    line.ask()
    result = PENDING
    while result == PENDING:
        line.far.write(b"\x55" * 40)
        result = line.run(5)
        assert line.now_ms <= 310
    assert result == CRC
    line.now_ms += 20
    line.far.write(b"\x55" * 4_000)
    assert line.master.ask(line.now_ms, 1, READ_INPUT, 0, 2)


def test_every_result_is_counted_under_its_name() -> None:
    line = Line()
    for frame in (GOOD, GOOD[:-1], b""):
        line.now_ms += 1_000
        line.ask()
        line.answer(frame)
    counts = dict(zip(REASONS, line.master.counts, strict=True))
    assert (counts["ok"], counts["short"], counts["timeout"]) == (1, 1, 1)


@given(st.binary(max_size=300), st.integers(1, 40))
def test_no_bytes_whatever_pass_for_a_reply_unless_they_hold_one(data: bytes, count: int) -> None:
    line = Line()
    line.ask(count=count)
    result = line.answer(data)
    assert result != PENDING
    if result == OK:
        whole = bytes((1, READ_INPUT, 2 * count)) + line.master.data
        assert sealed(whole) in data


@given(st.integers(0, 8), st.integers(1, 255))
def test_no_single_spoiled_byte_passes(at: int, flips: int) -> None:
    spoiled = bytearray(GOOD)
    spoiled[at] ^= flips
    line = Line()
    line.ask()
    assert line.answer(bytes(spoiled)) in (CRC, SHORT, ADDR, FORMAT, EXCEPTION)


@given(st.sets(st.integers(1, 8)), st.integers(0, 25))
def test_a_reply_in_pieces_is_the_same_reply(cuts: set[int], pause_ms: int) -> None:
    line = Line()
    line.ask()
    at = 0
    for cut in [*sorted(cuts), 9]:
        line.far.write(GOOD[at:cut])
        at = cut
        result = line.run(pause_ms)
    if result == PENDING:
        result = line.run(50)
    assert result == OK
    assert line.master.data == GOOD[3:7]


@given(st.integers((1 << 30) - 2_000, (1 << 30) - 1))
def test_time_wraps_without_harm(start_ms: int) -> None:
    line = Line()
    now_ms = start_ms
    assert line.master.ask(now_ms, 1, READ_INPUT, 0, 2)
    waited_ms = 0
    while line.master.poll((now_ms + waited_ms) % (1 << 30)) == PENDING:
        waited_ms += 10
        assert waited_ms <= 300
    assert waited_ms == 300
