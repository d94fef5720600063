"""Messages the backend has not taken yet, on disk, in the order they came.

Two classes share it.  Records (sessions, events) are never dropped: at their quota they are
refused, so that the board keeps them.  Telemetry is bounded too, and its oldest goes first;
every drop is counted and the count survives.  What is on disk when put() returns stays on disk.
Knows no socket and no board; writer.py is the only one who writes, Waiting is for forwarder.py.
"""

import logging
import sqlite3
import threading
import time
import zlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from . import store
from .tables import DUPLICATE, NO_ROOM, STORED, Row, Tables

if TYPE_CHECKING:
    from pathlib import Path

    from .chain import Chain
    from .intake import Accepted

__all__ = ["DUPLICATE", "NO_ROOM", "STORED", "Outbox", "OutboxError", "Row", "Waiting"]

log = logging.getLogger("borne.outbox")

_RESERVE_TRY_S = 60
_TAIL = 4_096


class OutboxError(Exception):
    """Nothing could be written now.  code: disk-full or disk-error."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


class Outbox:
    """generation: grows when a damaged file had to be replaced; row ids begin anew then.
    alarm: "", records-full, disk-full or disk-error."""

    def __init__(
        self,
        path: "Path",
        *,
        telemetry_bytes: int = 256 << 20,
        record_bytes: int = 64 << 20,
        reserve_bytes: int = 0,
        busy_s: float = 5.0,
    ) -> None:
        self.path = path
        self._telemetry_bytes = telemetry_bytes
        self._record_bytes = record_bytes
        self._reserve = store.Reserve(path.with_name(path.name + ".reserve"), reserve_bytes)
        self._reserve_tried_s = 0.0
        self._busy_s = busy_s
        self.generation = 0
        self.alarm = ""
        self.tail = Tail()
        self._open()

    def put(self, messages: "Sequence[Accepted]", confirmed: Iterable[int] = ()) -> list[str]:
        """Store messages and forget confirmed rows, all in one commit.

        One verdict each, in order.  Raises OutboxError when nothing could be written; then
        nothing was.
        """
        sent = list(confirmed)
        try:
            verdicts = self._commit(messages, sent)
        except sqlite3.DatabaseError as error:
            if store.is_full(error):
                return self._put_when_full(messages, sent)
            if store.is_passing(error):
                self.alarm = "disk-error"
                raise OutboxError("disk-error", str(error)) from error
            self._start_over(str(error))
            verdicts = self._commit(messages, [])
        if NO_ROOM in verdicts:
            self.alarm = "records-full"
        elif self.alarm != "records-full" or not self.is_full():
            self.alarm = ""
        self._take_reserve()
        return verdicts

    def is_full(self) -> bool:
        """Records are at their quota, give or take a tenth."""
        return self._tables.bytes[1] * 10 > self._record_bytes * 9

    def chain(self, station: str, boot_id: int) -> "Chain":
        """How far the records of a boot are stored without a hole."""
        return self._tables.chain((self._tables.station(station), boot_id))

    def figures(self) -> dict[str, int]:
        """Rows and bytes waiting, and what was ever dropped, clashed, missed or lost."""
        tables = self._tables
        return {
            "telemetry": tables.rows[0],
            "telemetry_bytes": tables.bytes[0],
            "records": tables.rows[1],
            "record_bytes": tables.bytes[1],
            "dropped_telemetry": 0,
            "clashes": 0,
            "holes": 0,
            "damaged_files": 0,
            "lost_in_damage": 0,
        } | tables.counters

    def close(self) -> None:
        self._db.close()

    def _open(self) -> None:
        self._db, replaced = store.open_or_start_over(self.path)
        self._db.execute(f"pragma busy_timeout={int(self._busy_s * 1_000)}")
        self._tables = Tables(self._db, self._record_bytes)
        if replaced:
            self._tables.count("damaged_files")
        self._take_reserve()

    def _start_over(self, why: str) -> None:
        known, counters = sum(self._tables.rows), self._tables.counters
        self._db.close()
        store.set_aside(self.path, why)
        self.tail.clear()
        self.generation += 1
        self._open()
        for name, value in counters.items():
            self._tables.count(name, value)
        self._tables.count("damaged_files")
        self._tables.count("lost_in_damage", known)

    def _commit(
        self, messages: "Sequence[Accepted]", sent: list[int], free_bytes: int = 0
    ) -> list[str]:
        tables = self._tables
        before = list(tables.rows), list(tables.bytes), dict(tables.counters)
        received_ms = time.time_ns() // 1_000_000
        try:
            self._db.execute("begin immediate")
            tables.begin()
            tables.forget(sent)
            if free_bytes:
                tables.drop_oldest_telemetry(free_bytes)
            verdicts = [tables.put(message, received_ms) for message in messages]
            if tables.bytes[0] > self._telemetry_bytes:
                tables.drop_oldest_telemetry(tables.bytes[0] - self._telemetry_bytes * 19 // 20)
            tables.save()
            self._db.execute("commit")
        except sqlite3.Error:
            tables.rows, tables.bytes, tables.counters = before
            if self._db.in_transaction:
                self._db.execute("rollback")
            tables.refresh()
            raise
        if tables.counters.get("dropped_telemetry", 0) != before[2].get("dropped_telemetry", 0):
            self.tail.clear()
        else:
            self.tail.add(tables.added)
        return verdicts

    def _put_when_full(self, messages: "Sequence[Accepted]", sent: list[int]) -> list[str]:
        """The disk is full: waiting telemetry makes room, new telemetry is shed, records stay."""
        if self.alarm != "disk-full":
            log.error("the disk is full: telemetry is dropped, records are kept")
        self.alarm = "disk-full"
        records = [message for message in messages if message.is_record]
        shed = len(messages) - len(records)
        while True:
            try:
                self._tables.count("dropped_telemetry", shed)
                free_bytes = max(self._tables.bytes[0] // 4, 1)
                verdicts = iter(self._commit(records, sent, free_bytes))
                return [next(verdicts) if each.is_record else NO_ROOM for each in messages]
            except sqlite3.DatabaseError as error:
                self._tables.count("dropped_telemetry", -shed)
                if not self._reserve.give_back():
                    raise OutboxError("disk-full", str(error)) from error

    def _take_reserve(self) -> None:
        now_s = time.monotonic()
        if now_s - self._reserve_tried_s >= _RESERVE_TRY_S:
            self._reserve_tried_s = now_s
            self._reserve.take()


class Tail:
    """The newest rows on disk, still in memory, so that nobody who keeps up needs the disk."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._rows: list[Row] = []

    def add(self, rows: list[Row]) -> None:
        """Committed just now; their ids follow on the last ones."""
        with self._guard:
            if self._rows and rows and rows[0].id != self._rows[-1].id + 1:
                self._rows = []
            if len(self._rows) + len(rows) > _TAIL * 2:
                del self._rows[:-_TAIL]
            self._rows += rows

    def clear(self) -> None:
        with self._guard:
            self._rows = []

    def after(self, row_id: int, limit: int) -> list[Row] | None:
        """None when they must be read from the disk."""
        with self._guard:
            if not self._rows or row_id < self._rows[0].id:
                return None
            at = row_id - self._rows[0].id + 1
            return self._rows[at : at + limit]


class Waiting:
    """The rows of an Outbox, oldest first: out of its tail, or through a reader's own
    connection."""

    def __init__(self, path: "Path", tail: Tail | None = None) -> None:
        self._path = path
        self._tail = tail or Tail()
        self._db: sqlite3.Connection | None = None
        self.damaged: list[int] = []  # rows whose bytes no longer match their crc32

    def from_disk(self) -> None:
        """Only what is on disk counts: the rest was sent, or is gone."""
        self._tail.clear()

    def after(self, row_id: int, limit: int) -> list[Row]:
        """Up to limit rows newer than row_id.  Empty when they cannot be read now."""
        recent = self._tail.after(row_id, limit)
        if recent is not None:
            return recent
        good: list[Row] = []
        try:
            found = self._read(row_id, limit)
            while found and not good:
                for row, crc in found:
                    if zlib.crc32(row.payload) == crc:
                        good.append(row)
                    else:
                        self.damaged.append(row.id)
                found = [] if good else self._read(found[-1][0].id, limit)
        except sqlite3.Error as error:
            log.warning("waiting messages cannot be read now: %s", error)
            self.reopen()
        return good

    def reopen(self) -> None:
        """The file was replaced, or something is wrong with it."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def _read(self, row_id: int, limit: int) -> list[tuple[Row, int]]:
        if self._db is None:
            self._db = store.connect(self._path, readonly=True)
        return [
            (Row(found_id, topic, payload, kind, bool(is_record)), crc)
            for found_id, topic, payload, kind, is_record, crc in self._db.execute(
                "select id, topic, payload, kind, is_record, crc32 from outbox"
                " where id > ? order by id limit ?",
                (row_id, limit),
            )
        ]
