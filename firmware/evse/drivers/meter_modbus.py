"""A meter on Modbus RTU, read block by block as its table says.

What a table looks like is said at `Model`; meter_eastron.py, meter_pzem.py and meter_iskra.py hold
those there are.  Modbus itself: modbus.py.  What every meter gives: meter.py.
"""

from evse.core.units import elapsed_ms
from evse.drivers.meter import CURRENT, TOTAL, Meter
from evse.drivers.modbus import (
    EXCEPTION,
    ILLEGAL_ADDRESS,
    OK,
    PENDING,
    READ_INPUT,
    TIMEOUT,
)

ROUND_MS = 500
_SLOW_ROUNDS = 4  # what changes slowly is read in every fourth round
_RETRIES = 1

FAST = 0
SLOW = 1


class Model:
    """blocks: (FAST or SLOW, first register, number of registers, ((offset, what, phase), ...)).

    Power before current: then a current that rises or falls between the two stays plausible.
    decode(data, at, what): the figure at data[at] in mV, mA, W, mHz or Wh, None when it is none.
    most_ma, wrap_wh: as meter.Meter has them.
    """

    def __init__(self, phases: int, most_ma: int, wrap_wh: int, decode, blocks: tuple) -> None:
        self.phases = phases
        self.most_ma = most_ma
        self.wrap_wh = wrap_wh
        self.decode = decode
        self.blocks = blocks


class MeterModbus(Meter):
    """See drivers/meter.py for the figures.

    master: a modbus.ModbusMaster, which other meters may share.  unsupported: blocks the meter
    does not have; they are asked for again only after it was silent, for it may be another one.
    """

    def __init__(self, master, model: Model, unit: int = 1) -> None:
        super().__init__(model.phases, model.most_ma, model.wrap_wh)
        self._decode = model.decode
        self._blocks = model.blocks
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
            self.started(now_ms)
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
            self._doubt()
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
            value = self._decode(self._master.data, 2 * offset, what)
            if value is not None and self._store(what, phase, value):
                self._any_taken = True
            else:
                self._doubt()

    def _doubt(self) -> None:
        self._any_refused = True
        self.refuse()

    def _store(self, what: int, phase: int, value: int) -> bool:
        """False when the value cannot be true; then the last one stays."""
        if what == TOTAL:
            self._power_w = value
            return True
        if not self.take(what, phase, value):
            return False
        if what == CURRENT:
            self._current_read = True
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
            self._before_va = self.volt_amps()
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
