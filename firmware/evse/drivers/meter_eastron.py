"""Eastron SDM meters on Modbus RTU: SDM120, SDM230, SDM630, SDM72D-M.

A meter is a table of blocks of registers (meter_modbus.py).  Values are IEEE
754 singles in input registers (function 4).  Addresses: Eastron protocol documents, as collected
in SDM_Energy_Meter and volkszaehler/mbmd.
"""

from evse.drivers import float32
from evse.drivers.meter import CURRENT, FREQUENCY, IMPORT, POWER, TOTAL, VOLTAGE
from evse.drivers.meter_modbus import FAST, SLOW, MeterModbus, Model

_SCALE = (1_000, 1_000, 1, 1, 1_000, 1_000)  # V A W W Hz kWh -> mV mA W W mHz Wh
_ROUNDING = (
    float32.NEAREST,
    float32.UP,
    float32.NEAREST,
    float32.NEAREST,
    float32.NEAREST,
    float32.NEAREST,
)

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
_WRAP_WH = 1_000_000_000  # eight digits


def decode(data: bytes, at: int, what: int) -> int | None:
    return float32.scaled(data, at, _SCALE[what], _ROUNDING[what])


_MODELS = {
    "sdm120": Model(1, 45_000, _WRAP_WH, decode, _ONE_PHASE),
    "sdm230": Model(1, 100_000, _WRAP_WH, decode, _ONE_PHASE),
    "sdm630": Model(3, 100_000, _WRAP_WH, decode, _THREE_PHASE),
    "sdm72d": Model(3, 100_000, _WRAP_WH, decode, _THREE_PHASE),
}
MODELS = ("sdm120", "sdm230", "sdm630", "sdm72d")


class MeterEastron(MeterModbus):
    """KeyError for a model that is not one of MODELS."""

    def __init__(self, master, model: str, unit: int = 1) -> None:
        super().__init__(master, _MODELS[model], unit)
