"""Everything electrical of the simulated bench that outlives the station's resets.

The parts are those of the virtual board (firmware/boards/virtual); in the place of its vehicle
stands the rig, which shows what it is told.  Knows no firmware.
"""

from array import array

from boards.virtual.adc import PilotSampler, ProximitySampler
from boards.virtual.circuit import DIODE_OK, PilotCircuit
from boards.virtual.contactor import VirtualContactor
from boards.virtual.mains import Mains
from boards.virtual.meter import VirtualMeter
from boards.virtual.pwm import VirtualPwm
from boards.virtual.wire import pair

MOST_EDGES = 4_096


class Load:
    """What flows through the contactor: the same in every phase."""

    def __init__(self, mains) -> None:
        self.ma = 0  # asked for
        self.current_ma = array("i", (0, 0, 0))
        self.power_w = 0
        self._mains = mains

    def step(self, closed: bool) -> None:
        power_w = 0
        for phase in range(3):
            ma = self.ma if closed and self._mains.mv[phase] else 0
            self.current_ma[phase] = ma
            power_w += (self._mains.mv[phase] // 100) * (ma // 10) // 1000
        self.power_w = power_w


class Enable:
    """The contactor enable, with an eye on it.  dead: the chip is in reset, nothing is kicked.

    worst_gap_us: longest time between two kicks with no drop() in between.
    """

    def __init__(self, enable, wires) -> None:
        self._enable = enable
        self._wires = wires
        self.dead = False
        self.coil_broken = False
        self.worst_gap_us = 0
        self._kicked_us = -1

    def kick(self) -> None:
        if self.dead:
            return
        now_us = self._wires.now_us
        if self._kicked_us >= 0:
            self.worst_gap_us = max(self.worst_gap_us, now_us - self._kicked_us)
        self._kicked_us = now_us
        self._enable.kick()

    def drop(self) -> None:
        self._kicked_us = -1
        self._enable.drop()

    def live(self, now_ms: int) -> bool:
        """Asked by the contactor once a step: whether its coil has current."""
        live = self._enable.live(now_ms) and not self.coil_broken
        self._wires.see("coil", live)
        return live


class Wires:
    """now_us: the bench's clock.  edges: (line, us, level) of "coil" and "contact"."""

    def __init__(self, seed: int = 1) -> None:
        self.now_us = 0
        self.circuit = PilotCircuit()
        self.pwm = VirtualPwm(self.circuit)
        self.sampler = PilotSampler(self.circuit, seed)
        self.contactor = VirtualContactor()
        self.enable = self.contactor.enable = Enable(self.contactor.enable, self)
        self.proximity = ProximitySampler()
        self.mains = Mains(seed)
        self.load = Load(self.mains)
        self.meter_uart, bus = pair()
        self.meter = VirtualMeter(bus, self.load, self.mains)
        self.input_bits = 0  # FAULT_* bits that the board's inputs show
        self.levels = {"coil": 0, "contact": 0}
        self.changed_us = {"coil": 0, "contact": 0}
        self.edges = []
        self.diode = DIODE_OK
        self.ohm = 0
        self.rails_mv = (12_000, -12_000)
        self.pwm_clock_ppm = 1_000_000  # how fast the chip's clock really runs

    def faults(self) -> int:
        """The board's fault inputs, as Socket.inputs wants them."""
        return self.input_bits

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
        self.mains.step(now_ms)
        self.contactor.step(now_ms)
        self.see("contact", self.contactor.closed)
        self.load.step(self.contactor.closed)
        self.meter.step(now_ms)

    def lose_chip(self) -> None:
        """The chip stops driving: pull-downs take the enable and the pilot's output stage."""
        self.enable.dead = True
        self.enable.drop()
        self.pwm.duty_u16(0)

    def show(self, ohm: int, high_mv: "int | None" = None) -> None:
        """Hang ohm (0 nothing) on the pilot; or hold its high side at high_mv."""
        self.ohm = ohm
        rail_high_mv, rail_low_mv = self.rails_mv
        self.circuit.supply(rail_high_mv if high_mv is None else high_mv, rail_low_mv)
        self.circuit.plug(ohm, self.diode)
