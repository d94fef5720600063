"""Voltages to levels."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.core import states
from evse.core.levels import Decoder, decode
from tests.core.vectors import LEVELS, rows

LEVEL = st.integers(states.LEVEL_A, states.LEVEL_FAULT)
EDGES_MV = [-13_000, -11_000, -10_000, -2_000, -1_000, 2_000, 4_000, 5_000, 7_000, 8_000]
EDGES_MV += [10_000, 11_000, 13_000]
PEAK_MV = st.sampled_from(EDGES_MV).flatmap(lambda at: st.integers(at - 2, at + 2))
PEAK_MV |= st.integers(-14_000, 14_000)


@pytest.mark.parametrize(
    "row", rows("cp_decode"), ids=lambda row: f"{row['mv']} mV after {row['prev']}"
)
def test_a_peak_decodes_as_the_table_says(row: dict[str, Any]) -> None:
    assert decode(row["mv"], LEVELS[row["prev"]]) == LEVELS[row["expect"]]


@given(PEAK_MV, LEVEL)
def test_a_level_once_decoded_stays_with_the_same_peak(high_mv: int, previous: int) -> None:
    level = decode(high_mv, previous)
    assert decode(high_mv, level) == level


@given(st.integers(2_000, 13_000), st.integers(2_000, 13_000), LEVEL)
def test_less_voltage_is_never_less_of_a_vehicle(
    one_mv: int, other_mv: int, previous: int
) -> None:
    low_mv, high_mv = sorted((one_mv, other_mv))
    assert decode(low_mv, previous) >= decode(high_mv, previous)


@pytest.mark.parametrize("row", rows("debounce"), ids=lambda row: row["start"] + row["raw"])
def test_a_level_counts_when_two_readings_agree(row: dict[str, Any]) -> None:
    decoder = Decoder(LEVELS[row["start"]])
    accepted = [decoder.accept(LEVELS[letter]) for letter in row["raw"]]
    assert "".join(states.LEVEL_NAMES[level] for level in accepted) == row["accepted"]


def test_the_first_reading_after_power_up_counts_alone() -> None:
    assert Decoder().feed(6_000) == states.LEVEL_C


def test_readings_that_stand_alone_are_counted() -> None:
    decoder = Decoder(states.LEVEL_C)
    for high_mv in (6_000, 9_000, 6_000, 9_000, 3_000, 6_000, 6_000):
        decoder.feed(high_mv)
    assert (decoder.level, decoder.glitches) == (states.LEVEL_C, 3)


def test_noise_about_a_threshold_makes_one_change_at_most() -> None:
    decoder = Decoder(states.LEVEL_B)
    seen = [decoder.feed(mv) for mv in (7_010, 6_990, 6_980, 7_010, 7_020, 7_900, 6_990) * 50]
    assert sum(a != b for a, b in pairwise(seen)) == 1
