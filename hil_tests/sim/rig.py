"""The simulated rig: the verbs of hil_tests/rig/commands.py on virtual wires.

Verbs that take time answer with a function, which is looked at every millisecond (commands.py).
"""

from boards.virtual.chance import Chance
from boards.virtual.circuit import DIODE_OK, DIODE_OPEN, DIODE_SHORTED
from boards.virtual.vehicle import OHM_B, OHM_C, OHM_D
from hil_tests.rig.commands import USAGE, RigError
from hil_tests.sim.parts import ANSWER_MS

LACKING = ("ramp",)
PARTS = [row[1] for row in USAGE if row[1] and row[1] not in LACKING]
OHMS = {"A": 0, "B": OHM_B, "C": OHM_C, "D": OHM_D, "E": OHM_B, "F": 0}
STEADY_MV = {"E": 0, "F": -12_000}
CABLES = {"open": -1, "13": 1_500, "20": 680, "32": 220, "63": 100, "short": 5, "mid": 3_000_000}
DIODES = {"ok": DIODE_OK, "short": DIODE_SHORTED, "open": DIODE_OPEN}
MOST_TIME_MS = 60_000  # for one opening or closing under `time`


class SimRig:
    """serve(): called while the bench waits to be told to let time pass; set by main.py.

    chip, line, wlan: set by main.py once they exist.
    """

    def __init__(self, wires) -> None:
        self.parts = PARTS
        self.chip = None
        self.line = None
        self.wlan = None
        self.serve = None
        self._wires = wires
        self._chance = Chance(1)
        self._shown = "A"
        self._due = []  # (us, function), in any order

    # Time

    def await_time(self) -> None:
        self.serve()

    def each_ms(self) -> None:
        if self._due:
            now_us = self._wires.now_us
            due = [row for row in self._due if row[0] <= now_us]
            if due:
                self._due = [row for row in self._due if row[0] > now_us]
                for row in due:
                    row[1]()

    def _later(self, us: int, function) -> None:
        self._due.append((self._wires.now_us + us, function))

    def _at(self, us: int):
        """A look that is over at a time."""
        return lambda: {"us": self._wires.now_us} if self._wires.now_us >= us else None

    def _us(self) -> dict:
        return {"us": self._wires.now_us}

    def identify(self) -> dict:
        found = {
            "rig": "simulated",
            "version": 1,
            "serial": "simulated",
            "parts": list(self.parts),
        }
        found["us"] = self._wires.now_us
        return found

    def check(self) -> dict:
        return {"checks": [["wires", "simulated: nothing to check"]]}

    def now(self) -> dict:
        return self._us()

    def wait(self, ms: int):
        return self._at(self._wires.now_us + ms * 1_000)

    def watch(self, seconds: int):
        done_us = self._wires.now_us + seconds * 1_000_000
        return lambda: self.edges() if self._wires.now_us >= done_us else None

    def seed(self, seed: int) -> dict:
        self._chance = Chance(seed)
        return self._us()

    # Pilot and cable

    def show(self, state: str) -> dict:
        self._shown = state
        self._wires.show(OHMS[state], STEADY_MV.get(state))
        return self._us()

    def volts(self, mv: int) -> dict:
        self._shown = "x"
        self._wires.show(0, mv)
        return self._us()

    def glitch(self, state: str, us: int, count: int = 1):
        before = self._shown
        if before == "x":
            raise RigError("glitch starts from a state, not from a voltage")
        start_us = self._wires.now_us
        for number in range(count):
            self._later(2 * us * number, lambda: self.show(state))
            self._later(2 * us * number + us, lambda: self.show(before))
        self.each_ms()
        done_us = start_us + (2 * count - 1) * us
        return lambda: {"us": start_us} if self._wires.now_us >= done_us else None

    def noise(self, mv: int, seconds: int = 0) -> dict:
        self._wires.circuit.make_noise(mv)
        if seconds:
            self._later(seconds * 1_000_000, lambda: self._wires.circuit.make_noise(0))
        return self._us()

    def diode(self, kind: str) -> dict:
        self._wires.diode = DIODES[kind]
        self._wires.circuit.plug(self._wires.ohm, self._wires.diode)
        return self._us()

    def short(self, kind: str) -> dict:
        if kind == "none":
            self._wires.circuit.mend()
        else:
            self._wires.circuit.short(0, kind == "diode")
        return self._us()

    def cable(self, code: str) -> dict:
        return self.cable_ohm(CABLES[code])

    def cable_ohm(self, ohm: int) -> dict:
        self._wires.proximity.ohm = ohm
        return self._us()

    def random(self, seconds: int):
        end_us = self._wires.now_us + seconds * 1_000_000
        self._wander(end_us)
        return lambda: self._us() if self._wires.now_us >= end_us else None

    def _wander(self, end_us: int) -> None:
        if self._wires.now_us < end_us:
            self.show("ABCD"[self._chance.below(4)])
            self._later(self._chance.between(20, 4_000) * 1_000, lambda: self._wander(end_us))

    # Contactor and protection

    def until(self, line: str, level: str, ms: int):
        wires, wanted = self._wires, int(level)
        last_us = wires.now_us + ms * 1_000

        def look() -> "dict | None":
            if wires.levels[line] == wanted:
                return {"us": wires.changed_us[line], "level": wanted}
            if wires.now_us >= last_us:
                return {"us": wires.now_us, "level": 1 - wanted}
            return None

        return look

    def edges(self) -> dict:
        edges, self._wires.edges = self._wires.edges, []
        return {"us": self._wires.now_us, "edges": [list(edge) for edge in edges]}

    def gap(self) -> dict:
        enable = self._wires.enable
        gap_us, enable.worst_gap_us = enable.worst_gap_us, 0
        return {"gap_us": gap_us}

    def weld(self, welded: str) -> dict:
        if welded == "1":
            self._wires.contactor.weld()
        else:
            self._wires.contactor.mend()
        return self._us()

    def feedback(self, says: str) -> dict:
        # The mirror pin is low while closed.
        self._wires.contactor.mirror_fault = -1 if says == "auto" else 1 - int(says)
        return self._us()

    def coil(self, how: str) -> dict:
        self._wires.enable.coil_broken = how == "broken"
        return self._us()

    def rcd_trip(self, ms: int) -> dict:
        self._trip(True)
        self._later(ms * 1_000, lambda: self._trip(False))
        return self._us()

    def _trip(self, tripped: bool) -> None:
        self._wires.rcd.tripped = tripped
        self._wires.rcd.show()

    def rcd_test(self, answer: str) -> dict:
        self._wires.rcd.mood = answer
        self._wires.rcd.answer_ms = ANSWER_MS
        return self._us()

    def rcd_late(self, ms: int) -> dict:
        self._wires.rcd.mood = "ok"
        self._wires.rcd.answer_ms = max(1, ms)
        return self._us()

    def earth(self, present: str) -> dict:
        self._wires.earth_lost.value(present == "0")
        return self._us()

    def switch(self, name: str, on: str) -> dict:
        wires = self._wires
        pin = wires.enclosure if name == "enclosure" else wires.emergency_stop
        pin.value(on == "1")
        return self._us()

    # Supply and reset of the station

    def power(self, on: str) -> dict:
        self.chip.powered = on == "1"
        return self._us()

    def power_dip(self, ms: int) -> dict:
        self._later(ms * 1_000, lambda: self.power("1"))
        return self.power("0")

    def reset(self, ms: int):
        self.chip.held = True
        start_us, done_us = self._wires.now_us, self._wires.now_us + max(1, ms) * 1_000

        def look() -> "dict | None":
            if self._wires.now_us < done_us:
                return None
            self.chip.held = False
            return {"us": start_us}

        return look

    def serial(self, mode: str) -> dict:
        self.line.treat(mode, 0)
        return self._us()

    def serial_flip(self, ppm: int) -> dict:
        self.line.treat("flip", ppm)
        return self._us()

    def serial_delay(self, ms: int) -> dict:
        self.line.treat("delay", ms)
        return self._us()

    def serial_cut(self, ms: int) -> dict:
        self.line.treat("drop", 0)
        self._later(ms * 1_000, lambda: self.line.treat("pass", 0))
        return self._us()
