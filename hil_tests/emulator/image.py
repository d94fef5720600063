"""The station's flash as `make flash` leaves it, made once for every version of the firmware.

The board is a MicroPython image as users download it; firmware/flash.py puts the firmware onto it
with mpremote, over the emulated USB port.
"""

import hashlib
import importlib
import json
import sys
from pathlib import Path
from typing import Any

from hil_tests.bench import BenchError
from hil_tests.emulator.process import BUILD, ROOT, Emulator

BOARD = "rp2_pico_w"
STATION: "dict[str, int | str]" = {
    "station": "bench-1",
    "station_limit_ma": 32_000,
    "meter": "sdm630",
    "earth": 1,
    "emergency_stop": 1,
    "enclosure": 1,
}
START_US = 1_000_000
WHERE = (
    "the emulated bench needs a MicroPython image for the RP2040: download the .uf2 of the Pico "
    "or Pico W from the download page of micropython.org, then make hil BENCH=emulator UF2=path"
)


def flash_tool() -> Any:
    sys.path.insert(0, str(ROOT / "firmware"))
    return importlib.import_module("flash")


def image(uf2: Path, settings: "dict[str, int | str] | None" = None, fused: bool = False) -> Path:
    """Flash image of a station with these settings.  fused: with crash_main.py for its main.py."""
    tool = flash_tool()
    files = dict(tool.contents(BOARD, compiled=True))
    wanted = {**STATION, **(settings or {})}
    files["data/config.a"] = tool.blob(json.dumps(wanted, sort_keys=True).encode())
    if fused:
        files["main.py"] = (Path(__file__).parent / "crash_main.py").read_bytes()
    library = {n: data for n, data in files.items() if "/" in n and not n.startswith("data/")}
    return _flashed(tool, _flashed(tool, uf2, library), files)


def _flashed(tool: Any, before: Path, files: "dict[str, bytes]") -> Path:
    """What stands on a chip that had `before`, with these files on it; made once."""
    digest = hashlib.sha256(before.read_bytes())
    for name in sorted(files):
        digest.update(name.encode() + b"\0" + files[name])
    path = BUILD / f"station-{digest.hexdigest()[:16]}.flash"
    if not path.is_file():
        deploy(tool, before, files, path)
    return path


def deploy(tool: Any, uf2: Path, files: "dict[str, bytes]", path: Path) -> None:
    """Put files onto a chip under an image; path: its flash then."""
    emulator = Emulator(uf2, miss_cycles=0)
    try:
        emulator.ask("flash", erase_us=100, program_us=10)
        emulator.ask("power", on=True)
        emulator.run(START_US)
        port = f"socket://127.0.0.1:{emulator.ask('serve')['port']}"
        print(f"emulator: {len(files)} files, with mpremote", file=sys.stderr, flush=True)
        tool.flash(tool.Chip(lambda *words: tool.mpremote(port, *words)), files, lambda _: None)
        emulator.ask("hold")
        emulator.run(START_US)
        emulator.ask("power", on=False)
        emulator.ask("flash", save=str(path))
    except SystemExit as error:
        raise BenchError(f"emulator: {error}") from None
    finally:
        emulator.close()
