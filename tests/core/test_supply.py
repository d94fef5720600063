"""When the mains is too bad to charge, and good enough again."""

import pytest

from evse.core.faults import FAULT_FREQUENCY, FAULT_OVER_VOLTAGE, FAULT_UNDER_VOLTAGE
from evse.core.supply import EUROPE, OPEN_PEN, Supply
from evse.core.units import TICKS_PERIOD

STARTS = pytest.mark.parametrize("start_ms", [0, TICKS_PERIOD - 1_000])
GOOD = (230_000, 230_000, 50_000)


def spans(
    supply: Supply, start_ms: int, *stretches: tuple[int, tuple[int, int, int]]
) -> list[int]:
    """The bits at the end of each stretch of (ms, readings)."""
    ends = []
    for for_ms, reading in stretches:
        bits = 0
        for passed_ms in range(0, for_ms, 100):
            bits = supply.step((start_ms + passed_ms) % TICKS_PERIOD, *reading)
        start_ms += for_ms
        ends.append(bits)
    return ends


@STARTS
@pytest.mark.parametrize(
    ("reading", "bits"),
    [
        ((183_900, 230_000, 50_000), FAULT_UNDER_VOLTAGE),
        ((230_000, 264_600, 50_000), FAULT_OVER_VOLTAGE),
        ((230_000, 230_000, 46_900), FAULT_FREQUENCY),
        ((230_000, 230_000, 52_100), FAULT_FREQUENCY),
    ],
)
def test_three_seconds_out_of_bounds_trip(
    reading: tuple[int, int, int], bits: int, start_ms: int
) -> None:
    assert spans(Supply(EUROPE), start_ms, (3_000, reading), (100, reading)) == [0, bits]


@pytest.mark.parametrize(
    "reading",
    [(184_000, 264_500, 0), (184_000, 264_500, 47_000), (230_000, 230_000, 52_000)],
)
def test_the_bounds_themselves_do_not_trip(reading: tuple[int, int, int]) -> None:
    assert spans(Supply(EUROPE), 0, (60_000, reading)) == [0]


def test_a_good_moment_starts_the_time_anew() -> None:
    low = (180_000, 180_000, 50_000)
    assert spans(Supply(), 0, (2_900, low), (100, GOOD), (2_900, low)) == [0, 0, 0]


@STARTS
def test_the_charge_comes_back_after_a_good_minute_without_a_break(start_ms: int) -> None:
    low = (180_000, 180_000, 50_000)
    poor = (206_900, 230_000, 50_000)
    seen = spans(
        Supply(), start_ms, (4_000, low), (59_900, GOOD), (100, poor), (60_000, GOOD), (100, GOOD)
    )
    assert [bits != 0 for bits in seen] == [True, True, True, True, False]


@pytest.mark.parametrize(
    "poor",
    [(206_900, 230_000, 0), (230_000, 250_100, 0), (230_000, 230_000, 49_800)],
)
def test_a_poor_mains_keeps_the_charge_away(poor: tuple[int, int, int]) -> None:
    low = (180_000, 180_000, 50_000)
    assert spans(Supply(), 0, (4_000, low), (300_000, poor))[1]


def test_a_lost_neutral_trips_after_five_seconds_and_waits_thirty() -> None:
    low = (206_900, 206_900, 50_000)
    seen = spans(Supply(OPEN_PEN), 0, (5_000, low), (100, low), (30_000, GOOD), (100, GOOD))
    assert seen == [0, FAULT_UNDER_VOLTAGE, FAULT_UNDER_VOLTAGE, 0]


def test_a_second_trip_needs_its_time_again() -> None:
    low = (180_000, 180_000, 50_000)
    seen = spans(Supply(), 0, (4_000, low), (61_000, GOOD), (2_900, low), (61_000, GOOD))
    assert [bits != 0 for bits in seen] == [True, False, False, False]


@pytest.mark.parametrize(
    "good", [(207_000, 250_000, 0), (207_000, 250_000, 49_900), (230_000, 230_000, 50_100)]
)
def test_the_bounds_of_a_good_mains_are_good(good: tuple[int, int, int]) -> None:
    low = (180_000, 180_000, 50_000)
    assert spans(Supply(), 0, (4_000, low), (60_100, good)) == [FAULT_UNDER_VOLTAGE, 0]


def test_after_a_second_trip_the_good_minute_counts_anew() -> None:
    low = (180_000, 180_000, 50_000)
    seen = spans(Supply(), 0, (4_000, low), (61_000, GOOD), (4_000, low), (30_000, GOOD))
    assert [bits != 0 for bits in seen] == [True, False, True, True]


@pytest.mark.parametrize("good", [(207_000, 253_000, 47_000), (230_000, 230_000, 52_000)])
def test_after_a_lost_neutral_the_bounds_of_its_own_band_are_good(
    good: tuple[int, int, int],
) -> None:
    low = (206_900, 206_900, 50_000)
    seen = spans(Supply(OPEN_PEN), 0, (5_100, low), (30_100, good))
    assert seen == [FAULT_UNDER_VOLTAGE, 0]
