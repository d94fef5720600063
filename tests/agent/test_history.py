"""The history: what is kept, that nothing counts twice, and that no clock empties it."""

import itertools
import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.history.reader import Fault, Reader
from agent.history.store import History
from agent.intake import Accepted
from agent.moment import EPOCH_S
from agent.sections import History as Bounds
from protocol.messages import Event, Meter, Session, State
from tests.agent.said import accepted
from tests.protocol.samples import values

NOON = 1_793_534_400  # Unix time; 2026-11-01 12:00 UTC
BOUNDS = Bounds()


class Clock:
    def __init__(self) -> None:
        self.now_s = NOON

    def __call__(self) -> float:
        return float(self.now_s)


class Kept:
    """A history with its reader, and a clock the test turns."""

    def __init__(self, folder: Path, bounds: Bounds = BOUNDS) -> None:
        self.path = folder / "history.sqlite"
        self.clock = Clock()
        self.bounds = bounds
        self.history = History(self.path, bounds, self.clock)
        self.reader = Reader(self.path)

    def take(self, *messages: Accepted) -> bool:
        return self.history.take(messages)

    def again(self) -> None:
        """The agent ends and starts again."""
        self.history.close()
        self.history = History(self.path, self.bounds, self.clock)

    def points(self, connector: int = 1, hours: float = 24) -> list[dict[str, Any]]:
        self.history.flush()
        half_s = int(hours * 1_800)
        now_s = self.clock.now_s
        told = self.reader.plot("st-1", connector, now_s - half_s, now_s + half_s)
        names = [name for name in told if name != "step_s"]
        return [
            dict(zip(names, row, strict=True))
            for row in zip(*(told[name] for name in names), strict=True)
        ]

    def close(self) -> None:
        self.history.close()
        self.reader.close()


@pytest.fixture
def kept(tmp_path: Path) -> Any:
    made = Kept(tmp_path)
    yield made
    made.close()


def session(seq: int, phase: str = "checkpoint", boot: int = 1, **more: Any) -> Accepted:
    told = {"session": "1-1-1", "phase": phase, "time_s": NOON - EPOCH_S + seq} | more
    return accepted(Session, boot, seq, **told)


def meter(seq: int, boot: int = 1, **more: Any) -> Accepted:
    told = {"quality": "good", "power_w": 3_680, "register_wh": 1_000 + seq} | more
    return accepted(Meter, boot, seq, **told)


def state(seq: int, name: str = "C2", **more: Any) -> Accepted:
    reason = values(State)["reason"] | {"state": name, "limits": [], "faults": []}
    told = {"reason": reason, "offer_ma": 16_000, "high_mv": 5_980, "low_mv": -11_990} | more
    return accepted(State, 1, seq, **told)


def event(seq: int, what: str, code: str = "", boot: int = 1, connector: int = 1) -> Accepted:
    told = {"what": what, "code": code, "time_s": NOON - EPOCH_S + seq}
    return accepted(Event, boot, seq, connector=connector, **told)


def test_a_session_is_told_from_its_beginning_to_its_end(kept: Kept) -> None:
    kept.take(session(5, "start", energy_wh=0))
    kept.take(session(9, energy_wh=700, duration_s=300, charging_s=280, user="amal"))
    (running,) = kept.reader.sessions()
    assert (running.ended, running.energy_wh, running.user) == (False, 700, "amal")
    kept.take(session(20, "end", energy_wh=900, duration_s=400, reason="unplugged", user="amal"))
    (over,) = kept.reader.sessions()
    assert (over.ended, over.energy_wh, over.reason) == (True, 900, "unplugged")
    assert (over.began_s, over.last_s) == (NOON + 5, NOON + 20)
    assert (over.station, over.connector, over.session) == ("st-1", 1, "1-1-1")


def test_a_session_goes_on_after_a_restart_of_the_board(kept: Kept) -> None:
    kept.take(session(5, "start"), session(900, energy_wh=4_000))
    kept.take(session(2, boot=2, energy_wh=4_001), session(3, "end", boot=2, energy_wh=4_002))
    (only,) = kept.reader.sessions()
    assert (only.ended, only.energy_wh) == (True, 4_002)


def test_a_new_board_under_an_old_name_overwrites_no_session(kept: Kept) -> None:
    kept.take(session(5, "start", start_wh=10), session(9, "end", energy_wh=800))
    kept.clock.now_s += 86_400
    later = {"time_s": NOON - EPOCH_S + 86_400}
    kept.take(session(5, "start", start_wh=0, **later))
    kept.take(session(9, "end", energy_wh=300, **later))
    assert sorted(each.energy_wh for each in kept.reader.sessions()) == [300, 800]


def test_a_record_of_a_board_without_clock_has_the_time_it_came(kept: Kept) -> None:
    kept.take(session(5, "start", time_s=0))
    kept.clock.now_s += 50
    kept.take(session(5, "start", time_s=0))
    assert [each.last_s for each in kept.reader.sessions()] == [NOON]


def test_sessions_are_found_by_station_and_user(kept: Kept) -> None:
    kept.take(
        session(1, session="a", user="amal"),
        session(2, session="b", user="zoe"),
        accepted(Session, 1, 1, station="st-2", session="c", user="amal", time_s=1),
    )
    found = lambda **asked: {each.session for each in kept.reader.sessions(**asked)}  # noqa: E731
    assert found() == {"a", "b", "c"}
    assert found(user="amal") == {"a", "c"}
    assert found(station="st-2") == {"c"}
    assert found(station="st-2", user="zoe") == set()
    assert len(kept.reader.sessions(limit=2)) == 2


def test_a_fault_has_a_beginning_and_an_end(kept: Kept) -> None:
    kept.take(
        event(1, "fault-raised", "diode"),
        event(2, "fault-raised", "over-temperature", connector=2),
        event(3, "fault-cleared", "diode"),
        event(4, "limit-set", "operator"),
    )
    assert kept.reader.faults() == [
        Fault("st-1", 2, "over-temperature", NOON + 2, 0),
        Fault("st-1", 1, "diode", NOON + 1, NOON + 3),
    ]
    assert kept.reader.faults("st-9") == []


def test_a_restart_of_the_board_ends_what_stood(kept: Kept) -> None:
    kept.take(event(1, "fault-raised", "diode"), event(5, "boot", boot=2, connector=0))
    kept.take(event(6, "fault-raised", "diode", boot=2))
    assert kept.reader.faults() == [
        Fault("st-1", 1, "diode", NOON + 6, 0),
        Fault("st-1", 1, "diode", NOON + 1, NOON + 5),
    ]


def test_telemetry_becomes_one_row_a_minute(kept: Kept) -> None:
    for number, power_w in enumerate((3_680, 7_360, 0, 3_600)):
        kept.clock.now_s = NOON + 15 * number
        kept.take(meter(10 + number, power_w=power_w), state(50 + number))
    (row,) = kept.points()
    assert row["at_s"] == NOON
    assert (row["power_min_w"], row["power_max_w"], row["power_w"]) == (0, 7_360, 3_600)
    assert row["register_wh"] == 1_013
    assert (row["offer_ma"], row["high_mv"], row["low_mv"]) == (16_000, 5_980, -11_990)


def test_energy_is_counted_between_rows_and_adds_up_to_the_register(kept: Kept) -> None:
    registers = [1_000, 1_060, 1_060, 1_190, 1_333]
    for number, register_wh in enumerate(registers):
        kept.clock.now_s = NOON + 60 * number
        kept.take(meter(number + 1, register_wh=register_wh))
    told = [row["energy_wh"] for row in kept.points()]
    assert told == [None, 60, 0, 130, 143]


def test_silence_is_a_hole_in_the_plot_and_not_a_line(kept: Kept) -> None:
    kept.take(meter(1))
    kept.clock.now_s += 600
    kept.take(meter(2))
    rows = kept.points()
    assert [row["at_s"] - NOON for row in rows] == [0, 60, 600]
    assert [row["power_w"] for row in rows] == [3_680, None, 3_680]


def test_a_long_time_is_told_in_hours(kept: Kept) -> None:
    for number in range(8):
        kept.clock.now_s = NOON + 1_800 * number
        kept.take(meter(number + 1, register_wh=1_000 * number))
    rows = kept.points(hours=24 * 60)
    assert [row["at_s"] - NOON for row in rows] == [0, 3_600, 7_200, 10_800]
    assert [row["energy_wh"] for row in rows] == [None, 2_000, 2_000, 2_000]


@pytest.mark.parametrize("quality", ["stale", "silent", "none"])
def test_a_meter_that_does_not_answer_has_no_point(kept: Kept, quality: str) -> None:
    kept.take(meter(1, quality=quality))
    assert kept.points() == []


def test_a_retained_copy_is_no_point(kept: Kept) -> None:
    kept.take(accepted(State, 1, 4, retained=True))
    assert kept.points() == []


def test_what_was_written_outlives_a_restart_and_the_minute_goes_on(kept: Kept) -> None:
    kept.take(meter(1, power_w=7_000), session(2, "start"))
    kept.again()
    kept.take(meter(3, power_w=100))
    (row,) = kept.points()
    assert (row["power_w"], row["power_max_w"]) == (100, 7_000)
    assert len(kept.reader.sessions()) == 1


@pytest.mark.parametrize("years", [10, -10, -60])
def test_a_clock_that_jumps_deletes_nothing(tmp_path: Path, years: int) -> None:
    kept = Kept(tmp_path, Bounds(minutes=60, sessions=1_000, events=1_000))
    for number in range(50):
        kept.clock.now_s = NOON + 60 * number
        kept.take(meter(number + 1), session(1_000 + number, "end", session=f"a-{number}"))
    kept.history.flush()
    before = kept.points()
    kept.clock.now_s += years * 365 * 86_400
    kept.take(meter(60), session(1_100, "end", session="b", time_s=0))
    kept.history.flush()
    kept.clock.now_s = NOON + 60 * 50
    kept.take(meter(61), session(1_101, "end", session="c"))
    assert kept.points()[: len(before)] == before
    assert len(kept.reader.sessions(limit=1_000)) == 52
    kept.close()


def test_the_oldest_go_when_there_are_more_than_the_bound(tmp_path: Path) -> None:
    kept = Kept(tmp_path, Bounds(minutes=60, hours=24, sessions=1_000, events=1_000))
    for number in range(1_500):
        kept.clock.now_s = NOON + 60 * number
        kept.take(meter(number + 1))
    kept.take(*(session(n + 1, "end", session=f"s-{n}", time_s=0) for n in range(1_500)))
    assert [each.session for each in kept.reader.sessions(limit=5_000)][-1] == "s-500"
    count = "select count(*), min(at_s) from minutes"
    kept.history.flush()
    with sqlite3.connect(kept.path) as db:
        rows, first_s = db.execute(count).fetchone()
    db.close()
    assert 60 <= rows <= 60 + 33
    assert first_s >= NOON + 60 * (1_500 - 95)
    kept.close()


def test_records_wait_for_a_disk_that_takes_them_and_until_then_no_receipt_goes(
    kept: Kept,
) -> None:
    other = sqlite3.connect(kept.path, isolation_level=None)
    kept.history._db.execute("pragma busy_timeout=1")
    other.execute("begin immediate")
    assert kept.take(session(5, "start")) is False
    assert kept.history.alarm == "history-disk"
    other.execute("rollback")
    other.close()
    assert kept.take() is True
    assert kept.history.alarm == ""
    assert len(kept.reader.sessions()) == 1
    assert kept.history.lost == 0


def test_telemetry_alone_never_holds_a_receipt_back(kept: Kept) -> None:
    other = sqlite3.connect(kept.path, isolation_level=None)
    kept.history._db.execute("pragma busy_timeout=1")
    kept.take(meter(1))
    other.execute("begin immediate")
    assert kept.take(meter(2)) is True
    other.execute("rollback")
    other.close()


def test_a_damaged_file_is_set_aside_and_a_new_one_begun(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.take(session(5, "start"))
    kept.close()
    data = bytearray(kept.path.read_bytes())
    data[100:4_000] = random.Random(1).randbytes(3_900)
    kept.path.write_bytes(data)
    again = Kept(tmp_path)
    assert again.take(session(9, "end")) is True
    assert len(again.reader.sessions()) == 1
    assert list(tmp_path.glob("history.sqlite.damaged-*"))
    again.close()


RECORDS = [
    session(3, "start"),
    session(7, energy_wh=10, user="amal"),
    session(11, energy_wh=25, user="amal"),
    session(2, boot=2, energy_wh=26, user="amal"),
    session(5, "end", boot=2, energy_wh=40, user="amal", reason="unplugged"),
    session(6, "start", boot=2, session="2-1-1"),
    session(9, boot=2, session="2-1-1", energy_wh=5),
    event(4, "fault-raised", "diode"),
    event(8, "fault-cleared", "diode"),
]


@given(
    st.permutations(range(len(RECORDS))),
    st.lists(st.integers(0, len(RECORDS) - 1), max_size=12),
    st.lists(st.integers(0, 20), max_size=4),
)
@settings(max_examples=40, deadline=None)
def test_the_same_records_in_any_order_any_number_of_times_are_the_same_history(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], more: list[int], cuts: list[int]
) -> None:
    plain = Kept(tmp_path_factory.mktemp("plain"))
    plain.take(*RECORDS)
    mixed = Kept(tmp_path_factory.mktemp("mixed"))
    sent = [RECORDS[index] for index in (*order, *more)]
    edges = sorted({0, len(sent), *(min(cut, len(sent)) for cut in cuts)})
    for begin, end in itertools.pairwise(edges):
        mixed.take(*sent[begin:end])
        mixed.again()
    by_name = lambda kept: sorted(map(repr, kept.reader.sessions()))  # noqa: E731
    assert by_name(mixed) == by_name(plain)
    rows = "select place, boot_id, seq, at_s, what, code from events order by boot_id, seq"
    assert mixed.history._db.execute(rows).fetchall() == plain.history._db.execute(rows).fetchall()
    plain.close()
    mixed.close()


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(0, 9_000)), max_size=20))
@settings(max_examples=40, deadline=None)
def test_the_same_telemetry_twice_is_the_same_point(
    tmp_path_factory: pytest.TempPathFactory, said: list[tuple[int, int]]
) -> None:
    messages = [meter(seq, power_w=power_w) for seq, power_w in dict(said).items()]
    once = Kept(tmp_path_factory.mktemp("once"))
    once.take(*messages)
    twice = Kept(tmp_path_factory.mktemp("twice"))
    twice.take(*messages, *reversed(messages), *messages)
    assert twice.points() == once.points()
    once.close()
    twice.close()
