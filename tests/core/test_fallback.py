"""What time alone does to the limits."""

import pytest

from evse.core import limits
from evse.core.fallback import KEEP, PAUSE, POLICY_NAMES, REDUCE, Fallback
from evse.core.limits import FALLBACK, STATION, Limits
from evse.core.units import TICKS_PERIOD

STARTS = pytest.mark.parametrize("start_ms", [0, TICKS_PERIOD - 5_000])


def station() -> Limits:
    held = Limits()
    held.set(STATION, 32_000, 0)
    return held


def run(fallback: Fallback, from_ms: int, to_ms: int) -> int:
    """Step every 10 ms; how often the policy came into force or went."""
    return sum(fallback.step(ms % TICKS_PERIOD) for ms in range(from_ms, to_ms, 10))


@STARTS
@pytest.mark.parametrize(
    ("policy", "least_ma"), [(KEEP, 32_000), (REDUCE, 8_000), (PAUSE, 0)], ids=POLICY_NAMES
)
def test_a_silent_link_does_what_is_configured(policy: int, least_ma: int, start_ms: int) -> None:
    held = station()
    fallback = Fallback(held, policy, 8_000, 10_000)
    run(fallback, start_ms, start_ms + 10_000)
    assert held.least(start_ms) == 32_000
    run(fallback, start_ms + 10_000, start_ms + 20_000)
    assert held.least(start_ms) == least_ma
    assert fallback.in_force is (policy != KEEP)


@STARTS
def test_a_link_that_speaks_now_and_then_is_not_silent(start_ms: int) -> None:
    fallback = Fallback(station(), PAUSE, 0, 10_000)
    for second in range(0, 60, 9):
        fallback.link_alive()
        assert run(fallback, start_ms + second * 1_000, start_ms + second * 1_000 + 9_000) == 0
    assert not fallback.in_force


def test_a_link_that_comes_back_lifts_the_limit_and_that_is_told_once() -> None:
    held = station()
    fallback = Fallback(held, PAUSE, 0, 10_000)
    assert run(fallback, 0, 60_000) == 1
    fallback.link_alive()
    assert run(fallback, 60_000, 61_000) == 1
    assert held.least(61_000) == 32_000
    assert held.limit_ma(FALLBACK) == limits.NO_LIMIT


def test_silence_stays_silence_when_the_clock_wraps() -> None:
    held = station()
    fallback = Fallback(held, PAUSE, 0, 10_000)
    for now_ms in (0, 10_000, 500_000_000, TICKS_PERIOD - 10, 10, 5_000):
        fallback.step(now_ms)
    assert held.least(5_000) == 0


def test_a_link_that_falls_silent_again_is_told_again() -> None:
    held = station()
    fallback = Fallback(held, PAUSE, 0, 10_000)
    told = run(fallback, 0, 20_000)
    fallback.link_alive()
    assert fallback.step(20_000)
    assert fallback.in_force is False
    fallback.link_alive()
    assert not fallback.step(20_010)
    assert told + run(fallback, 20_020, 40_000) == 2
