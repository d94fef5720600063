"""The rig: the verbs of commands.py on a Pico's pins.  README.md says what is wired where."""

import machine
from machine import I2C, Pin

from hil_tests.rig import pins
from hil_tests.rig.analyser import Analyser
from hil_tests.rig.clock import Chance, Clock
from hil_tests.rig.commands import RigError
from hil_tests.rig.dac import Dac
from hil_tests.rig.lines import Lines
from hil_tests.rig.pilot import MuxPilot, ResistorPilot, Steps
from hil_tests.rig.protection import ANSWER_MS, Cable, Earth, Mirror, ResidualCurrent, Supply
from hil_tests.rig.selfcheck import SelfCheck
from hil_tests.rig.serial_pass import SerialPass
from hil_tests.rig.timing import Timing

VERSION = 1
LEVELS = ("L0", "L1")
COMMON = (
    "proximity",
    "contactor",
    "enable",
    "weld",
    "feedback",
    "rcd",
    "rcd-test",
    "earth",
    "power",
    "reset",
    "serial-faults",
    "analyser",
    "timing",
)
I2C_HZ = 400_000


class Rig:
    """level: "L0" or "L1".  lacks: parts that this rig was built without."""

    def __init__(self, level: str = "L0", lacks=()) -> None:
        self._level = level
        self._lacks = lacks
        self._clock = Clock()
        self._chance = Chance(1)
        self._lines = Lines(self._clock)
        self._steps = Steps()
        self._dac = None
        self._build()

    def _build(self) -> None:
        """Every pin as it is at work.  Also after a self-check, which used them otherwise."""
        self._supply = Supply(self._clock)
        if self._level == "L0":
            i2c = I2C(1, sda=Pin(pins.SDA), scl=Pin(pins.SCL), freq=I2C_HZ)
            self._dac = Dac(i2c)
            self._dac.find()
            self._pilot = MuxPilot(self._steps, self._dac, self._chance)
            more = self._pilot.parts
        else:
            self._pilot = ResistorPilot(self._steps, Pin(pins.BYPASS, Pin.OUT, value=0))
            more = self._pilot.parts + ("pilot-volts",)
        self._steps.put(0)
        self._cable = Cable()
        self._rcd = ResidualCurrent(self._clock)
        self._mirror = Mirror(self._lines)
        self._earth = Earth()
        if not hasattr(self, "_analyser"):
            self._analyser = Analyser(self._clock)
        Pin(pins.PWM, Pin.IN, Pin.PULL_DOWN)
        self._serial = SerialPass(self._clock, self._chance)
        self.parts = [part for part in more + COMMON if part not in self._lacks]

    def serve(self) -> None:
        """One turn of everything that goes on by itself."""
        self._lines.serve()
        self._mirror.serve()
        self._rcd.serve()
        self._serial.serve()
        self._analyser.serve()
        self._clock.serve()
        self._pilot.serve()

    # Time

    def _us(self) -> dict:
        return {"us": self._clock.now_us()}

    def _stepped(self) -> dict:
        """When the step just asked for happened."""
        self._lines.serve()
        return {"us": self._lines.stepped_us}

    def identify(self) -> dict:
        serial = "".join([f"{byte:02x}" for byte in machine.unique_id()])
        found = {"rig": "pico", "version": VERSION, "level": self._level, "serial": serial}
        found["parts"] = self.parts
        found["us"] = self._clock.now_us()
        return found

    def check(self):
        self._supply.power(False)

        def again() -> None:
            self._build()
            self._supply.power(True)

        try:
            return SelfCheck(self._steps, self._dac, self._analyser, again).look
        except RigError:
            again()
            raise

    def now(self) -> dict:
        return self._us()

    def wait(self, ms: int):
        until_us = self._clock.now_us() + ms * 1_000
        return lambda: self._us() if self._clock.now_us() >= until_us else None

    def seed(self, seed: int) -> dict:
        self._chance = Chance(seed)
        self._serial.chance = self._chance
        return self._us()

    # Pilot and cable

    def show(self, state: str) -> dict:
        self._pilot.show(state)
        return self._stepped()

    def volts(self, mv: int) -> dict:
        self._pilot.volts(mv)
        return self._stepped()

    def glitch(self, state: str, us: int, count: int = 1):
        words = self._pilot.glitch(state, us, count)
        start_us = self._clock.now_us()
        done_us = start_us + (2 * count - 1) * us

        def look():
            while words and self._steps.room():
                self._steps.put(words.pop(0), us)
            over = not words and self._clock.now_us() >= done_us
            return {"us": start_us} if over else None

        look()
        return look

    def noise(self, mv: int, seconds: int = 0) -> dict:
        self._pilot.noise(mv)
        if seconds:
            self._clock.later(seconds * 1_000_000, lambda: self._pilot.noise(0))
        return self._us()

    def diode(self, kind: str) -> dict:
        self._pilot.diode(kind)
        return self._stepped()

    def short(self, kind: str) -> dict:
        self._pilot.short(kind)
        return self._stepped()

    def cable(self, code: str) -> dict:
        self._cable.set(code)
        return self._us()

    def random(self, seconds: int):
        end_us = self._clock.now_us() + seconds * 1_000_000
        self._wander(end_us)
        return lambda: self._us() if self._clock.now_us() >= end_us else None

    def _wander(self, end_us: int) -> None:
        if self._clock.now_us() < end_us:
            self._pilot.show("ABCD"[self._chance.below(4)])
            pause_us = (20 + self._chance.below(3_980)) * 1_000
            self._clock.later(pause_us, lambda: self._wander(end_us))

    # Contactor and protection

    def until(self, line: str, level: str, ms: int):
        wanted = int(level)
        last_us = self._clock.now_us() + ms * 1_000

        def look():
            if self._lines.levels[line] == wanted:
                return {"us": self._lines.changed_us[line], "level": wanted}
            now_us = self._clock.now_us()
            return {"us": now_us, "level": 1 - wanted} if now_us >= last_us else None

        return look

    def edges(self) -> dict:
        self._lines.serve()
        return {"us": self._clock.now_us(), "edges": self._lines.edges()}

    def watch(self, seconds: int):
        done_us = self._clock.now_us() + seconds * 1_000_000
        return lambda: self.edges() if self._clock.now_us() >= done_us else None

    def gap(self) -> dict:
        return {"gap_us": self._analyser.gap_us()}

    def weld(self, welded: str) -> dict:
        self._mirror.welded = welded == "1"
        return self._us()

    def feedback(self, says: str) -> dict:
        self._mirror.says = -1 if says == "auto" else int(says)
        return self._us()

    def rcd_trip(self, ms: int) -> dict:
        self._rcd.trip(ms)
        return self._us()

    def rcd_test(self, mood: str) -> dict:
        self._rcd.settle(mood, ANSWER_MS)
        return self._us()

    def rcd_late(self, ms: int) -> dict:
        self._rcd.settle("ok", max(1, ms))
        return self._us()

    def earth(self, present: str) -> dict:
        self._earth.set(present == "1")
        return self._us()

    # Supply, reset, serial line

    def power(self, on: str) -> dict:
        self._supply.power(on == "1")
        return self._us()

    def power_dip(self, ms: int) -> dict:
        self._supply.dip(ms)
        return self._us()

    def reset(self, ms: int):
        self._supply.hold(True)
        start_us = self._clock.now_us()
        done_us = start_us + max(1, ms) * 1_000

        def look():
            if self._clock.now_us() < done_us:
                return None
            self._supply.hold(False)
            return {"us": start_us}

        return look

    def serial(self, mode: str) -> dict:
        self._serial.treat(mode)
        return self._us()

    def serial_flip(self, ppm: int) -> dict:
        self._serial.treat("flip", ppm)
        return self._us()

    def serial_delay(self, ms: int) -> dict:
        self._serial.treat("delay", ms)
        return self._us()

    def serial_cut(self, ms: int) -> dict:
        self._serial.treat("drop")
        self._clock.later(ms * 1_000, lambda: self._serial.treat("pass"))
        return self._us()

    # Instruments

    def measure(self, count: int):
        return self._analyser.measure(count)

    def measure_volts(self) -> dict:
        return self._analyser.volts()

    def time(self, before: str, after: str, count: int = 1):
        return Timing(
            self._clock, self._lines, self._pilot, self._chance, before, after, count
        ).look


def check_words(level, lacks) -> None:
    """RigError names what a rig.json has wrong."""
    if level not in LEVELS:
        raise RigError(f"rig.json: level: wants one of {LEVELS}")
    if type(lacks) is not list or any(type(part) is not str for part in lacks):
        raise RigError("rig.json: lacks: wants a list of parts")
