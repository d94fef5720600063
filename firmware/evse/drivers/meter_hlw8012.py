"""HLW8012 (and BL0937), a metering chip that pulses: power on CF, voltage or current on CF1.

CF counts energy; CF1 shows current while SEL is low and voltage while it is high.  The figures are
counts over a second, so they come slowly.  The chip stands on mains potential: between it and the
board belong opto-couplers.  Formulas: HLW8012 data sheet, with 2.43 V and 3.579 MHz; the pulse
constants below are those of a 1 mOhm shunt and a divider of 2351 to 1.
"""

from evse.core.units import elapsed_ms
from evse.drivers.meter import CURRENT, IMPORT, TOTAL, VOLTAGE, Meter

PULSE_UJ = 10_343_000  # energy of a CF pulse
PULSE_MV_MS = 408_660  # mV of one CF1 pulse in a millisecond
PULSE_MA_MS = 14_484

WINDOW_MS = 1_000
SETTLE_MS = 100  # after SEL changed
_NOISE_MA = 100
_MOST_MA = 30_000
_UJ_PER_WH = 3_600_000_000
_COUNT_MASK = (1 << 30) - 1
_MOST_PULSES = 10_000  # in a window: more is a counter that was reset
_WRAP_WH = 1 << 30


class MeterHlw8012(Meter):
    """cf, cf1: value(), the pulses counted so far, as machine.Counter's; they wrap at 2**30.
    sel: an output with value(level)."""

    def __init__(
        self,
        cf,
        cf1,
        sel,
        pulse_uj: int = PULSE_UJ,
        pulse_mv_ms: int = PULSE_MV_MS,
        pulse_ma_ms: int = PULSE_MA_MS,
    ) -> None:
        super().__init__(1, _MOST_MA, _WRAP_WH)
        self._cf = cf
        self._cf1 = cf1
        self._sel = sel
        self._pulse_uj = pulse_uj
        self._pulse_mv_ms = pulse_mv_ms
        self._pulse_ma_ms = pulse_ma_ms
        self._what = VOLTAGE
        self._phase = -1  # -1 before the first poll, 0 settling, 1 counting
        self._since_ms = 0
        self._cf_pulses = 0
        self._cf1_pulses = 0
        self._rest_uj = 0
        self._volts_good = False

    def poll(self, now_ms: int) -> None:
        """Count, and switch CF1 over.  Never blocks."""
        if self._phase < 0:
            self.started(now_ms)
            self._cf_pulses = self._cf.value()
            self._settle(now_ms)
        passed_ms = elapsed_ms(now_ms, self._since_ms)
        if self._phase == 0:
            if passed_ms >= SETTLE_MS:
                self._phase = 1
                self._since_ms = now_ms
                self._cf1_pulses = self._cf1.value()
                self._measure_power()
        elif passed_ms >= WINDOW_MS:
            self._end_window(now_ms, passed_ms)

    def _settle(self, now_ms: int) -> None:
        self._phase = 0
        self._since_ms = now_ms
        self._sel.value(1 if self._what == VOLTAGE else 0)

    def _measure_power(self) -> int:
        """Pulses of CF since the last look; their energy is counted."""
        pulses = self._cf.value()
        more = (pulses - self._cf_pulses) & _COUNT_MASK
        self._cf_pulses = pulses
        if more > _MOST_PULSES:
            return -1
        self._rest_uj += more * self._pulse_uj
        return more

    def _end_window(self, now_ms: int, passed_ms: int) -> None:
        self.grow_old(now_ms)
        power = self._measure_power()
        more = (self._cf1.value() - self._cf1_pulses) & _COUNT_MASK
        good = power >= 0 and more <= _MOST_PULSES and passed_ms <= 10 * WINDOW_MS
        if good:
            if self._what == VOLTAGE:
                good = self.take(VOLTAGE, 0, more * self._pulse_mv_ms // passed_ms)
            else:
                current_ma = -(-more * self._pulse_ma_ms // passed_ms)
                good = self.take(CURRENT, 0, current_ma if current_ma >= _NOISE_MA else 0)
            self.take(TOTAL, 0, power * self._pulse_uj // 1_000 // passed_ms)
        if not good:
            self.refuse()
        more_wh = self._rest_uj // _UJ_PER_WH
        self._rest_uj %= _UJ_PER_WH
        self.take(IMPORT, 0, (self.import_wh + more_wh) % _WRAP_WH)
        # A round is a window of volts and one of amperes; no volts is no reading, no amperes is.
        if self._what == VOLTAGE:
            self._volts_good = good
        if self._what == CURRENT or not good:
            self.round_ended(now_ms, good and self._volts_good, not good)
        self._what = CURRENT if self._what == VOLTAGE else VOLTAGE
        self._settle(now_ms)
