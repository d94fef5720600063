"""Puts a station together from a board's sockets and drivers.  Its links: links.py."""

from evse.app.charge import Charge
from evse.app.connector import Connector
from evse.app.hardware import Hardware
from evse.app.station import Station
from evse.drivers.contactor import Contactor
from evse.drivers.guard import Guard
from evse.drivers.lock import Lock
from evse.drivers.meters import COUNTERS, METERS, MODBUS, PULSES, make_meter
from evse.drivers.modbus import ModbusMaster
from evse.drivers.pilot_adc import PilotAdc
from evse.drivers.pilot_pwm import PilotPwm
from evse.drivers.proximity_adc import ProximityAdc
from evse.drivers.thermistor import Thermistor


def make_station(board) -> Station:
    """The station of a board: every socket gets its drivers and its connector."""
    lines = []

    def make(socket, config, number: int, post, store) -> Connector:
        return make_connector(socket, config, number, post, store, lines)

    station = Station(board, make)
    kind = station.config.word("reader")
    if kind != "none":
        from boards.readers import add_reader  # a station without one does not load it

        add_reader(station, board, kind)
    return station


def make_connector(socket, config, number: int, post, store, lines: list) -> Connector:
    """What the board has and the settings say is fitted.  lines: of meters, made so far."""
    hardware = Hardware(
        PilotAdc(socket.pilot_burst, samples=socket.samples, scan=socket.scan),
        PilotPwm(socket.pilot_pwm),
        Contactor(socket.enable, socket.feedback),
        Guard(_guard_rows(socket, config), socket.rcd_trip),
        rcd_test=socket.rcd_test if config.number("rcd_test") else None,
        lock=Lock(*socket.lock_pins) if socket.lock_pins and config.number("lock") else None,
        cable=ProximityAdc(socket.proximity)
        if socket.proximity is not None and config.number("socket")
        else None,
        thermistor=Thermistor(socket.thermistor)
        if socket.thermistor is not None and config.number("temperature")
        else None,
        meter=_make_meter(socket, config, lines),
    )
    connector = Connector(hardware, Charge(number, post, store), config)
    connector.calibration.keep_in(store, number)
    connector.wear.keep_in(store, number)
    return connector


def _guard_rows(socket, config) -> tuple:
    """Of the inputs a board always has, and of those the settings say are fitted."""
    fitted = [row for setting, row in socket.fitted_rows if config.number(setting)]
    return tuple(socket.guard_rows) + tuple(fitted)


class _Line:
    """A serial line with meters on it, which count up from the first one's address."""

    def __init__(self, uart, config, baud: int, parity) -> None:
        self.uart = uart
        self.master = ModbusMaster(uart)
        self.meters = 0
        if hasattr(uart, "init"):  # one in memory has no speed
            uart.init(baudrate=config.number("meter_baud") or baud, parity=parity)


def _make_meter(socket, config, lines: list):
    """The meter the settings name.  A board without an input for it makes that their problem."""
    kind = config.word("meter")
    if kind == "none":
        return None
    hangs_on, baud, parity, _ = METERS[kind]
    unit = config.number("meter_address")
    if hangs_on == COUNTERS:
        on = socket.meter_counters
    elif hangs_on == PULSES:
        on = None if socket.meter_pulses is None else _count_pulses(socket.meter_pulses, config)
    else:
        on = socket.meter_uart
        if on is not None and hangs_on == MODBUS:
            line = _line(on, config, lines, baud, parity)
            on, unit = line.master, unit + line.meters
            line.meters += 1
        elif on is not None:
            _line(on, config, lines, baud, parity)
    if on is None:
        config.problem = config.problem or f"config: meter: this board has no input for {kind}"
        return None
    return make_meter(kind, on, unit, config.number("meter_pulses"))


def _count_pulses(listen, config):
    """An S0Input that hears every edge and believes no more power than three phases can carry."""
    from evse.drivers.meter_s0 import S0Input, soonest_ms

    most_w = config.number("station_limit_ma") * 3 * 230 // 1_000
    pulses = S0Input(soonest_ms(config.number("meter_pulses"), most_w))
    listen(pulses.edge)
    return pulses


def _line(uart, config, lines: list, baud: int, parity) -> _Line:
    for line in lines:
        if line.uart is uart:
            return line
    lines.append(_Line(uart, config, baud, parity))
    return lines[-1]
