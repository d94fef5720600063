"""The outbox's rows, inside one transaction that outbox.py begins and ends.

Decides whether a message is new, known, or at odds with a known one; keeps the counts.
"""

import time
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from .chain import Chain

if TYPE_CHECKING:
    import sqlite3

    from .intake import Accepted

STORED, DUPLICATE, NO_ROOM = "stored", "duplicate", "no-room"
ROW_BYTES = 120  # what a row costs beside topic and payload
_CACHED = 20_000  # boots remembered
_PRUNE_EVERY = 500  # records of one boot
SHARES = 4  # of the records' room: one station's at most
_KEPT_SEQS, _KEPT_BOOTS = 5_000, 16

Key = tuple[int, int]  # station's row, boot_id

# Many rows in one statement: the interpreter's lock goes round once for each statement, and while
# others want it that takes longer than the statement.
_PORTIONS = (256, 16, 1)
_COLUMNS = "id, station, boot_id, seq, kind, is_record, topic, payload, crc32, received_ms"
_WIDTH = _COLUMNS.count(",") + 1
_INSERT = {
    portion: f"insert into outbox ({_COLUMNS}) values "
    + ", ".join(["(" + ", ".join("?" * _WIDTH) + ")"] * portion)
    for portion in _PORTIONS
}
_SIZES = (
    "select is_record, case is_record when 1 then station else 0 end, count(*),"
    " sum(length(topic) + length(payload)) from outbox"
    " where id in (select value from json_each(?)) group by 1, 2"
)
_DELETE = "delete from outbox where id in (select value from json_each(?))"


@dataclass(frozen=True, slots=True)
class Row:
    id: int
    topic: str
    payload: bytes
    kind: str
    is_record: bool = False


class Tables:
    """rows and bytes: waiting, [telemetry, records].  counters: what survives restarts."""

    def __init__(self, db: "sqlite3.Connection", record_bytes: int) -> None:
        self._db = db
        self._record_bytes = record_bytes
        self.rows, self.bytes = [0, 0], [0, 0]
        self.counters: dict[str, int] = dict(db.execute("select name, value from counters"))
        self._changed: set[str] = set()
        self._moved: set[Key] = set()
        self._since_pruned: dict[Key, int] = {}
        self.refresh()
        for which, rows, size in db.execute(
            "select is_record, count(*), sum(length(topic) + length(payload) + ?)"
            " from outbox group by is_record",
            (ROW_BYTES,),
        ):
            self.rows[which], self.bytes[which] = rows, size

    def refresh(self) -> None:
        """Forget what a rolled back transaction may have taught."""
        self._stations: dict[str, int] = dict(self._db.execute("select name, id from stations"))
        self._chains: dict[Key, Chain] = {}
        self._highest: dict[Key, int] = {}
        self._moved.clear()
        self._waiting: list[object] = []  # the values of rows not inserted yet
        self.added: list[Row] = []  # in this transaction
        last = self._db.execute("select seq from sqlite_sequence where name = 'outbox'").fetchone()
        self._last_id = last[0] if last else 0
        self._record_bytes_of: Counter[int] = Counter()
        for station, size in self._db.execute(
            "select station, sum(length(topic) + length(payload) + ?)"
            " from outbox where is_record = 1 group by station",
            (ROW_BYTES,),
        ):
            self._record_bytes_of[station] = size

    def count(self, name: str, by: int = 1) -> None:
        if by:
            self.counters[name] = self.counters.get(name, 0) + by
            self._changed.add(name)

    def begin(self) -> None:
        """A transaction was begun."""
        self.added = []

    def save(self) -> None:
        """Rows, counters and chains, just before the commit."""
        self._insert_waiting()
        for name in self._changed:
            self._db.execute(
                "insert or replace into counters values (?, ?)", (name, self.counters[name])
            )
        self._changed.clear()
        for key in self._moved:
            chain = self._chains[key]
            self._db.execute(
                "insert or replace into boots values (?, ?, ?, ?)",
                (*key, chain.up_to, chain.holes),
            )
        self._moved.clear()

    def put(self, message: "Accepted", received_ms: int) -> str:
        head = message.message
        key = (self.station(message.station), head.boot_id)
        crc = zlib.crc32(message.payload)
        if message.is_record:
            known = self._crcs("seen", key, head.seq)
            if crc not in known and not self._has_room(key[0]):
                return NO_ROOM
        elif head.seq > self._highest_of(key):
            known = []
            self._highest[key] = head.seq
        else:
            known = self._crcs("outbox", key, head.seq)
        if crc in known:
            if message.is_record:
                self._chain_add(key, head.seq, head.prev)
            return DUPLICATE
        if known:
            self.count("clashes")
        self._insert(message, key, crc, received_ms)
        return STORED

    def _insert(self, message: "Accepted", key: Key, crc: int, received_ms: int) -> None:
        head, which = message.message, int(message.is_record)
        self._last_id += 1
        topic, payload = message.topic, message.payload
        self._waiting += (
            self._last_id,
            *key,
            head.seq,
            message.kind,
            which,
            topic,
            payload,
            crc,
            received_ms,
        )
        self.added.append(Row(self._last_id, topic, payload, message.kind, message.is_record))
        size = len(message.topic) + len(message.payload) + ROW_BYTES
        self.rows[which] += 1
        self.bytes[which] += size
        if message.is_record:
            self._record_bytes_of[key[0]] += size
            self._db.execute(
                "insert into seen values (?, ?, ?, ?, ?)", (*key, head.seq, crc, head.prev)
            )
            self._chain_add(key, head.seq, head.prev)
            self._prune(key)

    def _insert_waiting(self) -> None:
        values, self._waiting = self._waiting, []
        at = 0
        for portion in _PORTIONS:
            width = portion * _WIDTH
            while len(values) - at >= width:
                self._db.execute(_INSERT[portion], values[at : at + width])
                at += width

    def forget(self, row_ids: Iterable[int]) -> None:
        """The backend has these.  Forgetting twice is harmless."""
        ids = msgspec.json.encode(list(row_ids)).decode()
        if ids == "[]":
            return
        for which, station, rows, size in self._db.execute(_SIZES, (ids,)).fetchall():
            freed = size + rows * ROW_BYTES
            self.rows[which] -= rows
            self.bytes[which] -= freed
            if which:
                self._record_bytes_of[station] -= freed
        self._db.execute(_DELETE, (ids,))

    def drop_oldest_telemetry(self, bytes_to_free: int) -> None:
        """Yesterday's meter value is worth less than today's; each drop is counted."""
        self._insert_waiting()
        freed, last, dropped = 0, 0, 0
        for row_id, size in self._db.execute(
            "select id, length(topic) + length(payload) from outbox"
            " where is_record = 0 order by id"
        ):
            if freed >= bytes_to_free:
                break
            freed += size + ROW_BYTES
            last = row_id
            dropped += 1
        self._db.execute("delete from outbox where is_record = 0 and id <= ?", (last,))
        self.rows[0] -= dropped
        self.bytes[0] -= freed
        self.count("dropped_telemetry", dropped)

    def station(self, name: str) -> int:
        if name not in self._stations:
            cursor = self._db.execute("insert into stations (name) values (?)", (name,))
            self._stations[name] = int(cursor.lastrowid or 0)
        return self._stations[name]

    def chain(self, key: Key) -> Chain:
        if key not in self._chains:
            if len(self._chains) > _CACHED:
                self.save()
                self._chains.clear()
            self._chains[key] = self._load_chain(key)
        return self._chains[key]

    def _load_chain(self, key: Key) -> Chain:
        row = self._db.execute(
            "select up_to, holes from boots where station = ? and boot_id = ?", key
        ).fetchone()
        chain = Chain(*row) if row else Chain()
        for seq, prev in self._db.execute(
            "select seq, prev from seen where station = ? and boot_id = ? and seq > ?",
            (*key, chain.up_to),
        ):
            chain.add(seq, prev, 0)
        return chain

    def _has_room(self, station: int) -> bool:
        """For one more record: nobody may take more than a share of the room from the others."""
        share = self._record_bytes // SHARES
        return self.bytes[1] <= self._record_bytes and self._record_bytes_of[station] <= share

    def _chain_add(self, key: Key, seq: int, prev: int) -> None:
        chain = self.chain(key)
        holes = chain.holes
        if chain.add(seq, prev, time.monotonic_ns() // 1_000_000):
            self._moved.add(key)
            self.count("holes", chain.holes - holes)

    def _crcs(self, table: str, key: Key, seq: int) -> list[int]:
        self._insert_waiting()
        rows = self._db.execute(
            f"select crc32 from {table} where station = ? and boot_id = ? and seq = ?", (*key, seq)
        )
        return [row[0] for row in rows]

    def _highest_of(self, key: Key) -> int:
        if key not in self._highest:
            if len(self._highest) > _CACHED:
                self._highest.clear()
            (highest,) = self._db.execute(
                "select coalesce(max(seq), 0) from outbox where station = ? and boot_id = ?", key
            ).fetchone()
            self._highest[key] = highest
        return self._highest[key]

    def _prune(self, key: Key) -> None:
        """What was stored long ago need not be recognised any more."""
        self._since_pruned[key] = self._since_pruned.get(key, 0) + 1
        if self._since_pruned[key] < _PRUNE_EVERY:
            return
        self._since_pruned = {}
        station, boot_id = key
        self._db.execute(
            "delete from seen where station = ? and (boot_id < ? or (boot_id = ? and seq < ?))",
            (station, boot_id - _KEPT_BOOTS, boot_id, self.chain(key).up_to - _KEPT_SEQS),
        )
        self._db.execute(
            "delete from boots where station = ? and boot_id < ?", (station, boot_id - _KEPT_BOOTS)
        )
