"""A bench over two serial lines: the rig's commands on one, the station's own line on the other.

Everything a test asks becomes lines of rig/commands.py or messages of protocol/; what differs from
bench to bench, how a station is made new, is in sim_bench.py, rig_bench.py and emulator/.
"""

import json
from typing import Any

from hil_tests.bench import BenchError, Edge, Fault, Pwm
from hil_tests.lines import Port, RigPort
from hil_tests.station import HELLO_S, StationLine
from protocol.words import tables

SETTLE_MS = 60  # for a change to be told, or a command to be obeyed
ANSWER_MS = 2_000  # for an ack
TYPED_MS = 1_000
RAW_CHUNK = 512
TIMING_MS = 120_000  # a closing may have to wait for the one before
CODES = {-1: "open", 1_500: "13", 680: "20", 220: "32", 100: "63", 5: "short"}


class SerialBench:
    """The verbs of bench.Bench.  A subclass makes fresh(), and what else its parts promise."""

    name = "serial"

    def __init__(self, rig: Port, station: Port) -> None:
        self._rig = RigPort(rig)
        self._station_port = station
        self.station = StationLine(station.write)
        self._agent = True
        self._hello_us = 0
        self.parts = frozenset(self.ask("id")["parts"])

    def close(self) -> None:
        self._rig.close()
        self._station_port.close()

    def ask(self, line: str, takes_ms: int = 0) -> "dict[str, Any]":
        """One line to the rig.  BenchError when it refuses."""
        self._before(line)
        answer = json.loads(self._rig.ask(line, takes_ms / 1000, self._listen))
        self._after(answer)
        if not answer["ok"]:
            raise BenchError(f"{line}: {answer['error']}")
        return dict(answer)

    def _before(self, line: str) -> None:
        """A bench whose time is stepped makes sure of the station's bytes here."""

    def _after(self, answer: "dict[str, Any]") -> None:
        self._listen()

    def _listen(self) -> None:
        self.station.feed(self._station_port.read())

    # Time

    def now_us(self) -> int:
        return int(self.ask("now")["us"])

    def wait(self, ms: int) -> int:
        """In pieces, so that the agent can say its hello in between."""
        now_us = -1
        while ms > 0 or now_us < 0:
            step_ms = min(ms, HELLO_S * 800)
            now_us = int(self.ask(f"wait {step_ms}", step_ms)["us"])
            ms -= step_ms
            self._keep_alive(now_us)
        return now_us

    def _keep_alive(self, now_us: int) -> None:
        if self._agent and now_us - self._hello_us >= HELLO_S * 700_000:
            self._hello_us = now_us
            self.station.hello(now_us)

    # The station

    def greet(self, most_ms: int = 5_000) -> None:
        """Say hello to a station that has just started, until it has told its birth."""
        self.station.forget()
        self._agent = True
        self._hello_us = self.now_us()
        for _ in range(most_ms // 250):
            self.station.hello(self._hello_us)
            self._hello_us = self.wait(250)
            if self.station.of_kind("birth") and self.station.of_kind("state"):
                return
        raise BenchError(f"no station on the line: {self.station.typed[-3:]}")

    def fresh(self, **settings: "int | str") -> None:
        raise BenchError(f"{self.name} cannot renew its station")

    def silence(self) -> None:
        self._agent = False

    def command(self, kind: str, connector: int = -1, **fields: "int | str") -> str:
        self._agent = True
        command_id = self.station.command(kind, connector, fields)
        for _ in range(ANSWER_MS // 20):
            self.wait(20)
            code = self.station.ack(command_id)
            if code is not None:
                return code
        raise TimeoutError(f"no answer to {kind}")

    def offer(self, limit_ma: int, valid_s: int = 600) -> int:
        fields = {"limit_ma": limit_ma, "valid_s": valid_s}
        self._obeyed(self.command("set-limit", 1, owner="operator", **fields))
        return self.now_us()

    def start(self, user: str = "") -> int:
        self._obeyed(self.command("start", 1, user=user))
        return self.now_us()

    def stop(self) -> int:
        self._obeyed(self.command("stop", 1, owner="operator"))
        return self.now_us()

    def _obeyed(self, code: str) -> None:
        if code != "ok":
            raise BenchError(f"the station refused: {code}")

    def state(self) -> "dict[str, Any]":
        """Lets 250 ms pass: states are at least 200 ms apart."""
        self.wait(250)
        state = self.told("state")[-1]
        return dict(state)

    def told(self, kind: str) -> "list[dict[str, Any]]":
        return self.station.of_kind(kind)

    def console(self, line: str) -> str:
        del self.station.typed[:]
        self._station_port.write(line.encode() + b"\r\n")
        seen = -1
        for _ in range(TYPED_MS // 50):
            self.wait(50)
            if self.station.typed and len(self.station.typed) == seen:
                break
            seen = len(self.station.typed)
        return "\n".join(self.station.typed)

    def faults(self) -> "list[Fault]":
        found = []
        lines = self.console("faults").splitlines()
        for index, line in enumerate(lines):
            head, _, rest = line.partition(": ")
            if head.startswith("connector "):
                code = rest.split(",")[0]
                found.append(Fault(code, lines[index + 1].strip(), lines[index + 2].strip()))
        return found

    def raw(self, data: bytes) -> None:
        """In pieces that fit every buffer on the way; the rig's answer says one is through."""
        for start in range(0, len(data), RAW_CHUNK):
            self._station_port.write(data[start : start + RAW_CHUNK])
            self.ask("now")

    def tell_time(self, time_s: int) -> None:
        self.station.hello(0, time_s)

    def station_name(self) -> str:
        return self.station.name

    def boots(self) -> int:
        return len({message["boot_id"] for message in self.station.of_kind("birth")})

    # The vehicle and its cable

    def _us(self, line: str, takes_ms: int = 0) -> int:
        return int(self.ask(line, takes_ms)["us"])

    def vehicle(self, state: str) -> int:
        return self._us(f"cp {state}")

    def volts(self, high_mv: int) -> int:
        return self._us(f"cp x{high_mv}")

    def glitch(self, state: str, us: int, count: int = 1) -> int:
        return self._us(f"glitch {state} {us} {count}", us * count // 500)

    def short(self, kind: str) -> int:
        return self._us(f"short {kind}")

    def diode(self, kind: str) -> int:
        return self._us(f"diode {kind}")

    def noise(self, mv: int) -> None:
        self.ask(f"noise {mv}")

    def proximity(self, ohm: int) -> int:
        if "proximity-ohm" in self.parts:
            return self._us("pp open" if ohm < 0 else f"pp r{ohm}")
        code = CODES.get(ohm)
        if code is None:
            raise BenchError(f"{self.name} has no cable of {ohm} ohm")
        return self._us(f"pp {code}")

    # Contactor, protection, supply

    def wait_contactor(self, *, closed: bool, timeout_ms: int) -> int:
        wanted = 1 if closed else 0
        answer = self.ask(f"until coil {wanted} {timeout_ms}", timeout_ms)
        if answer["level"] != wanted:
            word = "energised" if closed else "let go"
            raise TimeoutError(f"the coil was not {word} within {timeout_ms} ms")
        return int(answer["us"])

    def time(self, before: str, after: str, count: int = 1) -> "list[int]":
        found = []
        for _ in range(count):  # one at a time: an agent must be heard in between
            found += self.ask(f"time {before} {after} 1", TIMING_MS)["ns"]
            self._keep_alive(self.now_us())
        return found

    def is_closed(self) -> bool:
        return bool(self.ask("until coil 1 0")["level"])

    def edges(self) -> "list[Edge]":
        return [Edge(*row) for row in self.ask("edges")["edges"]]

    def weld(self, welded: bool) -> None:
        self.ask(f"weld {int(welded)}")

    def feedback(self, stuck: "int | None") -> None:
        self.ask("fb auto" if stuck is None else f"fb {stuck}")

    def rcd_trip(self, ms: int) -> int:
        return self._us(f"rcd trip {ms}")

    def rcd_test(self, answer: str, late_ms: int = 0) -> None:
        self.ask(f"rcd test late {late_ms}" if answer == "late" else f"rcd test {answer}")

    def earth(self, present: bool) -> int:
        return self._us(f"pe {int(present)}")

    def power(self, on: bool) -> int:
        return self._us(f"pwr {int(on)}")

    def power_dip(self, ms: int) -> int:
        return self._us(f"pwr dip {ms}")

    def reset(self, ms: int = 10) -> int:
        return self._us(f"rst {ms}", ms)

    def pwm(self, periods: int = 20) -> Pwm:
        answer = self.ask(f"meas pwm {periods}", periods)
        return Pwm(answer["duty_ppm"], answer["mhz"], answer["jitter_ns"])

    def serial(self, mode: str, value: int = 0) -> None:
        self.ask(f"ser {mode}" if mode in ("pass", "drop") else f"ser {mode} {value}")

    def inject(self, what: str, *words: "int | str") -> int:
        answer = self.ask(" ".join([what, *map(str, words)]))
        return int(answer.get("us", 0))

    # Insides: only where a bench has them

    def hot_writes(self) -> int:
        raise BenchError(f"{self.name} does not see the station's flash")

    def crash(self, what: str, value: int = 0) -> "dict[str, Any]":
        raise BenchError(f"{self.name} cannot make the firmware fail")

    def cut_write(self, after: int, permille: int) -> None:
        raise BenchError(f"{self.name} cannot cut the supply in a write")

    def spoil(self, name: str, how: str) -> None:
        raise BenchError(f"{self.name} does not reach the station's flash")

    def keep(self) -> None:
        raise BenchError(f"{self.name} cannot be kept")

    def back(self) -> None:
        raise BenchError(f"{self.name} cannot be put back")


def sentence_of(code: str) -> str:
    """What the station must say about a fault, in English."""
    return str(tables("en")["faults"][code][0])
