"""Gives a station its links: a broker, and the serial line it shares with people.

Apart from assembly.py because this needs sockets, and not every interpreter has them.
"""

import os

from evse.app.network import NetworkError, load
from evse.app.port import Port
from evse.app.station import Station
from evse.link.line import LineLink

TYPE_CHECKING = False
if TYPE_CHECKING:
    from evse.link.mqtt import MqttLink


def add_mqtt(station: Station, network: dict, random_below, network_up=None) -> "MqttLink":
    """Give the station a broker.  network: as evse.app.network.load() returns it."""
    # Here, so that a station on a serial line does not carry them: 20 kB of a chip's heap.
    from evse.link.mqtt import MqttLink
    from evse.link.mqtt_config import MqttConfig
    from evse.link.tcp import TcpTransport, tls_context
    from protocol.topics import down_filter

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
        from evse.link.wifi import Wifi

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
    link.on_line = station.console.hear
    station.console_write = link.write_text
    station.add_link(port)
    return link
