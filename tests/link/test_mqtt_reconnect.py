"""When a link tries again: jitter, backoff, patience, and what it does not do while it may not."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.link import mqtt
from evse.link.backoff import Backoff
from tests.link.bench import PINGRESP, Bench


def waits(bench: Bench, attempts: int) -> list[int]:
    """How long it waits before each attempt, nobody being reachable."""
    found = []
    for _ in range(attempts):
        found.append(bench.run_until(lambda: bench.link.state == mqtt.CONNECTING))
        bench.run_until(lambda: bench.link.state == mqtt.WAITING)
    return found


def test_the_wait_before_an_attempt_is_bounded_by_a_doubling_up_to_a_minute() -> None:
    bench = Bench()
    bench.wire.reachable = False
    bench.link.start(0)
    bounds = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]
    for wait_ms, bound_ms in zip(waits(bench, 9), bounds, strict=True):
        assert bound_ms - 20 <= wait_ms <= bound_ms + 20


def test_the_wait_is_drawn_from_the_whole_range() -> None:
    bench = Bench(random_below=lambda below: 0)
    bench.wire.reachable = False
    bench.link.start(0)
    assert max(waits(bench, 9)) <= 20


def test_an_attempt_is_given_up_after_the_time_for_connecting() -> None:
    bench = Bench(connect_ms=5_000)
    bench.wire.reachable = False
    bench.link.start(0)
    bench.run_until(lambda: bench.link.state == mqtt.CONNECTING)
    assert 4_980 <= bench.run_until(lambda: bench.link.state == mqtt.WAITING) <= 5_020
    bench.wire.reachable = True
    bench.run_until(lambda: bench.link.state == mqtt.GREETING)
    assert 4_950 <= bench.run_until(lambda: bench.link.state == mqtt.WAITING) <= 5_020
    assert bench.count("connect-timeout") == 2
    assert not bench.wire.is_open


def hold(bench: Bench, ms: int) -> None:
    for _ in range(ms // 10_000):
        bench.run(10_000)
        bench.wire.say(PINGRESP)
    bench.run(20)
    assert bench.link.up


def next_wait(bench: Bench) -> int:
    bench.lose()
    return bench.run_until(lambda: bench.link.state == mqtt.CONNECTING)


def test_a_connection_that_held_a_minute_is_renewed_within_a_second() -> None:
    bench = Bench()
    bench.wire.reachable = False
    bench.link.start(0)
    waits(bench, 5)
    bench.wire.reachable = True
    bench.up()
    hold(bench, 60_000)
    assert next_wait(bench) <= 1_020


def test_a_broker_that_greets_and_breaks_off_is_not_stormed() -> None:
    """Nor is a station whose name another one uses as well: each kicks the other off."""
    bench = Bench()
    found = []
    for _ in range(8):
        bench.up()
        found.append(next_wait(bench))
    assert found == sorted(found)
    assert found[-1] >= 59_000


def test_wrong_credentials_are_not_tried_every_second() -> None:
    bench = Bench()
    bench.connect(b"\x20\x02\x00\x04")
    assert bench.run_until(lambda: bench.link.state == mqtt.CONNECTING) >= 59_000


def test_no_attempt_is_made_while_it_may_not_be() -> None:
    bench = Bench()
    bench.wire.may_open = False
    bench.link.start(0)
    bench.run(100_000)
    assert bench.wire.opened == 0
    assert bench.count("held") == 1
    bench.wire.may_open = True
    bench.run(20)
    assert bench.wire.opened == 1
    bench.up()
    bench.wire.may_open = False
    bench.lose()
    bench.run(100_000)
    assert bench.wire.opened == 1
    assert bench.count("held") == 2


def test_an_attempt_that_fails_at_once_waits_like_any_other() -> None:
    bench = Bench()

    def no_route() -> bool:
        raise OSError(113, "EHOSTUNREACH")

    bench.wire.open = no_route
    bench.wire.stage = "tcp-failed"
    bench.link.start(0)
    bench.run(31_100)  # 1 + 2 + 4 + 8 + 16 s, and a few polls
    assert bench.count("tcp-failed") == 5
    assert bench.link.last_error == "tcp-failed: [Errno 113] EHOSTUNREACH"


@pytest.mark.parametrize("seed", range(3))
def test_a_thousand_boards_with_a_minute_of_spread_come_back_gently(seed: int) -> None:
    """Power returns to a whole site at once."""
    source = random.Random(seed)
    starts = []
    for _ in range(1_000):
        backoff = Backoff(60_000, 60_000, source.randrange)
        backoff.start(0)
        starts.append(next(ms for ms in range(0, 70_000, 100) if not backoff.waits(ms)))
    seconds = [0] * 70
    for start_ms in starts:
        seconds[start_ms // 1_000] += 1
    assert max(starts) - min(starts) >= 50_000
    assert max(seconds) <= 40
    assert sum(seconds[:60]) / 60 <= 20


@given(now_ms=st.integers(0, (1 << 30) - 1), draw=st.integers(0, 1_000))
def test_a_wait_is_as_long_as_drawn_wherever_the_clock_stands(now_ms: int, draw: int) -> None:
    backoff = Backoff(1_000, 60_000, lambda below: min(draw, below - 1))
    backoff.start(now_ms)
    if draw:
        assert backoff.waits((now_ms + draw - 1) % (1 << 30))
    assert not backoff.waits((now_ms + draw) % (1 << 30))
