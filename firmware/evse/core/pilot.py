"""The control-pilot state machine: IEC 61851-1 Annex A, the station's side.

It has no clock, no pins and no wire: the caller brings the time and the inputs every
10 ms, and reads the outputs.  vehicle.py remembers what the vehicle has done, power.py
switches the contactor by what is decided here, wake_up.py times the wake-up sequence,
digital.py the 5 % duty, plug_lock.py the lock.

Two tables are the machine: _STATE says which state a level makes, without and with an
offer; _NEEDS says which permits an offer takes, and the word for a missing one.  The
code is what does not fit a table: time and faults.  README.md in this folder has the
sequences of Table A.6, each with its test.

One step goes: what the vehicle does, what the pilot shows (_duty_for, _show), whether
power may flow (_switch), and why.  Power comes last and goes first: it needs everything
above it, in this very step.
"""

from . import reason, states, wake_up
from .digital import DIGITAL, Digital
from .faults import FAULT_CONTACTOR_WELDED, HOLDING_F, OPENING, PULSING_F, STOPPING
from .plug_lock import PlugLock
from .power import Power
from .timer import Timer
from .units import DIGITAL_PPM, F_PPM, X1_PPM, duty_ppm_for, offer_ma_for
from .vehicle import Vehicle

DUTY_SPACING_MS = 5_000  # between two duties (sequence 6)
X1_STEP_MS = 3_000  # X1 lasts, before the offer comes back
F_PULSE_MS = 300  # F after a fault while the vehicle asked (Table A.5)

# Row: LEVEL_*.  Column: without an offer on the pilot, with one.
_STATE = (
    (states.A, states.A),
    (states.B1, states.B2),
    (states.C1, states.C2),
    (states.D1, states.D2),
    (states.E, states.E),
    (states.E, states.E),  # -12 V that is not ours
    (states.E, states.E),
)

# What an offer needs, in the order it is asked for, and the word for a missing one.
# Enabled, authorised, phases: without it X1, and the vehicle has its time to stop.
# The others are _POWER_NEEDS too: without one the contactor opens at once.
_NEEDS = (
    (states.PERMIT_SELF_TESTED, reason.WHY_SELF_TEST),
    (states.PERMIT_ENABLED, reason.WHY_PAUSED_BY_OPERATOR),
    (states.PERMIT_AUTHORISED, reason.WHY_WAITING_FOR_AUTHORISATION),
    (states.PERMIT_PHASES, reason.WHY_SWITCHING_PHASES),
    (states.PERMIT_LOCKED, reason.WHY_LOCKING),
)
_POWER_NEEDS = states.PERMIT_SELF_TESTED | states.PERMIT_LOCKED | states.PERMIT_DIODE
_TOLD_IN_A = states.PERMIT_SELF_TESTED | states.PERMIT_ENABLED

_OFFERED = -1  # no reason: nothing withholds the offer


class PilotMachine:
    """Decides pilot state, drive, duty, contactor and lock.  One per connector.

    Outputs, read after step(): state (states.A..F), drive (states.DRIVE_*), duty_ppm
    (1_000_000 for X1, 0 for F), signalled_ma (what the pilot says the vehicle may draw),
    contactor (True: close), lock (True: hold the plug), why (reason.WHY_*).

    vehicle.pulses counts the signals of sequence 11; power.ignores_stop tells of sequence
    10.2, and is what FAULT_OPENED_UNDER_LOAD stands on.
    """

    def __init__(
        self,
        *,
        digital: bool = False,
        digital_ms: int = 0,
        simplified: bool = True,
        simplified_max_ma: int = 0,
        wake: bool = True,
        reclose_ms: int = 5_000,
        rest_ms: int = 0,
        fault_rest_ms: int = 30_000,
    ) -> None:
        """digital: 5 % duty, the current is agreed by other means.  digital_ms: 5 % is shown
        so long and without power, then the offer; 0: never.

        simplified: a vehicle that goes from A straight to C may charge, with at most
        simplified_max_ma (0: as any other).  wake: the wake-up sequence is used.
        reclose_ms: between two closings.  rest_ms: from an opening to the next closing;
        fault_rest_ms: the same after a fault opened it.  Times are 0..86_400_000.
        """
        self.state = states.A
        self.drive = states.DRIVE_HIGH
        self.duty_ppm = X1_PPM
        self.signalled_ma = 0
        self.contactor = False
        self.lock = False
        self.why = reason.WHY_NO_VEHICLE
        self.vehicle = Vehicle()
        self.power = Power(reclose_ms, rest_ms, fault_rest_ms)
        self._plug_lock = PlugLock()
        self._wake_up = wake_up.WakeUp(wake)
        self._trial = Digital(digital_ms)
        self._digital = digital
        self._simplified_allowed = simplified
        self._simplified_max_ma = simplified_max_ma
        self._held = reason.WHY_NO_VEHICLE  # what withholds the offer
        self._has_charged = False
        self._after_low = False  # -12 V on the pilot is still what we put there
        self._answered = 0  # PULSING_F faults that have had their F
        self._duty_rest = Timer()
        self._x1_rest = Timer()
        self._f_pulse = Timer()

    def step(self, now_ms: int, level: int, offer_ma: int, permits: int, faults: int) -> bool:
        """Take in the inputs as of now_ms; return whether an output changed.

        level: states.LEVEL_*, debounced.  offer_ma: what limits.least() allows.
        permits: states.PERMIT_* bits given now.  faults: FAULT_* bits active now.
        """
        state, duty_ppm, why = self.state, self.duty_ppm, self.why
        contactor, lock = self.contactor, self.lock
        self.vehicle.see(now_ms, level, permits & states.PERMIT_VENTILATED != 0)
        if level == states.LEVEL_A:
            self._has_charged = False
            self._x1_rest.stop()
            self._wake_up.forget_vehicle()
            self._trial.forget_vehicle()
            self.power.forget_vehicle()
        if level != states.LEVEL_F:
            self._after_low = False
        self._show(now_ms, self._duty_for(now_ms, level, offer_ma, permits, faults), offer_ma)
        self.state = self._state_for(level)
        self._switch(now_ms, level, permits, faults)
        dead = self.power.parted(now_ms) and not faults & FAULT_CONTACTOR_WELDED
        self._plug_lock.step(now_ms, level, self.drive == states.DRIVE_LOW, dead)
        self.lock = self._plug_lock.held
        self.why = self._explain(now_ms, level)
        return (
            state != self.state
            or duty_ppm != self.duty_ppm
            or contactor != self.contactor
            or lock != self.lock
            or why != self.why
        )

    def _duty_for(self, now_ms: int, level: int, offer_ma: int, permits: int, faults: int) -> int:
        """The duty the pilot shows from now on: F_PPM, X1_PPM or an offer."""
        duty_resting = self._duty_rest.runs(now_ms)
        x1_resting = self._x1_rest.runs(now_ms)
        asked = states.C1 <= self.state <= states.D2
        if asked and faults & PULSING_F & ~self._answered:
            self._f_pulse.start(now_ms, F_PULSE_MS)
        self._answered = faults & PULSING_F
        if faults & HOLDING_F or self._f_pulse.runs(now_ms):
            self._held = reason.WHY_FAULT
            self._trial.offer_gone()
            self._wake_up.offer_gone()
            return F_PPM
        duty_ppm = self._offer_for(offer_ma)
        self._held = self._withheld(level, duty_ppm, permits, faults)
        if self._held != _OFFERED:
            self._trial.offer_gone()
            self._wake_up.offer_gone()
            return X1_PPM
        if self.drive == states.DRIVE_PWM:
            if duty_resting:
                duty_ppm = self.duty_ppm
        elif not self._in_sequence() and (duty_resting or x1_resting):
            self._held = reason.WHY_OFFER_DELAY
            return X1_PPM
        return self._instead_of(now_ms, duty_ppm)

    def _instead_of(self, now_ms: int, duty_ppm: int) -> int:
        """The offer's duty, or what one of the sequences shows first."""
        held = reason.WHY_OFFER_DELAY
        vehicle = self.vehicle
        instead = self._trial.step(now_ms, vehicle.asks, vehicle.has_settled(now_ms))
        if instead == wake_up.OFFER:
            held = reason.WHY_WAKE_UP
            instead = self._wake_up.step(now_ms, vehicle.has_asked)
        if instead == wake_up.OFFER:
            return duty_ppm
        if instead == DIGITAL:
            return DIGITAL_PPM
        self._held = held
        return F_PPM if instead == wake_up.F else X1_PPM

    def _in_sequence(self) -> bool:
        """F or X1 is on the pilot for a sequence, which has times of its own."""
        return self._wake_up.busy or self._trial.busy

    def _offer_for(self, offer_ma: int) -> int:
        if self.vehicle.simplified and self._simplified_max_ma:
            offer_ma = min(offer_ma, self._simplified_max_ma)
        duty_ppm = duty_ppm_for(offer_ma)
        if self._digital and duty_ppm != X1_PPM:
            return DIGITAL_PPM
        return duty_ppm

    def _withheld(self, level: int, duty_ppm: int, permits: int, faults: int) -> int:
        """Why there can be no offer, or _OFFERED."""
        if faults & STOPPING:
            return reason.WHY_FAULT
        if level == states.LEVEL_F and self._after_low:
            if not self._in_sequence():
                return reason.WHY_OFFER_DELAY  # the pilot is still coming back from F
        elif level > states.LEVEL_D:
            return reason.WHY_PILOT_ERROR
        for permit, why in _NEEDS:
            if not permits & permit and (self.vehicle.plugged or permit & _TOLD_IN_A):
                return why
        if not self.vehicle.plugged:
            return reason.WHY_NO_VEHICLE
        if self.vehicle.simplified and not self._simplified_allowed:
            return reason.WHY_NOT_SUPPORTED
        return reason.WHY_NO_CURRENT_AVAILABLE if duty_ppm == X1_PPM else _OFFERED

    def _show(self, now_ms: int, duty_ppm: int, offer_ma: int) -> None:
        """Put duty_ppm on the pilot, and start what must pass before the next change."""
        before = self.drive
        self.signalled_ma = 0
        if duty_ppm == F_PPM:
            self.drive = states.DRIVE_LOW
            self._after_low = True
        elif duty_ppm == X1_PPM:
            self.drive = states.DRIVE_HIGH
            if before != states.DRIVE_HIGH and self.vehicle.plugged and not self._in_sequence():
                self._x1_rest.start(now_ms, X1_STEP_MS)
        else:
            self.drive = states.DRIVE_PWM
            self.signalled_ma = max(0, offer_ma if self._digital else offer_ma_for(duty_ppm))
            if duty_ppm != self.duty_ppm:
                self._duty_rest.start(now_ms, DUTY_SPACING_MS)
        self.duty_ppm = duty_ppm

    def _state_for(self, level: int) -> int:
        if self.drive == states.DRIVE_LOW:
            return states.F
        if level == states.LEVEL_F and self._after_low:
            return states.B1 if self.vehicle.plugged else states.A
        return _STATE[level][1 if self.drive == states.DRIVE_PWM else 0]

    def _switch(self, now_ms: int, level: int, permits: int, faults: int) -> None:
        if not self.vehicle.asks:
            self.power.stopped_asking()
        if level > states.LEVEL_D:
            faults |= OPENING  # pilot_check.py is not yet sure which
        able = (
            self.vehicle.asks and permits & _POWER_NEEDS == _POWER_NEEDS and not faults & OPENING
        )
        offered = self.drive == states.DRIVE_PWM and not self._trial.trying
        self.power.step(now_ms, able, offered, self.vehicle.has_settled(now_ms), faults)
        self.contactor = self.power.closed
        if self.contactor:
            self._has_charged = True

    def _explain(self, now_ms: int, level: int) -> int:
        if self.drive != states.DRIVE_PWM:
            if self._held == reason.WHY_FAULT:
                return reason.WHY_FAULT
            if self.contactor:
                return reason.WHY_STOPPING
            return reason.WHY_VEHICLE_IGNORES_STOP if self.power.ignores_stop else self._held
        if level == states.LEVEL_B:
            if self._wake_up.vain or self._has_charged:
                return reason.WHY_FINISHED
            return reason.WHY_WAITING_FOR_VEHICLE
        if self.contactor:
            return reason.WHY_CHARGING
        if not self.vehicle.asks:
            return reason.WHY_NO_VENTILATION
        return reason.WHY_STARTING if self.power.has_rested(now_ms) else reason.WHY_RECLOSE_DELAY
