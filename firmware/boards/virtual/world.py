"""The world around a virtual station: a supply and, for each connector, a bay.

    World.step(now_ms)  ->  mains -> bays: visits -> vehicle -> contactor -> meter

Everything moves on the time it is given and repeats under its seed.  The firmware touches it
only through what a board's Socket holds (boards/README.md): burst, pwm, contactor.enable and
mirror, proximity, meter_uart.
"""

from boards.virtual.adc import PilotSampler, ProximitySampler
from boards.virtual.circuit import PilotCircuit
from boards.virtual.contactor import VirtualContactor
from boards.virtual.mains import Mains
from boards.virtual.meter import VirtualMeter
from boards.virtual.profiles import PLAIN
from boards.virtual.pwm import VirtualPwm
from boards.virtual.vehicle import Vehicle
from boards.virtual.visits import Visits
from boards.virtual.wire import pair

_PERIOD_MASK = (1 << 30) - 1


class Bay:
    """One connector's place in the world.

    For the firmware: burst, pwm, contactor.enable, contactor.mirror, proximity, meter_uart.
    For the scene: circuit, vehicle, contactor, meter, visits (None: nobody comes by itself).
    """

    def __init__(self, mains, seed: int, model: str = "sdm630") -> None:
        self._mains = mains
        self.circuit = PilotCircuit()
        self.pwm = VirtualPwm(self.circuit)
        self.sampler = PilotSampler(self.circuit, seed)
        self.burst = self.sampler.burst
        self.contactor = VirtualContactor()
        self.proximity = ProximitySampler()
        self.vehicle = Vehicle(self.circuit, mains, PLAIN)
        self.meter_uart, bus = pair()
        self.meter = VirtualMeter(bus, self.vehicle, mains, model)
        self.visits = None

    def plug(self, profile=None, level_permille: int = 200, cable_ohm: int = 220) -> None:
        """Plug a car in now, in place of one that is; profile None keeps the car that was here."""
        if self.vehicle.plugged:
            self.vehicle.unplug()
        if profile is not None:
            self.vehicle.become(profile, profile.capacity_wh * level_permille // 1000)
        self.proximity.ohm = cable_ohm
        self.vehicle.plug()

    def unplug(self) -> None:
        self.vehicle.unplug()
        self.proximity.ohm = -1

    def invite(self, seed: int, **habits) -> None:
        """Let cars come and go by themselves; habits as visits.Visits takes them."""
        self.visits = Visits(self.vehicle, self.proximity, seed, **habits)

    def step(self, now_ms: int) -> None:
        if self.visits is not None:
            self.visits.step(now_ms)
        contactor = self.contactor
        contactor.step(now_ms)
        self.vehicle.step(now_ms, contactor.closed and self._mains.mv[0] > 0)
        self.meter.step(now_ms)


class World:
    """connectors bays on one supply.  now_ms: time since the world began; does not wrap."""

    def __init__(self, seed: int = 1, connectors: int = 1, model: str = "sdm630") -> None:
        self.now_ms = 0
        self.mains = Mains(seed)
        self.bays = []
        for n in range(connectors):
            self.bays.append(Bay(self.mains, seed * 16 + n, model))
        self._last_ticks = -1

    def step(self, ticks_ms: int) -> None:
        """Move on to the board's clock ticks_ms, which wraps at 2**30."""
        if self._last_ticks >= 0:
            self.now_ms += (ticks_ms - self._last_ticks) & _PERIOD_MASK
        self._last_ticks = ticks_ms
        now_ms = self.now_ms
        self.mains.step(now_ms)
        for bay in self.bays:
            bay.step(now_ms)
