"""One supply for several connectors: who may offer how much.

The sum of what the connectors may draw never exceeds the supply, also not while shares move: a
share that falls counts in full until the vehicle has had its time to follow (5 s by
IEC 61851-1 Table A.6 sequence 6; 7 s here), and only then another may rise.  A connector that
cannot get 6 A waits; among equals the one that has waited longest comes first.
"""

from .timer import Timer
from .units import MIN_OFFER_MA

FOLLOW_MS = 7_000


class Sharing:
    """share_ma[n]: what connector n may offer now."""

    def __init__(self, connectors: int, supply_ma: int) -> None:
        """supply_ma: 6_000..400_000 for all together."""
        self.share_ma = [0] * connectors
        self._supply_ma = supply_ma
        self._target_ma = [0] * connectors
        self._counted_ma = [0] * connectors  # what it may still be drawing
        self._follow = [Timer() for _ in range(connectors)]
        self._order = list(range(connectors))  # who comes first

    def step(self, now_ms: int, wants_ma: "list[int]") -> None:
        """wants_ma[n]: what connector n could use, 0 when it has no use for any.  Once a second.

        Allocates; not for the tick.
        """
        self._aim(wants_ma)
        for n, timer in enumerate(self._follow):
            if self.share_ma[n] > self._target_ma[n]:
                self.share_ma[n] = self._target_ma[n]
                timer.start(now_ms, FOLLOW_MS)
            if not timer.runs(now_ms):
                self._counted_ma[n] = self.share_ma[n]
        for n in self._order:
            rest_ma = self._supply_ma - sum(self._counted_ma) + self._counted_ma[n]
            wish_ma = min(self._target_ma[n], rest_ma)
            if wish_ma > self.share_ma[n] and wish_ma >= MIN_OFFER_MA:
                self.share_ma[n] = wish_ma
                self._counted_ma[n] = max(self._counted_ma[n], wish_ma)

    def _aim(self, wants_ma: "list[int]") -> None:
        """Equal parts for those who want, what one leaves goes to the others."""
        count = len(wants_ma)
        waiting = [n for n in self._order if wants_ma[n] and not self._target_ma[n]]
        served = [n for n in self._order if wants_ma[n] and self._target_ma[n]]
        idle = [n for n in self._order if not wants_ma[n]]
        most = self._supply_ma // MIN_OFFER_MA
        chosen = (served + waiting)[:most]
        self._order = served + waiting + idle
        self._target_ma = [0] * count
        rest_ma = self._supply_ma
        by_need = sorted(chosen, key=lambda n: wants_ma[n])
        for place, n in enumerate(by_need):
            part_ma = min(wants_ma[n], rest_ma // (len(by_need) - place))
            self._target_ma[n] = part_ma if part_ma >= MIN_OFFER_MA else 0
            rest_ma -= self._target_ma[n]

    def rotate(self) -> None:
        """Let the one that waits longest have a turn: the first goes to the end."""
        self._order = self._order[1:] + self._order[:1]
        for n in range(len(self._target_ma)):
            self._target_ma[n] = 0
