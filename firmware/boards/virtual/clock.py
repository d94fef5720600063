"""The time of a virtual board: milliseconds that pass when told to.

Wraps at 2**30 like the boards' ticks_ms(), so that what runs here meets the wrap too.
"""

PERIOD = 1 << 30


class VirtualClock:
    def __init__(self, start_ms: int = 0) -> None:
        self._ms = start_ms % PERIOD

    def ticks_ms(self) -> int:
        return self._ms

    def advance(self, ms: int) -> int:
        """Let ms pass; the new time."""
        self._ms = (self._ms + ms) % PERIOD
        return self._ms
