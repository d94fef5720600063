"""What every meter driver offers to the rest of the firmware.

A driver reads one kind of meter and fills in these figures; it never judges energy (jumps,
resets and roll-over are evse.core.energy's) and never stops a charge.  Read on in
meter_eastron.py.
"""

from array import array

from evse.core.units import TICKS_PERIOD, elapsed_ms

GOOD = "good"
STALE = "stale"
SILENT = "silent"

STALE_MS = 10_000
SILENT_MS = 60_000
_OLDEST_MS = 1 << 29  # ages stop here: a clock that wraps cannot tell older ones


class Meter:
    """voltage_mv, current_ma: one entry a phase; a phase that is not connected reads 0 mV.
    power_w: all phases, negative when it flows back.  frequency_mhz: 0 where not measured.
    import_wh: the register as it is.  readings: grows with each import_wh read.

    A driver adds poll(now_ms), which never blocks, and calls the two methods below.
    """

    def __init__(self, phases: int) -> None:
        self.voltage_mv = array("i", bytes(4 * phases))
        self.current_ma = array("i", bytes(4 * phases))
        self.power_w = 0
        self.frequency_mhz = 0
        self.import_wh = 0
        self.readings = 0
        self._good_ms = 0
        self._heard = False  # anything, ever
        self._doubtful = False

    def quality(self, now_ms: int) -> str:
        """good; stale: values refused or older than 10 s; silent: older than 60 s, or none yet."""
        if not self._heard or elapsed_ms(now_ms, self._good_ms) >= SILENT_MS:
            return SILENT
        if self._doubtful or elapsed_ms(now_ms, self._good_ms) >= STALE_MS:
            return STALE
        return GOOD

    def age_ms(self, now_ms: int) -> int:
        """Since everything was last read well, or since the start; stays at 2**29."""
        return elapsed_ms(now_ms, self._good_ms)

    # For drivers

    def round_ended(self, now_ms: int, good: bool, refused: bool) -> None:
        """good: every figure was read.  refused: one came that cannot be true."""
        if good and not refused:
            self._good_ms = now_ms
            self._heard = True
            self._doubtful = False
        elif refused:
            self._doubtful = True

    def grow_old(self, now_ms: int) -> None:
        """Call at least once a day, so that a long silence does not wrap into a young one."""
        if elapsed_ms(now_ms, self._good_ms) > _OLDEST_MS:
            self._good_ms = (now_ms + TICKS_PERIOD - _OLDEST_MS) % TICKS_PERIOD
