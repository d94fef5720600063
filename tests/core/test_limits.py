"""Whose limit counts, for how long, and what a tick sees while one is being set."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evse.core import limits
from evse.core.limits import (
    BACKEND,
    CABLE,
    MAX_VALID_MS,
    NO_LIMIT,
    NONE,
    OPERATOR,
    STATION,
    Limits,
)
from evse.core.units import TICKS_PERIOD

LOCAL = [n for n in range(limits.COUNT) if n not in limits.REMOTE_OWNERS]
CLOCK = st.sampled_from([0, 1, TICKS_PERIOD - 1, TICKS_PERIOD - MAX_VALID_MS]) | st.integers(
    0, TICKS_PERIOD - 1
)


def station_of(limit_ma: int) -> Limits:
    held = Limits()
    assert held.set(STATION, limit_ma, 0)
    return held


def test_no_limit_means_no_current() -> None:
    held = Limits()
    assert held.least(0) == 0
    assert held.binding == NONE


@given(st.dictionaries(st.integers(0, limits.COUNT - 1), st.integers(0, 80_000), min_size=1))
def test_the_least_limit_counts_and_its_owner_is_named(wanted: dict[int, int]) -> None:
    held = Limits()
    for owner, limit_ma in wanted.items():
        assert held.set(owner, limit_ma, 0, 1_000)
    assert held.least(500) == min(wanted.values())
    assert wanted[held.binding] == min(wanted.values())
    assert held.binding == min(o for o, ma in wanted.items() if ma == min(wanted.values()))


def test_every_owner_has_a_name() -> None:
    assert len(limits.OWNER_NAMES) == limits.COUNT


@pytest.mark.parametrize("owner", limits.REMOTE_OWNERS)
def test_a_remote_owner_must_say_for_how_long(owner: int) -> None:
    held = station_of(16_000)
    assert not held.set(owner, 10_000, 0)
    assert held.least(0) == 16_000


@pytest.mark.parametrize("owner", LOCAL)
def test_a_local_owner_may_limit_for_good(owner: int) -> None:
    held = Limits()
    assert held.set(owner, 10_000, 0)
    for now_ms in (0, MAX_VALID_MS, TICKS_PERIOD - 1, 5):
        assert held.least(now_ms) == 10_000
        assert held.remaining_ms(owner, now_ms) == 0


@pytest.mark.parametrize(
    ("owner", "limit_ma", "valid_ms"),
    [
        (-1, 0, 0),
        (limits.COUNT, 0, 0),
        (CABLE, -1, 0),
        (CABLE, limits.MAX_LIMIT_MA + 1, 0),
        (BACKEND, 6_000, -1),
        (BACKEND, 6_000, MAX_VALID_MS + 1),
    ],
)
def test_what_is_out_of_bounds_is_refused(owner: int, limit_ma: int, valid_ms: int) -> None:
    held = station_of(16_000)
    assert not held.set(owner, limit_ma, 0, valid_ms)
    assert held.least(0) == 16_000


@given(CLOCK, st.sampled_from([1, 10, 60_000, MAX_VALID_MS]))
def test_a_limit_ends_when_it_said_wherever_the_clock_is(now_ms: int, valid_ms: int) -> None:
    held = station_of(32_000)
    assert held.set(BACKEND, 6_000, now_ms, valid_ms)
    last_ms = (now_ms + valid_ms - 1) % TICKS_PERIOD
    end_ms = (now_ms + valid_ms) % TICKS_PERIOD
    assert held.least(last_ms) == 6_000
    assert held.remaining_ms(BACKEND, last_ms) == 1
    assert not held.expired[BACKEND]
    assert held.least(end_ms) == 32_000
    assert held.remaining_ms(BACKEND, end_ms) == 0
    assert held.expired[BACKEND]


@given(CLOCK)
def test_a_limit_that_has_ended_does_not_come_back_when_the_clock_wraps(now_ms: int) -> None:
    held = station_of(32_000)
    held.set(BACKEND, 6_000, now_ms, 1_000)
    held.least((now_ms + 1_000) % TICKS_PERIOD)
    assert held.least(now_ms) == 32_000
    assert held.limit_ma(BACKEND) == NO_LIMIT


def test_a_budget_that_must_be_renewed_leaves_what_was_agreed() -> None:
    held = station_of(32_000)
    held.after(BACKEND, 0)
    held.set(BACKEND, 16_000, 0, 1_000)
    assert held.least(999) == 16_000
    assert held.least(1_000) == 0
    assert held.least(5) == 0
    assert held.remaining_ms(BACKEND, 5) == 0
    assert held.expired[BACKEND]
    held.set(BACKEND, 16_000, 2_000, 1_000)
    assert held.least(2_000) == 16_000
    assert not held.expired[BACKEND]


def test_a_new_limit_takes_the_place_of_the_old() -> None:
    held = station_of(32_000)
    held.set(OPERATOR, 6_000, 0, 60_000)
    held.set(OPERATOR, 20_000, 1_000, 60_000)
    assert held.least(1_000) == 20_000
    assert held.remaining_ms(OPERATOR, 1_000) == 60_000


def test_a_cleared_limit_is_gone() -> None:
    held = station_of(32_000)
    held.set(OPERATOR, 6_000, 0, 60_000)
    held.clear(OPERATOR)
    assert held.least(1) == 32_000
    assert held.limit_ma(OPERATOR) == NO_LIMIT
    assert held.remaining_ms(OPERATOR, 1) == 0


def test_a_limit_set_with_a_clock_a_moment_ahead_counts() -> None:
    held = station_of(32_000)
    held.set(OPERATOR, 6_000, 1_005, 60_000)
    assert held.least(1_000) == 6_000


class Interrupted(list[Any]):
    """A list that lets a tick in after every store into it."""

    tick: Callable[[], object] = staticmethod(lambda: None)

    def __setitem__(self, index: Any, value: Any) -> None:
        super().__setitem__(index, value)
        self.tick()


SLOT = st.tuples(
    st.integers(0, 80_000), st.sampled_from([0, 1, 999, 1_000, 1_001, 50_000, MAX_VALID_MS])
)


@settings(max_examples=500)
@given(
    old=st.none() | SLOT,
    new=SLOT,
    after_ma=st.sampled_from([NO_LIMIT, 0, 6_000]),
    now_ms=CLOCK,
    passed_ms=st.sampled_from([0, 1, 999, 1_000]),
)
def test_a_tick_amid_a_change_sees_the_old_limit_or_the_new_one(
    old: tuple[int, int] | None,
    new: tuple[int, int],
    after_ma: int,
    now_ms: int,
    passed_ms: int,
) -> None:
    held = station_of(80_000)
    held.after(STATION, NO_LIMIT)
    held.after(CABLE, after_ma)
    then_ms = (now_ms + passed_ms) % TICKS_PERIOD
    held.set(CABLE, 1, now_ms)  # what an empty slot remembers
    held.clear(CABLE)
    if old is not None:
        held.set(CABLE, old[0], now_ms, old[1])
    before_ma = held.least(then_ms)
    seen: list[int] = []
    for name in ("_limit_ma", "_since_ms", "_valid_ms", "_is_set", "expired"):
        watched = Interrupted(getattr(held, name))
        watched.tick = lambda: seen.append(held.least(then_ms))  # type: ignore[method-assign]
        setattr(held, name, watched)
    held.set(CABLE, new[0], then_ms, new[1])
    assert len(seen) >= 5
    assert set(seen) <= {before_ma, new[0]}
    assert held.least(then_ms) == new[0]


def test_a_limit_that_ended_and_is_taken_away_has_not_ended_any_more() -> None:
    held = station_of(16_000)
    held.set(limits.BACKEND, 6_000, 0, 1_000)
    assert held.remaining_ms(limits.BACKEND, 1_000) == 0
    held.least(1_000)
    assert held.expired[limits.BACKEND] is True
    held.clear(limits.BACKEND)
    assert held.expired[limits.BACKEND] is False
