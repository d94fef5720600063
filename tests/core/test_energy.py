"""Energy from registers that wrap, reset, jump or change."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.core.energy import JUMP, REBASE, RESET, WRAP, EnergyCount
from evse.core.units import TICKS_PERIOD
from tests.core.vectors import rows

FLAG_WORDS = ((WRAP, "wrap"), (RESET, "reset"), (JUMP, "jump"), (REBASE, "rebase"))


@pytest.mark.parametrize("start_ms", [0, TICKS_PERIOD - 60_000])
@pytest.mark.parametrize("row", rows("energy"), ids=lambda row: row["note"])
def test_readings_add_up_as_the_table_says(row: dict[str, Any], start_ms: int) -> None:
    count = EnergyCount()
    totals_wh = []
    seen: list[str] = []
    for at_s, register_wh in row["readings"]:
        flags = count.feed((start_ms + at_s * 1_000) % TICKS_PERIOD, register_wh)
        seen += [word for flag, word in FLAG_WORDS if flags & flag]
        totals_wh.append(count.total_wh)
    assert totals_wh == row["accumulated"]
    assert seen == row["flags"]


READING = st.tuples(
    st.sampled_from([0, 1_000, 60_000, 3_600_000]) | st.integers(0, TICKS_PERIOD // 2),
    st.sampled_from([0, 1, 5_000, 9_999_999]) | st.integers(0, 9_999_999),
    st.integers(0, 999),
)


@given(st.lists(READING, max_size=30))
def test_the_count_never_decreases_nor_believes_the_impossible(
    readings: list[tuple[int, int, int]],
) -> None:
    count = EnergyCount()
    now_ms = base_ms = 0
    for pause_ms, register_wh, register_mwh in readings:
        now_ms += pause_ms
        before_mwh = count.total_wh * 1_000 + count.part_mwh
        flags = count.feed(now_ms % TICKS_PERIOD, register_wh, register_mwh)
        more_mwh = count.total_wh * 1_000 + count.part_mwh - before_mwh
        most_wh = (now_ms - base_ms) % TICKS_PERIOD // 1_000 * 50_000 // 3_600 + 3
        assert 0 <= more_mwh <= most_wh * 1_000
        assert 0 <= count.part_mwh < 1_000
        assert not flags & JUMP or more_mwh == 0
        if not flags & JUMP or flags & REBASE:
            base_ms = now_ms


@given(st.lists(st.tuples(st.integers(0, 800), st.integers(0, 999)), min_size=1, max_size=50))
def test_no_milliwatthour_is_lost_on_a_good_meter(steps: list[tuple[int, int]]) -> None:
    count = EnergyCount()
    register_mwh = start_mwh = 123_456_789
    count.feed(0, *divmod(register_mwh, 1_000))
    for number, (more_wh, more_mwh) in enumerate(steps):
        register_mwh += more_wh * 1_000 + more_mwh
        assert count.feed((number + 1) * 60_000, *divmod(register_mwh, 1_000)) == 0
    assert count.total_wh * 1_000 + count.part_mwh == register_mwh - start_mwh


def test_the_first_reading_counts_nothing() -> None:
    count = EnergyCount(total_wh=77, part_mwh=5)
    assert count.feed(0, 5_000_000) == 0
    assert (count.total_wh, count.part_mwh) == (77, 5)


def test_two_jumps_and_a_good_reading_are_forgotten() -> None:
    count = EnergyCount()
    readings = [(0, 100), (60, 900_000), (120, 900_000), (180, 200), (240, 900_000), (300, 300)]
    flags = [count.feed(at_s * 1_000, register_wh) for at_s, register_wh in readings]
    assert flags == [0, JUMP, JUMP, 0, JUMP, 0]
    assert count.total_wh == 200


@pytest.mark.parametrize("step_wh", [1, 10, 100])
def test_a_coarse_register_read_every_second_loses_nothing(step_wh: int) -> None:
    count = EnergyCount(step_wh=step_wh)
    flags = 0
    for second in range(4_000):
        used_wh = 11_000 * second // 3_600
        flags |= count.feed(second * 1_000, 5_000 + used_wh // step_wh * step_wh)
    assert flags == 0
    assert count.total_wh == 11_000 * 3_999 // 3_600 // step_wh * step_wh


def test_a_meter_with_another_end_wraps_there() -> None:
    count = EnergyCount(wrap_wh=100_000_000)
    count.feed(0, 99_999_990)
    assert count.feed(60_000, 10) == WRAP
    assert count.total_wh == 20


def test_the_count_stops_where_small_integers_do() -> None:
    count = EnergyCount(total_wh=(1 << 30) - 5, part_mwh=0)
    count.feed(0, 0)
    count.feed(60_000, 100)
    assert count.total_wh == (1 << 30) - 1
    count.feed(120_000, 200)
    assert count.total_wh == (1 << 30) - 1


@pytest.mark.parametrize(("more_wh", "believed"), [(502, True), (503, False)])
def test_what_may_have_flowed_is_known_to_the_watt_hour(more_wh: int, believed: bool) -> None:
    """50 kW for 36 s, and what two readings of a step may be off."""
    count = EnergyCount()
    count.feed(0, 1_000)
    assert count.feed(36_999, 1_000 + more_wh) == (0 if believed else JUMP)


@pytest.mark.parametrize(("register_wh", "flag"), [(1, WRAP), (2, RESET)])
def test_a_register_that_begins_again_has_wrapped_only_as_far_as_could_flow(
    register_wh: int, flag: int
) -> None:
    count = EnergyCount()
    count.feed(0, 9_999_999)
    assert count.feed(0, register_wh) == flag
    assert count.total_wh == 2


def test_a_register_may_wrap_within_a_watt_hour() -> None:
    count = EnergyCount()
    count.feed(0, 9_999_999, 999)
    assert count.feed(1_000, 0, 0) == WRAP
    assert (count.total_wh, count.part_mwh) == (0, 1)


def test_the_end_of_the_count_itself_is_still_exact() -> None:
    count = EnergyCount(total_wh=(1 << 30) - 101, part_mwh=5)
    count.feed(0, 0)
    count.feed(60_000, 100)
    assert (count.total_wh, count.part_mwh) == ((1 << 30) - 1, 5)
    count.feed(120_000, 101)
    assert (count.total_wh, count.part_mwh) == ((1 << 30) - 1, 999)


def test_a_register_without_fractions_counts_none() -> None:
    count = EnergyCount()
    count.feed(0, 0, 0)
    count.feed(60_000, 10)
    assert (count.total_wh, count.part_mwh) == (10, 0)


def test_what_may_flow_is_reckoned_in_whole_hundreds_of_watts() -> None:
    count = EnergyCount(most_w=199)
    count.feed(0, 0)
    assert count.feed(360_000, 13) == JUMP
    assert count.feed(360_000, 12) == 0
