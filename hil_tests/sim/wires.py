"""Everything electrical of the simulated bench that outlives the station's resets.

The parts are those of the virtual board (firmware/boards/virtual); in the place of its vehicle
stands the rig, which shows what it is told.  Knows no firmware.
"""

from boards.virtual.adc import PilotSampler, ProximitySampler
from boards.virtual.circuit import DIODE_OK, PilotCircuit
from boards.virtual.contactor import VirtualContactor
from boards.virtual.inputs import VirtualLock, VirtualThermistor
from boards.virtual.mains import Mains
from boards.virtual.meter import VirtualMeter
from boards.virtual.pin import VirtualPin
from boards.virtual.pwm import VirtualPwm
from boards.virtual.wire import pair
from hil_tests.sim.parts import Enable, Load, Rcd

MOST_EDGES = 4_096
SLOW_MS = 10  # what does not need to be exact to the millisecond moves this often


class Wires:
    """now_us: the bench's clock.  edges: (line, us, level) of "coil" and "contact"."""

    def __init__(self, seed: int = 1) -> None:
        self.now_us = 0
        self.circuit = PilotCircuit()
        self.pwm = VirtualPwm(self.circuit)
        self.sampler = PilotSampler(self.circuit, seed)
        self.contactor = VirtualContactor()
        enable = Enable(self.contactor.enable, lambda: self.now_us, self.see)
        self.enable = self.contactor.enable = enable
        self.proximity = ProximitySampler()
        self.mains = Mains(seed)
        self.load = Load(self.mains)
        self.meter_uart, bus = pair()
        self.meter = VirtualMeter(bus, self.load, self.mains)
        self.rcd = Rcd()
        self.lock = VirtualLock()
        self.thermistor = VirtualThermistor()
        self.emergency_stop = VirtualPin(0)
        self.enclosure = VirtualPin(0)
        self.earth_lost = VirtualPin(0)
        self.levels = {"coil": 0, "contact": 0}
        self.changed_us = {"coil": 0, "contact": 0}
        self.edges = []
        self.diode = DIODE_OK
        self.ohm = 0
        self.rails_mv = (12_000, -12_000)
        self.pwm_clock_ppm = 1_000_000  # how fast the chip's clock really runs

    def pwm_mhz(self) -> int:
        """The pilot's frequency on the wire."""
        return self.pwm.freq() * self.pwm_clock_ppm // 1_000

    def see(self, line: str, level: bool) -> None:
        level = 1 if level else 0
        if level != self.levels[line]:
            self.levels[line] = level
            self.changed_us[line] = self.now_us
            if len(self.edges) < MOST_EDGES:
                self.edges.append((line, self.now_us, level))

    def step(self) -> None:
        """One millisecond."""
        self.now_us += 1_000
        now_ms = self.now_us // 1_000
        self.contactor.step(now_ms)
        self.see("contact", self.contactor.closed)
        if not now_ms % SLOW_MS:
            self.mains.step(now_ms)
            self.rcd.step(SLOW_MS)
            self.lock.step(now_ms)
            self.load.step(self.contactor.closed)
            self.meter.step(now_ms)

    def lose_chip(self) -> None:
        """The chip stops driving: pull-downs take the enable and the pilot's output stage."""
        self.enable.dead = True
        self.enable.drop()
        self.pwm.duty_u16(0)
        for pin in (self.rcd.test, self.lock.pins[0], self.lock.pins[1]):
            pin.value(0)

    def show(self, ohm: int, high_mv: "int | None" = None) -> None:
        """Hang ohm (0 nothing) on the pilot; or hold its high side at high_mv."""
        self.ohm = ohm
        rail_high_mv, rail_low_mv = self.rails_mv
        self.circuit.supply(rail_high_mv if high_mv is None else high_mv, rail_low_mv)
        self.circuit.plug(ohm, self.diode)
