"""One connector: its drivers on one side, the core on the other.  Start reading here.

tick() is the whole control path from pilot voltage to PWM and contactor, top to bottom, without
waiting and without allocating: it may run from a hard timer interrupt.  What may take time is in
connector.py: it reads the controller, sets limits and asks for a start or a stop.
"""

from evse.app.calibration import Calibration
from evse.app.hardware import Hardware
from evse.core import faults, states
from evse.core.contactor import LOAD_MA, ContactorCheck
from evse.core.fallback import Fallback
from evse.core.faults import Faults
from evse.core.levels import Decoder
from evse.core.limits import Limits
from evse.core.lock_motor import LockMotor
from evse.core.overcurrent import OverCurrent
from evse.core.pilot import PilotMachine
from evse.core.pilot_check import PilotCheck
from evse.core.rcd import Rcd
from evse.core.units import X1_PPM, elapsed_ms

# A vehicle lowers its current before it lets go (Table A.6 sequence 7); the meter's last reading
# may be from before that.  In any other state an unknown current counts as a load.
_LET_GO = (states.B1, states.B2)
ENABLE_MS = 50  # a board's enable lives 59 ms without a tick; after this it may have died
FLOW = 31  # what a complete tick adds up to: one bit a stage


class Controller:
    """news: something to report; the reporter clears it.  high_mv, low_mv: pilot plateaux."""

    def __init__(self, hardware: Hardware, config) -> None:
        self._hardware = hardware
        self.calibration = Calibration(hardware)
        self.limits = Limits()
        self.faults = Faults()
        self.fallback = Fallback(self.limits, 0, 0, 300_000)
        self.ramp = None  # a Ramp, where the settings want one
        self.pilot = PilotMachine(
            digital_ms=config.number("digital_s") * 1_000,
            simplified=config.number("simplified_pilot") == 1,
            wake=config.number("wake_up") == 1,
        )
        self.rcd = Rcd(hardware.rcd_test is not None)
        self.contactor_check = ContactorCheck()
        self.high_mv = 0
        self.low_mv = 0
        self.news = True
        self._levels = Decoder()
        self._check = PilotCheck()
        self._over_current = OverCurrent()
        self._lock_motor = LockMotor(hardware.lock is not None)
        self._duty_ppm = X1_PPM  # on the wire during the reading
        # Written outside the tick, read in it: whole numbers and flags only.
        self._load_ma = 0  # highest phase current, 0 while the meter cannot be trusted
        self._load_known = False
        self._own_faults = 0  # what slower eyes see: meter, supply, cable, heat, configuration
        self._granted = True  # may this vehicle charge: free charging, or somebody's start
        self._enabled = True  # not stopped
        self._ticked_ms = 0
        self.held_open = False  # flash is being written: what is open stays open
        self._fixed_permits = states.PERMIT_PHASES
        self._told_active = 0
        self._told_binding = -1

    def tick(self, now_ms: int) -> int:
        """Run every 10 ms; returns FLOW when every stage ran."""
        if self.calibration.running:
            self.calibration.tick()
            return FLOW
        adc, pilot = self._hardware.adc, self.pilot
        if pilot.power.closed and elapsed_ms(now_ms, self._ticked_ms) >= ENABLE_MS:
            pilot.power.dropped(now_ms)
            self.rcd.charged()
        self._ticked_ms = now_ms
        adc.sample(self._duty_ppm)
        self.high_mv = adc.high_mv
        self.low_mv = adc.low_mv
        level = self._levels.feed(adc.high_mv)
        flow = 1

        standing = self._check.step(level, self._duty_ppm, adc.high_mv, adc.low_mv)
        standing |= self._protect(now_ms)
        active = self.faults.step(now_ms, standing, level == states.LEVEL_A)
        flow |= 2

        self.fallback.step(now_ms)
        if self.ramp is not None:
            self.ramp.step(now_ms)
        offer_ma = self.limits.least(now_ms)
        flow |= 4

        was_closed = pilot.contactor
        changed = pilot.step(now_ms, level, offer_ma, self._permits(), active)
        flow |= 8

        if changed:
            self._apply(now_ms, was_closed)
        elif pilot.contactor:
            self._hardware.contactor.close()  # the enable dies unless it is kept alive
        if active != self._told_active or self.limits.binding != self._told_binding:
            self._told_active = active
            self._told_binding = self.limits.binding
            self.news = True
        return flow | 16

    def _protect(self, now_ms: int) -> int:
        """Everything but the pilot that can stand against power; FAULT_* bits."""
        hardware, pilot = self._hardware, self.pilot
        guard, load_ma = hardware.guard, self._load_ma
        standing = self._own_faults | guard.faults()
        standing |= self.rcd.step(now_ms, guard.tripped(), pilot.contactor)
        if hardware.rcd_test is not None:
            hardware.rcd_test.value(1 if self.rcd.test else 0)
        feedback = hardware.contactor.feedback()
        parted_ma = load_ma if self._load_known else LOAD_MA
        if pilot.state in _LET_GO:
            parted_ma = 0
        standing |= self.contactor_check.step(now_ms, pilot.contactor, feedback, parted_ma)
        standing |= self._over_current.step(now_ms, pilot.signalled_ma, load_ma)
        if pilot.power.ignores_stop:
            standing |= faults.FAULT_OPENED_UNDER_LOAD
        lock = hardware.lock
        if lock is not None:
            standing |= self._lock_motor.step(now_ms, pilot.lock, lock.contact())
            lock.drive(self._lock_motor.drive)
        return standing

    def _permits(self) -> int:
        permits = self._fixed_permits
        if self._granted:
            permits |= states.PERMIT_AUTHORISED
        if self._enabled:
            permits |= states.PERMIT_ENABLED
        if self._check.diode_proved and (self.pilot.contactor or not self.held_open):
            permits |= states.PERMIT_DIODE
        if self.rcd.passed:
            permits |= states.PERMIT_SELF_TESTED
        if self._lock_motor.locked:
            permits |= states.PERMIT_LOCKED
        return permits

    def _apply(self, now_ms: int, was_closed: bool) -> None:
        """Power goes first and comes last."""
        pilot, hardware = self.pilot, self._hardware
        if not pilot.contactor:
            hardware.contactor.open()
        hardware.pwm.show(pilot.drive, pilot.duty_ppm)
        self._duty_ppm = pilot.duty_ppm
        if pilot.contactor:
            if not was_closed:
                self.faults.note_closed(now_ms)
            hardware.contactor.close()
        self.news = True

    def make_safe(self) -> None:
        """Open the contactor and withdraw the offer, whatever state this object is in."""
        self._hardware.contactor.open()
        self._hardware.pwm.show(states.DRIVE_HIGH, 0)
