"""What the level tells of the vehicle."""

import pytest

from evse.core import states
from evse.core.vehicle import Vehicle

A, B, C, D, E, F, FAULT = range(7)


def shown(*levels: tuple[int, int], ventilated: bool = False) -> Vehicle:
    """A vehicle that has shown each level for so many ms, ten at a time."""
    vehicle = Vehicle()
    now_ms = 0
    for level, for_ms in levels:
        for _ in range(0, for_ms, 10):
            vehicle.see(now_ms, level, ventilated)
            now_ms += 10
    return vehicle


def test_it_is_there_from_b_to_a() -> None:
    assert not shown((A, 10)).plugged
    assert shown((A, 10), (B, 10)).plugged
    assert not shown((A, 10), (B, 10), (A, 10)).plugged


@pytest.mark.parametrize("level", [E, F, FAULT])
def test_it_stays_where_it_is_while_the_pilot_cannot_be_read(level: int) -> None:
    assert shown((B, 10), (level, 1_000)).plugged
    assert not shown((A, 10), (level, 1_000)).plugged


@pytest.mark.parametrize(("level", "asks"), [(A, False), (B, False), (C, True), (E, False)])
def test_it_asks_in_c_alone(level: int, asks: bool) -> None:
    assert shown((B, 10), (level, 10)).asks is asks


@pytest.mark.parametrize("ventilated", [False, True])
def test_it_asks_in_d_where_there_is_air(ventilated: bool) -> None:
    assert shown((B, 10), (D, 10), ventilated=ventilated).asks is ventilated


def test_it_is_believed_after_half_a_second() -> None:
    vehicle = shown((B, 10), (C, 500))
    assert not vehicle.has_settled(509)
    assert vehicle.has_settled(510)


def test_a_change_between_c_and_d_is_one_request() -> None:
    vehicle = shown((B, 10), (C, 300), (D, 300), ventilated=True)
    assert vehicle.has_settled(610)


def test_pulses_shorter_than_half_a_second_are_counted() -> None:
    assert shown((B, 10), (C, 200), (B, 300), (C, 400), (B, 10)).pulses == 2
    assert shown((B, 10), (C, 510), (B, 10)).pulses == 0
    assert shown((B, 10), (C, 200), (A, 10)).pulses == 0


def test_the_count_of_pulses_stops_where_small_integers_do() -> None:
    vehicle = shown((B, 10), (C, 10))
    vehicle.pulses = (1 << 30) - 1
    vehicle.see(20, B, False)
    assert vehicle.pulses == (1 << 30) - 1


def test_a_vehicle_without_b_is_simplified_until_it_shows_b() -> None:
    assert shown((A, 10), (C, 10)).simplified
    assert not shown((A, 10), (B, 10), (C, 10)).simplified
    assert not shown((A, 10), (C, 10), (B, 10), (C, 10)).simplified
    assert not shown((A, 10), (C, 10), (A, 10)).simplified


@pytest.mark.parametrize("unread", [(), ((A, 10), (F, 10)), ((A, 10), (E, 10))])
def test_a_vehicle_first_seen_in_c_may_have_shown_b_unseen(
    unread: tuple[tuple[int, int], ...],
) -> None:
    assert not shown(*unread, (C, 10)).simplified


def test_it_has_asked_until_it_leaves() -> None:
    assert shown((B, 10), (D, 10), (B, 10)).has_asked
    assert not shown((B, 10), (C, 10), (A, 10), (B, 10)).has_asked


def test_levels_are_numbered_as_these_tests_say() -> None:
    assert [states.LEVEL_NAMES[n] for n in (A, B, C, D, E, F, FAULT)] == [
        "A",
        "B",
        "C",
        "D",
        "E",
        "F",
        "FAULT",
    ]


def test_before_the_first_reading_nobody_asks() -> None:
    assert Vehicle().asks is False
