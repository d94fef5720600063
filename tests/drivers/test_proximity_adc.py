"""The cable's resistor from raw counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boards.virtual.adc import ProximitySampler
from evse.core.proximity import cable_ma_for
from evse.drivers.proximity_adc import OPEN_OHM, ProximityAdc


class Counts:
    """An ADC that gives these counts in turn."""

    def __init__(self, *counts: int) -> None:
        self._counts = counts
        self._at = 0

    def read_u16(self) -> int:
        self._at += 1
        return self._counts[self._at % len(self._counts)]


def measured(ohm: int) -> int:
    sampler = ProximitySampler()
    sampler.ohm = ohm
    return ProximityAdc(sampler).read_ohm()


@given(st.integers(0, 5_000))
def test_ohms_come_back_as_they_were(ohm: int) -> None:
    assert abs(measured(ohm) - ohm) <= 2 + ohm * 8 // 1_000


@pytest.mark.parametrize(
    ("ohm", "rating_ma"), [(100, 63_000), (220, 32_000), (680, 20_000), (1_500, 13_000)]
)
def test_every_coded_cable_is_told_apart(ohm: int, rating_ma: int) -> None:
    assert cable_ma_for(measured(ohm)) == rating_ma


def test_no_cable_is_open() -> None:
    assert measured(-1) == OPEN_OHM


def test_a_short_is_zero() -> None:
    assert measured(0) == 0


def test_one_wild_sample_either_way_does_not_count() -> None:
    good = 65_535 * 220 // 1_220
    adc = Counts(good, good, good, 65_535, good, good, good, 0)
    assert ProximityAdc(adc).read_ohm() == pytest.approx(220, abs=2)


@given(st.integers(0, 65_535), st.sampled_from([330, 1_000, 4_700, 16_000]))
def test_all_counts_give_an_answer_below_2_to_the_30(counts: int, pull_up_ohm: int) -> None:
    ohm = ProximityAdc(Counts(counts), pull_up_ohm).read_ohm()
    assert 0 <= ohm <= max(OPEN_OHM, 32 * pull_up_ohm)
    assert pull_up_ohm * 65_535 < 1 << 30
