"""What every meter driver offers to the rest of the firmware.

A driver reads one kind of meter and fills in these figures; it never judges energy (jumps,
resets and roll-over are evse.core.energy's) and never stops a charge.  Read on in
meter_modbus.py, and in meters.py for those there are.
"""

from array import array

from evse.core.units import TICKS_PERIOD, elapsed_ms

# What a figure is
VOLTAGE = 0
CURRENT = 1
POWER = 2  # of one phase
TOTAL = 3  # of all phases
FREQUENCY = 4
IMPORT = 5

GOOD = "good"
STALE = "stale"
SILENT = "silent"

STALE_MS = 10_000
SILENT_MS = 60_000
_MOST = (1 << 30) - 1
_OLDEST_MS = 1 << 29  # ages stop here: a clock that wraps cannot tell older ones


class Meter:
    """voltage_mv, current_ma: one entry a phase; a phase that is not connected reads 0 mV.
    power_w: all phases, negative when it flows back.  frequency_mhz: 0 where not measured.
    import_wh: the register as it is.  readings: grows with each import_wh read.
    wrap_wh: where the register begins again at 0.  step_wh: what it counts in.
    refused: figures that could not be true.

    A driver adds poll(now_ms), which never blocks, and calls the methods below.
    """

    def __init__(
        self, phases: int, most_ma: int, wrap_wh: int = 10_000_000, step_wh: int = 1
    ) -> None:
        """most_ma: the highest current the meter is made for; a fifth more is believed."""
        self.voltage_mv = array("i", bytes(4 * phases))
        self.current_ma = array("i", bytes(4 * phases))
        self.power_w = 0
        self.frequency_mhz = 0
        self.import_wh = 0
        self.readings = 0
        self.wrap_wh = wrap_wh
        self.step_wh = step_wh
        self.refused = 0
        self._most_ma = most_ma + most_ma // 5
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

    def take(self, what: int, phase: int, value: int) -> bool:
        """Keep a figure; False, and the last one stays, when it cannot be true.

        TOTAL and POWER are not judged here: what they go with is only known to the driver.
        """
        if what == VOLTAGE:
            # A phase of a three-phase meter may be unconnected; the only one of a meter not.
            if -1_000 < value < 1_000 and len(self.voltage_mv) > 1:
                value = 0
            elif not 50_000 <= value <= 300_000:
                return False
            self.voltage_mv[phase] = value
        elif what == CURRENT:
            if abs(value) > self._most_ma:
                return False
            self.current_ma[phase] = value
        elif what == TOTAL:
            self.power_w = value
        elif what == FREQUENCY:
            if not 45_000 <= value <= 65_000:
                return False
            self.frequency_mhz = value
        elif what == IMPORT:
            if value < 0:
                return False
            self.import_wh = value
            self.readings = (self.readings + 1) & 0x3FFFFFFF
        return True

    def refuse(self) -> None:
        """Count a figure that cannot be true."""
        if self.refused < _MOST:
            self.refused += 1

    def volt_amps(self) -> int:
        """Apparent power of the volts and amperes last read."""
        total = 0
        for phase in range(len(self.voltage_mv)):
            total += (self.voltage_mv[phase] // 100) * (abs(self.current_ma[phase]) // 10) // 1_000
        return total

    def started(self, now_ms: int) -> None:
        """Polled for the first time: ages count from here."""
        self._good_ms = now_ms

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
