"""A whole virtual station in virtual time; its link is a hand-written port that keeps all."""

import json

from boards.assembly import make_station
from boards.virtual.board import Board, MemoryArea, MemoryStore
from evse.drivers.journal import Journal
from protocol.message import Message
from protocol.messages import Ack, find
from protocol.topics import split, topic

TICK_MS = 10


class KeepingPort:
    """Takes everything, or nothing while down."""

    def __init__(self) -> None:
        self.name = "keeping"
        self.ready = True
        self.connects = 1
        self.full = False
        self.cut = None
        self.sent: list[tuple[str, bytes, int, bool]] = []

    def room(self) -> bool:
        return self.ready and not self.full

    def send(self, name: str, payload: bytes, qos: int, retained: bool) -> bool:
        if not self.room():
            return False
        self.sent.append((name, payload, qos, retained))
        return True

    def poll(self, now_ms: int) -> None:
        pass

    def stop(self, now_ms: int) -> None:
        self.ready = False

    def describe(self) -> str:
        return "keeps"

    def reconnect(self) -> None:
        self.ready = True
        self.connects += 1

    def begin_again(self) -> None:
        self.connects += 1

    def messages(self, kind: str) -> list[Message]:
        """Every message of a kind, decoded, in the order sent."""
        found = []
        for name, payload, _, _ in self.sent:
            _, up, _, sent_kind = split(name)
            cls = find(up, sent_kind)
            assert cls is not None, name
            message = cls.decode(payload)
            if sent_kind == kind:
                found.append(message)
        return found


class StationBench:
    """Settings by keyword; one connector unless told otherwise."""

    def __init__(self, connectors: int = 1, start_ms: int = 0, seed: int = 5, **settings) -> None:
        values = {"station": "st-1", "meter": "sdm630", "station_limit_ma": 16_000}
        values.update(settings)
        if not values["station"]:
            del values["station"]  # a board that nobody has named
        self.store = MemoryStore()
        self.store.save("config", json.dumps(values).encode())
        self.areas = (MemoryArea(), MemoryArea())
        self.board = Board(self.store, seed, connectors, start_ms)
        self.console: list[str] = []
        self.board.written = self.console.append
        self.port = KeepingPort()
        self._ids = 0
        self.boot()

    def boot(self) -> None:
        """The firmware from the start, on the same hardware and flash."""
        self.board.journal = Journal(self.areas)
        self.station = make_station(self.board)
        self.station.add_link(self.port)
        self.controller = self.station.controllers[0]
        self.bay = self.board.world.bays[0]

    def cut_power(self, for_ms: int = 5_000) -> None:
        """No tick, no poll, nothing in RAM; the world goes on.  Then the station boots."""
        for _ in range(for_ms // TICK_MS):
            self.board.step(TICK_MS)
        self.port.connects += 1
        self.boot()

    def run(self, ms: int) -> None:
        """Let ms pass, tick by tick."""
        for _ in range(ms // TICK_MS):
            self.station.tick(self.board.step(TICK_MS))
            self.station.poll(self.board.ticks_ms())

    def run_until(self, true, most_ms: int) -> int:
        """Run until true() says so; how long it took.  AssertionError after most_ms."""
        passed_ms = 0
        while not true():
            assert passed_ms < most_ms, f"not within {most_ms} ms"
            self.run(TICK_MS)
            passed_ms += TICK_MS
        return passed_ms

    def raw(self, kind: str, payload: bytes, connector: int = -1, retained: bool = False) -> None:
        """Bytes on a down topic, as the link brings them."""
        name = topic("st-1", False, kind, connector)
        self.station.take(name, payload, retained, self.port, self.board.ticks_ms())

    def command(self, kind: str, connector: int = -1, **fields) -> Ack:
        """Send a good command unless fields spoil it; the answer."""
        self._ids += 1
        values: dict[str, object] = {
            "id": f"c-{self._ids}",
            "boot_id": self.station.post.boot_id,
            "expires_ms": (self.board.ticks_ms() + 30_000) % (1 << 30),
        }
        values.update(fields)
        before = len(self.port.messages("ack"))
        self.raw(kind, json.dumps(values).encode(), connector)
        answers = self.port.messages("ack")[before:]
        assert len(answers) == 1, answers
        return answers[0]  # type: ignore[return-value]

    def limit(self, limit_ma: int, valid_s: int = 600, owner: str = "operator", **fields) -> Ack:
        return self.command(
            "set-limit", 1, owner=owner, limit_ma=limit_ma, valid_s=valid_s, **fields
        )

    def start(self, **fields) -> Ack:
        return self.command("start", 1, user="", **fields)

    def stop(self, **fields) -> Ack:
        return self.command("stop", 1, owner="operator", **fields)

    def charge(self) -> None:
        """Plug a plain vehicle in and wait until power flows."""
        self.bay.plug()
        self.run_until(lambda: self.bay.vehicle.power_w > 1_000, 20_000)
