"""Iskra WM3M4 on Modbus RTU, 115200 baud, address 33 from the factory.

Values are a decimal exponent and a mantissa in two registers: T5 unsigned, T6 signed, 24 bits.
The energy counter's exponent stands in a register of its own.  Registers: the maker's Modbus
tables, as EVerest's RsIskraMeter uses them.  Signed readings (registers 7000 on) are not read.
"""

from evse.drivers.meter import CURRENT, FREQUENCY, IMPORT, TOTAL, VOLTAGE
from evse.drivers.meter_modbus import FAST, SLOW, Model

_WRAP_WH = 1_000_000_000
_LIMIT = 1 << 30
_MOST_DECADES = 9

_BLOCKS = (
    (FAST, 140, 2, ((0, TOTAL, 0),)),
    (FAST, 107, 6, ((0, VOLTAGE, 0), (2, VOLTAGE, 1), (4, VOLTAGE, 2))),
    (FAST, 126, 6, ((0, CURRENT, 0), (2, CURRENT, 1), (4, CURRENT, 2))),
    (SLOW, 105, 2, ((0, FREQUENCY, 0),)),
    (SLOW, 414, 6, ((0, IMPORT, 0),)),
)


def decode(data: bytes, at: int, what: int) -> int | None:
    """V, A and Hz as T5 in thousandths, W as T6, Wh as a counter with its exponent before it."""
    if what == IMPORT:
        exponent = _signed(data[at] << 8 | data[at + 1], 16)
        counter = data[at + 8] << 24 | data[at + 9] << 16 | data[at + 10] << 8 | data[at + 11]
        return scaled(_signed(counter, 32), exponent)
    mantissa = data[at + 1] << 16 | data[at + 2] << 8 | data[at + 3]
    exponent = _signed(data[at], 8)
    if what == TOTAL:
        return scaled(_signed(mantissa, 24), exponent)
    return scaled(mantissa, exponent + 3, up=what == CURRENT)


def scaled(mantissa: int, exponent: int, up: bool = False) -> int | None:
    """mantissa * 10**exponent to the nearest whole number, or up; None beyond 30 bits."""
    if not -_MOST_DECADES <= exponent <= _MOST_DECADES:
        return 0 if mantissa == 0 else None
    size = abs(mantissa)
    if exponent >= 0:
        size *= 10**exponent
    else:
        unit = 10**-exponent
        size = (size + (unit - 1 if up else unit // 2)) // unit
    if size >= _LIMIT:
        return None
    return -size if mantissa < 0 else size


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) else value


ISKRA = Model(3, 80_000, _WRAP_WH, decode, _BLOCKS)
