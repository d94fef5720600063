"""Peacefair PZEM-004T v3 and PZEM-016 on Modbus RTU, 9600 baud.

Whole numbers in input registers, the low word first; one request reads all.  They answer at the
general address 248 as long as they are alone on the line.  Registers: the maker's manual, as
collected in mandulaj/PZEM-004T-v30; that the PZEM-016 has the same map is its seller's word.
"""

from evse.drivers.meter import CURRENT, FREQUENCY, IMPORT, TOTAL, VOLTAGE
from evse.drivers.meter_modbus import FAST, Model

_WRAP_WH = 10_000_000  # 9999.99 kWh is the last
_LIMIT = 1 << 30

_BLOCKS = (
    (
        FAST,
        0x0000,
        10,
        (
            (3, TOTAL, 0),
            (0, VOLTAGE, 0),
            (1, CURRENT, 0),
            (7, FREQUENCY, 0),
            (5, IMPORT, 0),
        ),
    ),
)


def decode(data: bytes, at: int, what: int) -> int | None:
    """0.1 V, 0.001 A, 0.1 W, 0.1 Hz, 1 Wh."""
    value = data[at] << 8 | data[at + 1]
    if what == VOLTAGE or what == FREQUENCY:
        return value * 100
    value |= (data[at + 2] << 8 | data[at + 3]) << 16
    if value >= _LIMIT:
        return None
    return (value + 5) // 10 if what == TOTAL else value


PZEM = Model(1, 100_000, _WRAP_WH, decode, _BLOCKS)
