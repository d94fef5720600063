"""One-shot timers."""

from hypothesis import given
from hypothesis import strategies as st

from evse.core.timer import Timer
from evse.core.units import TICKS_PERIOD

CLOCK = st.sampled_from([0, TICKS_PERIOD - 1]) | st.integers(0, TICKS_PERIOD - 1)
SPAN = st.sampled_from([1, 10, 86_400_000]) | st.integers(1, 86_400_000)


@given(CLOCK, SPAN)
def test_it_runs_for_its_time_wherever_the_clock_is(now_ms: int, for_ms: int) -> None:
    timer = Timer()
    timer.start(now_ms, for_ms)
    last_ms = (now_ms + for_ms - 1) % TICKS_PERIOD
    assert timer.left_ms(last_ms) == 1
    assert timer.runs(last_ms)
    assert not timer.runs((now_ms + for_ms) % TICKS_PERIOD)
    assert timer.left_ms(last_ms) == 0


@given(CLOCK, SPAN)
def test_once_over_it_stays_over_when_the_clock_comes_round(now_ms: int, for_ms: int) -> None:
    timer = Timer()
    timer.start(now_ms, for_ms)
    timer.runs((now_ms + for_ms) % TICKS_PERIOD)
    assert not timer.runs(now_ms)
    assert not timer.running


def test_its_end_is_told_once() -> None:
    timer = Timer()
    assert not timer.ends(0)
    timer.start(0, 100)
    assert [timer.ends(ms) for ms in (0, 99, 100, 101, 200)] == [False, False, True, False, False]


def test_no_time_at_all_is_over_at_the_next_look() -> None:
    timer = Timer()
    timer.start(5, 0)
    assert not timer.runs(5)


def test_a_stopped_timer_never_ends() -> None:
    timer = Timer()
    timer.start(0, 100)
    timer.stop()
    assert not timer.runs(50)
    assert not timer.ends(100)
