"""The virtual board: the firmware's hardware made of a World, on a clock that is told the time.

The same contract as the chips' boards (boards/README.md), including the contactor enable that
drops when it is not kept alive, and a watchdog that resets.
"""

from boards.socket import Socket
from boards.virtual.clock import VirtualClock
from boards.virtual.flash import MemoryArea, MemoryStore
from boards.virtual.inputs import Inputs
from boards.virtual.reader import VirtualReader
from boards.virtual.world import World
from evse.core.units import elapsed_ms
from evse.drivers.guard import emergency_stop, enclosure, protective_earth

__all__ = ("Board", "MemoryArea", "MemoryStore")

NAME = "virtual"
WATCHDOG_MS = 1_000


class Board:
    """One virtual station's hardware.  world, inputs, reader: for the scene.  lamp_s: identify
    asked for.

    Step it (`step`) before each tick; it moves the world to the clock.
    """

    name = NAME
    flash_stalls = True  # as on the chips; False: as with FRAM

    def __init__(
        self, store, seed: int = 1, connectors: int = 1, start_ms: int = 0, journal=None
    ) -> None:
        self.clock = VirtualClock(start_ms)
        self.store = store
        self.journal = journal
        self.world = World(seed, connectors)
        self.reader = VirtualReader()
        self.inputs = [Inputs() for _ in range(connectors)]
        self.connectors = []
        self.reset_reason = "power"
        self.lamp_s = 0
        self.resets = 0
        self.written = None  # a function that takes the console's text
        self._fed_ms = start_ms
        for bay, inputs in zip(self.world.bays, self.inputs):
            self.connectors.append(
                Socket(
                    bay.sampler.burst,
                    bay.pwm,
                    bay.contactor.enable,
                    feedback=bay.contactor.mirror,
                    guard_rows=(
                        emergency_stop(inputs.emergency_stop),
                        enclosure(inputs.enclosure),
                        protective_earth(inputs.earth_lost),
                    ),
                    rcd_trip=inputs.rcd.trip,
                    rcd_test=inputs.rcd.test,
                    lock_pins=inputs.lock.pins,
                    proximity=bay.proximity,
                    thermistor=inputs.thermistor,
                    meter_uart=bay.meter_uart,
                )
            )

    def step(self, ms: int) -> int:
        """Let ms pass for the board and its world; the board's new time."""
        now_ms = self.clock.advance(ms)
        self.world.step(now_ms)
        self.reader.step(self.world.now_ms)
        for inputs in self.inputs:
            inputs.step(self.world.now_ms)
        for bay in self.world.bays:
            bay.sampler.prepare()  # so that the tick allocates nothing here either
        return now_ms

    def reader_bus(self, kind: str):
        """A PN532 on I2C, and no other reader."""
        return self.reader if kind == "i2c" else None

    def watchdog_bites(self) -> bool:
        return elapsed_ms(self.clock.ticks_ms(), self._fed_ms) >= WATCHDOG_MS

    def console_write(self, text: str) -> None:
        if self.written is not None:
            self.written(text)

    def identify(self, duration_s: int) -> None:
        self.lamp_s = duration_s

    def feed(self) -> None:
        self._fed_ms = self.clock.ticks_ms()

    def ticks_ms(self) -> int:
        return self.clock.ticks_ms()

    def heap_free(self) -> int:
        try:
            import gc

            return gc.mem_free()
        except AttributeError:
            return 0

    def reset(self) -> None:
        self.resets += 1
