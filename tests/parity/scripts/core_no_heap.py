"""Nothing the control tick calls in the core touches the heap, over the wrap of the clock.

WebAssembly is a 32-bit MicroPython: there a number of 2**30 would be on the heap too.
"""

try:
    from micropython import heap_lock, heap_unlock
except ImportError:

    def heap_lock():
        pass

    def heap_unlock():
        pass


from evse.core import faults, limits, states
from evse.core.contactor import ContactorCheck
from evse.core.energy import EnergyCount
from evse.core.fallback import REDUCE, Fallback
from evse.core.faults import Faults
from evse.core.heat import Heat
from evse.core.levels import Decoder
from evse.core.limits import Limits
from evse.core.overcurrent import OverCurrent
from evse.core.pilot import PilotMachine
from evse.core.pilot_check import PilotCheck
from evse.core.proximity import Proximity
from evse.core.ramp import Ramp
from evse.core.reason import NAMES
from evse.core.session import Session
from evse.core.supply import Supply
from evse.core.units import TICKS_PERIOD

LAST_MS = TICKS_PERIOD - 10


class Core:
    """All of it, fed by attributes; tick() is what is tried."""

    def __init__(self, now_ms):
        self.now_ms = now_ms
        self.peak_mv = 12_000
        self.diode = True
        self.ohm = 220
        self.current_ma = 0
        self.temperature_dc = 250
        self.voltage_mv = 230_000
        self.extra = 0
        self.permits = states.PERMIT_ALL
        self.register_wh = 9_999_000  # wraps on the way
        self.decoder = Decoder()
        self.check = PilotCheck()
        self.check.ventilated = True
        self.proximity = Proximity()
        self.contactor = ContactorCheck()
        self.over_current = OverCurrent()
        self.heat = Heat()
        self.supply = Supply()
        self.faults = Faults()
        self.limits = Limits()
        self.limits.set(limits.STATION, 16_000, now_ms)
        self.fallback = Fallback(self.limits, REDUCE, 8_000, 600_000)
        self.ramp = Ramp(self.limits)
        self.pilot = PilotMachine(digital_ms=10_000)
        self.energy = EnergyCount()
        self.session = Session(1)

    def tick(self):
        now_ms = self.now_ms
        pilot = self.pilot
        low_mv = high_mv = self.peak_mv
        if pilot.drive == states.DRIVE_PWM and high_mv > 0:
            low_mv = -12_000 if self.diode else -high_mv
        elif pilot.drive == states.DRIVE_LOW:
            low_mv = high_mv = -12_000
        level = self.decoder.feed(high_mv)
        standing = self.extra | self.check.step(level, pilot.duty_ppm, high_mv, low_mv)
        mirror = 1 if pilot.contactor else 0
        current_ma = self.current_ma if pilot.contactor else 0
        standing |= self.contactor.step(now_ms, pilot.contactor, mirror, current_ma)
        standing |= self.over_current.step(now_ms, pilot.signalled_ma, current_ma)
        standing |= self.heat.step(self.temperature_dc, 16_000)
        before = self.supply.bits
        standing |= self.supply.step(now_ms, self.voltage_mv, self.voltage_mv, 50_000)
        if before and not self.supply.bits:
            self.ramp.start(now_ms, 16_000)
        plugged = pilot.vehicle.plugged
        standing |= self.proximity.step(self.ohm, plugged)
        if pilot.power.ignores_stop:
            standing |= faults.FAULT_OPENED_UNDER_LOAD
        active = self.faults.step(now_ms, standing, level == states.LEVEL_A)
        self.limits.set(limits.CABLE, self.proximity.cable_ma, now_ms)
        self.limits.set(limits.HEAT, self.heat.limit_ma, now_ms)
        self.fallback.step(now_ms)
        self.ramp.step(now_ms)
        permits = self.permits
        if not self.check.diode_proved:
            permits &= ~states.PERMIT_DIODE
        was_closed = pilot.contactor
        pilot.step(now_ms, level, self.limits.least(now_ms), permits, active)
        if pilot.contactor and not was_closed:
            self.faults.note_closed(now_ms)
        if now_ms % 1_000 == 0:
            self.energy.feed(now_ms, self.register_wh)
        offered = pilot.drive == states.DRIVE_PWM
        self.session.step(now_ms, plugged, offered, pilot.contactor, self.energy.total_wh)

    def run(self, seconds):
        """Tick every 10 ms with the heap locked, and say what came of it."""
        heap_lock()
        try:
            for _ in range(seconds * 100):
                self.tick()
                # Without a sum over 2**30, which would itself be on the heap.
                self.now_ms = self.now_ms + 10 if self.now_ms < LAST_MS else 0
                if self.now_ms % 1_000 == 0 and self.pilot.contactor:
                    self.register_wh = (self.register_wh + 3) % 10_000_000
        finally:
            heap_unlock()
        pilot = self.pilot
        print(
            states.NAMES[pilot.state],
            NAMES[pilot.why],
            pilot.duty_ppm,
            pilot.contactor,
            pilot.lock,
            self.faults.active,
            self.limits.binding,
            self.energy.total_wh,
            self.session.phase,
            self.session.duration_s,
        )


core = Core(TICKS_PERIOD - TICKS_PERIOD % 1_000 - 120_000)
STEPS = (
    ("empty", 3, {}),
    ("plugged in", 50, {"peak_mv": 9_000}),
    ("asks", 5, {"peak_mv": 6_000}),
    ("draws", 20, {"current_ma": 16_000}),
    ("hot", 10, {"temperature_dc": 660, "current_ma": 8_000}),
    ("cool", 10, {"temperature_dc": 300}),
    ("stopped", 10, {"permits": states.PERMIT_ALL & ~states.PERMIT_ENABLED}),
    ("started", 10, {"permits": states.PERMIT_ALL}),
    ("trips", 2, {"extra": faults.FAULT_RCD_TRIP}),
    ("waits", 299, {"extra": 0}),
    ("goes on", 10, {}),
    ("low mains", 5, {"voltage_mv": 170_000}),
    ("good mains", 70, {"voltage_mv": 230_000, "current_ma": 5_000}),
    ("air", 5, {"peak_mv": 3_000}),
    ("shorted", 5, {"peak_mv": 0}),
    ("open", 40, {"peak_mv": 6_000}),
    ("draws too much", 10, {"current_ma": 30_000}),
    ("no diode", 5, {"diode": False}),
    ("no code", 5, {"ohm": 1_000_000}),
    ("gone", 5, {"peak_mv": 12_000, "diode": True, "ohm": 220, "current_ma": 0}),
    ("another", 5, {"peak_mv": 6_000}),
    ("not a level", 5, {"peak_mv": -5_000}),
    ("welded", 10, {"extra": faults.FAULT_CONTACTOR_WELDED}),
)
for name, seconds, changes in STEPS:
    for attribute, value in changes.items():
        setattr(core, attribute, value)
    print(name)
    core.run(1)
    core.run(seconds)
core.extra = 0
core.faults = Faults()
core.peak_mv = 6_000
core.run(40)
core.fallback.link_alive()
core.limits.set(limits.BACKEND, 6_000, core.now_ms, 10_000)
core.run(5)
core.run(10)
