"""Rows on disk that are handed on out of memory."""

from pathlib import Path

import pytest

from agent.outbox import Outbox, Waiting
from tests.agent.said import reading, record


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.sqlite"


def both(path: Path, outbox: Outbox, row_id: int) -> tuple[list[int], list[int]]:
    """Ids after row_id: out of memory where it has them, and from the disk."""
    recent = Waiting(path, outbox.tail).after(row_id, 9_999)
    return [row.id for row in recent], [row.id for row in Waiting(path).after(row_id, 9_999)]


def test_memory_and_disk_tell_the_same_rows(path: Path) -> None:
    outbox = Outbox(path)
    for first in range(1, 6_000, 300):
        outbox.put(
            [reading(seq) for seq in range(first, first + 300)] + [record(9_000 + first, 0)]
        )
    last = outbox.tail.after(6_020, 9)
    assert last == []
    rows = outbox.tail.after(5_000, 9_999)
    assert rows == Waiting(path).after(5_000, 9_999)
    assert len(rows or []) == 1_020


def test_what_is_no_longer_in_memory_is_read_from_the_disk(path: Path) -> None:
    outbox = Outbox(path)
    outbox.put([reading(seq) for seq in range(1, 20_001)])
    outbox.put([reading(seq) for seq in range(20_001, 30_001)])
    assert outbox.tail.after(5, 9) is None
    assert both(path, outbox, 5) == (list(range(6, 10_005)),) * 2


def test_what_was_sent_before_a_reconnect_does_not_come_again_out_of_memory(path: Path) -> None:
    outbox = Outbox(path)
    outbox.put([record(1, 0)] + [reading(seq) for seq in range(2, 50)])
    outbox.put([], range(2, 50))
    waiting = Waiting(path, outbox.tail)
    waiting.from_disk()
    assert [row.id for row in waiting.after(0, 99)] == [1]
    assert waiting.after(1, 99) == []
    outbox.put([reading(60)])
    assert [row.id for row in waiting.after(1, 99)] == [50]


def test_telemetry_that_was_dropped_is_not_handed_on(path: Path) -> None:
    outbox = Outbox(path, telemetry_bytes=20_000)
    outbox.put([reading(seq) for seq in range(1, 40)])
    outbox.put([reading(seq) for seq in range(40, 200)])
    assert outbox.figures()["dropped_telemetry"] > 0
    recent, stored = both(path, outbox, 1)
    assert recent == stored


def test_nothing_is_in_memory_that_was_rolled_back(path: Path) -> None:
    outbox = Outbox(path)
    outbox.put([reading(1)])
    outbox._db.execute(
        "create trigger no before insert on outbox when new.seq = 3"
        " begin select raise(abort, 'no'); end"
    )
    with pytest.raises(Exception, match="no"):
        outbox._commit([reading(2), reading(3)], [])
    outbox._db.execute("drop trigger no")
    outbox.put([reading(4)])
    assert [row.payload for row in outbox.tail.after(1, 9) or []] == [reading(4).payload]
    assert both(path, outbox, 1) == ([2], [2])
