"""The statements of outbox.py's transaction: each takes a batch at once."""

import zlib
from typing import TYPE_CHECKING, Any

import msgspec

from .schema import SLOTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..chain import Chain
    from .chains import Key
    from .connection import Db
    from .outbox import Said

KINDS = ("birth", "death", "health", "state", "meter", "session")  # of the picture
_COLUMNS = "slot, station, boot_id, seq, kind, is_record, topic, payload, crc, size"
_BATCH = """
create temporary table batch (number integer, connector smallint, retained boolean,
    prev integer, slot smallint, station integer, boot_id integer, seq integer, kind text,
    is_record boolean, topic text, payload bytea, crc bigint, size integer)
    on commit delete rows
"""
_COPY = f"copy batch (number, connector, retained, prev, {_COLUMNS}) from stdin (format binary)"
_TYPES = [
    "int4",
    "int2",
    "bool",
    "int4",
    "int2",
    "int4",
    "int4",
    "int4",
    "text",
    "bool",
    "text",
    "bytea",
    "int8",
    "int4",
]
_KNOWN = "station, boot_id, seq, crc"
_LIVE = """
insert into live as l (station, connector, kind, boot_id, seq, topic, payload, retained, at)
select distinct on (station, connector, kind)
    station, connector, kind, boot_id, seq, topic, payload, retained, clock_timestamp()
from batch where kind = any(%s)
order by station, connector, kind, boot_id desc, seq desc
on conflict (station, connector, kind) do update set boot_id = excluded.boot_id,
    seq = excluded.seq, topic = excluded.topic, payload = excluded.payload,
    retained = excluded.retained, at = excluded.at
where (l.boot_id, l.seq) < (excluded.boot_id, excluded.seq)
    -- Another board under an old name; a late message of an old boot comes sooner.
    or (l.boot_id <> excluded.boot_id and l.kind <> 'session' and not excluded.retained
        and l.at < clock_timestamp() - interval '10 minutes')
"""
_GONE = "returning is_record, size) select is_record, count(*), sum(size) from gone group by 1"


def slot_of(station: str) -> int:
    return zlib.crc32(station.encode()) % SLOTS


def prepare(db: "Db") -> None:
    """Once a connection."""
    db.execute(_BATCH)


def stage(db: "Db", batch: "Iterable[Said]") -> None:
    """For the statements below; once a transaction."""
    with db.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.set_types(_TYPES)
        for each in batch:
            message, head = each.message, each.message.message
            copy.write_row(
                (
                    each.number,
                    message.connector,
                    message.retained,
                    getattr(head, "prev", 0),
                    slot_of(message.station),
                    each.station,
                    head.boot_id,
                    head.seq,
                    message.kind,
                    message.is_record,
                    message.topic,
                    message.payload,
                    each.crc,
                    each.size,
                )
            )


def put_telemetry(db: "Db", batch: "list[Said]") -> "list[Said]":
    """Returns those that were not waiting already."""
    found = db.execute(
        f"insert into outbox ({_COLUMNS}) select {_COLUMNS} from batch where not is_record"
        f" order by number on conflict do nothing returning {_KNOWN}"
    ).fetchall()
    return _first(batch, found)


def put_seen(db: "Db", batch: "list[Said]") -> "list[Said]":
    """Returns the records nobody stored before."""
    found = db.execute(
        f"insert into seen ({_KNOWN}, prev) select {_KNOWN}, prev from batch where is_record"
        f" and number = any(%s) order by number on conflict do nothing returning {_KNOWN}",
        ([each.number for each in batch],),
    ).fetchall()
    return _first(batch, found)


def _first(batch: "list[Said]", known_by: "Iterable[tuple[Any, ...]]") -> "list[Said]":
    """The first of each; a batch may hold one twice."""
    wanted = set(known_by)
    found = []
    for each in batch:
        if each.known_by in wanted:
            wanted.discard(each.known_by)
            found.append(each)
    return found


def known(db: "Db", batch: "list[Said]") -> set[tuple[Any, ...]]:
    columns = _arrays([each.known_by for each in batch], 4)
    return set(
        db.execute(
            f"select {_KNOWN} from seen join unnest(%s::int[], %s::int[], %s::int[],"
            f" %s::bigint[]) as asked ({_KNOWN}) using ({_KNOWN})",
            columns,
        )
    )


def clashes(db: "Db", fresh: "list[Said]") -> int:
    """How many have the number of another record."""
    columns = _arrays([each.known_by for each in fresh], 4)
    row = db.execute(
        "select count(*) from unnest(%s::int[], %s::int[], %s::int[], %s::bigint[]) as asked"
        f" ({_KNOWN}) join seen using (station, boot_id, seq) where seen.crc <> asked.crc",
        columns,
    ).fetchone()
    return int(row[0]) if row else 0


def record_bytes(db: "Db", stations: "Iterable[int]") -> dict[int, int]:
    """What the records of each station take."""
    found = db.execute(
        "select station, sum(size)::bigint from (select station, size from outbox where is_record"
        " union all select station, size from ahead) as held where station = any(%s)"
        " group by station",
        (list(stations),),
    )
    return dict(found.fetchall())


def release(db: "Db", fresh: "list[Said]", chains: "dict[Key, Chain]") -> None:
    """Records go on in the order of their boot; one behind a hole waits in `ahead`."""
    held = [each for each in fresh if each.message.message.seq > chains[each.key].up_to]
    ready = [_row(each) for each in fresh if each.message.message.seq <= chains[each.key].up_to]
    with db.cursor() as cursor:
        cursor.executemany(
            f"insert into ahead ({_KNOWN}, kind, topic, payload, size)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s)",
            [_held(each) for each in held],
        )
        keys = [(*key, chain.up_to) for key, chain in chains.items()]
        for row in cursor.execute(
            "delete from ahead using unnest(%s::int[], %s::int[], %s::int[])"
            " as k (station, boot_id, up_to) where ahead.station = k.station"
            " and ahead.boot_id = k.boot_id and ahead.seq <= k.up_to"
            " returning ahead.station, ahead.boot_id, seq, kind, topic, payload, crc, size",
            _arrays(keys, 3),
        ):
            station, boot_id, seq, kind, topic, payload, crc, size = row
            slot = slot_of(str(topic).split("/")[2])
            ready.append((slot, station, boot_id, seq, kind, True, topic, payload, crc, size))
        ready.sort(key=lambda row: row[1:4])
        cursor.executemany(
            f"insert into outbox ({_COLUMNS}) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " on conflict do nothing",
            ready,
        )


def _row(each: "Said") -> tuple[Any, ...]:
    message, head = each.message, each.message.message
    names = (slot_of(message.station), each.station, head.boot_id, head.seq, message.kind)
    return (*names, True, message.topic, message.payload, each.crc, each.size)


def _held(each: "Said") -> tuple[Any, ...]:
    message = each.message
    return (*each.known_by, message.kind, message.topic, message.payload, each.size)


def delete(db: "Db", row_ids: list[int]) -> list[tuple[Any, ...]]:
    """Returns (is_record, rows, bytes)."""
    return db.execute(
        f"with gone as (delete from outbox where id = any(%s::bigint[]) {_GONE}", (row_ids,)
    ).fetchall()


def delete_oldest(db: "Db", bytes_to_free: int) -> list[tuple[Any, ...]]:
    """Telemetry; returns the same."""
    return db.execute(
        "with old as (select id, sum(size) over (order by id) - size as before from"
        " (select id, size from outbox where not is_record order by id limit 100000) as first),"
        " gone as (delete from outbox where id in (select id from old where before < %s) " + _GONE,
        (bytes_to_free,),
    ).fetchall()


def show(db: "Db") -> None:
    """The newest of each kind, for whoever comes later."""
    db.execute(_LIVE, (list(KINDS),))


def tell(db: "Db", agent: str, news: "list[Said]") -> None:
    packed = msgspec.msgpack.encode(
        [(each.message.topic, each.message.payload, each.message.retained) for each in news]
    )
    db.execute("insert into feed (agent, said) values (%s, %s)", (agent, packed))
    db.execute("select pg_notify('borne_' || current_schema(), '')")


def _arrays(rows: list[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [[row[index] for row in rows] for index in range(width)]


class AsSqlite:
    """Takes the statements of history/records.py."""

    def __init__(self, db: "Db") -> None:
        self._db = db

    def execute(self, statement: str, values: tuple[Any, ...] = (), /) -> Any:
        return self._db.execute(statement.replace("?", "%s"), values)
