"""What surrounds the station's protection: residual-current device, mirror contact, earth."""

import rp2
from machine import Pin

from hil_tests.rig import pins
from hil_tests.rig.programs import MAINS_HZ, mains

MAINS_MACHINE = 5
ANSWER_MS = 120  # of a good device, from the test current to the trip
RELEASE_MS = 200  # from the end of the test current


class ResidualCurrent:
    """mood: "ok", "none" (deaf to its test) or "stuck" (tripped for good, once tested)."""

    def __init__(self, clock) -> None:
        self._clock = clock
        self._trip = Pin(pins.RCD_TRIP, Pin.OUT, value=0)
        self._test = Pin(pins.RCD_TEST, Pin.IN, Pin.PULL_DOWN)
        self.mood = "ok"
        self.answer_ms = ANSWER_MS
        self._asked = 0
        self._answers_us = -1
        self._releases_us = -1
        self._real_until_us = -1
        self._tested = False  # tripped by its test

    def trip(self, ms: int) -> None:
        """A residual current for ms."""
        self._real_until_us = self._clock.now_us() + ms * 1_000
        self._trip.value(1)

    def settle(self, mood: str, answer_ms: int) -> None:
        self.mood = mood
        self.answer_ms = answer_ms
        if mood != "stuck":
            self._tested = False

    def serve(self) -> None:
        now_us = self._clock.now_us()
        asked = self._test.value()
        if asked and not self._asked and self.mood != "none":
            self._answers_us = now_us + self.answer_ms * 1_000
        self._asked = asked
        if 0 <= self._answers_us <= now_us:
            self._answers_us = -1
            self._tested = True
            self._releases_us = now_us + RELEASE_MS * 1_000
        if asked:
            self._releases_us = now_us + RELEASE_MS * 1_000
        elif self._tested and self.mood != "stuck" and now_us >= self._releases_us:
            self._tested = False
        if now_us >= self._real_until_us:
            self._real_until_us = -1
        self._trip.value(1 if self._tested or self._real_until_us >= 0 else 0)


class Mirror:
    """The mirror contact, open drain: it pulls the station's input low while closed."""

    def __init__(self, lines) -> None:
        self._lines = lines
        self._pin = Pin(pins.MIRROR, Pin.OPEN_DRAIN, value=1)
        self.says = -1  # 0 open, 1 closed, -1 the truth
        self.welded = False
        self._stuck_closed = False

    def serve(self) -> None:
        closed = self._lines.levels["contact"]
        self._stuck_closed = self.welded and (closed == 1 or self._stuck_closed)
        level = self.says if self.says >= 0 else closed or self._stuck_closed
        self._pin.value(0 if level else 1)


class Earth:
    """50 Hz as a monitor of the protective earth makes them, or nothing."""

    def __init__(self) -> None:
        self._machine = rp2.StateMachine(
            MAINS_MACHINE, mains, freq=MAINS_HZ, set_base=Pin(pins.EARTH)
        )
        self.set(True)

    def set(self, present: bool) -> None:
        self._machine.active(0)
        self._machine.restart()
        self._machine.exec("set(pins, 0)")
        if present:
            self._machine.active(1)


class Supply:
    """The station's 5 V and its reset."""

    def __init__(self, clock) -> None:
        self._clock = clock
        self._supply = Pin(pins.SUPPLY, Pin.OUT, value=0)
        self._run = Pin(pins.RUN, Pin.OPEN_DRAIN, value=1)

    def power(self, on: bool) -> None:
        self._supply.value(1 if on else 0)

    def dip(self, ms: int) -> None:
        self._supply.value(0)
        self._clock.later(ms * 1_000, lambda: self._supply.value(1))

    def hold(self, held: bool) -> None:
        self._run.value(0 if held else 1)


class Cable:
    """Four resistors to earth; a Pico's pin adds some 30 ohm to the one it pulls down."""

    CODES = {"open": (), "13": (0,), "20": (1,), "32": (2,), "63": (3,), "short": (0, 1, 2, 3)}

    def __init__(self) -> None:
        self._pins = [Pin(number, Pin.OPEN_DRAIN, value=1) for number in pins.CABLE]
        self._weak = None

    def set(self, code: str) -> None:
        if code == "mid":  # what no code has: the chip's own pull-down behind 1.5 k
            self.set("open")
            Pin(pins.CABLE[0], Pin.IN, Pin.PULL_DOWN)
            self._weak = code
            return
        if self._weak:
            self._weak = None
            self._pins[0] = Pin(pins.CABLE[0], Pin.OPEN_DRAIN, value=1)
        on = self.CODES[code]
        for index in range(len(self._pins)):
            self._pins[index].value(0 if index in on else 1)
