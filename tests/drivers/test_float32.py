"""Floats off a wire to whole numbers, against Python's own reading of the same bytes."""

import math
import struct
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.drivers.float32 import NEAREST, UP, scaled

SINGLES = st.one_of(
    st.binary(min_size=4, max_size=4),
    st.floats(width=32, min_value=-1_048_576, max_value=1_048_576).map(
        lambda value: struct.pack(">f", value)
    ),
)


def exactly(data: bytes, scale: int) -> Fraction | None:
    (value,) = struct.unpack(">f", data)
    return Fraction(value) * scale if math.isfinite(value) else None


@given(SINGLES, st.sampled_from([1, 1_000]))
def test_whole_numbers_are_those_of_the_exact_value(data: bytes, scale: int) -> None:
    exact = exactly(data, scale)
    if exact is None:
        assert scaled(data, 0, scale) is None
        return
    size = abs(exact)
    sign = -1 if exact < 0 else 1
    expected = {
        UP: math.ceil(size),
        NEAREST: math.floor(size + Fraction(1, 2)),
    }
    for rounding, whole in expected.items():
        found = scaled(data, 0, scale, rounding)
        if whole >= 1 << 30:
            assert found is None
        else:
            assert found == sign * whole


@pytest.mark.parametrize(
    ("text", "milli"),
    [("43 66 33 33", 230_200), ("41 80 00 00", 16_000), ("C5 66 00 00", -3_680_000)],
)
def test_published_values_are_read_as_published(text: str, milli: int) -> None:
    assert scaled(bytes.fromhex(text), 0, 1_000) == milli


@pytest.mark.parametrize("text", ["7F C0 00 00", "7F 80 00 00", "FF 80 00 00", "FF FF FF FF"])
def test_nan_and_infinity_are_no_numbers(text: str) -> None:
    assert scaled(bytes.fromhex(text), 0, 1_000) is None


def test_zero_has_no_sign() -> None:
    assert scaled(b"\x80\x00\x00\x00", 0, 1_000) == 0


@pytest.mark.parametrize("rounding", [NEAREST, UP])
def test_the_smallest_and_largest_singles_stay_in_their_place(rounding: int) -> None:
    assert scaled(b"\x00\x00\x00\x01", 0, 1_000, rounding) == (1 if rounding == UP else 0)
    assert scaled(b"\x7f\x7f\xff\xff", 0, 1_000, rounding) is None


def test_energy_comes_back_as_the_display_shows_it_up_to_8192_kwh() -> None:
    for register_wh in (*range(0, 8_192_000, 997), *range(8_188_000, 8_192_000)):
        assert scaled(struct.pack(">f", register_wh / 1_000), 0, 1_000) == register_wh


def test_energy_never_falls_while_the_register_rises() -> None:
    readings = [
        scaled(struct.pack(">f", wh / 1_000), 0, 1_000) for wh in range(16_380_000, 16_388_000)
    ]
    assert readings == sorted(readings)


def test_the_value_is_taken_from_where_it_is_said_to_be() -> None:
    assert scaled(b"\xff\xff" + struct.pack(">f", 50.0) + b"\xff", 2, 1_000) == 50_000
