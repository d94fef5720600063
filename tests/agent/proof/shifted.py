"""The agent under a wall clock that jumps:  python shifted.py FILE agent --config ...

FILE holds how many seconds the wall clock is off; it is read again at every look at the clock.
The monotonic clock is left alone, as a step of the system's clock leaves it.
"""

import sys
import time
from pathlib import Path

_right_ns = time.time_ns
_file = Path(sys.argv.pop(1))


def _off_s() -> int:
    try:
        return int(_file.read_text() or 0)
    except (OSError, ValueError):
        return 0  # being written just now


def _wrong_ns() -> int:
    return _right_ns() + _off_s() * 1_000_000_000


time.time_ns = _wrong_ns
time.time = lambda: _wrong_ns() / 1e9

from agent.cli import main  # noqa: E402

main()
