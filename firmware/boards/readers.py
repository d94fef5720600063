"""Gives a station the card reader its settings name, on the pins the board has for one.

A board's reader_bus(kind): "i2c" a machine.I2C, "uart" a machine.UART at 115 200 baud, "spi" a
machine.SPI and its select pin, None for what the board has not.
"""

from evse.app.authorisation import Authorisation
from evse.app.cards import CardList
from evse.app.station import Station

BUSES = {"pn532": "i2c", "pn532-uart": "uart", "rc522": "spi"}


def add_reader(station: Station, board, kind: str) -> None:
    """kind: of evse.app.config.READERS.  A board without pins for it makes that a problem of the
    settings, as with meters: the station says config-lost and which."""
    reader_bus = getattr(board, "reader_bus", None)
    bus = reader_bus(BUSES[kind]) if reader_bus is not None else None
    if bus is None:
        problem = f"config: reader: this board has no pins for {kind}"
        station.config.problem = station.config.problem or problem
        station.apply_config()
        return
    station.add_cards(Authorisation(station, make_reader(kind, bus), kind, CardList(board.store)))


def make_reader(kind: str, bus):
    """Its driver, and no other, is loaded."""
    if kind == "rc522":
        from evse.drivers.rc522 import Rc522

        return Rc522(*bus)
    from evse.drivers.pn532 import I2cWire, Pn532, UartWire

    return Pn532(I2cWire(bus) if kind == "pn532" else UartWire(bus))
