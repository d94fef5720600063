"""The meters there are.  Adding one is a row of METERS, and its word in app/config.py.

A row says what the meter hangs on, what its serial line wants from the factory, and how it is
made.  Drivers of other kinds are never loaded: each is imported when it is asked for.
"""

MODBUS = 0  # a line with an address for each meter
UART = 1  # a line to itself
COUNTERS = 2  # cf, cf1 and sel
PULSES = 3  # one S0 input

NO_PARITY = None
EVEN = 0


def _eastron(model: str):
    def make(master, unit: int, _per_kwh: int):
        from evse.drivers.meter_eastron import MeterEastron

        return MeterEastron(master, model, unit)

    return make


def _pzem(master, unit: int, _per_kwh: int):
    from evse.drivers.meter_modbus import MeterModbus
    from evse.drivers.meter_pzem import PZEM

    return MeterModbus(master, PZEM, unit)


def _iskra(master, unit: int, _per_kwh: int):
    from evse.drivers.meter_iskra import ISKRA
    from evse.drivers.meter_modbus import MeterModbus

    return MeterModbus(master, ISKRA, unit)


def _cse7766(uart, _unit: int, _per_kwh: int):
    from evse.drivers.meter_cse7766 import MeterCse7766

    return MeterCse7766(uart)


def _hlw8012(counters, _unit: int, _per_kwh: int):
    from evse.drivers.meter_hlw8012 import MeterHlw8012

    return MeterHlw8012(*counters)


def _s0(pulses, _unit: int, per_kwh: int):
    from evse.drivers.meter_s0 import MeterS0

    return MeterS0(pulses, per_kwh)


# name: (hangs on, baud from the factory, parity, how it is made)
METERS = {
    "sdm120": (MODBUS, 2_400, NO_PARITY, _eastron("sdm120")),
    "sdm230": (MODBUS, 9_600, NO_PARITY, _eastron("sdm230")),
    "sdm630": (MODBUS, 9_600, NO_PARITY, _eastron("sdm630")),
    "sdm72d": (MODBUS, 9_600, NO_PARITY, _eastron("sdm72d")),
    "pzem": (MODBUS, 9_600, NO_PARITY, _pzem),
    "wm3m4": (MODBUS, 115_200, NO_PARITY, _iskra),
    "cse7766": (UART, 4_800, EVEN, _cse7766),
    "hlw8012": (COUNTERS, 0, NO_PARITY, _hlw8012),
    "s0": (PULSES, 0, NO_PARITY, _s0),
}


def make_meter(kind: str, on, unit: int = 1, per_kwh: int = 1_000):
    """A meter of METERS.  on: what its row says it hangs on: a ModbusMaster, a UART, counters
    (cf, cf1, sel), or an S0Input.  KeyError for a kind that is not there."""
    return METERS[kind][3](on, unit, per_kwh)
