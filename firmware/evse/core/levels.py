"""From the pilot's positive peak in mV to the level a vehicle shows.

Knows voltages and agreement of readings; does not know what the station drives,
nor what a level means.  Next: pilot_check.py for what the voltages prove.

The windows are those EVerest's chargebyte driver cites from IEC 61851-1 Table A.4:
between two windows the previous level decides (hysteresis, A.4.11).
"""

from . import states

UNKNOWN = -1
AGREE = 2  # equal readings in a row before a new level counts


def decode(high_mv: int, previous: int) -> int:
    """The LEVEL_* of a positive peak of high_mv, after the level previous."""
    if high_mv > 13_000 or high_mv < -13_000:
        return states.LEVEL_FAULT
    if high_mv >= 2_000:
        return _decode_vehicle(high_mv, previous)
    if high_mv >= -1_000:
        return states.LEVEL_E
    if high_mv >= -2_000:
        return states.LEVEL_E if previous <= states.LEVEL_E else states.LEVEL_FAULT
    if high_mv < -11_000:
        return states.LEVEL_F
    if high_mv < -10_000 and previous == states.LEVEL_F:
        return states.LEVEL_F
    return states.LEVEL_FAULT


def _decode_vehicle(high_mv: int, previous: int) -> int:
    if high_mv >= 11_000:
        return states.LEVEL_A
    if high_mv >= 10_000:
        return states.LEVEL_A if previous == states.LEVEL_A else states.LEVEL_B
    if high_mv >= 8_000:
        return states.LEVEL_B
    if high_mv >= 7_000:
        return states.LEVEL_B if previous <= states.LEVEL_B else states.LEVEL_C
    if high_mv >= 5_000:
        return states.LEVEL_C
    if high_mv >= 4_000:
        return states.LEVEL_C if previous <= states.LEVEL_C else states.LEVEL_D
    return states.LEVEL_D


class Decoder:
    """Debounces decode(): a new level counts after AGREE equal readings in a row.

    level: the accepted one.  The first reading after power-up counts alone, so that a
    vehicle that was there all the time is not taken for one that has just come.
    At one reading every 10 ms a change counts 10 ms to
    30 ms after it happened, which leaves 70 ms of the 100 ms to open the contactor
    (IEC 61851-1 Table A.6 sequence 8.1).  glitches counts readings that stood alone.
    """

    def __init__(self, level: int = UNKNOWN) -> None:
        self.level = states.LEVEL_A if level == UNKNOWN else level
        self.glitches = 0  # stops at 2**30 - 1
        self._first = level == UNKNOWN
        self._candidate = self.level
        self._agreed = 0

    def feed(self, high_mv: int) -> int:
        """Take one positive peak; return the accepted LEVEL_*."""
        return self.accept(decode(high_mv, self.level))

    def accept(self, raw: int) -> int:
        """Take one decoded LEVEL_*; return the accepted one."""
        if self._first:
            self._first = False
            self.level = raw
            self._candidate = raw
        if raw == self._candidate and raw != self.level:
            self._agreed += 1
        else:
            if self._candidate != self.level and self.glitches < (1 << 30) - 1:
                self.glitches += 1
            self._candidate = raw
            self._agreed = 1
        if raw != self.level and self._agreed >= AGREE:
            self.level = raw
        return self.level
