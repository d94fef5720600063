"""The store that several agents share, on a real PostgreSQL."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from agent.audit import Entry
from agent.config import Config, Store
from agent.history.reader import Reader
from agent.history.store import History
from agent.outbox import OutboxError
from agent.postgres import points, schema
from agent.postgres.audit import SharedAudit
from agent.postgres.connection import connect
from agent.postgres.feed import Feed
from agent.postgres.keeper import Keeper
from agent.postgres.outbox import SharedOutbox
from agent.postgres.reader import SharedReader
from agent.postgres.roster import Roster
from agent.postgres.rows import slot_of
from agent.postgres.waiting import SharedWaiting
from agent.sections import History as Bounds
from agent.sections import Postgres
from tests.agent.database import Database
from tests.agent.said import Birth, Meter, Session, State, accepted, reading, record
from tests.agent.waiting import until

if TYPE_CHECKING:
    from agent.intake import Accepted

_numbers = itertools.count(1)
ALL_SLOTS = frozenset(range(schema.SLOTS))


class Shared:
    """One fleet's tables, and the agents on them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.schema = f"fleet_{next(_numbers)}"
        self.settings = database.settings(self.schema)
        self._open: list[Any] = []
        self.db = self.kept(connect(self.settings, "test"))
        schema.migrate(self.db, self.schema)

    def kept(self, made: Any) -> Any:
        self._open.append(made)
        return made

    def outbox(self, agent: str = "one", **store: int) -> SharedOutbox:
        config = Config(postgres=self.settings, store=Store(**store))
        made: SharedOutbox = self.kept(SharedOutbox(config, agent))
        return made

    def waiting(self, slots: frozenset[int] = ALL_SLOTS) -> SharedWaiting:
        made = SharedWaiting(self.settings, "one", lambda: slots)
        self._open.append(_Closing(made.reopen))
        return made

    def upstream(self) -> list[tuple[str, int]]:
        """What an uplink would send, in order: kind and seq."""
        seqs = dict(self.rows("select id, seq from outbox"))
        return [(row.kind, seqs[row.id]) for row in self.waiting().after(0, 1_000)]

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self.db.execute(statement).fetchall()
        return found

    def close(self) -> None:
        for each in reversed(self._open):
            each.close()


class _Closing:
    def __init__(self, close: Callable[[], None]) -> None:
        self.close = close


@pytest.fixture
def shared(database: Database) -> Iterator[Shared]:
    made = Shared(database)
    yield made
    made.close()


def test_what_two_agents_bring_is_stored_once(shared: Shared) -> None:
    one, two = shared.outbox("one"), shared.outbox("two")
    said = [record(1, 0), reading(2), accepted(Session, 1, 3, prev=1)]
    assert one.put(said) == ["stored"] * 3
    assert two.put(said) == ["duplicate"] * 3
    assert two.put([said[0], said[0], reading(4), reading(4)])[2:] == ["stored", "duplicate"]
    assert shared.rows("select count(*) from outbox") == [(4,)]
    assert shared.rows("select count(*) from events") == [(1,)]
    assert shared.rows("select count(*) from sessions") == [(1,)]


def test_a_receipt_waits_for_records_another_agent_has_yet_to_store(shared: Shared) -> None:
    one, two = shared.outbox("one"), shared.outbox("two")
    one.put([record(1, 0), record(3, 2), record(4, 3)])
    assert one.chain("st-1", 1).up_to == 1
    two.put([record(2, 1)])
    assert two.chain("st-1", 1).up_to == 4


def test_records_go_upstream_in_their_boards_order_whoever_stored_them(shared: Shared) -> None:
    one, two = shared.outbox("one"), shared.outbox("two")
    one.put([record(4, 3), record(3, 2)])
    two.put([record(2, 1)])
    assert shared.upstream() == []
    one.put([record(5, 4), record(1, 0)])
    assert shared.upstream() == [("event", seq) for seq in (1, 2, 3, 4, 5)]


def test_a_record_behind_one_that_never_comes_goes_on_after_three_resends(shared: Shared) -> None:
    agents = [shared.outbox("one"), shared.outbox("two")]
    agents[0].put([record(1, 0), record(3, 2)])
    for each in (1, 0):
        agents[each].put([record(3, 2)])
        assert shared.upstream() == [("event", 1)], "resends within a moment are one"
        shared.db.execute("update boots set waited_ms = waited_ms - 10000")
    agents[1].put([record(3, 2)])
    shared.db.execute("update boots set waited_ms = waited_ms + 315360000000")  # ten years
    agents[0].put([record(3, 2)])
    assert agents[0].chain("st-1", 1).up_to == 3
    assert shared.upstream() == [("event", 1), ("event", 3)]
    assert agents[0].figures()["holes"] == 1


def test_counts_of_rows_and_bytes_are_those_of_the_tables(shared: Shared) -> None:
    one, two = shared.outbox("one"), shared.outbox("two")
    one.put([record(1, 0), record(4, 3), reading(2)])
    two.put([reading(3), reading(5, station="st-2")])
    sent = [row.id for row in shared.waiting().after(0, 2)]
    one.put([], sent)
    two.put([], [*sent, 999])
    figures = two.figures()
    waiting = "(select is_record, size from outbox union all select true, size from ahead) as w"
    told = {
        is_record: (count, size)
        for is_record, count, size in shared.rows(
            f"select is_record, count(*), sum(size) from {waiting} group by 1"
        )
    }
    assert (figures["records"], figures["record_bytes"]) == told.get(True, (0, 0))
    assert (figures["telemetry"], figures["telemetry_bytes"]) == told.get(False, (0, 0))


def test_telemetry_without_room_drops_the_oldest_and_counts_it(shared: Shared) -> None:
    box = shared.outbox(telemetry_mib=1)
    for start in range(1, 5_001, 1_000):
        box.put([reading(seq) for seq in range(start, start + 1_000)])
    figures = box.figures()
    assert figures["telemetry_bytes"] <= 1 << 20
    assert figures["dropped_telemetry"] + figures["telemetry"] == 5_000
    assert shared.rows("select max(seq), count(*) from outbox") == [(5_000, figures["telemetry"])]


def test_one_station_cannot_take_the_records_room_from_the_others(shared: Shared) -> None:
    one, two = shared.outbox("one", record_mib=1), shared.outbox("two", record_mib=1)
    many = [record(seq, seq - 1) for seq in range(1, 1_301)]
    assert set(one.put(many)) == {"stored"}
    assert two.put([record(1_301, 1_300), many[0], record(1, 0, station="st-2")]) == [
        "no-room",
        "duplicate",
        "stored",
    ]
    assert two.alarm == "records-full"
    one.put([], [row.id for row in shared.waiting().after(0, 2_000)])
    assert two.put([record(1_301, 1_300)]) == ["stored"]


def test_a_row_goes_to_the_agent_that_has_its_slot_and_again_when_another_gets_it(
    shared: Shared,
) -> None:
    box = shared.outbox()
    stations = [f"st-{number}" for number in range(1, 40)]
    box.put([reading(1, station=name) for name in stations])
    half = frozenset(range(0, schema.SLOTS, 2))
    first, second = shared.waiting(half), shared.waiting(ALL_SLOTS - half)
    topics = [{row.topic for row in each.after(0, 100)} for each in (first, second)]
    assert {name for topic in topics[0] if (name := topic.split("/")[2])} == {
        name for name in stations if slot_of(name) in half
    }
    assert len(topics[0] | topics[1]) == len(stations)
    assert first.after(1, 100) == [], "each is handed out once"
    assert len(shared.waiting().after(0, 100)) == len(stations), "whoever takes over has them all"


def test_a_database_that_is_away_takes_nothing_and_all_of_it_once_it_is_back() -> None:
    database = Database()
    database.start()
    shared = Shared(database)
    try:
        box = shared.outbox()
        box.put([record(1, 0)])
        database.kill()
        with pytest.raises(OutboxError) as error:
            box.put([record(2, 1)])
        assert error.value.code == box.alarm == "disk-error"
        database.start()
        assert box.put([record(1, 0), record(2, 1)]) == ["duplicate", "stored"]
        assert box.chain("st-1", 1).up_to == 2
        assert box.alarm == ""
    finally:
        shared.close()
        database.stop()


class Picture:
    def __init__(self, shared: Shared, agent: str) -> None:
        self.recalled: list[tuple[Accepted, int]] = []
        self.heard: list[Accepted] = []
        self.feed = Feed(
            shared.settings, agent, self.recalled.extend, self.heard.extend, lambda: None
        )

    def __enter__(self) -> "Picture":
        self.feed.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.feed.stop()
        self.feed.join(10)


def test_an_agent_hears_what_the_others_stored_and_not_its_own(shared: Shared) -> None:
    one, two = shared.outbox("one"), shared.outbox("two")
    with Picture(shared, "one") as picture:
        one.put([reading(1)])
        until("it has begun", lambda: bool(picture.feed._last) or bool(picture.recalled))
        one.put([reading(2)])
        two.put([reading(3), record(4, 0)])
        until("it heard", lambda: len(picture.heard) == 2)
    assert [(each.kind, each.message.seq) for each in picture.heard] == [
        ("meter", 3),
        ("event", 4),
    ]


def test_an_agent_that_comes_later_learns_the_newest_of_each_kind_and_its_age(
    shared: Shared,
) -> None:
    box = shared.outbox("two")
    box.put([accepted(Birth, 1, 1), reading(2), reading(4), accepted(State, 1, 3)])
    box.put([reading(3), reading(9, station="st-2", retained=False)])
    shared.db.execute("update live set at = at - interval '1 minute' where kind = 'birth'")
    with Picture(shared, "one") as picture:
        until("it knows", lambda: len(picture.recalled) == 4)
    found = {(each.station, each.kind): (each.message.seq, age) for each, age in picture.recalled}
    assert {key: seq for key, (seq, _) in found.items()} == {
        ("st-1", "birth"): 1,
        ("st-1", "meter"): 4,
        ("st-1", "state"): 3,
        ("st-2", "meter"): 9,
    }
    assert found["st-1", "birth"][1] >= 60_000 > found["st-1", "meter"][1] >= 0


class Member:
    """An agent of a roster."""

    def __init__(self, shared: Shared, name: str) -> None:
        self.inherited: list[str] = []
        self.roster = Roster(shared.settings, (name,), lambda: None, self._heir)
        self.roster.start()

    def _heir(self, name: str) -> "Member":
        self.inherited.append(name)
        return self

    finished = True

    def start(self) -> None: ...

    def stop(self) -> None:
        self.roster.stop()
        self.roster.join(10)

    def is_alive(self) -> bool:
        return False

    def __enter__(self) -> "Member":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def test_agents_split_the_slots_and_one_that_ends_leaves_its_part_to_the_others(
    shared: Shared,
) -> None:
    with Member(shared, "one") as one:
        until("it has all", lambda: one.roster.slots == ALL_SLOTS)
        with Member(shared, "two") as two:
            until("half each", lambda: len(one.roster.slots) == len(two.roster.slots) == 32)
            assert not one.roster.slots & two.roster.slots
            assert one.roster.leads != two.roster.leads
        until("it has all again", lambda: one.roster.slots == ALL_SLOTS)
        until("it looked after what was left", lambda: one.inherited == ["two"])
        until("nobody is left", lambda: shared.rows("select name from agents") == [("one",)])


def test_two_agents_with_one_name_are_told_so(shared: Shared) -> None:
    with Member(shared, "one") as one:
        until("it stands", lambda: one.roster.standing)
        with Member(shared, "one") as other:
            until("it is refused", lambda: "another agent is one" in other.roster.trouble)
            assert not other.roster.standing
            assert not other.roster.slots


def test_a_newer_agents_tables_are_left_alone(shared: Shared) -> None:
    shared.db.execute("insert into version values (99)")
    with pytest.raises(schema.SchemaError, match="version 99"):
        schema.migrate(shared.db, shared.schema)


def test_timescale_gets_the_history_where_it_is_there(shared: Shared) -> None:
    """A stand-in for the extension; the real one is not in Debian."""
    name = f"{shared.schema}_timescale"
    shared.db.execute(
        f"create schema {name}; create table {name}.made (what text, by text, width bigint);"
        f"create function {name}.create_hypertable(relation regclass, time_column_name name,"
        f" chunk_time_interval bigint) returns void language sql as 'insert into {name}.made"
        " values (relation::text, time_column_name, chunk_time_interval)'"
    )
    db = connect(shared.settings, "test", search_path=f"{name}_tables,{name}")
    try:
        with db.transaction(force_rollback=True):
            db.execute("set local allow_system_table_mods = on")
            db.execute(
                "insert into pg_extension (oid, extname, extowner, extnamespace, extrelocatable,"
                " extversion) values (1, 'timescaledb', 10, 11, false, '2')"
            )
            assert schema.migrate(db, f"{name}_tables")
            found = db.execute(f"select what, by, width from {name}.made").fetchall()
    finally:
        db.close()
    assert found == [("minutes", "at_s", 86_400), ("hours", "at_s", 2_592_000)]


def told(reader: Reader, now_s: int, hours: int) -> dict[str, Any]:
    return reader.plot("st-1", 1, now_s - hours * 3_600, now_s + 3_600)


def test_plots_are_those_of_an_agent_of_its_own(shared: Shared, tmp_path: Path) -> None:
    now_s = 1_793_534_400
    said = [
        accepted(kind, boot, seq, **more)
        for boot, seq in itertools.product((1, 2), range(1, 30, 3))
        for kind, more in (
            (Meter, {"power_w": (seq * 37) % 11_000, "register_wh": boot * 100 + seq}),
            (State, {"offer_ma": seq * 100}),
        )
    ]
    clock = iter(range(now_s, now_s + 10_000_000, 97))
    history = History(tmp_path / "h.sqlite", Bounds(), lambda: at_s)
    place = 1
    shared.db.execute("insert into places (station, connector) values ('st-1', 1)")
    for each in said:
        at_s = next(clock)
        history.take([each])
        points.put(shared.db, [(place, each)], at_s)
        points.put(shared.db, [(place, each)], at_s)  # twice is once
    history.flush()
    local, reader = Reader(tmp_path / "h.sqlite"), SharedReader(shared.settings)
    try:
        for hours in (20, 2_000):
            assert told(reader, at_s, hours) == told(local, at_s, hours)
        points.roll(shared.db, now_s - 3_600, at_s // 3_600 * 3_600)
        shared.db.execute("delete from minutes where at_s < %s", (at_s // 3_600 * 3_600,))
        assert told(reader, at_s, 2_000) == told(local, at_s, 2_000), "hours stand for themselves"
    finally:
        history.close()
        local.close()
        reader.close()


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_whichever_agent_is_first_the_minute_is_the_same(
    shared: Shared, order: tuple[int, ...]
) -> None:
    said = [reading(seq, power_w=power) for seq, power in ((1, 900), (2, 100), (3, 500))]
    for each in order:
        points.put(shared.db, [(1, said[each])], 60)
    assert shared.rows("select power_w, power_min_w, power_max_w, meter_seq from minutes") == [
        (500, 100, 900, 3)
    ]


def test_the_keeper_keeps_counts_and_makes_hours(shared: Shared) -> None:
    shared.outbox().put([reading(1), record(2, 0)])
    (place,) = shared.rows("select id from places order by id limit 1")[0]
    shared.db.execute("delete from minutes")
    shared.db.execute(
        "insert into minutes (place, at_s, power_w, power_min_w, power_max_w)"
        " select %s, m * 60, m, m, m from generate_series(0, 599) as m",
        (place,),
    )
    shared.db.execute(
        "insert into feed (agent, said) select 'x', '' from generate_series(1, 3000)"
    )
    Keeper(Bounds(minutes=60))(shared.db)
    assert shared.rows("select count(*) from feed") == [(2_000,)]
    assert shared.rows("select count(*), min(at_s) from minutes") == [(60, 540 * 60)]


def test_a_command_asked_of_one_agent_is_known_to_the_other(shared: Shared) -> None:
    one = shared.kept(SharedAudit(shared.settings))
    two = shared.kept(SharedAudit(shared.settings))
    row = one.asked(Entry(0, "api", "st-1", 1, "start", "c-1", "{}"))
    one.answered(row, "ok")
    found = two.find("st-1", "c-1")
    assert found is not None and (found.code, found.who) == ("ok", "api")
    assert [each.command_id for each in two.last()] == ["c-1"]


def test_a_password_is_read_from_its_file_and_told_nobody(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secret = tmp_path / "password"
    secret.write_text("hunter-2-hunter\n")
    settings = Postgres(
        enabled=True, host=str(database.folder), user="nobody-here", password_file=str(secret)
    )
    audit = SharedAudit(settings)
    assert audit.find("st-1", "c-1") is None
    audit.close()
    assert "nobody-here" in caplog.text
    assert "hunter" not in caplog.text + repr(settings)
