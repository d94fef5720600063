import sqlite3
from pathlib import Path

from agent.audit import Audit, Entry


def test_a_command_and_its_answer_stay(tmp_path: Path) -> None:
    audit = Audit(tmp_path / "audit.sqlite")
    row = audit.asked(Entry(0, "page", "st-1", 1, "stop", "c-1", "{}"))
    assert audit.find("st-1", "c-1").code == ""
    audit.answered(row, "ok")
    audit.close()
    entry = Audit(tmp_path / "audit.sqlite").find("st-1", "c-1")
    assert (entry.who, entry.kind, entry.code) == ("page", "stop", "ok")
    assert entry.at_ms > 0 and entry.answered_ms >= entry.at_ms


def test_the_last_commands_come_newest_first(tmp_path: Path) -> None:
    audit = Audit(tmp_path / "audit.sqlite")
    for number in range(5):
        audit.asked(Entry(0, "page", "st-1", 1, "stop", f"c-{number}", "{}"))
    assert [entry.command_id for entry in audit.last(2)] == ["c-4", "c-3"]


def test_a_disk_that_takes_no_more_costs_no_command(tmp_path: Path) -> None:
    path = tmp_path / "audit.sqlite"
    audit = Audit(path)
    other = sqlite3.connect(path)
    other.execute("drop table audit")
    other.commit()
    other.close()
    row = audit.asked(Entry(0, "page", "st-1", 1, "stop", "c-1", "{}"))
    audit.answered(row, "ok")


def test_a_damaged_file_is_moved_aside(tmp_path: Path) -> None:
    path = tmp_path / "audit.sqlite"
    path.write_bytes(b"no database" * 500)
    assert Audit(path).last(1) == []
    assert len(list(tmp_path.glob("audit.sqlite.damaged-*"))) == 1
