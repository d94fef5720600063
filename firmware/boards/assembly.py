"""Puts a station together from a board's sockets and drivers.  Its links: links.py."""

from evse.app.charge import Charge
from evse.app.controller import Controller
from evse.app.station import Station
from evse.drivers.contactor import Contactor
from evse.drivers.meter_eastron import MeterEastron
from evse.drivers.modbus import ModbusMaster
from evse.drivers.pilot_adc import PilotAdc
from evse.drivers.pilot_pwm import PilotPwm
from evse.drivers.proximity_adc import ProximityAdc


def make_station(board) -> Station:
    """The station of a board: every socket gets its drivers and its controller."""
    return Station(board, make_controller)


def make_controller(socket, config, number: int, post, store) -> Controller:
    meter = None
    if socket.meter_uart is not None and config.word("meter") != "none":
        master = ModbusMaster(socket.meter_uart)
        meter = MeterEastron(master, config.word("meter"), config.number("meter_address"))
    cable = None
    if socket.proximity is not None and config.number("socket"):
        cable = ProximityAdc(socket.proximity)
    return Controller(
        PilotAdc(socket.pilot_burst),
        PilotPwm(socket.pilot_pwm),
        Contactor(socket.enable, socket.feedback),
        socket.inputs,
        cable,
        meter,
        Charge(number, post, store),
        config,
    )
