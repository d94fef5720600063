"""The 5 % duty before the offer, on its own and in the machine."""

import pytest

from evse.core import faults, states
from evse.core.digital import DIGITAL, Digital
from evse.core.units import DIGITAL_PPM, F_PPM, TICKS_PERIOD, X1_PPM
from evse.core.wake_up import OFFER, X1, F
from tests.core.bench import Bench
from tests.core.test_pilot import Line

STARTS = pytest.mark.parametrize("start_ms", [0, TICKS_PERIOD - 21_000])
A, B, C, D = states.LEVEL_A, states.LEVEL_B, states.LEVEL_C, states.LEVEL_D


def shown(
    digital: Digital, from_ms: int, to_ms: int, *, asks: bool = False
) -> list[tuple[int, int]]:
    """(what is shown, for how many ms) in a row."""
    spans: list[tuple[int, int]] = []
    for ms in range(from_ms, to_ms, 10):
        what = digital.step(ms % TICKS_PERIOD, asks, asks)
        if spans and spans[-1][0] == what:
            spans[-1] = (what, spans[-1][1] + 10)
        else:
            spans.append((what, 10))
    return spans


@STARTS
def test_it_comes_once_and_goes_by_f_and_x1(start_ms: int) -> None:
    spans = shown(Digital(20_000), start_ms, start_ms + 100_000)
    assert spans == [(DIGITAL, 20_000), (F, 4_000), (X1, 750), (OFFER, 75_250)]


def test_without_a_time_there_is_none() -> None:
    digital = Digital(0)
    assert shown(digital, 0, 60_000) == [(OFFER, 60_000)]
    digital.forget_vehicle()
    assert shown(digital, 60_000, 120_000) == [(OFFER, 60_000)]


def test_a_vehicle_that_asks_is_led_back_at_once() -> None:
    digital = Digital(20_000)
    shown(digital, 0, 3_000)
    spans = shown(digital, 3_000, 20_000, asks=True)
    assert spans == [(F, 4_000), (X1, 750), (OFFER, 12_250)]


def test_a_vehicle_that_asked_before_the_offer_is_not_spoken_to() -> None:
    assert shown(Digital(20_000), 0, 5_000, asks=True) == [(OFFER, 5_000)]


def test_an_offer_that_went_begins_it_anew_and_after_f_it_is_over() -> None:
    digital = Digital(20_000)
    shown(digital, 0, 10_000)
    digital.offer_gone()
    assert not digital.trying
    assert shown(digital, 30_000, 53_000) == [(DIGITAL, 20_000), (F, 3_000)]
    digital.offer_gone()
    assert not digital.busy
    assert shown(digital, 60_000, 90_000) == [(OFFER, 30_000)]


@pytest.mark.parametrize("after_ms", [5_000, 22_000, 40_000])
def test_the_next_vehicle_has_it_again(after_ms: int) -> None:
    digital = Digital(20_000)
    shown(digital, 0, after_ms)
    digital.forget_vehicle()
    assert not digital.trying and not digital.busy
    assert shown(digital, 50_000, 80_000)[0] == (DIGITAL, 20_000)


def spans_of(line: Line, ms: int) -> list[tuple[int, int]]:
    """(duty, for how long) in a row; the contactor stays open while 5 % or F or X1 is shown."""
    spans: list[tuple[int, int]] = []
    for _ in range(ms // 10):
        duty_ppm = line.run(10).pilot.duty_ppm
        assert not line.pilot.contactor or duty_ppm not in (DIGITAL_PPM, F_PPM, X1_PPM)
        if spans and spans[-1][0] == duty_ppm:
            spans[-1] = (duty_ppm, spans[-1][1] + 10)
        else:
            spans.append((duty_ppm, 10))
    return spans


def test_the_machine_shows_5_percent_then_f_then_x1_then_the_offer() -> None:
    line = Line(digital_ms=20_000, wake=False).run(100)
    line.level = B
    assert spans_of(line, 40_000) == [
        (DIGITAL_PPM, 20_000),
        (F_PPM, 4_000),
        (X1_PPM, 750),
        (266_666, 15_250),
    ]
    assert line.why == "waiting-for-vehicle"


def test_nothing_may_be_drawn_at_5_percent_and_nothing_is_signalled() -> None:
    line = Line(digital_ms=20_000).run(100).run(5_000, level=B)
    assert (line.pilot.duty_ppm, line.pilot.signalled_ma) == (DIGITAL_PPM, 0)
    assert line.pilot.state == states.B2
    line.run(490, level=C)
    assert (line.pilot.duty_ppm, line.pilot.contactor) == (DIGITAL_PPM, False)
    line.run(20)
    assert (line.pilot.state, line.why) == (states.F, "offer-delay")
    spans = spans_of(line, 10_000)
    assert [duty for duty, _ in spans] == [F_PPM, X1_PPM, 266_666]
    assert line.pilot.contactor


def test_a_short_signal_of_the_vehicle_does_not_end_it() -> None:
    line = Line(digital_ms=20_000).run(100).run(5_000, level=B).run(300, level=C).run(300, level=B)
    assert line.pilot.duty_ppm == DIGITAL_PPM
    assert line.pilot.vehicle.pulses == 1


def test_a_vehicle_without_b_is_not_spoken_to_and_charges() -> None:
    line = Line(digital_ms=20_000).run(100)
    line.level = C
    assert spans_of(line, 10_000) == [(266_666, 10_000)]
    assert line.pilot.contactor


def test_the_signs_of_a_vehicle_that_begins_to_ask_lead_to_no_two_duties_in_5_s() -> None:
    line = Line(digital_ms=20_000).run(100)
    line.run(1_000, level=B, offer_ma=0)
    line.run(490, level=C)
    line.offer_ma = 16_000
    assert spans_of(line, 6_000) == [(266_666, 6_000)]


def test_the_wake_up_comes_after_it_and_once() -> None:
    line = Line(digital_ms=20_000).run(100)
    line.level = B
    assert spans_of(line, 100_000)[3:] == [
        (266_666, 30_000),
        (F_PPM, 4_000),
        (X1_PPM, 750),
        (266_666, 40_500),
    ]
    assert line.why == "finished"


def test_a_withdrawn_offer_ends_it_at_once_and_the_next_begins_it_anew() -> None:
    line = Line(digital_ms=20_000).run(100).run(5_000, level=B)
    line.run(10, permits=states.PERMIT_ALL & ~states.PERMIT_AUTHORISED)
    assert (line.pilot.duty_ppm, line.why) == (X1_PPM, "waiting-for-authorisation")
    line.run(30_000).permits = states.PERMIT_ALL
    assert spans_of(line, 21_000) == [(DIGITAL_PPM, 20_000), (F_PPM, 1_000)]


def test_a_fault_during_it_comes_first_and_it_begins_anew() -> None:
    line = Line(digital_ms=20_000).run(100).run(5_000, level=B)
    line.run(30_000, faults=faults.FAULT_CONTACTOR_WELDED)
    assert (line.pilot.duty_ppm, line.why) == (F_PPM, "fault")
    line.faults = 0
    assert spans_of(line, 21_000) == [(DIGITAL_PPM, 20_000), (F_PPM, 1_000)]


def test_the_machine_shows_it_to_the_next_vehicle_too() -> None:
    line = Line(digital_ms=20_000).run(100).run(30_000, level=B).run(6_000, level=A)
    line.level = B
    assert spans_of(line, 21_000) == [(DIGITAL_PPM, 20_000), (F_PPM, 1_000)]


def test_the_whole_core_reads_the_pilot_at_5_percent_without_a_fault() -> None:
    bench = Bench(digital_ms=20_000)
    bench.play("1 cp=B; 30 cp=C", 45)
    assert bench.holds("flt", "-", 0, 45_000) == ""
    assert bench.holds("pw", "5", 1_500, 20_500) == ""
    assert bench.holds("K", "0", 0, 30_400) == ""
    assert bench.holds("K", "1", 33_000, 45_000) == ""
