"""One control tick while charging: time and heap, by interpreter.

The figures of a computer; a board is slower by a factor that hil_tests measures.  The interpreters
are run in turn in the same minute, and the best of 100 rounds counts, so their ratio holds.
"""

from pathlib import Path

from tests.parity.run import INTERPRETERS, missing, run

SCRIPT = Path(__file__).parent / "scripts" / "tick.py"
NAMES = {"cpython": "CPython", "unix": "MicroPython unix", "wasm": "MicroPython WebAssembly"}


def main() -> list[dict[str, object]]:
    """One row an interpreter."""
    rows: list[dict[str, object]] = []
    for interpreter in INTERPRETERS:
        package = missing(interpreter)
        if package:
            print(f"skipped: {package} not installed")
            continue
        us, used = [int(word) for word in run(interpreter, SCRIPT).split()]
        rows.append(
            {
                "interpreter": NAMES[interpreter],
                "us a tick": us,
                "heap bytes a tick": None if interpreter == "cpython" else used,
            }
        )
    return rows
