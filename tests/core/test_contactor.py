"""Whether the contactor obeys."""

import pytest

from evse.core.contactor import CLOSED, NONE, OPEN, ContactorCheck
from evse.core.faults import FAULT_CONTACTOR_STUCK_OPEN, FAULT_CONTACTOR_WELDED
from evse.core.units import TICKS_PERIOD

STARTS = pytest.mark.parametrize("start_ms", [0, TICKS_PERIOD - 100])


def first_fault_ms(check: ContactorCheck, start_ms: int, commanded: bool, mirror: int) -> int:
    """When, from now on, a fault is first told; -1 for not within a second."""
    for passed_ms in range(0, 1_000, 10):
        if check.step((start_ms + passed_ms) % TICKS_PERIOD, commanded, mirror):
            return passed_ms
    return -1


@STARTS
def test_a_contactor_that_stays_open_is_told_after_250_ms(start_ms: int) -> None:
    check = ContactorCheck()
    assert first_fault_ms(check, start_ms, True, OPEN) == 250
    assert check.step(start_ms, True, OPEN) == FAULT_CONTACTOR_STUCK_OPEN
    assert not check.closed


@STARTS
def test_a_contactor_that_stays_closed_is_told_after_250_ms(start_ms: int) -> None:
    check = ContactorCheck()
    for ms in range(0, 1_000, 10):
        assert check.step(ms, True, CLOSED if ms >= 30 else OPEN) == 0
    assert first_fault_ms(check, start_ms, False, CLOSED) == 250
    assert check.step(start_ms, False, CLOSED) == FAULT_CONTACTOR_WELDED
    assert check.closed


def test_a_contactor_found_closed_at_power_up_is_welded() -> None:
    assert first_fault_ms(ContactorCheck(), 0, False, CLOSED) == 250


def test_a_contactor_that_follows_is_left_alone() -> None:
    check = ContactorCheck()
    for ms in range(0, 60_000, 10):
        commanded = ms // 1_000 % 2 == 0
        mirror = CLOSED if ((ms - 200) // 1_000) % 2 == 0 else OPEN
        assert check.step(ms, commanded, mirror) == 0


def test_a_quick_change_of_command_starts_the_time_anew() -> None:
    check = ContactorCheck()
    for ms in range(0, 200, 10):
        assert check.step(ms, True, OPEN) == 0
    assert check.step(200, False, OPEN) == 0
    assert first_fault_ms(check, 210, True, OPEN) == 250


def test_each_command_gives_the_contacts_their_time() -> None:
    check = ContactorCheck()
    for ms in range(0, 200, 10):
        check.step(ms, True, OPEN)
    assert first_fault_ms(check, 200, False, CLOSED) == 250


def test_a_contactor_that_drops_out_while_closed_is_told() -> None:
    check = ContactorCheck()
    for ms in range(0, 1_000, 10):
        check.step(ms, True, CLOSED if ms >= 30 else OPEN)
    assert first_fault_ms(check, 1_000, True, OPEN) == 250


def test_without_a_mirror_the_command_is_believed() -> None:
    check = ContactorCheck()
    for ms in range(0, 2_000, 10):
        assert check.step(ms, ms >= 1_000, NONE) == 0
        assert check.closed is (ms >= 1_000)


def test_openings_are_counted_with_and_without_current() -> None:
    check = ContactorCheck(cold=10, hot=5)
    for load_ma in (0, 999, 1_000, 16_000, 0):
        check.step(0, True, NONE)
        check.step(10, False, NONE, load_ma)
        check.step(20, False, NONE, load_ma)
    assert (check.cold, check.hot) == (13, 7)


def test_the_counts_stop_where_small_integers_do() -> None:
    check = ContactorCheck(cold=(1 << 30) - 1)
    check.step(0, True, NONE)
    check.step(10, False, NONE)
    assert check.cold == (1 << 30) - 1


def test_a_new_contactor_has_no_openings_behind_it() -> None:
    check = ContactorCheck()
    assert (check.cold, check.hot) == (0, 0)
