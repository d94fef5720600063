"""Waiting for something to come true, never longer than a bound."""

import threading
import time
from collections.abc import Callable

_TICK_S = 0.01


def until(what: str, holds: Callable[[], bool], within_s: float = 60.0) -> None:
    """Return as soon as holds(); fail, saying what was awaited, after within_s."""
    end_s = time.monotonic() + within_s
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < end_s, f"waited {within_s} s in vain: {what}"
        pause.wait(_TICK_S)
