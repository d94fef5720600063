"""One connector: its drivers on one side, the core on the other.  Start reading here.

tick() is the whole control path from pilot voltage to PWM and contactor, top to bottom, without
waiting and without allocating: it may run from a hard timer interrupt.  Everything else in app/
only asks the controller what it knows, sets a limit, or asks for a start or a stop.
"""

from evse.app.charge import Charge
from evse.core import faults, states
from evse.core.contactor import ContactorCheck
from evse.core.fallback import Fallback
from evse.core.faults import Faults
from evse.core.levels import Decoder
from evse.core.limits import CABLE, FALLBACK, STATION, Limits
from evse.core.overcurrent import OverCurrent
from evse.core.pilot import PilotMachine
from evse.core.pilot_check import PilotCheck
from evse.core.proximity import Proximity
from evse.core.supply import Supply
from evse.core.units import X1_PPM, elapsed_ms

GRANT_S = 60  # a start given to an empty connector waits this long for a vehicle
FALLBACK_POLICIES = ("keep", "fall-back", "pause")
CONNECTED_MV = 50_000  # a phase below this is not connected
METER_START_MS = 10_000  # a meter may take so long to answer after power-up
FLOW = 15  # what a complete tick adds up to: one bit a stage
_MOST_AGE_S = (1 << 30) - 1
_SUPPLY_FAULTS = faults.FAULT_UNDER_VOLTAGE | faults.FAULT_OVER_VOLTAGE | faults.FAULT_FREQUENCY


class Controller:
    """adc: sample(duty_ppm), high_mv, low_mv.  pwm: show(drive, duty_ppm).  contactor: open(),
    close(), feedback().  inputs: faults() or None.  cable: read_ohm() or None for a tethered one.
    meter: see drivers/meter.py, or None.

    news: something to report; the reporter clears it.  age_s: in this state for so long.
    """

    def __init__(self, adc, pwm, contactor, inputs, cable, meter, charge: Charge, config) -> None:
        self._adc = adc
        self._pwm = pwm
        self._contactor = contactor
        self._inputs = inputs
        self._cable = cable
        self.meter = meter
        self.charge = charge
        self.limits = Limits()
        self.faults = Faults()
        self.fallback = Fallback(self.limits, 0, 0, 300_000)
        self.pilot = PilotMachine(
            simplified=config.number("simplified_pilot") == 1,
            wake=config.number("wake_up") == 1,
        )
        self._levels = Decoder()
        self._check = PilotCheck()
        self._supervision = ContactorCheck()
        self.high_mv = 0
        self.low_mv = 0
        self.age_s = 0
        self.news = True
        self._duty_ppm = X1_PPM  # on the wire during the reading
        self._over_current = OverCurrent()
        self._supply = Supply()
        self._proximity = Proximity()
        self._load_ma = 0  # highest phase current, 0 while the meter cannot be trusted
        self._own_faults = 0  # bits set from outside the tick: meter, configuration
        self._granted = True  # may this vehicle charge: free charging, or somebody's start
        self._grant_s = 0  # how much longer a start waits for a vehicle; 0: no end
        self._enabled = True  # not stopped
        self._fixed_permits = states.PERMIT_ALL
        self._aged_state = -1
        self._born_ms = -1
        self._told_active = 0
        self._told_binding = -1
        self._told_why = -1

    def apply_config(self, config) -> None:
        """Take over the settings that may change while the station runs; the others count from
        the next boot.  Never called while a vehicle is charging."""
        self.limits.set(STATION, config.number("station_limit_ma"), 0)
        policy = FALLBACK_POLICIES.index(config.word("link_loss"))
        silence_ms = config.number("link_loss_after_s") * 1000
        self.limits.clear(FALLBACK)
        self.fallback = Fallback(self.limits, policy, config.number("link_loss_ma"), silence_ms)
        self.charge.needs_start = config.number("authorisation") == 1
        self._granted = not self.charge.needs_start
        permits = states.PERMIT_PHASES | states.PERMIT_SELF_TESTED | states.PERMIT_LOCKED
        if config.number("ventilated"):
            permits |= states.PERMIT_VENTILATED
        self._fixed_permits = permits
        if config.problem:
            self._own_faults |= faults.FAULT_CONFIG_LOST
        else:
            self._own_faults &= ~faults.FAULT_CONFIG_LOST

    def tick(self, now_ms: int) -> int:
        """Run every 10 ms; returns FLOW when every stage ran."""
        adc, pilot = self._adc, self.pilot
        adc.sample(self._duty_ppm)
        self.high_mv = adc.high_mv
        self.low_mv = adc.low_mv
        level = self._levels.feed(adc.high_mv)
        flow = 1

        standing = self._check.step(level, self._duty_ppm, adc.high_mv, adc.low_mv)
        feedback = self._contactor.feedback()
        load_ma = self._load_ma
        standing |= self._supervision.step(now_ms, pilot.contactor, feedback, load_ma)
        standing |= self._over_current.step(now_ms, pilot.signalled_ma, load_ma)
        standing |= self._own_faults
        if self._inputs is not None:
            standing |= self._inputs.faults()
        if pilot.power.ignores_stop:
            standing |= faults.FAULT_OPENED_UNDER_LOAD
        active = self.faults.step(now_ms, standing, level == states.LEVEL_A)
        flow |= 2

        self.fallback.step(now_ms)
        offer_ma = self.limits.least(now_ms)
        flow |= 4

        was_closed = pilot.contactor
        if pilot.step(now_ms, level, offer_ma, self._permits(), active):
            self._apply(now_ms, was_closed)
        elif pilot.contactor:
            self._contactor.close()  # the enable dies unless it is kept alive
        self._notice(active)
        return flow | 8

    def _permits(self) -> int:
        permits = self._fixed_permits
        if self._granted:
            permits |= states.PERMIT_AUTHORISED
        if self._enabled:
            permits |= states.PERMIT_ENABLED
        if self._check.diode_proved:
            permits |= states.PERMIT_DIODE
        return permits

    def _apply(self, now_ms: int, was_closed: bool) -> None:
        """Power goes first and comes last."""
        pilot = self.pilot
        if not pilot.contactor:
            self._contactor.open()
        self._pwm.show(pilot.drive, pilot.duty_ppm)
        self._duty_ppm = pilot.duty_ppm
        if pilot.contactor:
            if not was_closed:
                self.faults.note_closed(now_ms)
            self._contactor.close()
        self.news = True

    def _notice(self, active: int) -> None:
        """Mark what people should hear of though no output changed."""
        binding, why = self.limits.binding, self.pilot.why
        if active != self._told_active or binding != self._told_binding or why != self._told_why:
            self._told_active = active
            self._told_binding = binding
            self._told_why = why
            self.news = True

    def make_safe(self) -> None:
        """Open the contactor and withdraw the offer, whatever state this object is in."""
        self._contactor.open()
        self._pwm.show(states.DRIVE_HIGH, 0)

    # Outside the tick: may take time and heap.

    def poll(self, now_ms: int, second: bool) -> None:
        """Meter, cable, session.  second: a second has passed since the last such call."""
        if self._born_ms < 0:
            self._born_ms = now_ms
        if self.meter is not None:
            self.meter.poll(now_ms)
            self._read_meter(now_ms)
        if second:
            self._each_second(now_ms, self.pilot.state != states.A)
        self.charge.poll(self, now_ms)

    def _read_meter(self, now_ms: int) -> None:
        """Current and voltage for the tick, as whole numbers, and only while they are fresh."""
        meter = self.meter
        bits = self._own_faults & ~(_SUPPLY_FAULTS | faults.FAULT_METER_SILENT)
        quality = meter.quality(now_ms)
        if quality == "good":
            self._load_ma = max(meter.current_ma)
            volts = [mv for mv in meter.voltage_mv if mv >= CONNECTED_MV]
            if volts:
                low_mv, high_mv = min(volts), max(volts)
                bits |= self._supply.step(now_ms, low_mv, high_mv, meter.frequency_mhz)
        else:
            self._load_ma = 0
            if quality == "silent" and elapsed_ms(now_ms, self._born_ms) > METER_START_MS:
                bits |= faults.FAULT_METER_SILENT
        self._own_faults = bits

    def _each_second(self, now_ms: int, plugged: bool) -> None:
        state = self.pilot.state
        if state != self._aged_state:
            self._aged_state = state
            self.age_s = 0
        elif self.age_s < _MOST_AGE_S:
            self.age_s += 1
        if self._cable is not None:
            self._read_cable(now_ms, plugged)
        if not plugged and self._grant_s:
            self._grant_s -= 1
            if not self._grant_s:
                self._granted = not self.charge.needs_start

    def _read_cable(self, now_ms: int, plugged: bool) -> None:
        """A cable that cannot be read is a fault while a vehicle hangs on it."""
        proximity = self._proximity
        bits = proximity.step(self._cable.read_ohm(), plugged)
        self._own_faults = self._own_faults & ~faults.FAULT_PROXIMITY | bits
        if proximity.cable_ma != self.limits.limit_ma(CABLE):
            self.limits.set(CABLE, proximity.cable_ma, now_ms)

    def unplugged(self) -> None:
        """The vehicle left: a start or a stop was for it alone."""
        self._enabled = True
        if not self._grant_s:
            self._granted = not self.charge.needs_start

    # What others may ask.  Each returns "ok" or why not (protocol.codes.ANSWERS).

    def ask_start(self, user: str, now_ms: int) -> str:
        """Ask for a charge; the tick decides when its preconditions stand."""
        if self.faults.active & faults.STOPPING:
            return "fault-stands"
        self.charge.started(user)
        self._grant_s = 0 if self.pilot.state != states.A else GRANT_S
        self._granted = True
        self._enabled = True
        return "ok"

    def ask_stop(self, owner: str) -> str:
        """Withdraw the offer until the vehicle leaves or a start comes."""
        if self.pilot.state == states.A:
            return "no-vehicle"
        self._enabled = False
        self.charge.stopped_by(owner)
        return "ok"

    def ask_clear(self, code: str) -> str:
        """Clear a latched fault as an operator."""
        number = faults.number_of(code)
        bit = 1 << number
        if not self.faults.active & bit:
            return "not-latched"
        if self.faults.standing & bit:
            return "fault-stands"
        return "ok" if self.faults.clear(bit, faults.BY_OPERATOR) else "needs-service"

    def offered_ma(self) -> int:
        """What a vehicle reads from the pilot now, in mA; 0 without an offer."""
        return self.pilot.signalled_ma

    def session_id(self) -> str:
        return self.charge.session_id()

    def session_wh(self) -> int:
        return self.charge.energy_wh()
