"""The outbox and the forwarder against a model that is a few plain lists, restarts included."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from agent.forwarder import Forwarder
from agent.outbox import DUPLICATE, NO_ROOM, STORED, Outbox, Waiting
from tests.agent.said import reading, record

STATIONS = ("st-1", "st-2")
KEEP_MS = 1_000


class Journey(RuleBasedStateMachine):
    """Boards say things, the backend confirms, loses the link, the agent restarts."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "outbox.sqlite"
        self.now_ms = 0
        self.said: dict[str, list[bytes]] = {name: [] for name in STATIONS}
        self.records: dict[str, list[tuple[int, int]]] = {name: [] for name in STATIONS}
        self.seq = dict.fromkeys(STATIONS, 0)
        self.told: dict[str, list[bytes]] = {name: [] for name in STATIONS}
        self.open()

    def open(self) -> None:
        self.outbox = Outbox(self.path)
        self.waiting = Waiting(self.path)
        self.forwarder = Forwarder(self.waiting, window=4, keep_ms=KEEP_MS)
        self.flying: list[int] = []

    def teardown(self) -> None:
        self.outbox.close()
        self.waiting.reopen()
        shutil.rmtree(self.folder)

    @rule(station=st.sampled_from(STATIONS), size=st.integers(1, 6), data=st.data())
    def board_speaks(self, station: str, size: int, data: st.DataObject) -> None:
        batch = []
        for is_record in data.draw(st.lists(st.booleans(), min_size=size, max_size=size)):
            self.seq[station] += 1
            seq = self.seq[station]
            if is_record:
                prev = self.records[station][-1][0] if self.records[station] else 0
                self.records[station].append((seq, prev))
                batch.append(record(seq, prev, station=station))
            else:
                batch.append(reading(seq, station=station))
        assert self.outbox.put(batch) == [STORED] * size
        self.said[station] += [each.payload for each in batch]

    @rule(station=st.sampled_from(STATIONS))
    def board_resends_its_records(self, station: str) -> None:
        again = [record(seq, prev, station=station) for seq, prev in self.records[station]]
        verdicts = self.outbox.put(again)
        assert NO_ROOM not in verdicts
        assert set(verdicts) <= {DUPLICATE}

    @rule()
    def backend_takes_some(self) -> None:
        for row in self.forwarder.to_publish():
            self.flying.append(row.id)
            self.told[row.topic.split("/")[2]].append(row.payload)

    @precondition(lambda self: self.flying)
    @rule(data=st.data())
    def backend_confirms(self, data: st.DataObject) -> None:
        row_id = data.draw(st.sampled_from(self.flying))
        self.flying.remove(row_id)
        self.forwarder.confirmed(row_id, self.now_ms)

    @rule(passed_ms=st.sampled_from([1, KEEP_MS // 2, KEEP_MS]))
    def time_passes(self, passed_ms: int) -> None:
        self.now_ms += passed_ms
        self.outbox.put([], self.forwarder.take_forgettable(self.now_ms))

    @rule()
    def upstream_reconnects(self) -> None:
        self.forwarder.connected()
        self.flying = []

    @rule(cleanly=st.booleans())
    def agent_restarts(self, cleanly: bool) -> None:
        if cleanly:
            self.outbox.close()
        self.open()

    @invariant()
    def a_receipt_names_the_last_record(self) -> None:
        for station in STATIONS:
            last = self.records[station][-1][0] if self.records[station] else 0
            assert self.outbox.chain(station, 1).up_to == last

    @invariant()
    def nothing_said_is_neither_waiting_nor_told(self) -> None:
        held = {row.payload for row in Waiting(self.path).after(0, 10_000)}
        for station in STATIONS:
            assert set(self.said[station]) <= held | set(self.told[station])

    @invariant()
    def each_station_is_told_in_order(self) -> None:
        for station in STATIONS:
            first_told = list(dict.fromkeys(self.told[station]))
            assert first_told == self.said[station][: len(first_told)]

    @invariant()
    def the_window_holds(self) -> None:
        assert self.forwarder.unconfirmed <= 4


Journey.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
test_outbox_and_forwarder_against_the_model = Journey.TestCase
