"""A one-shot timer in the caller's time.

It ends by itself and stays ended, so a clock that wraps cannot start it again:
it only asks to be looked at more often than every 12 days.
"""

from .units import elapsed_ms


class Timer:
    """running: started, and not over when last looked at."""

    def __init__(self) -> None:
        self.running = False
        self._since_ms = 0
        self._for_ms = 0

    def start(self, now_ms: int, for_ms: int) -> None:
        """Run for for_ms (0 ends at the next look) from now_ms on."""
        self._since_ms = now_ms
        self._for_ms = for_ms
        self.running = True

    def stop(self) -> None:
        self.running = False

    def runs(self, now_ms: int) -> bool:
        """Whether there is time left at now_ms."""
        if self.running and elapsed_ms(now_ms, self._since_ms) >= self._for_ms:
            self.running = False
        return self.running

    def ends(self, now_ms: int) -> bool:
        """True once: on the first look at or after the end."""
        return self.running and not self.runs(now_ms)

    def left_ms(self, now_ms: int) -> int:
        """Time left, 0 when over."""
        if not self.runs(now_ms):
            return 0
        return self._for_ms - elapsed_ms(now_ms, self._since_ms)
