"""How long to wait before the next attempt: full jitter under a bound that doubles.

Any number of boards that lost the same peer at the same moment come back spread over the
bound, not together.
"""

from evse.core.timer import Timer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Backoff:
    """random_below(n) returns 0..n-1; the board passes its own, a test a script."""

    def __init__(self, first_ms: int, most_ms: int, random_below: "Callable[[int], int]") -> None:
        self._first_ms = first_ms
        self._most_ms = most_ms
        self._random_below = random_below
        self._timer = Timer()
        self.bound_ms = first_ms

    def start(self, now_ms: int) -> None:
        """Wait 0..bound_ms from now_ms; the next wait has twice the bound."""
        self._timer.start(now_ms, self._random_below(self.bound_ms + 1))
        self.bound_ms = min(self.bound_ms * 2, self._most_ms)

    def waits(self, now_ms: int) -> bool:
        """Whether it is still too early."""
        return self._timer.runs(now_ms)

    def forgive(self) -> None:
        """The peer has been good for long enough: short waits again."""
        self.bound_ms = self._first_ms

    def distrust(self) -> None:
        """Trying again soon cannot help."""
        self.bound_ms = self._most_ms
