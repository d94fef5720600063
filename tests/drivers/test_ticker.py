"""Ticks from a timer that is late, loses callbacks, or hands over several at once."""

from hypothesis import given
from hypothesis import strategies as st

from boards.ticker import LEAST_MS, Ticker
from evse.core.units import TICKS_PERIOD, elapsed_ms


class Timer:
    def __init__(self, start_ms: int = 0) -> None:
        self.now_ms = start_ms
        self.ticks: list[int] = []
        self.ticker = Ticker(self.ticks.append, lambda: self.now_ms)

    def fire(self, after_ms: int) -> None:
        self.now_ms = (self.now_ms + after_ms) % TICKS_PERIOD
        self.ticker(None)


def test_a_punctual_timer_ticks_every_10_ms_across_the_wrap() -> None:
    timer = Timer(TICKS_PERIOD - 500)
    for _ in range(100):
        timer.fire(10)
    assert len(timer.ticks) == 100
    assert (timer.ticker.missed, timer.ticker.crowded) == (0, 0)


def test_callbacks_that_waited_together_are_one_tick_and_the_lost_ones_are_counted() -> None:
    timer = Timer()
    timer.fire(10)
    timer.fire(250)  # Python was busy: 24 callbacks were lost or waited
    for _ in range(7):
        timer.fire(0)
    timer.fire(10)
    assert timer.ticks == [10, 260, 270]
    assert timer.ticker.missed == 24
    assert timer.ticker.crowded == 7


def test_a_little_jitter_is_no_loss() -> None:
    timer = Timer()
    for after_ms in (10, 12, 8, 13, 7, 14, 6):
        timer.fire(after_ms)
    assert (timer.ticker.missed, timer.ticker.crowded) == (0, 0)


@given(st.lists(st.integers(0, 100), max_size=60))
def test_no_two_ticks_are_closer_than_half_a_period(gaps: list[int]) -> None:
    timer = Timer(TICKS_PERIOD - 300)
    for gap in gaps:
        timer.fire(gap)
    for before, after in zip(timer.ticks, timer.ticks[1:], strict=False):
        assert elapsed_ms(after, before) >= LEAST_MS
    assert len(timer.ticks) + timer.ticker.crowded == len(gaps)
