"""Messages under way: ids, order, and what a lost connection does to them."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from evse.link.flight import MAX_PID, Flight
from evse.link.packet_writer import QOS_1, PacketWriter
from tests.link.bench import Published, packets

WINDOW = 4


def test_ids_go_round_past_65535_and_skip_those_under_way() -> None:
    flight = Flight(2)
    flight.add(b"t", b"", QOS_1, flight.new_pid())
    flight.add(b"t", b"", QOS_1, flight.new_pid())
    seen = [flight.new_pid() for _ in range(2 * MAX_PID)]
    assert (min(seen), max(seen)) == (3, MAX_PID)
    assert seen[MAX_PID - 3 : MAX_PID - 1] == [MAX_PID, 3]


def test_a_reserved_id_is_skipped() -> None:
    flight = Flight(2)
    assert [flight.new_pid(2) for _ in range(3)] == [1, 3, 4]


class FlightLife(RuleBasedStateMachine):
    """Against a model: a list of [pid, payload, written in this connection, ever written]."""

    def __init__(self) -> None:
        super().__init__()
        self.flight = Flight(WINDOW)
        self.writer = PacketWriter(1024)
        self.model: list[list[object]] = []
        self.slots = 0  # how many places the model's oldest and all after it take
        self.made = 0

    @precondition(lambda self: not self.flight.full())
    @rule()
    def accept(self) -> None:
        pid = self.flight.new_pid()
        self.made += 1
        payload = b"%d" % self.made
        self.flight.add(b"t", payload, QOS_1, pid)
        self.model.append([pid, payload, False, False])

    @rule()
    def write_all(self) -> None:
        while self.flight.sent < self.flight.count:
            assert self.flight.write_next(0, self.writer)
        expected = [entry for entry in self.model if not entry[2]]
        sent = [Published(flags, body) for _, flags, body in packets(bytes(self.writer.head()))]
        self.writer.clear()
        assert [(m.pid, m.payload, m.again) for m in sent] == [
            (pid, payload, ever) for pid, payload, _, ever in expected
        ]
        for entry in expected:
            entry[2] = entry[3] = True

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def acknowledge(self, data: st.DataObject) -> None:
        entry = data.draw(st.sampled_from(self.model))
        assert self.flight.acknowledge(entry[0]) == entry[2]
        if entry[2]:
            self.model.remove(entry)

    @rule(pid=st.integers(0, MAX_PID))
    def acknowledge_anything(self, pid: int) -> None:
        if pid not in [entry[0] for entry in self.model]:
            assert not self.flight.acknowledge(pid)

    @rule()
    def lose_connection(self) -> None:
        self.flight.rewind()
        for entry in self.model:
            entry[2] = False

    @invariant()
    def bounded(self) -> None:
        assert len(self.model) <= self.flight.count <= WINDOW
        assert 0 <= self.flight.sent <= self.flight.count
        if not self.model:
            assert self.flight.count == 0


TestFlightLife = FlightLife.TestCase
