"""Who told which station to do what, when, and what it answered."""

import logging
import sqlite3
import threading
import time
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

from . import store

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger("borne.audit")

_SCHEMA = """
create table if not exists audit (
    id integer primary key autoincrement,
    at_ms integer not null,          -- agent wall clock, Unix ms
    who text not null,               -- page, cli, upstream
    station text not null,
    connector integer not null,      -- -1 where the command has none
    kind text not null,
    command_id text not null,
    payload text not null,
    code text not null default '',   -- the answer; empty while there is none
    field text not null default '',
    value text not null default '',
    answered_ms integer not null default 0
);
create index if not exists audit_command on audit (station, command_id);
"""
_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Entry:
    """at_ms, answered_ms: agent wall clock, Unix ms; answered_ms 0 and code "" until then."""

    at_ms: int
    who: str
    station: str
    connector: int
    kind: str
    command_id: str
    payload: str
    code: str = ""
    field: str = ""
    value: str = ""
    answered_ms: int = 0


COLUMNS = ", ".join(Entry.__dataclass_fields__)


class Audit:
    """A table of commands.  Any thread may use it.

    A disk that takes no more costs the entry, never the command.
    """

    def __init__(self, path: "Path") -> None:
        self._lock = threading.Lock()
        try:
            self._db = _open(path)
        except sqlite3.DatabaseError as error:
            if store.is_full(error) or store.is_passing(error):
                raise
            store.set_aside(path, str(error))
            self._db = _open(path)

    def asked(self, entry: Entry) -> int:
        """Note a command as of now; returns the row to note its answer in."""
        values = (_now_ms(), *astuple(entry)[1:])
        places = ", ".join("?" * len(values))
        row = self._write(f"insert into audit ({COLUMNS}) values ({places})", values)
        self._write("delete from audit where id <= ?", (row - _KEPT,))
        return row

    def answered(self, row: int, code: str, field: str = "", value: str = "") -> None:
        self._write(
            "update audit set code = ?, field = ?, value = ?, answered_ms = ? where id = ?",
            (code, field, value, _now_ms(), row),
        )

    def find(self, station: str, command_id: str) -> Entry | None:
        """The last time this command was asked for."""
        with self._lock:
            row = self._db.execute(
                f"select {COLUMNS} from audit where station = ? and command_id = ?"
                " order by id desc limit 1",
                (station, command_id),
            ).fetchone()
        return Entry(*row) if row else None

    def last(self, count: int = 50) -> list[Entry]:
        """Newest first."""
        with self._lock:
            rows = self._db.execute(
                f"select {COLUMNS} from audit order by id desc limit ?", (count,)
            ).fetchall()
        return [Entry(*row) for row in rows]

    def _write(self, statement: str, values: tuple[object, ...]) -> int:
        with self._lock:
            try:
                return int(self._db.execute(statement, values).lastrowid or 0)
            except sqlite3.Error as error:
                log.error("the audit cannot be written: %s", error)
                return 0

    def close(self) -> None:
        with self._lock:
            self._db.close()


def _open(path: "Path") -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        db.execute("pragma journal_mode=wal")
        db.executescript(_SCHEMA)
    except sqlite3.Error:
        db.close()
        raise
    return db


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
