import threading
from pathlib import Path
from typing import Any

import pytest

from agent.outbox import Outbox, OutboxError, Waiting
from agent.writer import Item, Writer
from tests.agent.said import reading, record
from tests.agent.waiting import until


class Source:
    """Remembers what the writer told it, and how much was on disk then."""

    source = "test"

    def __init__(self, path: Path) -> None:
        self._path = path
        self.acknowledged: list[Any] = []
        self.on_disk_when_acknowledged: list[int] = []
        self.receipts: list[tuple[str, int, int]] = []
        self.refused_count = 0
        self.rooms = 0

    def acknowledge(self, tokens: list[Any]) -> None:
        self.acknowledged += tokens
        self.on_disk_when_acknowledged.append(len(Waiting(self._path).after(0, 10_000)))

    def refused(self, count: int) -> None:
        self.refused_count += count

    def room(self) -> None:
        self.rooms += 1

    def receipt(self, station: str, boot_id: int, up_to_seq: int) -> None:
        self.receipts.append((station, boot_id, up_to_seq))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.sqlite"


def run(writer: Writer) -> None:
    """Everything offered so far, to the end."""
    writer.start()
    writer.stop()
    writer.join(20)
    assert not writer.is_alive()


def test_a_message_is_acknowledged_only_once_it_is_on_disk(path: Path) -> None:
    source, writer = Source(path), Writer(Outbox(path), room=1_000)
    for seq in range(1, 51):
        writer.offer(Item(reading(seq), source, seq))
    run(writer)
    assert source.acknowledged == list(range(1, 51))
    assert source.on_disk_when_acknowledged == [50], "what waited went into one commit"


def test_records_get_one_receipt_a_boot_for_a_whole_batch(path: Path) -> None:
    source, writer = Source(path), Writer(Outbox(path), room=1_000)
    for seq in (2, 4, 6):
        writer.offer(Item(record(seq, seq - 2), source, seq))
        writer.offer(Item(record(seq, seq - 2, station="st-2"), source, seq))
    run(writer)
    assert sorted(source.receipts) == [("st-1", 1, 6), ("st-2", 1, 6)]


def test_a_record_sent_again_gets_its_receipt_again(path: Path) -> None:
    source, writer = Source(path), Writer(Outbox(path), room=1_000)
    writer.offer(Item(record(2, 0), source, 1))
    writer.offer(Item(record(2, 0), source, 2))
    run(writer)
    assert source.acknowledged == [1, 2]
    assert source.receipts == [("st-1", 1, 2)]
    assert writer.figures()["duplicate"] == 1


def test_telemetry_gets_no_receipt(path: Path) -> None:
    source, writer = Source(path), Writer(Outbox(path), room=1_000)
    writer.offer(Item(reading(2), source, 1))
    run(writer)
    assert source.receipts == []


def test_a_record_behind_a_hole_gets_no_receipt_yet(path: Path) -> None:
    source, writer = Source(path), Writer(Outbox(path), room=1_000)
    writer.offer(Item(record(9, 7), source, 1))
    run(writer)
    assert source.acknowledged == [1]
    assert source.receipts == []


def test_a_record_without_room_gets_no_receipt_and_blocks_nobody(path: Path) -> None:
    outbox = Outbox(path, record_bytes=300)
    source, writer = Source(path), Writer(outbox, room=1_000)
    prev = 0
    for seq in range(1, 7):
        outbox.put([record(seq, prev)])
        prev = seq
    assert outbox.alarm == "records-full"
    stored = outbox.chain("st-1", 1).up_to
    writer.offer(Item(record(7, 6), source, "late"))
    writer.offer(Item(reading(8), source, "telemetry"))
    run(writer)
    assert source.acknowledged == ["late", "telemetry"]
    assert source.receipts in ([], [("st-1", 1, stored)])
    assert stored < 6
    assert writer.figures()["no-room"] == 1


def test_a_queue_that_is_full_takes_no_more_and_says_so(path: Path) -> None:
    source, writer = Source(path), Writer(Outbox(path), room=2)
    offered = [writer.offer(Item(reading(seq), source, seq)) for seq in (1, 2, 3)]
    assert offered == [True, True, False]
    assert writer.overflowed == 1
    run(writer)
    assert source.acknowledged == [1, 2]
    assert source.rooms == 1, "what was turned away may come again"


def test_whoever_can_wait_is_asked_to_before_the_queue_is_full(path: Path) -> None:
    source, writer = Source(path), Writer(Outbox(path), room=10)
    took = [
        writer.has_room() for seq in range(6) if writer.offer(Item(reading(seq + 1), source, seq))
    ]
    assert took == [True] * 4 + [False] * 2
    run(writer)
    assert writer.has_room()


class Broken:
    """An outbox that cannot write, a few times."""

    alarm = ""

    def __init__(self, real: Outbox, failures: list[Exception]) -> None:
        self._real, self._failures = real, failures
        self.forgot: list[int] = []

    def put(self, messages: Any, forget: Any) -> list[str]:
        if self._failures:
            raise self._failures.pop()
        self.forgot += forget
        return self._real.put(messages, forget)

    def chain(self, station: str, boot_id: int) -> Any:
        return self._real.chain(station, boot_id)


def test_a_disk_that_fails_for_a_while_loses_nothing_and_acknowledges_nothing(path: Path) -> None:
    outbox: Any = Broken(Outbox(path), [OutboxError("disk-error", "test")])
    source = Source(path)
    ids = [[7], [], []]
    writer = Writer(outbox, room=10, forgettable=lambda: ids.pop(0) if ids else [])
    writer.offer(Item(record(1, 0), source, 1))
    writer.start()
    until("the source was told to keep it", lambda: source.refused_count == 1)
    assert source.acknowledged == []
    until("room is offered again", lambda: source.rooms == 1)
    assert outbox.forgot == [7], "what may be forgotten is not forgotten about"
    run_out(writer)


def run_out(writer: Writer) -> None:
    writer.stop()
    writer.join(20)


def test_an_unexpected_error_does_not_end_the_thread(path: Path) -> None:
    outbox: Any = Broken(Outbox(path), [RuntimeError("what nobody thought of")])
    source, writer = Source(path), Writer(outbox, room=10)
    writer.start()
    writer.offer(Item(record(1, 0), source, 1))
    until("the first batch failed", lambda: source.refused_count == 1)
    writer.offer(Item(record(2, 1), source, 2))
    until("the next one is written", lambda: source.acknowledged == [2])
    run_out(writer)


def test_many_threads_may_offer(path: Path) -> None:
    source, writer = Source(path), Writer(Outbox(path), room=10_000)
    writer.start()

    def board(name: str) -> None:
        for seq in range(1, 101):
            writer.offer(Item(reading(seq, station=name), source, (name, seq)))

    boards = [threading.Thread(target=board, args=(f"st-{number}",)) for number in range(1, 6)]
    for each in boards:
        each.start()
    for each in boards:
        each.join()
    run_out(writer)
    assert len(source.acknowledged) == 500
    for number in range(1, 6):
        mine = [seq for name, seq in source.acknowledged if name == f"st-{number}"]
        assert mine == list(range(1, 101))
