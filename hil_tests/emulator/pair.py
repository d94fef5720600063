"""The rig's own firmware on one emulated RP2040, wired to a station on another.

    python -m hil_tests.emulator.pair IMAGE.uf2

Both run under a MicroPython image, in lockstep, in one process (pair.mjs).  Time passes only while
the rig answers a command, so two runs give the same figures.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil_tests.bench import BenchError
from hil_tests.emulator.bench import missing
from hil_tests.emulator.image import deploy, flash_tool, image
from hil_tests.emulator.process import BUILD, HERE, ROOT, Emulator, boot_rom, node
from hil_tests.serial_bench import SerialBench

if TYPE_CHECKING:
    from collections.abc import Iterator

RIG = ROOT / "hil_tests" / "rig"
SLICE_US = 20_000
MOST_US = 900_000_000
BOOT_US = 2_000_000
STATION_BOOT_MS = 20_000
OFF_MS = 1_500
PATIENCE_MS = 600_000


def rig_files() -> "dict[str, bytes]":
    """Path on the board -> bytes."""
    found = {name: (RIG / name).read_bytes() for name in ("boot.py", "main.py")}
    for path in sorted(RIG.glob("*.py")):
        if path.name not in found:
            found[f"hil_tests/rig/{path.name}"] = path.read_bytes()
    return found


def rig_image(uf2: Path) -> Path:
    """Flash image of a rig, made once for every version of its firmware."""
    files = rig_files()
    digest = hashlib.sha256(uf2.read_bytes())
    for name in sorted(files):
        digest.update(name.encode() + b"\0" + files[name])
    path = BUILD / f"rig-{digest.hexdigest()[:16]}.flash"
    if not path.is_file():
        deploy(flash_tool(), uf2, files, path)
    return path


class PairProcess(Emulator):
    """pair.mjs, with the same way of asking."""

    def __init__(self, station: Path, rig: Path) -> None:
        self._start([str(node()), str(HERE / "pair.mjs"), str(boot_rom()), str(station), str(rig)])


class PairLine:
    """One chip's USB port.  Reading the rig's lets time pass until it has said a line."""

    def __init__(self, pair: PairProcess, name: str) -> None:
        self.address = f"emulated {name}"
        self.written = 0
        self.got = 0
        self._pair = pair
        self._name = name

    def write(self, data: bytes) -> None:
        self.written += len(data)
        self._pair.ask("send", to=self._name, hex=data.hex())

    def read(self, wait: bool = False) -> bytes:
        if wait:
            self._pair.ask("run", us=SLICE_US, line=True)
        data = bytes.fromhex(self._pair.ask("said", by=self._name)["hex"])
        self.got += len(data)
        return data

    def close(self) -> None:
        pass


class PairBench(SerialBench):
    """The station through the rig's real firmware."""

    def __init__(self, uf2: Path) -> None:
        self.name = "emulated pair"
        self.pair = PairProcess(image(uf2), rig_image(uf2))
        self.pair.ask("rig_power", on=True)
        self.pair.ask("run", us=BOOT_US)
        rig: Any = PairLine(self.pair, "rig")
        station: Any = PairLine(self.pair, "station")
        rig.read()
        super().__init__(rig, station)
        self.parts -= {"serial-faults", "earth", "enable"}  # not wired between the two

    def close(self) -> None:
        self.pair.close()

    def ask(self, line: str, takes_ms: int = 0) -> "dict[str, Any]":
        """Emulated seconds may take minutes."""
        return super().ask(line, takes_ms + PATIENCE_MS)

    def fresh(self, **settings: "int | str") -> None:
        if settings:
            raise BenchError(f"{self.name} cannot choose the station's settings")
        self.vehicle("A")
        self.power(False)
        self.wait(OFF_MS)
        self.power(True)
        self.greet(STATION_BOOT_MS)


def figures(bench: PairBench) -> "Iterator[tuple[str, Any]]":
    """What the rig says of itself and of the station: identity, self-check, steps, duty, times."""
    yield "id", bench.ask("id")
    yield "selfcheck", bench.ask("selfcheck")
    bench.fresh()
    bench.proximity(220)
    for state in "BC":
        bench.vehicle(state)
        bench.wait(1_500)
        told = bench.state()
        seen = {name: told[name] for name in ("high_mv", "low_mv", "offer_ma")}
        yield f"cp {state}", {"state": told["reason"]["state"], **seen, **bench.ask("meas pwm 50")}
    bench.wait_contactor(closed=True, timeout_ms=10_000)
    yield "time C B, ns", bench.time("C", "B", 3)
    yield "time B C, ns", bench.time("B", "C", 1)


def main() -> int:
    reason = missing(sys.argv[1] if len(sys.argv) > 1 else "")
    if reason:
        print(f"left out: {reason}")
        return 0
    bench = PairBench(Path(sys.argv[1]))
    try:
        for name, value in figures(bench):
            print(f"{name}: {json.dumps(value)}", flush=True)
    finally:
        bench.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
