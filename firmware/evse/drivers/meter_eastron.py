"""Eastron SDM meters on Modbus RTU: SDM120, SDM230, SDM630, SDM72D-M.

A meter is a table of blocks of registers; adding a meter is adding a table.  Values are IEEE
754 singles in input registers (function 4).  Addresses: Eastron protocol documents, as collected
in SDM_Energy_Meter and volkszaehler/mbmd.
"""

from evse.core.units import elapsed_ms
from evse.drivers import float32
from evse.drivers.meter import Meter
from evse.drivers.modbus import (
    EXCEPTION,
    ILLEGAL_ADDRESS,
    OK,
    PENDING,
    READ_INPUT,
    TIMEOUT,
)

# What a register holds
VOLTAGE = 0
CURRENT = 1
POWER = 2  # of one phase
TOTAL = 3  # of all phases
FREQUENCY = 4
IMPORT = 5

_SCALE = (1_000, 1_000, 1, 1, 1_000, 1_000)  # V A W W Hz kWh -> mV mA W W mHz Wh
_ROUNDING = (
    float32.NEAREST,
    float32.UP,
    float32.NEAREST,
    float32.NEAREST,
    float32.NEAREST,
    float32.NEAREST,
)

ROUND_MS = 500
_SLOW_ROUNDS = 4  # what changes slowly is read in every fourth round
_RETRIES = 1

FAST = 0
SLOW = 1

# (FAST or SLOW, first register, number of registers, ((offset, what, phase), ...))
# Power before current: then a current that rises or falls between the two stays plausible.
_ONE_PHASE = (
    (FAST, 0x000C, 2, ((0, TOTAL, 0),)),
    (FAST, 0x0000, 2, ((0, VOLTAGE, 0),)),
    (FAST, 0x0006, 2, ((0, CURRENT, 0),)),
    (SLOW, 0x0046, 2, ((0, FREQUENCY, 0),)),
    (SLOW, 0x0048, 2, ((0, IMPORT, 0),)),
)
_PHASES = (
    FAST,
    0x0000,
    18,
    (
        (0, VOLTAGE, 0),
        (2, VOLTAGE, 1),
        (4, VOLTAGE, 2),
        (6, CURRENT, 0),
        (8, CURRENT, 1),
        (10, CURRENT, 2),
        (12, POWER, 0),
        (14, POWER, 1),
        (16, POWER, 2),
    ),
)
_THREE_PHASE = (
    (FAST, 0x0034, 2, ((0, TOTAL, 0),)),
    _PHASES,
    (SLOW, 0x0046, 2, ((0, FREQUENCY, 0),)),
    (SLOW, 0x0048, 2, ((0, IMPORT, 0),)),
)
# The first SDM72D-M has neither phases nor frequency: it refuses those blocks, once.
_MODELS = {
    # name: (phases, highest current in mA, blocks)
    "sdm120": (1, 45_000, _ONE_PHASE),
    "sdm230": (1, 100_000, _ONE_PHASE),
    "sdm630": (3, 100_000, _THREE_PHASE),
    "sdm72d": (3, 100_000, _THREE_PHASE),
}
MODELS = ("sdm120", "sdm230", "sdm630", "sdm72d")


class MeterEastron(Meter):
    """See drivers/meter.py for the figures.

    master: a modbus.ModbusMaster, which other meters may share.  KeyError for unknown models.
    refused: figures that could not be true (NaN, out of range).  unsupported: blocks the meter
    does not have; they are asked for again only after it was silent, for it may be another one.
    """

    def __init__(self, master, model: str, unit: int = 1) -> None:
        phases, self._most_ma, self._blocks = _MODELS[model]
        super().__init__(phases)
        self.refused = 0
        self._master = master
        self._unit = unit
        self._supported = [True] * len(self._blocks)
        self._at = len(self._blocks)  # block under way; len: the round is over
        self._asked = False
        self._tries = 0
        self._round = 0
        self._round_ms = 0
        self._started = False
        self._all_good = True
        self._any_taken = False
        self._any_refused = False
        self._power_w = None  # read in this round, not judged yet
        self._current_read = False  # in this round
        self._before_va = 0  # apparent power a round ago

    @property
    def unsupported(self) -> int:
        return len(self._blocks) - sum(self._supported)

    def poll(self, now_ms: int) -> None:
        """Ask, listen, take over.  Call it every few ms; never blocks."""
        if self._asked:
            result = self._master.poll(now_ms)
            if result != PENDING:
                self._asked = False
                self._answered(now_ms, result)
            return
        if self._at >= len(self._blocks):
            if self._started and elapsed_ms(now_ms, self._round_ms) < ROUND_MS:
                return
            self._begin(now_ms)
            if self._at >= len(self._blocks):
                return  # nothing is due in this round
        _, address, count, _ = self._blocks[self._at]
        self._asked = self._master.ask(now_ms, self._unit, READ_INPUT, address, count)

    def _begin(self, now_ms: int) -> None:
        if not self._started:
            self._started = True
            self._good_ms = now_ms
        self._round_ms = now_ms
        self._round = (self._round + 1) % _SLOW_ROUNDS
        self._all_good = True
        self._any_taken = False
        self._any_refused = False
        self._current_read = False
        self._power_w = None
        self._at = -1
        self.grow_old(now_ms)
        if not sum(self._supported):  # a meter that has nothing: perhaps another one by now
            self._supported = [True] * len(self._blocks)
        self._next(now_ms)

    def _next(self, now_ms: int) -> None:
        """Move to the next block that is due in this round."""
        self._tries = 0
        self._at += 1
        while self._at < len(self._blocks):
            slow = self._blocks[self._at][0] == SLOW
            if self._supported[self._at] and not (slow and self._round != 1):
                return
            self._at += 1
        if not self._judge_power():
            self._refuse()
        self.round_ended(now_ms, self._all_good and self._any_taken, self._any_refused)

    def _answered(self, now_ms: int, result: int) -> None:
        if result == OK:
            self._take(self._blocks[self._at][3])
        elif result == EXCEPTION and self._master.exception_code == ILLEGAL_ADDRESS:
            self._supported[self._at] = False
        elif self._tries < _RETRIES:
            self._tries += 1
            return
        else:
            self._all_good = False
            if result == TIMEOUT:  # nobody there: do not ask the rest
                self._supported = [True] * len(self._blocks)
                self._at = len(self._blocks) - 1
                self._power_w = None
        self._next(now_ms)

    def _take(self, rows) -> None:
        """Take the figures of a block over, those that can be true."""
        for offset, what, phase in rows:
            value = float32.scaled(self._master.data, 2 * offset, _SCALE[what], _ROUNDING[what])
            if value is not None and self._store(what, phase, value):
                self._any_taken = True
            else:
                self._refuse()

    def _refuse(self) -> None:
        self._any_refused = True
        if self.refused < (1 << 30) - 1:
            self.refused += 1

    def _store(self, what: int, phase: int, value: int) -> bool:
        """False when the value cannot be true; then the last one stays."""
        if what == VOLTAGE:
            # A phase of a three-phase meter may be unconnected; the only one of a meter not.
            if -1_000 < value < 1_000 and len(self.voltage_mv) > 1:
                value = 0
            elif not 50_000 <= value <= 300_000:
                return False
            self.voltage_mv[phase] = value
        elif what == CURRENT:
            if abs(value) > self._most_ma + self._most_ma // 5:
                return False
            self.current_ma[phase] = value
            self._current_read = True
        elif what == TOTAL:
            self._power_w = value
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

    def _judge_power(self) -> bool:
        """Power must go with volts and amperes, those read just after it or a round ago.

        A sign is believed: reversed current transformers show as negative power.
        """
        power_w = self._power_w
        self._power_w = None
        if power_w is None or not (self._current_read or self._has_no_current()):
            return True  # nothing to judge, or nothing to judge it by
        if self._current_read:
            before_va = self._before_va
            self._before_va = self._volt_amps()
            if abs(power_w) > max(self._before_va, before_va) * 13 // 10 + 100:
                return False
        self.power_w = power_w
        return True

    def _has_no_current(self) -> bool:
        for number, block in enumerate(self._blocks):
            for row in block[3]:
                if row[1] == CURRENT and self._supported[number]:
                    return False
        return True

    def _volt_amps(self) -> int:
        total = 0
        for phase in range(len(self.voltage_mv)):
            total += (self.voltage_mv[phase] // 100) * (abs(self.current_ma[phase]) // 10) // 1_000
        return total
