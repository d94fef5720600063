"""The rig around the emulated chip: the verbs of rig/commands.py, on the emulator's commands.

Time passes only inside a verb, and every answer is there when the verb returns.
"""

from typing import Any

from hil_tests.emulator.process import Emulator
from hil_tests.emulator.rig_inputs import Inputs
from hil_tests.rig.commands import RigError

PARTS = (
    "vehicle",
    "levels",
    "noise",
    "diode",
    "short",
    "proximity",
    "proximity-ohm",
    "contactor",
    "weld",
    "feedback",
    "rcd",
    "rcd-test",
    "earth",
    "inputs",
    "temperature",
    "lock",
    "power",
    "reset",
    "analyser",
    "timing",
    "coil",
    "load",
    "mains",
    "meter",
)
CABLES = {"open": -1, "13": 1_500, "20": 680, "32": 220, "63": 100, "short": 5, "mid": 3_000_000}
STEADY_CLOSED_MS = 500  # before a step that opens
STEADY_OPEN_MS = 6_000  # before one that closes
MOST_TIME_MS = 60_000


class EmulatedRig(Inputs):
    """A rig for Commands.  levels: of coil and contact; changed_us: when they got them."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__(emulator)
        self.parts = list(PARTS)
        self._seed = 1
        self.renew()

    def renew(self) -> None:
        """As at power-on."""
        self.levels = {"coil": 0, "contact": 0}
        self.changed_us = {"coil": 0.0, "contact": 0.0}
        self._edges: list[list[Any]] = []
        self._shown = "A"

    def look(self) -> int:
        """Take over what changed; the time now."""
        answer = self._emulator.ask("edges")
        for line, at_us, level in answer["edges"]:
            self.levels[line] = level
            self.changed_us[line] = at_us
            self._edges.append([line, int(at_us), level])
        return int(answer["now_us"])

    def identify(self) -> "dict[str, Any]":
        found = {"rig": "emulated", "version": 1, "parts": self.parts}
        return {**found, "us": self.look()}

    def check(self) -> "dict[str, Any]":
        return {"checks": [["wires", "emulated: nothing to check"]]}

    def now(self) -> "dict[str, Any]":
        return {"us": self.look()}

    def wait(self, ms: int) -> "dict[str, Any]":
        self._emulator.run(ms * 1_000)
        return {"us": self.look()}

    def watch(self, seconds: int) -> "dict[str, Any]":
        self.wait(seconds * 1_000)
        return self.edges()

    def seed(self, seed: int) -> "dict[str, Any]":
        self._seed = seed
        return self.now()

    def _below(self, n: int) -> int:
        self._seed = (self._seed * 1_103_515_245 + 12_345) & 0x7FFF_FFFF
        return (self._seed >> 8) % n

    # Pilot and cable

    def show(self, state: str) -> "dict[str, Any]":
        self._shown = state
        return self._set("pilot", state=state)

    def volts(self, mv: int) -> "dict[str, Any]":
        self._shown = "x"
        return self._set("pilot", high_mv=mv)

    def glitch(self, state: str, us: int, count: int = 1) -> "dict[str, Any]":
        if self._shown == "x":
            raise RigError("glitch starts from a state, not from a voltage")
        start_us = self.look()
        for number in range(count):
            at_us = start_us + 2 * us * number
            self._emulator.ask("pilot", state=state, at_us=at_us)
            self._emulator.ask("pilot", state=self._shown, at_us=at_us + us)
        self._emulator.run((2 * count - 1) * us)
        return {"us": start_us}

    def noise(self, mv: int, seconds: int = 0) -> "dict[str, Any]":
        if seconds:
            quiet_us = self.look() + seconds * 1_000_000
            self._emulator.ask("pilot", noise_mv=0, at_us=quiet_us)
        return self._set("pilot", noise_mv=mv)

    def diode(self, kind: str) -> "dict[str, Any]":
        return self._set("pilot", diode=kind)

    def short(self, kind: str) -> "dict[str, Any]":
        return self._set("pilot", short=kind)

    def cable(self, code: str) -> "dict[str, Any]":
        return self.cable_ohm(CABLES[code])

    def cable_ohm(self, ohm: int) -> "dict[str, Any]":
        return self._set("pilot", proximity_ohm=ohm)

    def random(self, seconds: int) -> "dict[str, Any]":
        end_us = self.look() + seconds * 1_000_000
        now_us = 0
        while now_us < end_us:
            self.show("ABCD"[self._below(4)])
            now_us = int(self.wait(20 + self._below(3_980))["us"])
        return {"us": now_us}

    # Contactor

    def until(self, line: str, level: str, ms: int) -> "dict[str, Any]":
        wanted = int(level)
        self.look()
        if self.levels[line] != wanted:
            self._emulator.run(ms * 1_000, line=line, level=wanted)
            now_us = self.look()
            if self.levels[line] != wanted:
                return {"us": now_us, "level": 1 - wanted}
        return {"us": int(self.changed_us[line]), "level": wanted}

    def edges(self) -> "dict[str, Any]":
        now_us = self.look()
        edges, self._edges = self._edges, []
        return {"us": now_us, "edges": edges}

    def weld(self, welded: str) -> "dict[str, Any]":
        return self._set("contactor", welded=welded == "1")

    def feedback(self, says: str) -> "dict[str, Any]":
        return self._set("contactor", mirror=None if says == "auto" else int(says))

    def coil(self, how: str) -> "dict[str, Any]":
        return self._set("contactor", stuck_open=how == "broken")

    # Supply and reset

    def power(self, on: str) -> "dict[str, Any]":
        return self._set("power", on=on == "1")

    def power_dip(self, ms: int) -> "dict[str, Any]":
        at_us = self.look()
        self._emulator.ask("power", on=True, at_us=at_us + ms * 1_000)
        return self.power("0")

    def reset(self, ms: int) -> "dict[str, Any]":
        found = self.power("0")
        self._emulator.run(max(1, ms) * 1_000)
        self._emulator.ask("reset")
        return found

    # Instruments

    def measure(self, periods: int) -> "dict[str, Any]":
        self._emulator.run((periods + 2) * 1_000)
        answer = self._emulator.ask("pwm", periods=periods)
        rows = answer["periods"]
        if not rows or answer["now_us"] - answer["changed_us"] > 2_000:
            found = {"duty_ppm": 1_000_000 * answer["level"], "mhz": 0, "jitter_ns": 0}
            return {**found, "n": 0}
        high_ns, all_ns = sum(row[0] for row in rows), sum(row[1] for row in rows)
        lengths = [row[1] for row in rows]
        return {
            "duty_ppm": round(high_ns * 1_000_000 / all_ns),
            "mhz": round(len(rows) * 1_000_000_000_000 / all_ns),
            "jitter_ns": round(max(lengths) - min(lengths)),
            "n": len(rows),
        }

    def time(self, before: str, after: str, count: int = 1) -> "dict[str, Any]":
        """Go from one state to the other, each time at another phase of tick and pilot."""
        if before == after:
            raise RigError("time wants two different states")
        standing = "1" if before == "C" else "0"
        steady_ms = STEADY_CLOSED_MS if before == "C" else STEADY_OPEN_MS
        found: dict[str, Any] = {"ns": [], "contact_us": []}
        for _ in range(count):
            self.show(before)
            self._until("coil", standing)
            self._emulator.run(steady_ms * 1_000 + self._below(20_000))
            stepped_us = float(self._emulator.ask("pilot", state=after)["now_us"])
            coil_us = self._until("coil", str(1 - int(standing)))
            contact_us = self._until("contact", str(1 - int(standing)))
            found["ns"].append(round((coil_us - stepped_us) * 1_000))
            found["contact_us"].append(round(contact_us - stepped_us))
        return found

    def _until(self, line: str, level: str) -> float:
        if self.until(line, level, MOST_TIME_MS)["level"] != int(level):
            raise RigError(f"{line} did not move to {level}")
        return self.changed_us[line]
