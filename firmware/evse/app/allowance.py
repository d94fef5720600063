"""How much may be had at once, and how soon there is more."""

from evse.core.units import elapsed_ms


class Allowance:
    """burst: at once.  refill_ms: for one more."""

    def __init__(self, burst: int, refill_ms: int) -> None:
        self._burst = burst
        self._refill_ms = refill_ms
        self._left = burst
        self._refilled_ms = 0

    def refill(self, now_ms: int) -> None:
        """What time has brought."""
        more = elapsed_ms(now_ms, self._refilled_ms) // self._refill_ms
        if more:
            self._left = min(self._burst, self._left + more)
            self._refilled_ms = now_ms

    def take(self) -> bool:
        """One, where there is one."""
        if not self._left:
            return False
        self._left -= 1
        return True
