"""The slow rise of the limit."""

import pytest

from evse.core import limits
from evse.core.limits import RAMP, STATION, Limits
from evse.core.ramp import Ramp
from evse.core.units import TICKS_PERIOD

STARTS = pytest.mark.parametrize("start_ms", [0, TICKS_PERIOD - 5_000])


@pytest.fixture
def held() -> Limits:
    held = Limits()
    held.set(STATION, 32_000, 0)
    return held


def seen(ramp: Ramp, held: Limits, from_ms: int, for_ms: int) -> list[int]:
    """What may be offered, each second."""
    found = []
    for ms in range(from_ms, from_ms + for_ms, 1_000):
        ramp.step(ms % TICKS_PERIOD)
        found.append(held.least(ms % TICKS_PERIOD))
    return found


@STARTS
def test_it_begins_at_6_a_and_gives_one_more_each_minute(held: Limits, start_ms: int) -> None:
    ramp = Ramp(held)
    ramp.start(start_ms, 9_000)
    found = seen(ramp, held, start_ms, 240_000)
    assert found[::60] == [6_000, 7_000, 8_000, 32_000]
    assert found[59] == 6_000
    assert not ramp.running
    assert held.limit_ma(RAMP) == limits.NO_LIMIT


@STARTS
def test_held_it_stays_at_6_a_however_long_and_then_rises(held: Limits, start_ms: int) -> None:
    ramp = Ramp(held)
    ramp.hold(start_ms)
    assert set(seen(ramp, held, start_ms, 300_000)) == {6_000}
    ramp.start(start_ms + 300_000, 8_000)
    found = seen(ramp, held, start_ms + 300_000, 130_000)
    assert found[::60] == [6_000, 7_000, 32_000]


def test_held_while_it_rises_it_goes_back_to_6_a(held: Limits) -> None:
    ramp = Ramp(held)
    ramp.start(0, 32_000)
    assert seen(ramp, held, 0, 130_000)[-1] == 8_000
    ramp.hold(130_000)
    assert set(seen(ramp, held, 130_000, 200_000)) == {6_000}


def test_a_tick_between_any_two_stores_of_a_new_start_gives_no_more_than_6_a(
    held: Limits,
) -> None:
    """Of a ramp that was at 20 A: what an interrupt could see is what each store leaves."""
    ramp = Ramp(held)
    ramp.start(0, 32_000)
    seen(ramp, held, 0, 841_000)
    allowed = []

    class Watched(Ramp):
        def __setattr__(self, name: str, value: object) -> None:
            super().__setattr__(name, value)
            if hasattr(self, "_next") and self._limits.limit_ma(RAMP) == 6_000:
                self.step(900_000)
                allowed.append(held.least(900_000))

    ramp.__class__ = Watched
    ramp.start(900_000, 32_000)
    assert allowed and set(allowed) == {6_000}


def test_a_ramp_that_was_not_started_limits_nothing() -> None:
    held = Limits()
    held.set(STATION, 32_000, 0)
    ramp = Ramp(held)
    for now_ms in range(0, 200_000, 10_000):
        ramp.step(now_ms)
    assert ramp.running is False
    assert held.least(200_000) == 32_000


def test_one_that_was_not_started_does_not_rise(held: Limits) -> None:
    ramp = Ramp(held)
    assert not ramp.running
    assert seen(ramp, held, 0, 120_000) == [32_000] * 120
