"""A meter with an S0 output: one pulse a fixed amount of energy, and nothing else.

No volts and no amperes, so the over-current and supply checks rest; a broken wire looks like a car
that draws nothing.  Pulse and pause last 30 ms at least (IEC 62053-31).  import_wh counts from the
board's start.
"""

from evse.core.units import elapsed_ms
from evse.drivers.meter import IMPORT, TOTAL, Meter

LEAST_MS = 15  # shorter is a spark; a pulse lasts twice as long at least
ROUND_MS = 1_000
_MS_PER_H = 3_600_000
_COUNT_MASK = (1 << 30) - 1
_WRAP_WH = 1 << 30
_MOST_PULSES = 1_000  # between two polls


class S0Input:
    """Counts pulses.  edge(): from a pin's interrupt at each edge, or often enough with the pin's
    level.  count: pulses believed; rejected: those too short or too soon.  No heap.

    soonest_ms: less from one pulse to the next is more power than can flow.
    """

    def __init__(self, soonest_ms: int, active: int = 0) -> None:
        self.count = 0
        self.rejected = 0
        self.since_ms = 0  # of the last pulse believed
        self._soonest_ms = soonest_ms
        self._active = active
        self._is_active = False
        self._edge_ms = 0

    def edge(self, level: int, now_ms: int) -> None:
        active = level == self._active
        if active == self._is_active:
            return
        self._is_active = active
        if active:
            self._edge_ms = now_ms
            return
        spark = elapsed_ms(now_ms, self._edge_ms) < LEAST_MS
        soon = elapsed_ms(self._edge_ms, self.since_ms) < self._soonest_ms
        if spark or (soon and self.count):
            self.rejected = (self.rejected + 1) & _COUNT_MASK
        else:
            self.since_ms = self._edge_ms
            self.count = (self.count + 1) & _COUNT_MASK


def soonest_ms(per_kwh: int, most_w: int) -> int:
    """Pulses cannot come faster than this at most_w and a quarter more."""
    return _MS_PER_H * 1_000 // (per_kwh * most_w) * 4 // 5


class MeterS0(Meter):
    """pulses: count and since_ms, as S0Input's.  per_kwh: pulses, 1..10_000, as on its plate."""

    def __init__(self, pulses, per_kwh: int) -> None:
        super().__init__(1, 0, _WRAP_WH, max(1, 1_000 // per_kwh))
        self._pulses = pulses
        self._per_kwh = per_kwh
        self._began = False
        self._round_ms = 0
        self._count = 0
        self._rest = 0  # thousandths of a pulse's share of a Wh
        self._pulse_ms = 0  # of the last pulse seen
        self._timed = False  # there is one

    def poll(self, now_ms: int) -> None:
        """Take over what was counted.  Never blocks."""
        if not self._began:
            self._began = True
            self._round_ms = now_ms
            self._count = self._pulses.count
            self.started(now_ms)
            self.take(IMPORT, 0, 0)
        more = (self._pulses.count - self._count) & _COUNT_MASK
        if more:
            self._count = self._pulses.count
            self._take_pulses(more, self._pulses.since_ms)
        elif elapsed_ms(now_ms, self._round_ms) >= ROUND_MS:
            self._round_ms = now_ms
            self.grow_old(now_ms)
            self._fade(now_ms)
            self.take(IMPORT, 0, self.import_wh)
            self.round_ended(now_ms, True, False)

    def _take_pulses(self, more: int, since_ms: int) -> None:
        if more > _MOST_PULSES:
            self.refuse()
            return
        if self._timed:
            passed_ms = max(1, elapsed_ms(since_ms, self._pulse_ms))
            self.take(TOTAL, 0, self._watts(more, passed_ms))
        self._pulse_ms = since_ms
        self._timed = True
        self._rest += more * 1_000
        self.take(IMPORT, 0, (self.import_wh + self._rest // self._per_kwh) % _WRAP_WH)
        self._rest %= self._per_kwh

    def _fade(self, now_ms: int) -> None:
        """With no pulse for a while, no more than one pulse in that time can flow."""
        if self._timed:
            most_w = self._watts(1, max(1, elapsed_ms(now_ms, self._pulse_ms)))
            self.power_w = min(self.power_w, most_w)
            if most_w < 2:
                self._timed = False

    def _watts(self, pulses: int, passed_ms: int) -> int:
        return min(pulses * _MS_PER_H * 1_000 // (self._per_kwh * passed_ms), _COUNT_MASK)
