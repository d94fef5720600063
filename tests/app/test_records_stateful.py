"""Records against an agent: whatever is made, sent, confirmed, cut off and rebooted.

Each life begins where the board's clock, the numbers of a boot, or both are about to end.
"""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from evse.app.post import LAST_SEQ
from evse.app.record import Record
from evse.core.units import TICKS_PERIOD
from tests.app.desk import Desk

CLOCKS_MS = st.sampled_from([0, TICKS_PERIOD - 10]) | st.integers(
    TICKS_PERIOD - 60_000, TICKS_PERIOD - 1
)
SEQS = st.sampled_from([0, LAST_SEQ - 1, LAST_SEQ]) | st.integers(LAST_SEQ - 40, LAST_SEQ)


class RecordsMachine(RuleBasedStateMachine):
    """made: every record that must reach the agent: all but those that were in RAM alone, and had
    not arrived, when the power went."""

    @initialize(area=st.sampled_from([1_500, 4_000, 40_000]), now_ms=CLOCKS_MS, seq=SEQS)
    def begin(self, area: int, now_ms: int, seq: int) -> None:
        self.desk = Desk(area, now_ms, seq)
        self.made: list[tuple[int, int]] = []

    @rule(
        kind=st.sampled_from(["start", "checkpoint", "end", "event"]), connector=st.integers(1, 2)
    )
    def make(self, kind: str, connector: int) -> None:
        desk = self.desk
        add = desk.records.add

        def added(record: Record, likes: int, now_ms: int) -> None:
            self.made.append((record.boot_id, record.seq))  # records-dropped, on the way, too
            add(record, likes, now_ms)

        desk.records.add = added
        try:
            _ = desk.event() if kind == "event" else desk.session(kind, connector=connector)
        finally:
            desk.records.add = add

    @rule(ms=st.sampled_from([10, 50, 300, 6_000, 25_000]))
    def live(self, ms: int) -> None:
        self.desk.live(ms)

    @rule(up=st.booleans())
    def link(self, up: bool) -> None:
        if up:
            self.desk.connect()
        self.desk.port.ready = up

    @rule(answers=st.booleans(), may_write=st.booleans())
    def turn(self, answers: bool, may_write: bool) -> None:
        self.desk.answers = answers
        self.desk.may_write = may_write

    @rule(up=st.booleans())
    def power_cut(self, up: bool) -> None:
        desk = self.desk
        in_ram = {(record.boot_id, record.seq) for record in desk.records._ram}
        desk.store()  # what is under way arrives; its receipts do not
        desk.boot()
        self.made = [key for key in self.made if key not in in_ram or key in desk.agent]
        if up:
            desk.connect()

    @rule()
    def everything_arrives_in_the_end(self) -> None:
        desk = self.desk
        desk.answers = desk.may_write = True
        desk.connect()
        desk.live(60_000)
        assert len(desk.records) == 0
        assert set(self.made) <= set(desk.agent)
        arrived = list(desk.agent)
        assert arrived == sorted(arrived)
        assert desk.holes() == 0

    def teardown(self) -> None:
        if hasattr(self, "desk"):
            self.everything_arrives_in_the_end()


TestRecords = RecordsMachine.TestCase
TestRecords.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
