"""The agent's end of a KeepingPort: it stores records, follows their chain, sends receipts."""

from agent.chain import Chain
from protocol.messages import Event, Session
from tests.app.station_bench import StationBench

Record = Session | Event


class AgentEnd:
    """records: what is on its disk, in the order it came.  payloads: the bytes of each.
    deaf: it takes nothing."""

    def __init__(self, bench: StationBench) -> None:
        self.deaf = False
        self.records: list[Record] = []
        self.payloads: dict[tuple[int, int], bytes] = {}
        self.chains: dict[int, Chain] = {}
        self._bench = bench
        self._read = 0

    def work(self) -> None:
        """Take in what came since, and say what is stored."""
        bench = self._bench
        fresh = bench.port.sent[self._read :]
        self._read = len(bench.port.sent)
        if self.deaf:
            return
        due = {}
        for name, payload, _, _ in fresh:
            kind = name.rsplit("/", 1)[1]
            if kind not in ("session", "event"):
                continue
            record = (Session if kind == "session" else Event).decode(payload)
            key = (record.boot_id, record.seq)
            if key not in self.payloads:
                self.payloads[key] = payload
                self.records.append(record)
            assert self.payloads[key] == payload, "the same record with other bytes"
            chain = self.chains.setdefault(record.boot_id, Chain())
            chain.add(record.seq, record.prev, bench.board.ticks_ms())
            due[record.boot_id] = chain.up_to
        for boot_id, up_to in due.items():
            if up_to:
                self._receipt(boot_id, up_to)

    def _receipt(self, boot_id: int, up_to: int) -> None:
        self._bench.raw("receipt", f'{{"boot_id":{boot_id},"up_to_seq":{up_to}}}'.encode())

    def sessions(self) -> list[Session]:
        return [record for record in self.records if isinstance(record, Session)]

    def events(self, what: str) -> list[Event]:
        return [r for r in self.records if isinstance(r, Event) and r.what == what]

    def holes(self) -> list[int]:
        """Boots whose chain waits for a record that has not come."""
        return [boot_id for boot_id, chain in self.chains.items() if chain.waits_for()]
