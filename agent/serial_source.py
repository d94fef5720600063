"""A board on a serial line.  Follows it when it is pulled out and plugged in again.

DTR and RTS are set before the port opens, so that opening it does not reset the board.  Every
HELLO_S a hello goes down, because a board only speaks to a host that it hears.
"""

import logging
import threading
from typing import TYPE_CHECKING, Any

import serial

from protocol import frame, topics
from protocol.messages import Birth, Hello, Receipt

from .intake import Accepted
from .moment import board_time_s
from .writer import Item

if TYPE_CHECKING:
    from collections.abc import Callable

    from .config import Serial
    from .intake import Intake

log = logging.getLogger("borne.serial")

HELLO_S = 8.0
HELLO_WITHIN_S = 10  # what the hello says
ANYONE = "anyone"  # the name of whatever board is on the line
REOPEN_S = 1.0
_READ_S = 0.2


class SerialSource(threading.Thread):
    """link_changed(name, is_up) is called when the port opens and when it is lost."""

    def __init__(
        self,
        config: "Serial",
        intake: "Intake",
        offer: "Callable[[Item], bool]",
        link_changed: "Callable[[str, bool], None]" = lambda _name, _up: None,
    ) -> None:
        self.source = f"serial:{config.port}"
        super().__init__(name=self.source, daemon=True)
        self._config = config
        self._intake = intake
        self._offer = offer
        self._link_changed = link_changed
        self._port: Any = None
        self._stopping = threading.Event()
        self._writing = threading.Lock()
        self.unpacker = frame.Unpacker(self._framed)
        self._heard_birth = False  # since the port was opened
        self.trouble = "not open yet"

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._serve()
            except (OSError, serial.SerialException, ValueError) as error:
                if str(error) != self.trouble:
                    log.warning("%s: %s", self.source, error)
                self.trouble = str(error)
            except Exception:  # whatever it is, the line goes on
                log.exception("%s: unexpected", self.source)
            self._close()
            self._stopping.wait(REOPEN_S)

    def stop(self) -> None:
        self._stopping.set()

    def send(self, topic: str, payload: bytes) -> bool:
        """One message to the board.  False when the line is gone or it does not fit."""
        try:
            line = frame.pack(topic, payload)
        except ValueError:
            return False
        with self._writing:
            port = self._port
            if port is None:
                return False
            try:
                port.write(line)
            except (OSError, serial.SerialException):
                return False
        return True

    # For the writer.  The line confirms nothing; the receipt does.

    def acknowledge(self, tokens: "list[Any]") -> None:
        pass

    def refused(self, count: int) -> None:
        pass  # the board sends again what no receipt covers

    def room(self) -> None:
        pass

    def receipt(self, station: str, boot_id: int, up_to_seq: int) -> None:
        message = Receipt(boot_id=boot_id, up_to_seq=up_to_seq)
        self.send(topics.topic(station, False, Receipt.KIND), message.encode())

    def _serve(self) -> None:
        port = open_port(self._config.port, self._config.baud)
        with self._writing:
            self._port = port
        self.trouble = ""
        self._heard_birth = False
        log.info("%s: open at %s", self.source, self._config.port)
        self._link_changed(self.source, True)
        silent_s = HELLO_S
        while not self._stopping.is_set():
            if silent_s >= HELLO_S:
                silent_s = 0.0
                self._say_hello()
            data = port.read(max(1, min(port.in_waiting, 4_096)))
            silent_s += _READ_S / 4 if data else _READ_S
            if data:
                self.unpacker.feed(data)

    def _say_hello(self) -> None:
        topic = topics.topic(self._config.station or ANYONE, False, Hello.KIND)
        hello = Hello(
            interval_s=HELLO_WITHIN_S, time_s=board_time_s(), begins=not self._heard_birth
        )
        line = frame.pack(topic, hello.encode())
        with self._writing:
            self._port.write(line)

    def _framed(self, topic: str, payload: bytes) -> None:
        taken = self._intake.take(topic, payload, False)
        if not isinstance(taken, Accepted):
            return
        if self._config.station and taken.station != self._config.station:
            self._intake.refuse("foreign-station", f"on the line of {self._config.station}", topic)
            return
        self._heard_birth = self._heard_birth or taken.kind == Birth.KIND
        self._offer(Item(taken, self, None))

    def _close(self) -> None:
        with self._writing:
            port, self._port = self._port, None
        if port is not None:
            port.close()
            self._link_changed(self.source, False)


def open_port(address: str, baud: int) -> Any:
    """The port, locked for this program alone.  Raises serial.SerialException, OSError."""
    port = serial.serial_for_url(address, baudrate=baud, timeout=_READ_S, do_not_open=True)
    port.write_timeout = 1.0
    port.dtr = False
    port.rts = False
    if not address.startswith(("socket:", "loop:", "rfc2217:", "spy:")):
        port.exclusive = True
    port.open()
    return port
