"""Less current when it is hot."""

import pytest

from evse.core.faults import FAULT_OVER_TEMPERATURE, FAULT_TEMPERATURE_SENSOR
from evse.core.heat import Heat


def warmed(*temperatures_dc: int, full_ma: int = 32_000) -> tuple[int, int]:
    """The limit and the bits after these temperatures."""
    heat = Heat()
    bits = 0
    for temperature_dc in temperatures_dc:
        bits = heat.step(temperature_dc, full_ma)
    return heat.limit_ma, bits


@pytest.mark.parametrize(
    ("temperature_dc", "limit_ma", "bits"),
    [
        (-400, 32_000, 0),
        (649, 32_000, 0),
        (650, 16_000, 0),
        (679, 16_000, 0),
        (680, 8_000, 0),
        (709, 8_000, 0),
        (710, 8_000, FAULT_OVER_TEMPERATURE),
        (-401, 0, FAULT_TEMPERATURE_SENSOR),
        (1_251, 0, FAULT_TEMPERATURE_SENSOR),
    ],
)
def test_the_steps_are_at_65_68_and_71_degrees(
    temperature_dc: int, limit_ma: int, bits: int
) -> None:
    assert warmed(temperature_dc) == (limit_ma, bits)


@pytest.mark.parametrize("hottest_dc", [650, 680, 710])
def test_it_stays_as_it_was_until_under_62_degrees(hottest_dc: int) -> None:
    assert warmed(hottest_dc, 620) == warmed(hottest_dc)
    assert warmed(hottest_dc, 619) == (32_000, 0)


def test_half_does_not_come_back_before_all() -> None:
    assert warmed(690, 660) == (8_000, 0)


def test_heat_alone_never_withdraws_the_offer_below_71_degrees() -> None:
    assert warmed(690, full_ma=16_000) == (6_000, 0)
    assert warmed(690, full_ma=5_000) == (5_000, 0)


def test_a_sensor_that_comes_back_says_what_it_says() -> None:
    assert warmed(-2_000, 300) == (32_000, 0)


@pytest.mark.parametrize("temperature_dc", [-400, 1_250])
def test_a_sensor_is_believed_to_its_bounds(temperature_dc: int) -> None:
    assert warmed(temperature_dc)[1] & FAULT_TEMPERATURE_SENSOR == 0


def test_before_the_first_reading_heat_allows_nothing() -> None:
    assert Heat().limit_ma == 0
