"""Whatever vehicle, backend, guard and clock do, the pilot machine stays safe.

The rules lean on the edges of the machine's own times and on clocks about to wrap.
tests/tools/mutants.py proves that the invariants bite.
"""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from evse.core import faults, states
from evse.core.pilot import PilotMachine
from evse.core.units import DIGITAL_PPM, F_PPM, TICKS_PERIOD, X1_PPM, duty_ppm_for

STARTS = st.sampled_from([0, TICKS_PERIOD - 1, TICKS_PERIOD - 40_000]) | st.integers(
    TICKS_PERIOD - 90_000, TICKS_PERIOD - 1
)
LEVELS = st.sampled_from([0, 1, 1, 2, 2, 2, 3, 4, 5, 6])
OFFERS_MA = st.sampled_from([0, 5_899, 6_000, 10_000, 16_000, 32_000])
SOFT = (states.PERMIT_AUTHORISED, states.PERMIT_ENABLED, states.PERMIT_PHASES)
HARD = (states.PERMIT_SELF_TESTED, states.PERMIT_LOCKED, states.PERMIT_DIODE)
FAULT_BITS = st.sampled_from(
    [
        0,
        0,
        faults.FAULT_METER_SILENT,
        faults.FAULT_OVER_TEMPERATURE,
        faults.FAULT_DIODE,
        faults.FAULT_RCD_TRIP,
        faults.FAULT_RCD_TRIP | faults.FAULT_DIODE,
        faults.FAULT_CONTACTOR_WELDED,
    ]
)
# Just before, at and after everything the machine waits for.
WAITS = (100, 300, 500, 750, 3_000, 4_000, 5_000, 6_000, 10_000, 30_000)
PAUSES_MS = st.sampled_from([10] + [ms + d for ms in WAITS for d in (-10, 0, 10)])
LONG_MS = 45_000  # more than every rest and delay together


class PilotLife(RuleBasedStateMachine):
    """Inputs change in any order; the machine is stepped at once and every 10 ms."""

    @initialize(
        start_ms=STARTS,
        level=LEVELS,
        ventilated=st.booleans(),
        digital_ms=st.sampled_from([0, 0, 500, 20_000]),
    )
    def power_on(self, start_ms: int, level: int, ventilated: bool, digital_ms: int) -> None:
        self.pilot = PilotMachine(digital_ms=digital_ms)
        self.ms = start_ms  # our own clock does not wrap
        self.level = level
        self.offer_ma = 16_000
        self.permits = states.PERMIT_ALL
        if not ventilated:
            self.permits &= ~states.PERMIT_VENTILATED
        self.faults = 0
        self.duty_set_ms = self.closed_ms = self.opened_ms = -LONG_MS
        self.withdrawn_ms = start_ms  # since when no PWM is on the pilot
        self.asks_ms = start_ms  # since when the vehicle asks without a break
        self.unchanged_ms = start_ms  # since when no input changed
        self.step()

    def step(self) -> None:
        pilot = self.pilot
        was_closed, duty_ppm = pilot.contactor, pilot.duty_ppm
        pilot.step(self.ms % TICKS_PERIOD, self.level, self.offer_ma, self.permits, self.faults)
        if not self.asks():
            self.asks_ms = self.ms
        if pilot.drive == states.DRIVE_PWM:
            self.withdrawn_ms = self.ms
            if pilot.duty_ppm != duty_ppm:
                assert self.ms - self.duty_set_ms >= 5_000, "two duties within 5 s"
                self.duty_set_ms = self.ms
        if was_closed and not pilot.contactor:
            self.opened_ms = self.ms
            assert self.must_open() or self.ms - self.withdrawn_ms > 4_990, "it was owed time"
        if pilot.contactor and not was_closed:
            assert pilot.drive == states.DRIVE_PWM
            assert pilot.duty_ppm != DIGITAL_PPM, "nobody agreed a current"
            assert self.ms - self.asks_ms >= 500, "a pulse closed the contactor"
            assert self.ms - self.closed_ms >= 5_000, "two closings within 5 s"
            self.closed_ms = self.ms
        assert not (pilot.contactor and self.must_open()), "power where there must be none"

    def asks(self) -> bool:
        if self.level == states.LEVEL_D:
            return bool(self.permits & states.PERMIT_VENTILATED)
        return self.level == states.LEVEL_C

    def must_open(self) -> bool:
        """Reasons to open in the very step, taken from the rules and not from the code."""
        hard = all(self.permits & permit for permit in HARD)
        return not self.asks() or not hard or bool(self.faults & faults.OPENING)

    def all_is_well(self) -> bool:
        soft = all(self.permits & permit for permit in SOFT)
        offered = duty_ppm_for(self.offer_ma) != X1_PPM
        return soft and offered and not self.must_open() and not self.faults & faults.STOPPING

    def passes(self, for_ms: int) -> None:
        for _ in range(0, for_ms, 10):
            self.ms += 10
            self.step()

    @rule(level=LEVELS)
    def vehicle_shows(self, level: int) -> None:
        self.level = level
        self.unchanged_ms = self.ms
        self.step()

    @rule(offer_ma=OFFERS_MA)
    def limits_allow(self, offer_ma: int) -> None:
        self.offer_ma = offer_ma
        self.unchanged_ms = self.ms
        self.step()

    @rule(permit=st.sampled_from(SOFT + HARD + (states.PERMIT_VENTILATED,)))
    def permit_changes(self, permit: int) -> None:
        self.permits ^= permit
        self.unchanged_ms = self.ms
        self.step()

    @rule(bits=FAULT_BITS)
    def faults_are_active(self, bits: int) -> None:
        self.faults = bits
        self.unchanged_ms = self.ms
        self.step()

    @rule(for_ms=PAUSES_MS)
    def time_passes(self, for_ms: int) -> None:
        self.passes(for_ms)

    @rule()
    def everything_is_given(self) -> None:
        """No new behaviour, only a short cut to a charge."""
        self.permits |= states.PERMIT_ALL & ~states.PERMIT_VENTILATED
        self.level, self.faults, self.offer_ma = states.LEVEL_C, 0, 16_000
        self.unchanged_ms = self.ms
        self.step()

    @precondition(lambda self: self.all_is_well())
    @rule()
    def patience_is_rewarded(self) -> None:
        """The vehicle is owed its power once everything has been well for long."""
        self.passes(LONG_MS - min(self.ms - self.unchanged_ms, LONG_MS - 10))
        assert self.pilot.contactor

    @precondition(lambda self: self.pilot.contactor and self.pilot.drive == states.DRIVE_PWM)
    @rule(permit=st.sampled_from(SOFT), pause_ms=st.sampled_from([2_990, 3_000, 5_980, 5_990]))
    def a_stop_is_taken_back_in_time(self, permit: int, pause_ms: int) -> None:
        if not self.all_is_well():
            return
        self.permits &= ~permit
        self.unchanged_ms = self.ms
        self.step()
        self.passes(pause_ms)
        assert self.pilot.contactor, "the vehicle was owed 6 s"
        self.passes(20 if pause_ms > 5_000 else 0)
        assert self.pilot.contactor is (pause_ms < 5_000)

    @invariant()
    def power_means_a_vehicle_that_asks(self) -> None:
        if self.pilot.contactor:
            assert states.C1 <= self.pilot.state <= states.D2

    @invariant()
    def power_outlives_the_offer_by_six_seconds_at_most(self) -> None:
        if self.pilot.contactor:
            assert self.ms - self.withdrawn_ms <= 6_010

    @invariant()
    def the_state_is_what_vehicle_and_pilot_show(self) -> None:
        pilot = self.pilot
        assert (pilot.state == states.F) is (pilot.drive == states.DRIVE_LOW)
        if pilot.drive != states.DRIVE_LOW and self.level <= states.LEVEL_D:
            name = states.NAMES[pilot.state]
            assert name[0] == "ABCD"[self.level]
            assert name[1:] in ("", "2" if pilot.drive == states.DRIVE_PWM else "1")

    @invariant()
    def the_duty_is_what_the_drive_needs(self) -> None:
        pilot = self.pilot
        if pilot.drive == states.DRIVE_PWM:
            digital = pilot.duty_ppm == DIGITAL_PPM and not pilot.signalled_ma
            assert digital or 100_000 <= pilot.duty_ppm <= 970_000
            assert states.LEVEL_A < self.level <= states.LEVEL_D or self.level == states.LEVEL_F
        else:
            assert pilot.duty_ppm == (X1_PPM if pilot.drive == states.DRIVE_HIGH else F_PPM)
            assert pilot.signalled_ma == 0

    @invariant()
    def no_vehicle_is_told_more_than_the_limit_for_longer_than_five_seconds(self) -> None:
        since_ms = max(self.unchanged_ms, self.duty_set_ms)
        if self.pilot.drive == states.DRIVE_PWM and self.ms - since_ms >= 5_000:
            assert self.pilot.duty_ppm <= duty_ppm_for(self.offer_ma)

    @invariant()
    def the_plug_is_held_while_there_is_power_and_until_the_contacts_part(self) -> None:
        if self.pilot.contactor or 0 <= self.ms - self.opened_ms < 100:
            assert self.pilot.lock

    @invariant()
    def f_is_shown_for_a_fault_or_to_wake_and_not_else(self) -> None:
        if self.pilot.drive == states.DRIVE_LOW:
            assert not self.pilot.contactor

    @invariant()
    def stepping_again_at_the_same_time_changes_nothing(self) -> None:
        pilot = self.pilot
        now_ms = self.ms % TICKS_PERIOD
        assert not pilot.step(now_ms, self.level, self.offer_ma, self.permits, self.faults)


TestPilotLife = PilotLife.TestCase
TestPilotLife.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
