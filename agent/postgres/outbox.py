"""Messages of a fleet, stored by several agents: one transaction a batch, one batch at a time.

The transaction has it all: the row to send on, what lets a duplicate be known, the chain behind
the receipt, history, picture, and word to the other agents.  Agents take turns (an advisory lock
of the transaction), so that row numbers become visible in order and chains are judged over what
everybody stored.
"""

import logging
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg

from ..chain import Chain
from ..history.records import Records
from ..outbox import OutboxError
from ..tables import DUPLICATE, NO_ROOM, ROW_BYTES, SHARES, STORED
from . import chains, points, rows
from .connection import connect, is_full, said
from .locks import WRITERS, space
from .places import Places

if TYPE_CHECKING:
    from ..config import Config
    from ..intake import Accepted
    from .chains import Key
    from .connection import Db

log = logging.getLogger("borne.postgres")

FIGURES = (
    "telemetry",
    "telemetry_bytes",
    "records",
    "record_bytes",
    "dropped_telemetry",
    "clashes",
    "holes",
)


class Said(NamedTuple):
    """One message of a batch."""

    number: int
    station: int
    place: int
    crc: int
    message: "Accepted"

    @property
    def key(self) -> "Key":
        return (self.station, self.message.message.boot_id)

    @property
    def known_by(self) -> tuple[int, int, int, int]:
        return (*self.key, self.message.message.seq, self.crc)

    @property
    def size(self) -> int:
        return len(self.message.topic) + len(self.message.payload) + ROW_BYTES


class SharedOutbox:
    """The same promises as outbox.Outbox, for the writer's thread.  generation: always 0."""

    generation = 0

    def __init__(self, config: "Config", agent: str) -> None:
        """agent: this one's name among the others."""
        store = config.store
        self._config, self._agent = config.postgres, agent
        self._telemetry_bytes = store.telemetry_mib << 20
        self._record_bytes = store.record_mib << 20
        self._lock = (space(config.postgres.schema, WRITERS), 0)
        self._db: Db | None = None
        self._places = Places()
        self._chains: dict[Key, Chain] = {}
        self._figures = dict.fromkeys(FIGURES, 0)
        self.alarm = ""

    def put(self, messages: "Sequence[Accepted]", confirmed: Iterable[int] = ()) -> list[str]:
        """Store messages and forget confirmed rows, all in one commit.

        One verdict each, in order.  Raises OutboxError when nothing could be written, or nobody
        knows whether it was; then they must come again.
        """
        try:
            verdicts = self._commit(messages, list(confirmed))
        except psycopg.Error as error:
            self.close()
            self.alarm = "disk-full" if is_full(error) else "disk-error"
            raise OutboxError(self.alarm, said(error)) from error
        self.alarm = "records-full" if NO_ROOM in verdicts or self._stays_full() else ""
        return verdicts

    def chain(self, station: str, boot_id: int) -> Chain:
        """Of a boot in the last batch."""
        return self._chains.get((self._places.station(station), boot_id)) or Chain()

    def figures(self) -> dict[str, int]:
        """Of the whole fleet, as of this agent's last commit."""
        return self._figures | {"damaged_files": 0, "lost_in_damage": 0}

    def close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    def _stays_full(self) -> bool:
        is_near = self._figures["record_bytes"] * 10 > self._record_bytes * 9
        return self.alarm == "records-full" and is_near

    def _commit(self, messages: "Sequence[Accepted]", sent: list[int]) -> list[str]:
        if self._db is None:
            self._db = connect(self._config, f"writer {self._agent}")
            self._places.forget()
            rows.prepare(self._db)
        db = self._db
        self._places.learn(db, messages)
        batch = [
            Said(number, *self._places.of(each), zlib.crc32(each.payload), each)
            for number, each in enumerate(messages)
        ]
        with db.transaction():
            if batch:
                show(db, batch)
            db.execute("select pg_advisory_xact_lock(%s, %s)", self._lock)
            work = _Work(db, self._agent, self._telemetry_bytes, self._record_bytes)
            verdicts = work.store(batch)
            work.forget(sent)
            work.drop_oldest_telemetry()
            work.tell(batch, verdicts)
            figures = work.count()
        self._figures, self._chains = figures, work.chains
        return verdicts


def show(db: "Db", batch: list[Said]) -> None:
    """Picture and plots, where a message twice changes nothing: before the others must wait.

    Both statements take their rows in the order of their keys, so no two agents lock up.
    """
    rows.stage(db, batch)
    rows.show(db)
    row = db.execute("select extract(epoch from clock_timestamp())::bigint").fetchone()
    now_s = int(row[0]) if row else 0
    points.put(db, [(each.place, each.message) for each in batch], now_s)


class _Work:
    """What is done in turn."""

    def __init__(self, db: "Db", agent: str, telemetry_bytes: int, record_bytes: int) -> None:
        self._db, self._agent = db, agent
        self._telemetry_bytes, self._record_bytes = telemetry_bytes, record_bytes
        self._changes: Counter[str] = Counter()
        self.chains: dict[Key, Chain] = {}
        told = db.execute(
            f"select {', '.join(FIGURES)}, (extract(epoch from clock_timestamp()) * 1000)::bigint"
            " from totals"
        ).fetchone()
        assert told is not None
        self._figures = dict(zip(FIGURES, told, strict=False))
        self._now_ms = int(told[-1])

    def store(self, batch: list[Said]) -> list[str]:
        records = [each for each in batch if each.message.is_record]
        telemetry = [each for each in batch if not each.message.is_record]
        verdicts = dict.fromkeys((each.number for each in batch), DUPLICATE)
        if telemetry:
            fresh = rows.put_telemetry(self._db, telemetry)
            self._add("telemetry", fresh)
            verdicts |= dict.fromkeys((each.number for each in fresh), STORED)
        if records:
            records = self._admitted(records, verdicts)
            fresh = rows.put_seen(self._db, records)
            self._add("records", fresh)
            verdicts |= dict.fromkeys((each.number for each in fresh), STORED)
            self._changes["clashes"] += rows.clashes(self._db, fresh)
            self._judge(records, fresh)
            self._write_down(fresh)
        return [verdicts[each.number] for each in batch]

    def _admitted(self, records: list[Said], verdicts: dict[int, str]) -> list[Said]:
        """Those there is room for: nobody may take more than a share of it from the others."""
        held, share = self._figures["record_bytes"], self._record_bytes // SHARES
        if held <= share:
            return records
        sizes = rows.record_bytes(self._db, {each.station for each in records})
        full = [
            each
            for each in records
            if held > self._record_bytes or sizes.get(each.station, 0) > share
        ]
        known = rows.known(self._db, full)
        refused = {each.number for each in full if each.known_by not in known}
        verdicts |= dict.fromkeys(refused, NO_ROOM)
        return [each for each in records if each.number not in refused]

    def _judge(self, records: list[Said], fresh: list[Said]) -> None:
        """Which records may go on: those before which nothing of their boot is missing."""
        if not records:
            return
        self.chains = chains.load(self._db, {each.key for each in records})
        before = {key: each.holes for key, each in self.chains.items()}
        for each in records:
            head = each.message.message
            self.chains[each.key].add(head.seq, head.prev, self._now_ms)
        chains.save(self._db, self.chains)
        self._changes["holes"] += sum(
            each.holes - before[key] for key, each in self.chains.items()
        )
        rows.release(self._db, fresh, self.chains)

    def _write_down(self, records: list[Said]) -> None:
        history = Records(rows.AsSqlite(self._db), sessions=0, events=0)
        for each in records:
            history.put(each.place, each.message, self._now_ms // 1_000)

    def _add(self, name: str, stored: list[Said]) -> None:
        self._changes[name] += len(stored)
        size = "telemetry_bytes" if name == "telemetry" else "record_bytes"
        self._changes[size] += sum(each.size for each in stored)

    def forget(self, sent: list[int]) -> None:
        """The backend has these.  Forgetting twice is harmless."""
        if sent:
            self._take_off(rows.delete(self._db, sent))

    def drop_oldest_telemetry(self) -> None:
        used = self._figures["telemetry_bytes"] + self._changes["telemetry_bytes"]
        if used > self._telemetry_bytes:
            gone = rows.delete_oldest(self._db, used - self._telemetry_bytes * 19 // 20)
            self._changes["dropped_telemetry"] += sum(count for _, count, _ in gone)
            self._take_off(gone)

    def _take_off(self, gone: list[tuple[Any, ...]]) -> None:
        for is_record, count, size in gone:
            self._changes["records" if is_record else "telemetry"] -= count
            self._changes["record_bytes" if is_record else "telemetry_bytes"] -= size

    def tell(self, batch: list[Said], verdicts: list[str]) -> None:
        """The other agents."""
        news = [each for each, verdict in zip(batch, verdicts, strict=True) if verdict == STORED]
        if news:
            rows.tell(self._db, self._agent, news)

    def count(self) -> dict[str, int]:
        moved = {name: by for name, by in self._changes.items() if by}
        if moved:
            changes = ", ".join(f"{name} = {name} + {by}" for name, by in moved.items())
            self._db.execute(f"update totals set {changes}")
        return {name: self._figures[name] + self._changes[name] for name in FIGURES}
