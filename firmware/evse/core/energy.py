"""Energy from a meter's register, which may wrap, be reset, jump, or be another meter's.

The count never decreases and never believes more than the station can deliver in the
time.  Whole Wh and mWh, because a register in Wh times 1 000 would not fit.
"""

from .units import elapsed_ms

WRAP = 1  # the register went over its end
RESET = 2  # it began again at 0
JUMP = 4  # a reading nobody could have used: held back
REBASE = 8  # three of them: another meter, taken as the new start

JUMPS = 3
_MAX_WH = (1 << 30) - 1


class EnergyCount:
    """total_wh and part_mwh (0..999): what has been counted; stops at 2**30 - 1 Wh."""

    def __init__(
        self,
        *,
        wrap_wh: int = 10_000_000,
        most_w: int = 50_000,
        step_wh: int = 1,
        total_wh: int = 0,
        part_mwh: int = 0,
    ) -> None:
        """wrap_wh: where the register begins again.  most_w: 100..100_000, no more can flow.

        step_wh: what the register counts in, 100 where it shows tenths of a kWh.
        total_wh, part_mwh: where to go on from.
        """
        self.total_wh = total_wh
        self.part_mwh = part_mwh
        self._wrap_wh = wrap_wh
        self._most_w = most_w
        self._tolerance_wh = step_wh + 1
        self._has_base = False
        self._base_wh = 0
        self._base_mwh = 0
        self._base_ms = 0
        self._jumps = 0

    def feed(self, now_ms: int, register_wh: int, register_mwh: int = 0) -> int:
        """Take a reading, at least once in 12 days; return WRAP, RESET, JUMP, REBASE bits."""
        if not self._has_base:
            self._take_base(now_ms, register_wh, register_mwh)
            return 0
        passed_s = elapsed_ms(now_ms, self._base_ms) // 1000
        most_wh = passed_s * (self._most_w // 100) // 36 + self._tolerance_wh
        more_wh = register_wh - self._base_wh
        more_mwh = register_mwh - self._base_mwh
        if more_mwh < 0:
            more_wh -= 1
            more_mwh += 1000
        flags = 0
        if more_wh < 0:
            if 0 <= more_wh + self._wrap_wh <= most_wh:
                flags = WRAP
                more_wh += self._wrap_wh
            else:
                flags = RESET
                more_wh = register_wh
                more_mwh = register_mwh
        if not 0 <= more_wh <= most_wh:
            self._jumps += 1
            if self._jumps < JUMPS:
                return JUMP
            flags = JUMP | REBASE
        else:
            self._add(more_wh, more_mwh)
        self._take_base(now_ms, register_wh, register_mwh)
        return flags

    def _take_base(self, now_ms: int, register_wh: int, register_mwh: int) -> None:
        self._has_base = True
        self._base_wh = register_wh
        self._base_mwh = register_mwh
        self._base_ms = now_ms
        self._jumps = 0

    def _add(self, more_wh: int, more_mwh: int) -> None:
        part_mwh = self.part_mwh + more_mwh
        if part_mwh >= 1000:
            part_mwh -= 1000
            more_wh += 1
        if self.total_wh > _MAX_WH - more_wh:
            self.total_wh = _MAX_WH
            self.part_mwh = 999
        else:
            self.total_wh += more_wh
            self.part_mwh = part_mwh
