"""The bench of real wires: a rig board and a station, each on a serial port.  rig/README.md says
how both are built, benches/ has examples of the file that names them.
"""

import tomllib
from pathlib import Path

from hil_tests.bench import PARTS, BenchError
from hil_tests.lines import Port
from hil_tests.serial_bench import SerialBench

OFF_MS = 1_500  # so that the station's supply is empty
KEYS = {"name", "rig", "station", "without"}


class RigBench(SerialBench):
    """without: parts that the rig has and this bench's wiring does not."""

    def __init__(self, name: str, rig: str, station: str, without: "list[str]") -> None:
        super().__init__(Port(rig, ready=True), Port(station))
        self.name = name
        self.parts -= frozenset(without)

    def fresh(self, **settings: "int | str") -> None:
        """The rig's outputs as they are at rest, and the station off and on."""
        if settings:
            raise BenchError(f"{self.name} cannot choose the station's settings")
        self.vehicle("A")
        rest = ("diode ok", "short none", "pp open", "weld 0", "fb auto", "pe 1", "rcd test ok")
        for line in (*rest, "ser pass"):
            verb = line.split()[0]
            if self._has(verb):
                self.ask(line)
        if "power" in self.parts:
            self.power(False)
            self.wait(OFF_MS)
            self.power(True)
        else:
            self.reset()
        self.greet()

    def _has(self, verb: str) -> bool:
        parts = {"diode": "diode", "short": "short", "pp": "proximity", "weld": "weld"}
        parts |= {"fb": "feedback", "pe": "earth", "rcd": "rcd-test", "ser": "serial-faults"}
        return parts[verb] in self.parts


def from_file(path: str) -> RigBench:
    """The bench a toml file describes.  BenchError names file and key."""
    try:
        values = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BenchError(f"{path}: {error}") from None
    unknown = sorted(set(values) - KEYS)
    if unknown:
        raise BenchError(f"{path}: {unknown[0]}: unknown key; known are {', '.join(sorted(KEYS))}")
    for key in ("rig", "station"):
        if not isinstance(values.get(key), str):
            raise BenchError(f"{path}: {key}: wants the path of a serial port")
    without = values.get("without", [])
    if not isinstance(without, list) or set(without) - set(PARTS):
        raise BenchError(f"{path}: without: wants a list of parts: {', '.join(PARTS)}")
    name = str(values.get("name", Path(path).stem))
    return RigBench(name, values["rig"], values["station"], without)
