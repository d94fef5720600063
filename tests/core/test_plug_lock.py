"""When the plug is held."""

import pytest

from evse.core.plug_lock import PlugLock
from evse.core.units import TICKS_PERIOD

A, B, C, D, E, F, FAULT = range(7)
STARTS = pytest.mark.parametrize("start_ms", [0, TICKS_PERIOD - 2_000])


def held(level: int) -> PlugLock:
    lock = PlugLock()
    lock.step(0, level, False, True)
    return lock


@pytest.mark.parametrize("level", [B, C, D])
def test_a_plug_with_a_vehicle_is_held(level: int) -> None:
    assert held(level).held


@pytest.mark.parametrize("level", [A, E, F, FAULT])
def test_without_a_vehicle_nothing_is_held(level: int) -> None:
    assert not held(level).held


@pytest.mark.parametrize(("level", "stays"), [(A, False), (E, False), (F, True), (FAULT, True)])
def test_what_lets_a_plug_go(level: int, stays: bool) -> None:
    lock = held(C)
    lock.step(10, level, False, True)
    assert lock.held is stays


@pytest.mark.parametrize("level", [A, E])
def test_a_plug_is_held_as_long_as_there_may_be_power(level: int) -> None:
    lock = held(C)
    for ms in range(10, 60_000, 10):
        lock.step(ms, level, False, False)
        assert lock.held
    lock.step(60_000, level, False, True)
    assert not lock.held


@STARTS
def test_f_lets_the_plug_go_after_five_seconds(start_ms: int) -> None:
    lock = PlugLock()
    lock.step(start_ms, C, False, True)
    for passed_ms in range(0, 5_000, 10):
        lock.step((start_ms + passed_ms) % TICKS_PERIOD, F, True, True)
        assert lock.held
    lock.step((start_ms + 5_000) % TICKS_PERIOD, F, True, True)
    assert not lock.held


def test_f_again_is_five_seconds_again() -> None:
    lock = held(C)
    for ms in range(10, 20_000, 10):
        lock.step(ms, F if ms // 1_000 % 5 else C, ms // 1_000 % 5 != 0, True)
        assert lock.held


def test_f_with_power_keeps_the_plug() -> None:
    lock = held(C)
    for ms in range(10, 60_000, 10):
        lock.step(ms, F, True, False)
    assert lock.held
