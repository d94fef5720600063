"""The station's coil and contact as the rig sees them, and the steps it makes itself."""

from machine import Pin

from hil_tests.rig import pins
from hil_tests.rig.programs import CYCLES_PER_US
from hil_tests.rig.stamps import Stamps, start

MOST_EDGES = 1_000


class Lines:
    """levels, changed_us: of "coil", "contact" and "led".  cycles: of the newest edge, on the
    clock that stepped also is read from."""

    def __init__(self, clock) -> None:
        self._clock = clock
        self._trigger = Stamps(0, Pin(pins.TRIGGER), clock)
        self._watched = (
            ("coil", Stamps(1, Pin(pins.COIL, Pin.IN, Pin.PULL_DOWN), clock)),
            ("contact", Stamps(2, Pin(pins.CONTACT, Pin.IN, Pin.PULL_DOWN), clock)),
        )
        self._led = Pin(pins.LED, Pin.IN, Pin.PULL_DOWN)
        self.levels = {"coil": 0, "contact": 0, "led": 0}
        self.changed_us = {"coil": 0, "contact": 0, "led": 0}
        self.cycles = {"coil": 0, "contact": 0}
        self.stepped = -1  # the newest pilot step, in cycles
        self.stepped_us = 0
        self._edges = []
        start(self._trigger, self._watched[0][1], self._watched[1][1])

    def serve(self) -> None:
        """Take in what has been stamped."""
        for level, cycles in self._trigger.new():
            if level:
                self.stepped = cycles
                self.stepped_us = self._trigger.at_us(cycles)
        for name, stamps in self._watched:
            for level, cycles in stamps.new():
                self.cycles[name] = cycles
                self._see(name, level, stamps.at_us(cycles))
        lamp = self._led.value()
        if lamp != self.levels["led"]:
            self._see("led", lamp, self._clock.now_us())

    def _see(self, name: str, level: int, us: int) -> None:
        self.levels[name] = level
        self.changed_us[name] = us
        if len(self._edges) < MOST_EDGES:
            self._edges.append([name, us, level])

    def edges(self) -> list:
        """Since the last asking, in the order of their times."""
        found, self._edges = self._edges, []
        found.sort(key=lambda edge: edge[1])
        return found

    def since_step(self, name: str) -> int:
        """Cycles from the newest pilot step to the newest edge of a line."""
        return self.cycles[name] - self.stepped


def to_us(cycles: int) -> int:
    return cycles // CYCLES_PER_US
