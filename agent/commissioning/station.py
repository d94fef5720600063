"""The station's own serial line: who it is, what it offers, and limits for a minute."""

import itertools
import json
import re
from typing import Any

import serial

from protocol import frame, topics
from protocol.messages import ClearFault, Hello, SetLimit, State, find

from ..moment import board_time_s
from ..serial_source import open_port
from .rig import RigError

HELLO_S = 60
VALID_S = 120  # of a limit: it ends by itself when the laptop goes
READ_S = 0.02
QUIET_READS = 3
VERSION = re.compile(r"borne (\S{1,24}) on (\S{1,32}), station ([a-z0-9-]{4,32}), ")


class Station:
    """name, firmware, board: once its console has answered.  state: the newest it has told."""

    def __init__(self, port: str, connector: int = 1, baud: int = 115_200) -> None:
        self._connector = connector
        try:
            self._line: Any = open_port(port, baud)
            self._line.timeout = READ_S
        except (OSError, ValueError, serial.SerialException) as error:
            raise RigError(f"{port}: {error}") from None
        self._unpacker = frame.Unpacker(self._framed, self._typed)
        self._ids = itertools.count(1)
        self.name = ""
        self.firmware = ""
        self.board = ""
        self.state: State | None = None

    def close(self) -> None:
        self._line.close()

    def hello(self) -> None:
        """Makes the board speak, and keeps it from falling back."""
        message = Hello(interval_s=HELLO_S, time_s=board_time_s(), begins=not self.name)
        self._send(frame.pack(topics.topic(topics.ANYONE, False, Hello.KIND), message.encode()))

    def ask_version(self) -> None:
        """As a person types it on the console."""
        self._send(b"\r\nversion\r\n")

    def hear(self) -> None:
        """Take in what has arrived."""
        quiet = 0
        try:
            while quiet < QUIET_READS:
                data = self._line.read(max(1, min(self._line.in_waiting, 4_096)))
                quiet = 0 if data else quiet + 1
                self._unpacker.feed(data)
        except (OSError, serial.SerialException) as error:
            raise RigError(f"{self._line.port}: {error}") from None

    def limit(self, amps: int) -> None:
        """Ask for at most so much."""
        fields: dict[str, int | str] = {
            "owner": "operator",
            "limit_ma": amps * 1_000,
            "valid_s": VALID_S,
        }
        self._command(SetLimit.KIND, fields)

    def clear_faults(self) -> None:
        """As an operator clears them; the board refuses those that stand or need a visit."""
        reason: dict[str, Any] = self.state.reason if self.state else {}
        for fault in reason.get("faults", ()):
            self._command(ClearFault.KIND, {"code": fault["code"]})

    def _command(self, kind: str, fields: dict[str, int | str]) -> None:
        if self.state is None:
            return
        values = {
            "id": f"test-{next(self._ids)}",
            "boot_id": self.state.boot_id,
            "expires_ms": (self.state.uptime_ms + 60_000) % (1 << 30),
            **fields,
        }
        topic = topics.topic(self.name, False, kind, self._connector)
        self._send(frame.pack(topic, json.dumps(values).encode()))

    @property
    def offered_a(self) -> float:
        return self.state.offer_ma / 1_000 if self.state else 0.0

    def _send(self, line: bytes) -> None:
        try:
            self._line.write(line)
        except (OSError, serial.SerialException) as error:
            raise RigError(f"{self._line.port}: {error}") from None

    def _framed(self, name: str, payload: bytes) -> None:
        try:
            station, up, connector, kind = topics.split(name)
            cls = find(up, kind)
            message = cls.decode(payload) if cls is not None else None
        except ValueError:
            return  # damaged, or from another version: the next one counts
        if isinstance(message, State) and connector == self._connector:
            self.name, self.state = station, message

    def _typed(self, line: bytes) -> None:
        found = VERSION.match(line.decode("utf-8", "replace"))
        if found:
            self.firmware, self.board, self.name = found.groups()
