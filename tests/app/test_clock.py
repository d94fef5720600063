"""The board's date: told by the agent, kept across the wrap of its ticks, zero while unknown."""

import pytest

from evse.app.clock import Clock
from tests.app.station_bench import StationBench

DAY_MS = 86_400_000


def test_time_is_unknown_until_somebody_tells_it() -> None:
    clock = Clock()
    clock.advance(50_000)
    assert (clock.now_s(), clock.source) == (0, "none")


@pytest.mark.parametrize("start_ms", [0, (1 << 30) - 5_000])
def test_time_goes_on_for_months_across_every_wrap_of_the_ticks(start_ms: int) -> None:
    clock = Clock()
    clock.set(200_000_000, start_ms)
    now_ms = start_ms
    for _ in range(90):
        now_ms = (now_ms + DAY_MS) % (1 << 30)
        clock.advance(now_ms)
    assert clock.now_s() == 200_000_000 + 90 * 86_400
    assert clock.age_s == 90 * 86_400


def test_a_correction_of_more_than_two_seconds_is_told() -> None:
    clock = Clock()
    assert clock.set(200_000_000, 0) == 0
    assert clock.set(200_000_012, 10_000) == 0
    assert clock.set(200_000_000, 11_000) == -13


def test_records_carry_the_time_and_a_jump_is_an_event() -> None:
    bench = StationBench()
    bench.run(1_000)
    hello = '{{"interval_s":60,"time_s":{},"begins":false}}'
    bench.raw("hello", hello.format(200_000_000).encode())
    bench.run(5_000)
    bench.raw("hello", hello.format(500_000_000).encode())
    bench.run(1_000)
    boot, jump = {event.seq: event for event in bench.port.messages("event")}.values()
    assert boot.time_s == 0
    assert jump.what == "clock-set"
    assert jump.value == 299_999_995
    assert jump.time_s == 500_000_000


def test_no_limit_moves_when_the_clock_jumps_ten_years() -> None:
    bench = StationBench()
    bench.charge()
    bench.limit(10_000, valid_s=60)
    bench.raw("hello", b'{"interval_s":60,"time_s":600000000,"begins":false}')
    bench.run(50_000)
    assert bench.controller.offered_ma() == 9_999
