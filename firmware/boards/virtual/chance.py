"""Chance that repeats: the same seed gives the same world on every interpreter.

A linear congruential generator of our own, because `random` differs between CPython and
MicroPython and is absent from some builds.  Never for secrets.
"""

_MASK = 0x7FFFFFFF


class Chance:
    """Whole numbers from a seed."""

    def __init__(self, seed: int) -> None:
        self._state = (seed * 2_654_435 + 97_531) & _MASK
        self.below(2)  # small seeds start close to each other: move on twice
        self.below(2)

    def below(self, n: int) -> int:
        """0 .. n - 1."""
        self._state = (self._state * 1_103_515_245 + 12_345) & _MASK
        return (self._state >> 12) % n  # the low bits of such a generator repeat soon

    def between(self, low: int, high: int) -> int:
        """low .. high, both included."""
        return low + self.below(high - low + 1)

    def happens(self, permille: int) -> bool:
        return self.below(1000) < permille

    def vary(self, value: int, permille: int) -> int:
        """value, up to permille more or less."""
        return value + value * self.between(-permille, permille) // 1000
