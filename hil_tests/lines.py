"""Serial ports as the benches use them: whole lines to and from the rig, bytes to the station."""

import time
from typing import TYPE_CHECKING, Any

import serial

from hil_tests.bench import BenchError

if TYPE_CHECKING:
    from collections.abc import Callable

ANSWER_S = 20.0  # real time a rig may take beyond what its command takes
_READ_S = 0.05


class NoAnswer(BenchError):
    """The rig was asked and said nothing."""


class Port:
    """One open serial port.  address: a device or a pyserial URL (socket://host:port).
    ready: say so (DTR) to a board that speaks only then, and that DTR does not reset."""

    def __init__(self, address: str, baud: int = 115_200, ready: bool = False) -> None:
        self.address = address
        self.written = 0
        self.got = 0
        try:
            self._port: Any = serial.serial_for_url(
                address, baud, timeout=_READ_S, do_not_open=True
            )
            self._port.dtr = ready  # else opening must not reset a board
            self._port.rts = False
            self._port.open()
        except (OSError, serial.SerialException) as error:
            raise BenchError(f"{address}: {error}") from None

    def write(self, data: bytes) -> None:
        self._port.write(data)
        self.written += len(data)

    def read(self, wait: bool = False) -> bytes:
        """What has arrived; wait: for the first byte, a little."""
        waiting = self._port.in_waiting
        data = bytes(self._port.read(waiting)) if waiting else b""
        if wait and not data:
            data = bytes(self._port.read(1))
            waiting = self._port.in_waiting
            if data and waiting:
                data += bytes(self._port.read(waiting))
        self.got += len(data)
        return data

    def close(self) -> None:
        self._port.close()


class RigPort:
    """A port on which every line gets one line in answer."""

    def __init__(self, port: Port) -> None:
        self._port = port
        self._rest = b""

    def ask(self, line: str, takes_s: float, meanwhile: "Callable[[], None]") -> bytes:
        """Send a line; the line that answers it.  meanwhile: called while it is awaited."""
        self._port.write(line.encode() + b"\n")
        deadline = time.monotonic() + takes_s + ANSWER_S
        while b"\n" not in self._rest:
            self._rest += self._port.read(wait=True)
            meanwhile()
            if time.monotonic() > deadline:
                raise NoAnswer(f"{self._port.address}: no answer to {line!r}")
        answer, _, self._rest = self._rest.partition(b"\n")
        return answer

    def close(self) -> None:
        self._port.close()

    def forget(self) -> None:
        """Whoever was to answer is gone."""
        self._rest = b""
