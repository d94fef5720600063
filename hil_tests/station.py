"""The station as its serial line shows it: an agent that says hello, commands, receipts, and a
person who types.  Bytes in, bytes out; knows neither ports nor time."""

import itertools
import json
from typing import TYPE_CHECKING, Any

from protocol.frame import Unpacker, pack
from protocol.messages import Hello, Receipt, find
from protocol.topics import ANYONE, split, topic

if TYPE_CHECKING:
    from collections.abc import Callable

HELLO_S = 10
TIME_S = 200_000_000  # since 2020, when the bench's clock began


class StationLine:
    """write: takes bytes for the station.  told: (kind, connector, fields), oldest first.
    refused: messages that no class of the protocol takes, which is a fault of the firmware."""

    def __init__(self, write: "Callable[[bytes], None]") -> None:
        self._write = write
        self._unpacker = Unpacker(self._framed, self._typed)
        self._ids = itertools.count(1)
        self.forget()

    def forget(self) -> None:
        """A new station is on the line."""
        self.told: list[tuple[str, int, dict[str, Any]]] = []
        self.typed: list[str] = []
        self.refused: list[str] = []
        self.name = ""
        self.boot_id = 0
        self.uptime_ms = 0

    def feed(self, data: bytes) -> None:
        self._unpacker.feed(data)

    def hello(self, now_us: int, begin_s: int = TIME_S) -> None:
        """The agent is there; receipts for every record so far go with it."""
        begins = not self.of_kind("birth")
        time_s = begin_s + now_us // 1_000_000
        message = Hello(interval_s=HELLO_S, time_s=time_s, begins=begins)
        self._write(pack(topic(ANYONE, False, Hello.KIND), message.encode()))
        newest: dict[int, int] = {}
        for kind, _, record in self.told:
            if kind in ("event", "session"):
                newest[record["boot_id"]] = record["seq"]
        for boot_id, seq in newest.items():
            receipt = Receipt(boot_id=boot_id, up_to_seq=seq)
            self._write(pack(topic(self.name, False, Receipt.KIND), receipt.encode()))

    def command(self, kind: str, connector: int, fields: "dict[str, int | str]") -> str:
        """Send one; its id."""
        command_id = f"bench-{next(self._ids)}"
        values: dict[str, int | str] = {
            "id": command_id,
            "boot_id": self.boot_id,
            "expires_ms": (self.uptime_ms + 60_000) % (1 << 30),
        }
        values.update(fields)
        self._write(pack(topic(self.name, False, kind, connector), json.dumps(values).encode()))
        return str(values["id"])

    def ack(self, command_id: str) -> "str | None":
        """The code that answered a command, None while nothing has."""
        for kind, _, message in reversed(self.told):
            if kind == "ack" and message["id"] == command_id:
                return str(message["code"])
        return None

    def of_kind(self, kind: str) -> "list[dict[str, Any]]":
        return [message for told, _, message in self.told if told == kind]

    def _framed(self, name: str, payload: bytes) -> None:
        try:
            station, up, connector, kind = split(name)
            cls = find(up, kind)
            assert cls is not None, kind
            message = cls.decode(payload)
        except (ValueError, AssertionError) as error:
            self.refused.append(f"{name} {payload!r}: {error}")
            return
        fields = {field: getattr(message, field) for field, _ in cls.FIELDS}
        self.name, self.boot_id = station, fields["boot_id"]
        self.uptime_ms = fields["uptime_ms"]
        self.told.append((kind, connector, fields))

    def _typed(self, line: bytes) -> None:
        self.typed.append(line.decode("utf-8", "replace"))
