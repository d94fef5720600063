"""What faults do, how long they last, who may clear them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.core import faults
from evse.core.faults import (
    BY_OPERATOR,
    BY_SERVICE,
    BY_TIME,
    BY_UNPLUGGING,
    COUNT,
    FAULT_CONTACTOR_WELDED,
    FAULT_DIODE,
    FAULT_EMERGENCY_STOP,
    FAULT_METER_SILENT,
    FAULT_OVER_TEMPERATURE,
    FAULT_PE_LOST,
    FAULT_PILOT_SHORT,
    FAULT_RCD_TRIP,
    FAULT_TEMPERATURE_SENSOR,
    FAULT_UNDER_VOLTAGE,
    RULES,
    Faults,
)
from evse.core.units import TICKS_PERIOD
from tests.core.bench import Bench
from tests.core.scenarios import CHARGE

RETRY_MS = 300_000
RCD = faults.number_of("rcd-trip")
CLOCK = st.sampled_from([0, TICKS_PERIOD - 5_000]) | st.integers(0, TICKS_PERIOD - 1)


def with_rule(rule: int) -> list[int]:
    return [number for number in range(COUNT) if RULES[number][3] == rule]


def codes(numbers: list[int]) -> list[str]:
    return [faults.code(number) for number in numbers]


def trip(held: Faults, now_ms: int, bits: int, *, unplugged: bool = False) -> None:
    """The fault comes and goes within 10 ms."""
    held.step(now_ms, bits, unplugged)
    held.step((now_ms + 10) % TICKS_PERIOD, 0, unplugged)


def test_every_fault_has_one_row_one_bit_and_one_word() -> None:
    assert len(RULES) == COUNT <= 29
    words = codes(list(range(COUNT)))
    assert len(set(words)) == COUNT
    assert [faults.number_of(word) for word in words] == list(range(COUNT))
    bits = {name: bit for name, bit in vars(faults).items() if name.startswith("FAULT_")}
    assert sorted(bits.values()) == [1 << number for number in range(COUNT)]
    for name, bit in bits.items():
        word = faults.code(bit.bit_length() - 1)
        assert name == "FAULT_" + word.upper().replace("-", "_")


def test_a_word_that_is_no_fault_has_no_number() -> None:
    assert faults.number_of("gremlins") == -1


def test_every_bit_stays_a_small_integer_on_a_32_bit_board() -> None:
    assert (1 << COUNT) - 1 < 1 << 30


def test_stronger_effects_include_the_weaker() -> None:
    assert faults.HOLDING_F & ~faults.PULSING_F == 0
    assert faults.PULSING_F & ~faults.OPENING == 0
    assert faults.OPENING & ~faults.STOPPING == 0
    assert FAULT_OVER_TEMPERATURE & faults.STOPPING & ~faults.OPENING
    assert not FAULT_METER_SILENT & faults.STOPPING


@pytest.mark.parametrize(
    ("bit", "clears"),
    [
        (FAULT_DIODE, BY_UNPLUGGING),
        (faults.FAULT_PROXIMITY, BY_UNPLUGGING),
        (faults.FAULT_OVER_CURRENT, BY_UNPLUGGING),
        (FAULT_PILOT_SHORT, BY_TIME),
        (faults.FAULT_PILOT_RANGE, BY_TIME),
        (faults.FAULT_VENTILATION, BY_TIME),
        (FAULT_CONTACTOR_WELDED, BY_SERVICE),
        (faults.FAULT_RCD_SELFTEST, BY_SERVICE),
        (faults.FAULT_CONTACTOR_STUCK_OPEN, BY_OPERATOR),
    ],
)
def test_the_published_rules_are_kept(bit: int, clears: int) -> None:
    assert RULES[bit.bit_length() - 1][3] == clears


def test_the_codes_of_chargex_are_given() -> None:
    assert faults.mrec(faults.number_of("contactor-welded")) == "CX017"
    assert faults.mrec(faults.number_of("diode")) == ""


@given(st.integers(0, COUNT - 1), CLOCK)
def test_a_fault_that_stands_is_active_whatever_happens(number: int, now_ms: int) -> None:
    held = Faults()
    bit = 1 << number
    for plugged_out in (False, True, True):
        assert held.step(now_ms, bit, plugged_out) == bit
        assert not held.clear(bit, BY_SERVICE)
        now_ms = (now_ms + 3_600_000) % TICKS_PERIOD


@pytest.mark.parametrize("number", with_rule(BY_UNPLUGGING), ids=faults.code)
def test_it_clears_when_the_vehicle_has_left(number: int) -> None:
    held = Faults()
    trip(held, 0, 1 << number)
    assert held.step(86_400_000, 0, False) == 1 << number
    assert held.latched(number)
    assert held.step(86_400_010, 0, True) == 0


@pytest.mark.parametrize("number", with_rule(BY_OPERATOR), ids=faults.code)
def test_it_waits_for_an_operator(number: int) -> None:
    held = Faults()
    bit = 1 << number
    trip(held, 0, bit)
    assert held.step(86_400_000, 0, True) == bit
    assert not held.clear(bit, BY_UNPLUGGING)
    assert held.clear(bit, BY_OPERATOR)
    assert held.step(86_400_010, 0, False) == 0


@pytest.mark.parametrize("number", with_rule(BY_SERVICE), ids=faults.code)
def test_it_waits_for_service(number: int) -> None:
    held = Faults()
    bit = 1 << number
    trip(held, 0, bit)
    assert held.step(86_400_000, 0, True) == bit
    assert not held.clear(bit, BY_OPERATOR)
    assert held.step(86_400_010, 0, True) == bit
    assert held.clear(bit, BY_SERVICE)
    assert held.step(86_400_020, 0, False) == 0


@pytest.mark.parametrize("start_ms", [0, TICKS_PERIOD - 5_000])
def test_a_fault_that_clears_by_time_must_have_been_good_all_the_time(start_ms: int) -> None:
    held = Faults()
    bit = FAULT_TEMPERATURE_SENSOR
    trip(held, start_ms, bit)
    held.step((start_ms + 9_000) % TICKS_PERIOD, bit, False)
    assert held.step((start_ms + 18_990) % TICKS_PERIOD, 0, False) == bit
    assert held.step((start_ms + 19_000) % TICKS_PERIOD, 0, False) == 0


def test_a_fault_without_a_time_clears_in_the_next_step() -> None:
    held = Faults()
    held.step(0, FAULT_PILOT_SHORT, False)
    assert held.step(10, 0, False) == 0


def test_clearing_one_fault_leaves_the_others() -> None:
    held = Faults()
    trip(held, 0, FAULT_EMERGENCY_STOP | FAULT_CONTACTOR_WELDED | FAULT_DIODE)
    assert held.clear(FAULT_EMERGENCY_STOP, BY_OPERATOR)
    assert held.step(20, 0, False) == FAULT_CONTACTOR_WELDED | FAULT_DIODE


def test_nothing_is_cleared_that_is_not_active() -> None:
    held = Faults()
    assert not held.clear(FAULT_EMERGENCY_STOP, BY_SERVICE)
    held.step(0, FAULT_EMERGENCY_STOP, False)
    held.step(10, 0, False)
    assert held.active == FAULT_EMERGENCY_STOP


def test_a_fault_that_comes_back_before_it_is_cleared_stays() -> None:
    held = Faults()
    trip(held, 0, FAULT_EMERGENCY_STOP)
    assert held.clear(FAULT_EMERGENCY_STOP, BY_OPERATOR)
    assert held.step(20, FAULT_EMERGENCY_STOP, False) == FAULT_EMERGENCY_STOP
    assert held.step(30, 0, False) == FAULT_EMERGENCY_STOP


def test_what_came_when_and_how_often_is_kept() -> None:
    held = Faults()
    number = faults.number_of("pilot-short")
    for at_ms in (100, 200, 300):
        trip(held, at_ms, FAULT_PILOT_SHORT)
    assert (held.counts[number], held.since_ms[number]) == (3, 300)
    held.step(400, FAULT_PILOT_SHORT, False)
    held.step(500, FAULT_PILOT_SHORT, False)
    assert (held.counts[number], held.since_ms[number]) == (4, 400)


def test_a_residual_current_is_retried_after_five_minutes() -> None:
    held = Faults()
    trip(held, 0, FAULT_RCD_TRIP)
    assert held.step(RETRY_MS - 10, 0, False) == FAULT_RCD_TRIP
    assert not held.latched(RCD)
    assert held.step(RETRY_MS, 0, False) == 0


def test_the_seventh_residual_current_is_not_retried() -> None:
    held = Faults()
    now_ms = 0
    for _ in range(6):
        trip(held, now_ms, FAULT_RCD_TRIP)
        now_ms += RETRY_MS
        assert held.step(now_ms, 0, False) == 0
    trip(held, now_ms, FAULT_RCD_TRIP)
    assert held.latched(RCD)
    assert held.step(now_ms + 10 * RETRY_MS, 0, False) == FAULT_RCD_TRIP
    assert held.step(now_ms + 10 * RETRY_MS + 10, 0, True) == 0


def test_a_new_vehicle_has_its_own_retries() -> None:
    held = Faults(rcd_retries=1)
    for now_ms in (0, 1_000_000):
        trip(held, now_ms, FAULT_RCD_TRIP)
        assert held.step(now_ms + 2 * RETRY_MS, 0, False) == 0
        held.step(now_ms + 2 * RETRY_MS + 10, 0, True)


def test_a_latched_residual_current_of_one_vehicle_is_not_held_against_the_next() -> None:
    held = Faults(rcd_retries=1)
    assert retries_until_latched(held) == 1
    held.step(1_000_000, 0, True)
    trip(held, 1_000_010, FAULT_RCD_TRIP)
    assert not held.latched(RCD)


def test_retries_are_forgotten_though_another_fault_stands_while_vehicles_change() -> None:
    held = Faults(rcd_retries=1)
    trip(held, 0, FAULT_RCD_TRIP)
    held.step(RETRY_MS, FAULT_EMERGENCY_STOP, False)
    held.step(RETRY_MS + 10, FAULT_EMERGENCY_STOP, True)
    trip(held, RETRY_MS + 20, FAULT_RCD_TRIP | FAULT_EMERGENCY_STOP)
    assert not held.latched(RCD)


def test_more_than_six_retries_cannot_be_had() -> None:
    assert retries_until_latched(Faults(rcd_retries=100)) == 6
    assert retries_until_latched(Faults(rcd_retries=-1)) == 0


def retries_until_latched(held: Faults) -> int:
    for retries in range(20):
        trip(held, retries * 2 * RETRY_MS, FAULT_RCD_TRIP)
        if held.latched(RCD):
            return retries
        held.step(retries * 2 * RETRY_MS + RETRY_MS + 10, 0, False)
    raise AssertionError("never latched")


@pytest.mark.parametrize("start_ms", [0, TICKS_PERIOD - 1_000])
@pytest.mark.parametrize(("after_ms", "latched"), [(1_990, True), (2_000, False)])
def test_a_residual_current_soon_after_closing_is_not_retried(
    start_ms: int, after_ms: int, latched: bool
) -> None:
    held = Faults()
    held.note_closed(start_ms)
    for passed_ms in range(0, after_ms, 10):
        held.step((start_ms + passed_ms) % TICKS_PERIOD, 0, False)
    held.step((start_ms + after_ms) % TICKS_PERIOD, FAULT_RCD_TRIP, False)
    assert held.latched(RCD) is latched


def test_a_closing_one_wrap_of_the_clock_ago_was_not_just_now() -> None:
    held = Faults()
    held.note_closed(0)
    held.step(5_000, 0, False)
    held.step(500, FAULT_RCD_TRIP, False)  # 12.4 days later
    assert not held.latched(RCD)


def test_unplugging_does_not_clear_a_residual_current_where_that_is_set() -> None:
    held = Faults(rcd_retries=0, rcd_clears_on_unplugging=False)
    trip(held, 0, FAULT_RCD_TRIP)
    assert held.step(RETRY_MS * 10, 0, True) == FAULT_RCD_TRIP
    assert held.clear(FAULT_RCD_TRIP, BY_OPERATOR)
    assert held.step(RETRY_MS * 10 + 10, 0, False) == 0


def test_unplugging_does_not_shorten_the_wait_of_other_faults() -> None:
    held = Faults()
    trip(held, 0, FAULT_PE_LOST, unplugged=True)
    assert held.step(RETRY_MS - 10, 0, True) == FAULT_PE_LOST
    assert held.step(RETRY_MS, 0, True) == 0


def test_the_mains_may_fail_ten_times_a_vehicle() -> None:
    held = Faults()
    for now_ms in range(0, 1_000, 100):
        trip(held, now_ms, FAULT_UNDER_VOLTAGE)
        assert held.active == 0
    trip(held, 1_000, FAULT_UNDER_VOLTAGE)
    assert held.step(86_400_000, 0, False) == FAULT_UNDER_VOLTAGE
    assert held.step(86_400_010, 0, True) == 0


def test_power_comes_back_six_times_after_residual_currents_and_no_more() -> None:
    bench = Bench()
    bench.play(CHARGE, 10)
    came_back = []
    for _ in range(8):
        bench.run(5_000)
        bench.extra = FAULT_RCD_TRIP
        bench.run(100)
        bench.extra = 0
        assert not bench.pilot.contactor
        bench.run(299_900)
        assert not bench.pilot.contactor
        bench.run(2_000)
        came_back.append(bench.pilot.contactor)
    assert came_back == [True] * 6 + [False] * 2


def test_two_faults_cleared_between_two_ticks_both_go() -> None:
    held = Faults()
    trip(held, 0, FAULT_EMERGENCY_STOP | FAULT_CONTACTOR_WELDED)
    assert held.clear(FAULT_EMERGENCY_STOP, BY_SERVICE)
    assert held.clear(FAULT_CONTACTOR_WELDED, BY_SERVICE)
    assert held.step(100, 0, False) == 0


def test_a_fault_that_is_not_there_is_not_latched() -> None:
    held = Faults()
    assert not any(held.latched(number) for number in range(COUNT))
    trip(held, 0, FAULT_CONTACTOR_WELDED)
    assert [number for number in range(COUNT) if held.latched(number)] == [
        FAULT_CONTACTOR_WELDED.bit_length() - 1
    ]


def test_counts_stop_where_small_integers_do() -> None:
    held = Faults()
    held.counts[RCD] = (1 << 30) - 2
    for _ in range(2):
        held.step(0, FAULT_RCD_TRIP, False)
        held.step(10, 0, True)
        assert held.counts[RCD] == (1 << 30) - 1
