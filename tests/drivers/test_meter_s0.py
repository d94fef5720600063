"""Pulses of an S0 output: which are believed, and what they add up to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.core.units import TICKS_PERIOD
from evse.drivers.meter import GOOD
from evse.drivers.meter_s0 import LEAST_MS, S0Input, soonest_ms
from evse.drivers.meters import make_meter

MOST_W = 22_000


class Wire:
    """A pulse output on a clock; the meter is polled every 10 ms."""

    def __init__(self, per_kwh: int = 1_000, start_ms: int = 0) -> None:
        self.input = S0Input(soonest_ms(per_kwh, MOST_W))
        self.meter = make_meter("s0", self.input, per_kwh=per_kwh)
        self.now_ms = start_ms
        self.meter.poll(self.now_ms)

    def wait(self, ms: int) -> None:
        end_ms = self.now_ms + ms
        while self.now_ms < end_ms:
            self.now_ms = min(self.now_ms + 10, end_ms)
            self.meter.poll(self.now_ms % TICKS_PERIOD)

    def pulse(self, length_ms: int = 40, period_ms: int = 1_000) -> None:
        self.input.edge(0, self.now_ms % TICKS_PERIOD)
        self.wait(length_ms)
        self.input.edge(1, self.now_ms % TICKS_PERIOD)
        self.wait(period_ms - length_ms)


@pytest.mark.parametrize("start_ms", [0, TICKS_PERIOD - 30_000])
def test_1000_pulses_are_a_kilowatt_hour_and_their_pace_is_the_power(start_ms: int) -> None:
    wire = Wire(start_ms=start_ms)
    for _ in range(1_000):
        wire.pulse(period_ms=327)
    assert wire.meter.import_wh == 1_000
    assert abs(wire.meter.power_w - 11_000) < 20
    assert wire.meter.quality(wire.now_ms % TICKS_PERIOD) == GOOD


@given(st.integers(1, 2_000), st.integers(1, 60))
def test_no_part_of_a_watt_hour_is_lost(per_kwh: int, pulses: int) -> None:
    wire = Wire(per_kwh)
    period_ms = max(100, soonest_ms(per_kwh, MOST_W) + 1)
    for _ in range(pulses):
        wire.pulse(period_ms=period_ms)
    assert wire.meter.import_wh == pulses * 1_000 // per_kwh


def test_sparks_are_not_pulses() -> None:
    wire = Wire()
    for length_ms in (1, 5, LEAST_MS - 1):
        wire.pulse(length_ms=length_ms)
    assert (wire.input.count, wire.input.rejected) == (0, 3)
    wire.pulse(length_ms=LEAST_MS)
    assert wire.input.count == 1


def test_pulses_faster_than_the_station_can_deliver_are_rejected() -> None:
    wire = Wire()
    assert soonest_ms(1_000, MOST_W) == 130
    for _ in range(20):
        wire.pulse(period_ms=60)
    assert wire.input.count == 7, "every third: 180 ms apart"
    assert wire.input.rejected == 13


def test_a_level_told_again_is_no_edge() -> None:
    input_ = S0Input(0)
    for now_ms in range(0, 100, 10):
        input_.edge(0, now_ms)
    input_.edge(1, 100)
    input_.edge(1, 110)
    assert input_.count == 1


def test_power_fades_when_the_pulses_stop() -> None:
    wire = Wire()
    for _ in range(10):
        wire.pulse(period_ms=400)
    assert wire.meter.power_w == 9_000
    wire.wait(10_000)
    assert 300 < wire.meter.power_w < 400
    wire.wait(3_600_000)
    assert wire.meter.power_w <= 1


def test_pulses_counted_before_the_meter_began_are_not_its_energy() -> None:
    counted = S0Input(0)
    for now_ms in range(0, 10_000, 100):
        counted.edge(0, now_ms)
        counted.edge(1, now_ms + 40)
    meter = make_meter("s0", counted)
    meter.poll(10_000)
    assert (counted.count, meter.import_wh) == (100, 0)
