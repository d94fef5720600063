"""Puts a station together: drivers from a board's sockets, links from its network."""

import os

from evse.app.charge import Charge
from evse.app.controller import Controller
from evse.app.network import NetworkError, load
from evse.app.port import Port
from evse.app.station import Station
from evse.drivers.contactor import Contactor
from evse.drivers.meter_eastron import MeterEastron
from evse.drivers.modbus import ModbusMaster
from evse.drivers.pilot_adc import PilotAdc
from evse.drivers.pilot_pwm import PilotPwm
from evse.drivers.proximity_adc import ProximityAdc
from evse.link.line import LineLink
from evse.link.mqtt import MqttLink
from evse.link.mqtt_config import MqttConfig
from evse.link.tcp import TcpTransport, tls_context
from evse.link.wifi import Wifi
from protocol.topics import down_filter


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


def add_mqtt(station: Station, network: dict, random_below, network_up=None) -> MqttLink:
    """Give the station a broker.  network: as evse.app.network.load() returns it."""
    tls = None
    if network["tls"]:
        with open(network["ca_file"], "rb") as file:
            tls = tls_context(file.read())
    transport = TcpTransport(
        network["host"],
        network["port"],
        tls=tls,
        may_block=lambda: not station.is_energised(),
        network_up=network_up or (lambda: True),
    )
    settings = MqttConfig(
        station.post.station,
        username=network["user"],
        password=network["password"],
        subscribe=down_filter(station.post.station),
    )
    link = MqttLink(settings, transport, random_below)
    station.add_link(Port("mqtt", link, station, settings.window, transport.close))
    link.start(0)
    return link


def random_below(n: int) -> int:
    """0 .. n - 1, from the chip's own source."""
    return int.from_bytes(os.urandom(4), "big") % n


def add_links(board, station: Station) -> None:
    """The links of a real board: its broker when it has network settings, and its serial line."""
    try:
        network = load(board.store)
    except NetworkError as error:
        network = None
        board.console.write(f"{error}\r\n".encode())
    if network is not None:
        wifi = Wifi(
            board.make_network(),
            network["wifi_name"],
            network["wifi_password"],
            random_below,
            lambda: not station.is_energised(),
        )
        station.add_keeper(wifi)
        add_mqtt(station, network, random_below, lambda: wifi.up)
    add_line(station, board.console)


def add_line(station: Station, uart) -> LineLink:
    """Share a serial line between the agent's frames and a person's console."""
    link = LineLink(uart)
    port = Port("line", link, station)
    link.on_line = lambda text: station.console.line(text, station.post.now_ms)
    station.console_write = link.write_text
    station.add_link(port)
    return link
