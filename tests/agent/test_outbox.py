import sqlite3
from pathlib import Path

import pytest

from agent import store
from agent.outbox import DUPLICATE, NO_ROOM, STORED, Outbox, OutboxError, Waiting
from tests.agent.said import Session, accepted, reading, record

BIG = "x" * 700


def rows(path: Path) -> list[str]:
    return [f"{row.kind}:{row.payload.decode()}" for row in Waiting(path).after(0, 10_000)]


def count(path: Path) -> int:
    return len(Waiting(path).after(0, 100_000))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.sqlite"


def test_what_is_put_is_there_after_a_restart(path: Path) -> None:
    outbox = Outbox(path)
    first, second = reading(1), record(2, 0)
    assert outbox.put([first, second]) == [STORED, STORED]
    outbox.close()
    again = Outbox(path)
    assert [row.payload for row in Waiting(path).after(0, 9)] == [first.payload, second.payload]
    assert (again.figures()["telemetry"], again.figures()["records"]) == (1, 1)
    assert again.chain("st-1", 1).up_to == 2


def test_what_was_not_closed_is_there_too(path: Path) -> None:
    Outbox(path).put([record(2, 0)])  # nobody closes it: its log is all there is
    assert Outbox(path).chain("st-1", 1).up_to == 2


def test_a_duplicate_is_taken_once(path: Path) -> None:
    outbox = Outbox(path)
    assert outbox.put([record(2, 0), record(2, 0), reading(3), reading(3)]) == [
        STORED,
        DUPLICATE,
        STORED,
        DUPLICATE,
    ]
    assert count(path) == 2


def test_a_record_is_recognised_after_it_went_upstream(path: Path) -> None:
    outbox = Outbox(path)
    outbox.put([record(2, 0)])
    outbox.put([], [1])
    assert count(path) == 0
    assert outbox.put([record(2, 0)]) == [DUPLICATE]
    assert count(path) == 0


def test_two_messages_with_one_number_are_both_kept_and_counted(path: Path) -> None:
    outbox = Outbox(path)
    assert outbox.put([record(2, 0, value=1), record(2, 0, value=2)]) == [STORED, STORED]
    assert outbox.put([reading(3, power_w=1), reading(3, power_w=2)]) == [STORED, STORED]
    assert count(path) == 4
    assert outbox.figures()["clashes"] == 2


def test_the_same_number_of_another_boot_or_station_is_another_message(path: Path) -> None:
    outbox = Outbox(path)
    put = [record(2, 0), record(2, 0, boot=2), record(2, 0, station="st-2")]
    assert outbox.put(put) == [STORED] * 3
    assert outbox.figures()["clashes"] == 0


def test_the_oldest_telemetry_goes_first_and_is_counted_for_ever(path: Path) -> None:
    outbox = Outbox(path, telemetry_bytes=20_000)
    for seq in range(1, 201):
        outbox.put([reading(seq)])
    dropped = outbox.figures()["dropped_telemetry"]
    left = [row.payload for row in Waiting(path).after(0, 999)]
    assert left == [reading(seq).payload for seq in range(201 - len(left), 201)]
    assert dropped == 200 - len(left) > 0
    assert outbox.figures()["telemetry_bytes"] <= 20_000
    outbox.close()
    assert Outbox(path).figures()["dropped_telemetry"] == dropped


def test_records_outlive_any_amount_of_telemetry(path: Path) -> None:
    outbox = Outbox(path, telemetry_bytes=5_000)
    outbox.put([record(1, 0)])
    outbox.put([reading(seq) for seq in range(2, 300)])
    assert Waiting(path).after(0, 1)[0].payload == record(1, 0).payload


def test_records_at_their_quota_are_refused_and_the_alarm_stands_until_there_is_room(
    path: Path,
) -> None:
    outbox = Outbox(path, record_bytes=20_000)
    verdicts, prev = [], 0
    for seq in range(1, 100):
        verdicts += outbox.put([record(seq, prev)])
        prev = seq
    kept = verdicts.index(NO_ROOM)
    assert set(verdicts[kept:]) == {NO_ROOM}
    assert outbox.alarm == "records-full"
    assert outbox.chain("st-1", 1).up_to == kept, "no receipt for a record that was refused"
    assert outbox.put([reading(500)]) == [STORED]
    outbox.put([], [row.id for row in Waiting(path).after(0, 99)])
    assert outbox.put([record(kept + 1, kept)]) == [STORED]
    assert outbox.alarm == ""
    assert outbox.chain("st-1", 1).up_to == kept + 1


def test_one_station_cannot_take_the_room_of_the_others(path: Path) -> None:
    outbox = Outbox(path, record_bytes=40_000)
    verdicts = [outbox.put([record(seq, seq - 1)])[0] for seq in range(1, 200)]
    assert NO_ROOM in verdicts
    assert outbox.figures()["record_bytes"] < 12_000
    assert outbox.put([record(1, 0, station="st-2")]) == [STORED]
    taken = verdicts.count(STORED)
    outbox.put([], range(1, taken))
    assert outbox.put([record(taken + 1, taken)]) == [STORED]


def test_a_record_known_already_is_known_at_the_quota_too(path: Path) -> None:
    outbox = Outbox(path, record_bytes=1_000)
    while outbox.put([record(outbox.figures()["records"] + 1, outbox.figures()["records"])]) == [
        STORED
    ]:
        pass
    assert outbox.put([record(1, 0)]) == [DUPLICATE]


def test_a_chain_with_a_hole_is_remembered_over_a_restart(path: Path) -> None:
    outbox = Outbox(path)
    outbox.put([record(2, 0), record(9, 5), record(12, 9)])
    assert outbox.chain("st-1", 1).up_to == 2
    outbox.close()
    again = Outbox(path)
    assert again.chain("st-1", 1).up_to == 2
    again.put([record(5, 2)])
    assert again.chain("st-1", 1).up_to == 12


def test_a_hole_that_is_given_up_is_counted(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox = Outbox(path)
    monkeypatch.setattr("agent.chain.RESEND_MS", 0)
    for _ in range(3):
        outbox.put([record(9, 7)])
    assert outbox.chain("st-1", 1).up_to == 9
    assert outbox.figures()["holes"] == 1
    outbox.close()
    assert Outbox(path).figures()["holes"] == 1


def test_forgetting_twice_is_harmless(path: Path) -> None:
    outbox = Outbox(path)
    outbox.put([reading(1), reading(2)])
    outbox.put([], [1, 1, 1])
    outbox.put([], [1, 77])
    assert outbox.figures()["telemetry"] == 1


def limit_pages(monkeypatch: pytest.MonkeyPatch, pages: int) -> None:
    """A disk with room for so many pages, as far as SQLite can tell."""
    real = store.connect

    def connect(path: Path, *, readonly: bool = False) -> sqlite3.Connection:
        db = real(path, readonly=readonly)
        if not readonly:
            db.execute(f"pragma max_page_count={pages}")
        return db

    monkeypatch.setattr(store, "connect", connect)


def test_a_full_disk_sheds_telemetry_and_keeps_records(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_pages(monkeypatch, 60)
    outbox = Outbox(path)
    seq = 0
    while outbox.alarm != "disk-full":
        seq += 1
        outbox.put([reading(seq)])
        assert seq < 10_000
    held, before = outbox.figures()["telemetry"], outbox.figures()["dropped_telemetry"]
    assert before > 0
    assert outbox.put([record(seq + 1, 0), reading(seq + 2)])[0] == STORED
    told = outbox.figures()
    assert told["records"] == 1
    assert told["telemetry"] + told["dropped_telemetry"] - before <= held + 1
    assert count(path) == told["telemetry"] + told["records"]


def test_a_disk_full_of_records_refuses_and_loses_none(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_pages(monkeypatch, 60)
    outbox = Outbox(path)
    stored: list[int] = []

    def fill() -> None:
        for seq in range(1, 10_000):
            outbox.put([record(seq, seq - 1)])
            stored.append(seq)

    with pytest.raises(OutboxError, match="disk-full"):
        fill()
    assert outbox.alarm == "disk-full"
    assert count(path) == len(stored) == outbox.figures()["records"]
    assert outbox.chain("st-1", 1).up_to == stored[-1]
    outbox.put([], range(1, 50))  # the backend took some
    assert outbox.put([record(stored[-1] + 1, stored[-1])]) == [STORED]
    assert outbox.alarm == ""


def test_the_reserve_is_given_back_when_the_disk_is_full(path: Path) -> None:
    outbox = Outbox(path, reserve_bytes=1 << 20)
    reserve = path.with_name("outbox.sqlite.reserve")
    assert reserve.stat().st_size == 1 << 20
    held = store.Reserve(reserve, 1 << 20)
    assert held.give_back()
    assert not reserve.exists()
    assert not held.give_back()
    outbox.close()


def test_a_file_that_is_no_database_is_moved_aside_with_the_date(path: Path) -> None:
    path.write_bytes(b"not a database" * 1_000)
    outbox = Outbox(path)
    assert outbox.put([record(1, 0)]) == [STORED]
    assert outbox.figures()["damaged_files"] == 1
    assert len(list(path.parent.glob("outbox.sqlite.damaged-2*"))) == 1


def test_damage_while_running_is_moved_aside_counted_and_the_agent_goes_on(path: Path) -> None:
    outbox = Outbox(path)
    for first in range(1, 12_000, 1_000):  # more than SQLite keeps in memory
        outbox.put([reading(seq) for seq in range(first, first + 1_000)])
    outbox.close()
    size = path.stat().st_size
    outbox = Outbox(path)
    generation = outbox.generation
    with path.open("r+b") as file:
        file.seek(8_192)
        file.write(b"\xa5" * (size - 8_192))
    for row_id in range(1, 12_000, 97):
        outbox.put([], [row_id])
        if outbox.generation != generation:
            break
    told = outbox.figures()
    assert told["damaged_files"] == 1
    assert told["lost_in_damage"] > 0
    assert outbox.put([record(50_000, 0)]) == [STORED]
    assert Waiting(path).after(0, 99)[-1].payload == record(50_000, 0).payload


def test_a_row_whose_bytes_changed_on_disk_is_not_sent(path: Path) -> None:
    outbox = Outbox(path)
    outbox.put([reading(1), reading(2)])
    db = sqlite3.connect(path)
    db.execute("update outbox set payload = x'00' where id = 1")
    db.commit()
    db.close()
    waiting = Waiting(path)
    assert [row.id for row in waiting.after(0, 1)] == [2]
    assert waiting.damaged == [1]


def test_a_locked_database_refuses_the_batch_and_recovers(path: Path) -> None:
    outbox = Outbox(path, busy_s=0.01)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(OutboxError, match="disk-error"):
        outbox.put([record(1, 0)])
    assert outbox.alarm == "disk-error"
    other.execute("rollback")
    other.close()
    assert outbox.put([record(1, 0)]) == [STORED]
    assert outbox.alarm == ""


def test_a_session_is_a_record_and_a_reading_is_not(path: Path) -> None:
    outbox = Outbox(path)
    outbox.put([accepted(Session, seq=1, session="a"), reading(2)])
    assert [row.is_record for row in Waiting(path).after(0, 9)] == [True, False]
