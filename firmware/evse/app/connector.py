"""A connector outside the tick: settings, meter, cable, heat, session, and what others may ask.

It allocates and takes its time.  Into the tick it only hands whole numbers and flags; a start, a
stop or a limit is a request that the tick decides about.
"""

from evse.app.charge import Charge
from evse.app.controller import Controller
from evse.app.hardware import Hardware
from evse.app.wear import Wear
from evse.core import faults, reason, states
from evse.core.fallback import POLICY_NAMES, Fallback
from evse.core.heat import Heat
from evse.core.limits import CABLE, FALLBACK, HEAT, RAMP, STATION, SUPPLY
from evse.core.proximity import Proximity
from evse.core.supply import Supply
from evse.core.units import elapsed_ms

GRANT_S = 60  # a start given to an empty connector waits this long for a vehicle
CONNECTED_MV = 50_000  # a phase below this is not connected
METER_START_MS = 10_000  # a meter may take so long to answer after power-up
_MOST_AGE_S = (1 << 30) - 1
_SUPPLY_FAULTS = faults.FAULT_UNDER_VOLTAGE | faults.FAULT_OVER_VOLTAGE | faults.FAULT_FREQUENCY
_HEAT_FAULTS = faults.FAULT_OVER_TEMPERATURE | faults.FAULT_TEMPERATURE_SENSOR


class Connector(Controller):
    """age_s: in this pilot state for so long.  temperature_dc: tenths of a degree Celsius."""

    def __init__(self, hardware: Hardware, charge: Charge, config) -> None:
        super().__init__(hardware, config)
        self.meter = hardware.meter
        self.charge = charge
        self.wear = Wear(self, hardware.rcd_test is not None)
        self._enabled = not charge.was_stopped()
        self.age_s = 0
        self.temperature_dc = 0
        self._cable = hardware.cable
        self._thermistor = hardware.thermistor
        self._supply = Supply()
        self._proximity = Proximity()
        self._heat = Heat()
        self._full_ma = 0
        self._reads_cards = False
        self._rise = None
        self._grant_s = 0  # how much longer a start waits for a vehicle; 0: no end
        self._aged_state = -1
        self._born_ms = -1

    def apply_config(self, config) -> None:
        """Take over the settings that may change while the station runs; the others count from
        the next boot.  Never called while a vehicle is charging."""
        self._full_ma = config.number("station_limit_ma")
        self.limits.set(STATION, self._full_ma, 0)
        policy = POLICY_NAMES.index(config.word("link_loss"))
        silence_ms = config.number("link_loss_after_s") * 1000
        self.limits.clear(FALLBACK)
        self.fallback = Fallback(self.limits, policy, config.number("link_loss_ma"), silence_ms)
        self._choose_rise(config.word("ramp"))
        self.charge.needs_start = config.number("authorisation") == 1
        self._granted = self.charge.granted or not self.charge.needs_start
        permits = states.PERMIT_PHASES
        if config.number("ventilated"):
            permits |= states.PERMIT_VENTILATED
        self._fixed_permits = permits
        self.wear.cold_life = config.number("contactor_cold_life")
        self.wear.hot_life = config.number("contactor_hot_life")
        self._set_fault(faults.FAULT_CONFIG_LOST, bool(config.problem))

    def _choose_rise(self, mode: str) -> None:
        if self._rise is not None and self._rise.mode == mode:
            return
        self._rise = self.ramp = None
        self.limits.clear(RAMP)
        if mode != "none":
            from evse.app.slow_rise import SlowRise

            self._rise = SlowRise(self.limits, mode, self._full_ma)
            self.ramp = self._rise.ramp

    def hold_out_of_service(self) -> None:
        """The firmware crashed too often: no charging until an operator clears it."""
        self._set_fault(faults.FAULT_CRASH_LOOP, True)

    def _set_fault(self, bit: int, stands: bool) -> None:
        self._own_faults = self._own_faults | bit if stands else self._own_faults & ~bit

    def poll(self, now_ms: int, second: bool) -> None:
        """Meter, cable, heat, session.  second: a second has passed since the last such call."""
        if self._born_ms < 0:
            self._born_ms = now_ms
        if self.meter is not None:
            self.meter.poll(now_ms)
            self._read_meter(self.meter, now_ms)
        if self._rise is not None:
            self._rise.poll(now_ms, self.pilot, self.faults.active)
        if second:
            self._each_second(now_ms, self.pilot.state != states.A)
        self.charge.poll(self, now_ms)

    def _read_meter(self, meter, now_ms: int) -> None:
        """Current and voltage for the tick, as whole numbers, and only while they are fresh."""
        bits = self._own_faults & ~(_SUPPLY_FAULTS | faults.FAULT_METER_SILENT)
        quality = meter.quality(now_ms)
        self._load_known = quality == "good"
        if self._load_known:
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
        self.wear.each_second()
        state = self.pilot.state
        if state != self._aged_state:
            self._aged_state = state
            self.age_s = 0
        elif self.age_s < _MOST_AGE_S:
            self.age_s += 1
        if self._cable is not None:
            self._read_cable(self._cable, now_ms, plugged)
        if self._thermistor is not None:
            self._read_heat(self._thermistor, now_ms)
        if not plugged and self._grant_s:
            self._grant_s -= 1
            if not self._grant_s:
                self._granted = not self.charge.needs_start
                self.charge.start_expired()

    def _read_cable(self, cable, now_ms: int, plugged: bool) -> None:
        """A cable that cannot be read is a fault while a vehicle hangs on it."""
        proximity = self._proximity
        bits = proximity.step(cable.read_ohm(), plugged)
        self._set_fault(faults.FAULT_PROXIMITY, bits != 0)
        if proximity.cable_ma != self.limits.limit_ma(CABLE):
            self.limits.set(CABLE, proximity.cable_ma, now_ms)

    def _read_heat(self, thermistor, now_ms: int) -> None:
        """Less current when hot; the slot is cleared when heat takes nothing away."""
        self.temperature_dc = thermistor.read_dc()
        bits = self._heat.step(self.temperature_dc, self._full_ma)
        self._own_faults = self._own_faults & ~_HEAT_FAULTS | bits
        limit_ma = self._heat.limit_ma
        if limit_ma >= self._full_ma:
            self.limits.clear(HEAT)
        elif limit_ma != self.limits.limit_ma(HEAT):
            self.limits.set(HEAT, limit_ma, now_ms)

    def unplugged(self, charged: bool) -> None:
        """The vehicle left: a start or a stop was for it alone.  charged: it had power."""
        self._enabled = True
        if not self._grant_s:
            self._granted = not self.charge.needs_start
        if charged:
            self.rcd.charged()

    # For the supply that several connectors share

    def wants_ma(self) -> int:
        """What this connector could use of a shared supply; 0 without a vehicle to serve."""
        if self.pilot.state == states.A or not self._granted or not self._enabled:
            return 0
        if self.faults.active & faults.STOPPING:
            return 0
        return self._full_ma

    def take_share(self, share_ma: int, now_ms: int) -> None:
        """What the connector may take of it."""
        if share_ma != self.limits.limit_ma(SUPPLY):
            self.limits.set(SUPPLY, share_ma, now_ms)

    # What others may ask.  Each returns "ok" or why not (protocol.codes.ANSWERS).

    def ask_start(self, user: str) -> str:
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
        bit = 1 << faults.number_of(code)
        if bit == faults.FAULT_CRASH_LOOP:
            self._set_fault(bit, False)
            self.faults.standing &= ~bit
        if not self.faults.active & bit:
            return "not-latched"
        if self.faults.standing & bit:
            return "fault-stands"
        return "ok" if self.faults.clear(bit, faults.BY_OPERATOR) else "needs-service"

    # For who holds a card

    def read_cards(self, reads: bool) -> None:
        """Whether a card would be read now."""
        if reads != self._reads_cards:
            self._reads_cards = reads
            self.news = True

    def stop_by_user(self) -> None:
        """Take the start back: the offer is withdrawn until the next one."""
        self._granted = False
        self.charge.withdrawn()

    # What others read

    def why(self) -> int:
        """reason.WHY_*, the pilot's or a plainer one."""
        why = self.pilot.why
        if why == reason.WHY_WAITING_FOR_AUTHORISATION and self._reads_cards:
            return reason.WHY_WAITING_FOR_CARD
        return why

    def offered_ma(self) -> int:
        """What a vehicle reads from the pilot now, in mA; 0 without an offer."""
        return self.pilot.signalled_ma

    def session_id(self) -> str:
        return self.charge.session_id()

    def session_wh(self) -> int:
        return self.charge.energy_wh()
