"""A random walk over everything that can be done to a station, judged by oracle.py.

One bench and one seed make one walk, always the same.  soak.py walks for days, test_soak.py for
minutes.
"""

import random
from collections import deque
from typing import TYPE_CHECKING

from hil_tests.oracle import COMES_MS, GOOD, SEEN_US, Oracle, Violation

if TYPE_CHECKING:
    from hil_tests.serial_bench import SerialBench

REMEMBERED = 25
AMNESTY_EVERY = 40  # steps; then nothing stands against power, and power must come
BY_SERVICE = "needs-service"


class Walk:
    """One bench, one seed.  step() does something and lets some time pass."""

    def __init__(self, bench: "SerialBench", seed: int) -> None:
        self.bench = bench
        self.seed = seed
        self.steps = 0
        self.amnesties = 0
        self.last: deque[str] = deque(maxlen=REMEMBERED)
        self._random = random.Random(seed)
        self._begin()

    def _begin(self) -> None:
        self.bench.fresh()
        self.oracle = Oracle()
        self._silent = False
        self._shown = "A"
        self.oracle.tell(0, "vehicle", "A")
        self.bench.edges()

    def step(self) -> None:
        """One thing, then a while.  Raises Violation."""
        self.steps += 1
        if self.steps % AMNESTY_EVERY == 0:
            self._amnesty()
            return
        names = [name for name in ACTIONS if ACTIONS[name][1] <= self.bench.parts]
        weights = [ACTIONS[name][0] for name in names]
        name = self._random.choices(names, weights)[0]
        self.last.append(name)
        getattr(self, "_" + name)()
        self._pass(int(10 ** self._random.uniform(0.7, 4.3)))

    def _pass(self, ms: int) -> None:
        self.last[-1] += f" +{ms} ms" if self.last else ""
        self._judge(self.bench.wait(ms))

    def _judge(self, now_us: int) -> None:
        for edge in self.bench.edges():
            if edge.line == "coil":
                self.oracle.saw(edge.at_us, edge.level)
        self.oracle.judge(now_us)
        if self.bench.station.refused:
            raise Violation(f"not of the protocol: {self.bench.station.refused[0]}")

    def _say(self, text: object) -> None:
        self.last[-1] += f" {text}"

    # What can be done

    def _vehicle(self) -> None:
        state = self._random.choices("ABCDE", (2, 4, 8, 1, 1))[0]
        self._say(state)
        self._show(state)

    def _show(self, state: str) -> None:
        self._shown = state
        at_us = self.bench.vehicle(state)
        self.oracle.tell(at_us, "vehicle", state)
        if state == "A":
            self.oracle.tell(at_us + 60_000, "stopped", False)  # it was for that vehicle alone

    def _glitch(self) -> None:
        state, ms = self._random.choice("ABDE"), self._random.choice((1, 3, 20, 60, 130))
        self._say(f"{state} for {ms} ms")
        at_us = self.bench.glitch(state, ms * 1_000)
        if ms * 1_000 >= SEEN_US:  # a shorter one the station may take or leave
            self.oracle.tell(at_us, "vehicle", state)
            self.oracle.tell(at_us + ms * 1_000, "vehicle", self._shown)
        if state == "A":
            self.oracle.tell(at_us, "stopped", False)

    def _noise(self) -> None:
        self.bench.noise(self._random.choice((0, 100, 400)))

    def _diode(self) -> None:
        kind = self._random.choice(("ok", "ok", "short"))
        self._say(kind)
        self.oracle.tell(self.bench.diode(kind), "diode", kind)

    def _short(self) -> None:
        kind = self._random.choice(("none", "none", "earth", "diode"))
        self._say(kind)
        self.oracle.tell(self.bench.short(kind), "short", kind)

    def _earth(self) -> None:
        present = self._random.random() < 0.7
        self._say(present)
        self.oracle.tell(self.bench.earth(present), "earth", present)

    def _rcd(self) -> None:
        ms = self._random.choice((60, 300, 2_000))
        at_us = self.bench.rcd_trip(ms)
        self.oracle.tell(at_us, "rcd", True)
        self.oracle.tell(at_us + ms * 1_000, "rcd", False)

    def _switch(self) -> None:
        name = self._random.choice(("emergency-stop", "enclosure"))
        on = self._random.choice((0, 1))
        self._say(f"{name} {on}")
        self.oracle.tell(self.bench.inject("input", name, on), name, on)

    def _limit(self) -> None:
        if self._silent:
            return
        limit_ma = self._random.choice((0, 5_000, 6_000, 13_000, 32_000))
        valid_s = self._random.choice((30, 600))
        self._say(f"{limit_ma} mA for {valid_s} s")
        at_us = self.bench.offer(limit_ma, valid_s)
        self.oracle.tell(at_us, "limit", "some" if limit_ma >= 6_000 else "none")
        self.oracle.tell(at_us + valid_s * 1_000_000 + 100_000, "limit", "some")

    def _stop(self) -> None:
        if not self._silent and self.bench.command("stop", 1, owner="operator") == "ok":
            self.oracle.tell(self.bench.now_us(), "stopped", True)

    def _start(self) -> None:
        if not self._silent and self.bench.command("start", 1, user="") == "ok":
            self.oracle.tell(self.bench.now_us(), "stopped", False)

    def _console(self) -> None:
        if not self._silent:
            self.bench.console(self._random.choice(("status", "log", "faults", "meter", "no")))

    def _garbage(self) -> None:
        self.bench.raw(self._random.randbytes(self._random.choice((3, 80, 900))) + b"\n")

    def _line(self) -> None:
        before, self._silent = self._silent, self._random.random() < 0.3
        self.bench.serial("drop" if self._silent else "pass")
        if before and not self._silent:
            self._hear()

    def _meter(self) -> None:
        mood = self._random.choice(("ok", "silent", "crc", "nan", "short"))
        self.bench.inject("meter", mood)

    def _load(self) -> None:
        self.bench.inject("load", self._random.choice((0, 5_000, 12_000)))

    def _dip(self) -> None:
        ms = self._random.choice((20, 300, 4_000))
        self._say(f"{ms} ms")
        self._restart(self.bench.power_dip(ms), ms)

    def _reset(self) -> None:
        self._restart(self.bench.reset(30), 30)

    def _restart(self, at_us: int, ms: int) -> None:
        self.oracle.tell(at_us, "powered", False)
        self.oracle.tell(at_us + ms * 1_000, "powered", True)
        self._boots(at_us, ms)

    def _boots(self, at_us: int, ms: int) -> None:
        """The station starts again, ms after at_us at the latest."""
        self.oracle.tell(at_us + 120_000, "boot", True)
        self._judge(self.bench.wait(ms + 300))
        if not self._silent:
            self.bench.greet()

    def _crash(self) -> None:
        how = self._random.choice(("tick-raise", "main-raise", "tick-hang", "cpu-dead"))
        self._say(how)
        at_us = int(self.bench.crash(how)["us"])
        self.oracle.tell(at_us, "crashed", True)
        self.oracle.tell(at_us + 300_000, "crashed", False)
        self._boots(at_us, 1_200)

    def _hear(self) -> None:
        """The station answers again, whatever boot it is in by now."""
        for _ in range(5):
            try:
                if self.bench.command("get-config", key="interval_s") == "ok":
                    return
            except TimeoutError:
                continue
        raise Violation("the station does not answer on a good line")

    def _amnesty(self) -> None:
        """Everything good again, faults cleared, a vehicle that asks: power must come."""
        self.last.append("amnesty")
        self.amnesties += 1
        self._silent = False
        for name, words in ALL_GOOD:
            if ACTIONS[name][1] <= self.bench.parts:
                self.bench.inject(*words)
        now_us = self.bench.now_us()
        for key in GOOD:
            if key not in ("vehicle", "limit", "stopped"):
                self.oracle.tell(now_us, key, GOOD[key][0])
        self._show("A")
        self._judge(self.bench.wait(2_000))
        self._hear()
        self.oracle.tell(self.bench.offer(32_000), "limit", "some")
        for fault in self.bench.faults():
            self.last.append(f"clear {fault.code}")
            if self.bench.command("clear-fault", 1, code=fault.code) == BY_SERVICE:
                raise Violation(f"{fault.code} is for service alone, and nothing was broken")
        self._show("B")
        self._judge(self.bench.wait(2_000))
        self._show("C")
        try:
            self.bench.wait_contactor(closed=True, timeout_ms=COMES_MS)
        except TimeoutError:
            told = self.bench.console("status")
            raise Violation(f"nothing against power, and it does not come: {told}") from None
        self._judge(self.bench.now_us())


# name -> weight, parts it takes
ACTIONS: "dict[str, tuple[int, set[str]]]" = {
    "vehicle": (30, {"vehicle"}),
    "glitch": (6, {"vehicle"}),
    "noise": (2, {"noise"}),
    "diode": (3, {"diode"}),
    "short": (3, {"short"}),
    "earth": (2, {"earth"}),
    "rcd": (2, {"rcd"}),
    "switch": (3, {"inputs"}),
    "limit": (6, set()),
    "stop": (2, set()),
    "start": (3, set()),
    "console": (2, set()),
    "garbage": (2, set()),
    "line": (2, {"serial-faults"}),
    "meter": (2, {"meter"}),
    "load": (2, {"load"}),
    "dip": (2, {"power"}),
    "reset": (1, {"reset"}),
    "crash": (1, {"crash"}),
}
ALL_GOOD = (
    ("line", ("ser", "pass")),
    ("noise", ("noise", 0)),
    ("diode", ("diode", "ok")),
    ("short", ("short", "none")),
    ("earth", ("pe", 1)),
    ("switch", ("input", "emergency-stop", 0)),
    ("switch", ("input", "enclosure", 0)),
    ("meter", ("meter", "ok")),
    ("load", ("load", 0)),
)
