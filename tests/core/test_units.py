"""Current to duty and back, and the clock's wrap."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.core.units import (
    DIGITAL_MA,
    F_PPM,
    MAX_OFFER_MA,
    NO_OFFER_MA,
    TICKS_PERIOD,
    X1_PPM,
    duty_ppm_for,
    elapsed_ms,
    offer_ma_for,
    past_ms,
)
from tests.core.vectors import ma, ppm, rows

# The knees of the scale, and a little to each side of them.
KNEES_MA = [0, 5_900, 6_000, 6_100, 10_000, 51_000, 52_500, 80_000, 80_100]
NEAR_KNEES = st.sampled_from(KNEES_MA).flatmap(lambda at: st.integers(at - 3, at + 3))
ANY_MA = NEAR_KNEES | st.integers(-1_000, 100_000)
CLOCK = st.sampled_from([0, 1, TICKS_PERIOD // 2, TICKS_PERIOD - 1]) | st.integers(
    0, TICKS_PERIOD - 1
)


@pytest.mark.parametrize("row", rows("amps_to_duty"), ids=lambda row: f"{row['amps']} A")
def test_the_duty_for_a_current_is_the_tables_rounded_down(row: dict[str, Any]) -> None:
    duty_ppm = duty_ppm_for(ma(row["amps"]))
    assert ppm(row["duty"]) - 1 <= duty_ppm <= ppm(row["duty"])


@pytest.mark.parametrize("row", rows("duty_to_amps"), ids=lambda row: f"{row['duty']} %")
def test_the_current_read_from_a_duty_is_the_tables(row: dict[str, Any]) -> None:
    offer_ma = offer_ma_for(ppm(row["duty"]))
    expected_ma = {"none": NO_OFFER_MA, "hlc": DIGITAL_MA}
    assert offer_ma == expected_ma.get(row["kind"], ma(row["amps"] or 0))


def test_ten_amperes_are_a_sixth_of_the_period() -> None:
    assert duty_ppm_for(10_000) == 166_666


@given(ANY_MA)
def test_a_vehicle_never_reads_more_than_was_meant(offer_ma: int) -> None:
    read_ma = offer_ma_for(duty_ppm_for(offer_ma))
    rounded_ma = 6_000 if 5_900 <= offer_ma < 6_000 else offer_ma
    assert read_ma <= max(rounded_ma, 0)


@given(st.integers(6_101, 51_000) | st.integers(52_501, MAX_OFFER_MA))
def test_a_vehicle_reads_the_current_meant_to_a_milliampere(offer_ma: int) -> None:
    assert 0 <= offer_ma - offer_ma_for(duty_ppm_for(offer_ma)) <= 1


@given(ANY_MA)
def test_a_duty_is_x1_or_an_offer_and_never_digital_by_accident(offer_ma: int) -> None:
    duty_ppm = duty_ppm_for(offer_ma)
    assert duty_ppm == X1_PPM or 100_000 <= duty_ppm <= 970_000


@given(NEAR_KNEES, NEAR_KNEES)
def test_more_current_never_means_less_duty_within_the_scale(one_ma: int, other_ma: int) -> None:
    low_ma, high_ma = sorted((one_ma, other_ma))
    if low_ma >= 5_900 and high_ma <= 80_100:
        assert duty_ppm_for(low_ma) <= duty_ppm_for(high_ma)


@pytest.mark.parametrize("duty_ppm", [F_PPM, 29_999, 70_001, 79_999, 970_001, X1_PPM])
def test_there_are_duties_that_mean_no_charging(duty_ppm: int) -> None:
    assert offer_ma_for(duty_ppm) == NO_OFFER_MA


@given(CLOCK, CLOCK)
def test_time_passed_is_right_across_the_wrap_of_the_clock(since_ms: int, passed_ms: int) -> None:
    now_ms = (since_ms + passed_ms) % TICKS_PERIOD
    assert elapsed_ms(now_ms, since_ms) == passed_ms


@given(CLOCK, st.integers(0, TICKS_PERIOD // 2 - 1))
def test_a_start_in_the_near_future_is_now(now_ms: int, ahead_ms: int) -> None:
    assert past_ms(now_ms, (now_ms + ahead_ms) % TICKS_PERIOD) == 0
    assert past_ms((now_ms + ahead_ms) % TICKS_PERIOD, now_ms) == ahead_ms


def test_the_ends_of_each_scale_are_exact() -> None:
    assert (duty_ppm_for(80_100), duty_ppm_for(80_101)) == (970_000, X1_PPM)
    assert (offer_ma_for(850_000), offer_ma_for(850_001)) == (51_000, 52_500)
