"""The records of a board on their own: a post on a journal, a port, and an agent that stores."""

from agent.chain import Chain
from boards.virtual.flash import MemoryArea
from evse.app.post import Post
from evse.drivers.journal import Journal
from protocol.messages import Event, Session
from tests.app.station_bench import KeepingPort

POLL_MS = 10
AREA_BYTES = 131_072

Record = Session | Event


class Desk:
    """agent: (boot_id, seq) -> the bytes it stored, in the order they came.

    now_ms: where the board's clock begins.  seq: how many numbers of a boot are used up already.
    """

    def __init__(self, area_bytes: int = AREA_BYTES, now_ms: int = 0, seq: int = 0) -> None:
        self.areas = (MemoryArea(area_bytes), MemoryArea(area_bytes))
        self.port = KeepingPort()
        self.port.ready = False
        self.may_write = True
        self.boot_id = 0
        self.now_ms = now_ms
        self._first_seq = seq
        self.agent: dict[tuple[int, int], bytes] = {}
        self.chains: dict[int, Chain] = {}
        self.answers = True
        self._read = 0
        self.boot()

    def next_boot_id(self) -> int:
        self.boot_id += 1
        return self.boot_id

    def boot(self) -> None:
        self.post = Post("st-1", self.next_boot_id(), self.next_boot_id, Journal(self.areas))
        self.post._seq = self._first_seq
        self.post.links.append(self.port)
        self.records = self.post.records

    def session(self, phase: str = "end", user: str = "", connector: int = 1) -> bool:
        fields = {
            "session": f"{self.boot_id}-{connector}-{self.records.last_seq % 1_000 + 100}",
            "phase": phase,
            "user": user,
            "start_wh": 11_203_962,
            "register_wh": 11_230_838,
            "energy_wh": 26_876,
            "duration_s": 21_052,
            "charging_s": 19_007,
            "reason": "unplugged" if phase == "end" else "none",
        }
        return self.post.record_session(connector, fields)

    def event(self) -> bool:
        return self.post.record_event(1, "fault-raised", "meter-silent", 1)

    def live(self, ms: int) -> None:
        for _ in range(ms // POLL_MS):
            self.now_ms = (self.now_ms + POLL_MS) % (1 << 30)
            self.post.now_ms = self.now_ms
            if self.may_write and self.records.wants_flash(self.now_ms):
                self.records.write(self.now_ms)
            self.post.pump()
            if self.answers:
                self.store()

    def pass_without_polls(self, ms: int) -> None:
        self.now_ms = (self.now_ms + ms) % (1 << 30)

    def connect(self) -> None:
        self.port.ready = True
        self.records.reconnected()

    def store(self) -> None:
        """The agent takes in what came, and answers with receipts."""
        due = set()
        for record in self.fresh():
            self.chains.setdefault(record.boot_id, Chain()).add(
                record.seq, record.prev, self.now_ms
            )
            due.add(record.boot_id)
        for boot_id in due:
            if self.chains[boot_id].up_to:
                self.records.receipt(boot_id, self.chains[boot_id].up_to)

    def fresh(self) -> list[Record]:
        found: list[Record] = []
        for name, payload, _, _ in self.port.sent[self._read :]:
            cls = Session if name.endswith("session") else Event
            record = cls.decode(payload)
            key = (record.boot_id, record.seq)
            assert self.agent.setdefault(key, payload) == payload, (
                "other bytes under the same name"
            )
            found.append(record)
        self._read = len(self.port.sent)
        return found

    def stored(self) -> list[Record]:
        """What the agent has, in the order it came first."""
        return [
            (Session if b'"phase"' in payload else Event).decode(payload)
            for payload in self.agent.values()
        ]

    def writes(self) -> int:
        return sum(area.writes for area in self.areas)

    def holes(self) -> int:
        return sum(1 for chain in self.chains.values() if chain.waits_for())
