"""Puts a station together from a board's sockets and drivers.  Its links: links.py."""

from evse.app.charge import Charge
from evse.app.connector import Connector
from evse.app.hardware import Hardware
from evse.app.station import Station
from evse.drivers.contactor import Contactor
from evse.drivers.guard import Guard
from evse.drivers.lock import Lock
from evse.drivers.meter_eastron import MeterEastron
from evse.drivers.modbus import ModbusMaster
from evse.drivers.pilot_adc import PilotAdc
from evse.drivers.pilot_pwm import PilotPwm
from evse.drivers.proximity_adc import ProximityAdc
from evse.drivers.thermistor import Thermistor


def make_station(board) -> Station:
    """The station of a board: every socket gets its drivers and its connector."""
    return Station(board, make_connector)


def make_connector(socket, config, number: int, post, store) -> Connector:
    """What the board has and the settings say is fitted."""
    hardware = Hardware(
        PilotAdc(socket.pilot_burst, samples=socket.samples, scan=socket.scan),
        PilotPwm(socket.pilot_pwm),
        Contactor(socket.enable, socket.feedback),
        Guard(socket.guard_rows, socket.rcd_trip),
        rcd_test=socket.rcd_test if config.number("rcd_test") else None,
        lock=Lock(*socket.lock_pins) if socket.lock_pins and config.number("lock") else None,
        cable=ProximityAdc(socket.proximity)
        if socket.proximity is not None and config.number("socket")
        else None,
        thermistor=Thermistor(socket.thermistor)
        if socket.thermistor is not None and config.number("temperature")
        else None,
        meter=_make_meter(socket.meter_uart, config),
    )
    return Connector(hardware, Charge(number, post, store), config)


def _make_meter(uart, config):
    if uart is None or config.word("meter") == "none":
        return None
    return MeterEastron(ModbusMaster(uart), config.word("meter"), config.number("meter_address"))
