"""The pilot machine where a scenario of the whole core would hide it."""

import pytest

from evse.core import faults, reason, states
from evse.core.pilot import PilotMachine
from evse.core.units import DIGITAL_PPM, F_PPM, TICKS_PERIOD, X1_PPM
from tests.core.bench import Bench
from tests.core.scenarios import CHARGE

A, B, C, D, E, F, FAULT = range(7)
ALL = states.PERMIT_ALL & ~states.PERMIT_VENTILATED


class Line:
    """A PilotMachine with inputs that stay until they are changed."""

    def __init__(self, start_ms: int = 0, **settings: int) -> None:
        self.pilot = PilotMachine(**settings)  # type: ignore[arg-type]
        self.ms = 0
        self._start_ms = start_ms
        self.level = A
        self.offer_ma = 16_000
        self.permits = ALL
        self.faults = 0

    def run(self, for_ms: int, **changes: int) -> "Line":
        """Change inputs, then step every 10 ms."""
        for name, value in changes.items():
            setattr(self, name, value)
        for _ in range(0, for_ms, 10):
            self.pilot.step(
                (self._start_ms + self.ms) % TICKS_PERIOD,
                self.level,
                self.offer_ma,
                self.permits,
                self.faults,
            )
            self.ms += 10
        return self

    @property
    def why(self) -> str:
        return reason.NAMES[self.pilot.why]


def charging(**settings: int) -> Line:
    line = Line(**settings).run(100).run(6_000, level=B).run(6_000, level=C)
    assert line.pilot.contactor
    return line


def test_a_machine_that_was_never_stepped_is_safe() -> None:
    pilot = PilotMachine()
    assert (pilot.state, pilot.drive, pilot.duty_ppm) == (states.A, states.DRIVE_HIGH, X1_PPM)
    assert not pilot.contactor


def test_step_tells_whether_an_output_changed() -> None:
    pilot = PilotMachine()
    inputs = [(0, A), (10, A), (20, B), (30, B)]
    assert [pilot.step(ms, level, 16_000, ALL, 0) for ms, level in inputs] == [
        False,
        False,
        True,
        False,
    ]


def steps_until_change(line: Line, **changes: int) -> int:
    """Change inputs; how many steps until step() tells of a change, no more than 1 000."""
    for name, value in changes.items():
        setattr(line, name, value)
    for steps in range(1_000):
        now_ms = line.ms + 10 * steps
        if line.pilot.step(now_ms, line.level, line.offer_ma, line.permits, line.faults):
            line.ms = now_ms + 10
            return steps
    return -1


def test_a_change_of_the_duty_alone_is_told() -> None:
    line = charging()
    assert steps_until_change(line, offer_ma=10_000) == 0
    assert line.pilot.duty_ppm == 166_666


def test_a_change_of_the_lock_alone_is_told() -> None:
    line = charging().run(10, level=A)
    assert line.pilot.lock
    assert steps_until_change(line) == 9
    assert not line.pilot.lock


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"level": B}, "state"),
        ({"level": B, "permits": 0}, "lock"),
        ({"permits": ALL & ~states.PERMIT_ENABLED}, "why"),
        ({"faults": faults.FAULT_INTERNAL}, "duty_ppm"),
    ],
)
def test_every_output_counts_as_a_change(change: dict[str, int], name: str) -> None:
    line = Line().run(100)
    before = getattr(line.pilot, name)
    inputs = {"level": A, "permits": ALL, "faults": 0} | change
    assert line.pilot.step(100, inputs["level"], 16_000, inputs["permits"], inputs["faults"])
    assert getattr(line.pilot, name) != before


@pytest.mark.parametrize(
    ("permit", "why"),
    [
        (states.PERMIT_AUTHORISED, "waiting-for-authorisation"),
        (states.PERMIT_ENABLED, "paused-by-operator"),
        (states.PERMIT_PHASES, "switching-phases"),
        (states.PERMIT_SELF_TESTED, "self-test"),
        (states.PERMIT_LOCKED, "locking"),
    ],
)
def test_a_missing_permit_withholds_the_offer_and_is_named(permit: int, why: str) -> None:
    line = Line().run(100).run(10_000, level=C, permits=ALL & ~permit)
    assert (line.why, line.pilot.duty_ppm, line.pilot.contactor) == (why, X1_PPM, False)


@pytest.mark.parametrize(
    "permit", [states.PERMIT_AUTHORISED, states.PERMIT_ENABLED, states.PERMIT_PHASES]
)
def test_a_permit_taken_back_leaves_the_vehicle_its_time(permit: int) -> None:
    line = charging().run(10, permits=ALL & ~permit)
    assert line.pilot.drive == states.DRIVE_HIGH
    assert line.pilot.contactor
    assert line.why == "stopping"
    assert not line.run(6_000).pilot.contactor


@pytest.mark.parametrize(
    "permit", [states.PERMIT_SELF_TESTED, states.PERMIT_LOCKED, states.PERMIT_DIODE]
)
def test_a_safeguard_lost_opens_in_the_same_step(permit: int) -> None:
    assert not charging().run(10, permits=ALL & ~permit).pilot.contactor


def test_the_offer_does_not_wait_for_the_diode_which_needs_it_for_its_proof() -> None:
    line = Line().run(100).run(10_000, level=C, permits=ALL & ~states.PERMIT_DIODE)
    assert line.pilot.drive == states.DRIVE_PWM
    assert not line.pilot.contactor
    assert line.why == "starting"


@pytest.mark.parametrize("number", range(faults.COUNT), ids=faults.code)
def test_every_fault_does_to_a_charge_what_its_row_says(number: int) -> None:
    line = charging().run(10, faults=1 << number)
    effect = faults.effect(number)
    pilot = line.pilot
    assert pilot.contactor is (effect <= faults.WITHDRAWS)
    expected_ppm = {faults.WARNS: 266_666, faults.WITHDRAWS: X1_PPM, faults.OPENS: X1_PPM}
    assert pilot.duty_ppm == expected_ppm.get(effect, F_PPM)
    line.run(10_000)
    assert pilot.contactor is (effect == faults.WARNS)
    assert (pilot.duty_ppm == F_PPM) is (effect == faults.HOLDS_F)
    assert (line.why == "fault") is (effect != faults.WARNS)


@pytest.mark.parametrize("number", range(faults.COUNT), ids=faults.code)
def test_a_fault_before_the_plug_keeps_the_offer_away(number: int) -> None:
    line = Line().run(10_000, faults=1 << number).run(10_000, level=B)
    stops = faults.effect(number) != faults.WARNS
    assert (line.pilot.drive == states.DRIVE_PWM) is not stops


@pytest.mark.parametrize("start_ms", [0, TICKS_PERIOD - 12_200])
def test_f_after_a_fault_lasts_300_ms(start_ms: int) -> None:
    line = charging(start_ms=start_ms).run(10, faults=faults.FAULT_RCD_TRIP)
    assert line.pilot.state == states.F
    assert line.run(290).pilot.duty_ppm == F_PPM
    assert line.run(10).pilot.duty_ppm == X1_PPM


def test_a_vehicle_cut_off_that_stops_asking_is_forgiven() -> None:
    line = charging().run(7_000, offer_ma=0)
    assert line.why == "vehicle-ignores-stop"
    line.run(10, level=B)
    assert (line.why, line.pilot.power.ignores_stop) == ("no-current-available", False)


def test_the_next_vehicle_pays_for_no_fault_of_the_last_and_has_not_finished() -> None:
    line = charging().run(1_000, faults=faults.FAULT_DIODE).run(500, level=A, faults=0)
    line.run(5_000, level=B)
    assert line.why == "waiting-for-vehicle"
    assert line.run(1_000, level=C).pilot.contactor


def test_a_second_fault_of_the_station_shows_f_again_only_while_the_vehicle_asks() -> None:
    line = charging().run(1_000, faults=faults.FAULT_RCD_TRIP)
    assert line.pilot.state == states.C1
    line.run(10, faults=faults.FAULT_RCD_TRIP | faults.FAULT_PE_LOST)
    assert line.pilot.state == states.F
    line.run(1_000).run(1_000, level=B)
    line.run(10, faults=faults.FAULT_RCD_TRIP | faults.FAULT_ENCLOSURE_OPEN)
    assert line.pilot.state == states.B1


def test_minus_12_v_that_is_ours_is_no_pilot_error() -> None:
    line = Line().run(100).run(100, level=B).run(100, level=F, faults=faults.FAULT_INTERNAL)
    assert line.pilot.state == states.F
    line.run(10, faults=0)
    assert (line.pilot.state, line.why) == (states.B1, "offer-delay")
    line.run(10, level=B)
    assert line.pilot.state == states.B1


def test_minus_12_v_that_is_not_ours_is_a_pilot_error() -> None:
    line = charging().run(10, level=F)
    assert (line.pilot.state, line.why, line.pilot.contactor) == (states.E, "pilot-error", False)


def test_minus_12_v_that_stays_when_ours_has_gone_and_come_again_is_a_pilot_error() -> None:
    line = Line().run(100, level=F, faults=faults.FAULT_INTERNAL)
    line.run(10, faults=0)
    assert line.pilot.state == states.A
    line.run(10, level=B).run(10, level=F)
    assert line.pilot.state == states.E


@pytest.mark.parametrize("level", [E, FAULT])
def test_an_unreadable_pilot_opens_and_withholds(level: int) -> None:
    line = charging().run(10, level=level)
    pilot = line.pilot
    assert (pilot.state, pilot.contactor, pilot.duty_ppm) == (states.E, False, X1_PPM)


def test_an_unreadable_pilot_counts_as_a_fault_for_the_contactors_rest() -> None:
    line = charging().run(20, level=E).run(29_000, level=C)
    assert (line.pilot.contactor, line.why) == (False, "reclose-delay")
    assert line.run(2_000).pilot.contactor


def test_the_digital_duty_is_five_percent_and_carries_no_current() -> None:
    line = charging(digital=True)
    assert line.pilot.duty_ppm == DIGITAL_PPM
    assert line.pilot.signalled_ma == 16_000
    assert line.run(10, offer_ma=10_000).pilot.signalled_ma == 10_000
    assert line.run(10, offer_ma=5_000).pilot.duty_ppm == X1_PPM


def test_what_is_signalled_is_what_the_duty_on_the_pilot_says() -> None:
    line = charging().run(10, offer_ma=10_000)
    assert line.pilot.signalled_ma == 9_999
    assert line.run(10, offer_ma=0).pilot.signalled_ma == 0


def test_a_change_of_duty_waits_for_the_last_one_but_a_stop_does_not() -> None:
    line = charging().run(10, offer_ma=10_000).run(4_980, offer_ma=20_000)
    assert line.pilot.duty_ppm == 166_666
    assert line.run(20).pilot.duty_ppm == 333_333
    assert line.run(10, offer_ma=0).pilot.duty_ppm == X1_PPM


def test_x1_lasts_three_seconds_before_the_offer_comes_back() -> None:
    line = charging().run(10, offer_ma=0).run(2_990, offer_ma=16_000)
    assert (line.pilot.duty_ppm, line.why) == (X1_PPM, "stopping")
    assert line.run(10).pilot.duty_ppm == 266_666
    assert line.pilot.contactor


def test_another_vehicle_need_not_wait_for_the_x1_of_the_last() -> None:
    line = charging().run(500, offer_ma=0).run(500, level=A, offer_ma=16_000)
    assert line.run(10, level=B).pilot.drive == states.DRIVE_PWM


def test_a_new_plug_within_five_seconds_of_the_last_duty_waits_for_it() -> None:
    line = Line().run(100).run(1_000, level=B).run(500, level=A).run(3_500, level=B)
    assert (line.pilot.duty_ppm, line.why) == (X1_PPM, "offer-delay")
    assert line.run(10).pilot.duty_ppm == 266_666


def test_no_rest_returns_when_the_clock_comes_round() -> None:
    line = charging()
    pilot = line.pilot
    for now_ms in range(20_000, TICKS_PERIOD, TICKS_PERIOD // 64):
        pilot.step(now_ms, C, 16_000, ALL, 0)
    pilot.step(1_000, C, 10_000, ALL, 0)
    assert pilot.duty_ppm == 166_666


def test_a_vehicle_that_wants_air_keeps_its_offer_and_has_no_power() -> None:
    line = charging().run(10, level=D)
    assert (line.pilot.state, line.pilot.contactor) == (states.D2, False)
    assert line.why == "no-ventilation"


def test_the_words_of_an_empty_station() -> None:
    assert Line().run(100).why == "no-vehicle"
    assert Line().run(100, permits=0).why == "self-test"
    assert Line().run(100, permits=states.PERMIT_SELF_TESTED).why == "paused-by-operator"
    assert Line().run(100, faults=faults.FAULT_CONFIG_LOST).why == "fault"
    assert Line().run(100, offer_ma=0).why == "no-vehicle"


def test_a_pulse_is_counted_and_is_no_charge() -> None:
    line = Line().run(100).run(1_000, level=B).run(200, level=C).run(100, level=B)
    assert line.pilot.vehicle.pulses == 1
    assert line.why == "waiting-for-vehicle"
    line.run(60_000)
    assert line.pilot.drive == states.DRIVE_PWM


def test_both_pulses_of_a_signal_are_seen_through_the_whole_core() -> None:
    bench = Bench()
    bench.play("1 cp=B; 5 cp=C; 5.2 cp=B; 7 cp=C; 7.2 cp=B", 10)
    assert bench.pilot.vehicle.pulses == 2


def test_the_power_is_commanded_off_within_30_ms_of_the_vehicles_stop() -> None:
    for phase_ms in range(10):
        bench = Bench()
        bench.play(CHARGE, 20)
        stopped_ms = bench.ms - phase_ms  # it happened between two readings
        bench.cp = "B"
        while bench.pilot.contactor:
            bench.tick()
        assert bench.ms - stopped_ms <= 30


def test_every_state_level_and_reason_has_a_name() -> None:
    assert states.NAMES[states.F] == "F"
    assert states.LEVEL_NAMES[FAULT] == "FAULT"
    assert states.DRIVE_NAMES[states.DRIVE_LOW] == "low"
    assert sum(1 << n for n in range(len(states.PERMIT_NAMES))) == states.PERMIT_ALL
    whys = {n: number for n, number in vars(reason).items() if n.startswith("WHY_")}
    assert sorted(whys.values()) == list(range(len(reason.NAMES)))
    for name, number in whys.items():
        assert name == "WHY_" + reason.NAMES[number].upper().replace("-", "_")
