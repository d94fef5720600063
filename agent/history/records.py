"""Sessions and events as rows.  The same record twice, or late, changes nothing.

Of a session the newest record counts, by (boot_id, seq), and its beginning is told by the oldest;
so in whatever order they come, the row is the same.  Rows go by the order they came in, never by
a clock: the oldest leave when there are more than the bound.
"""

import zlib
from typing import TYPE_CHECKING, Any, Protocol

from ..moment import EPOCH_S

if TYPE_CHECKING:
    from ..intake import Accepted

SCHEMA = """
create table if not exists places (
    id integer primary key,
    station text not null,
    connector integer not null,
    unique (station, connector)
);
create table if not exists sessions (
    id integer primary key autoincrement,  -- order of arrival
    place integer not null,
    session text not null,
    began_s integer not null,              -- Unix time
    first_boot integer not null,           -- of the oldest record known
    first_seq integer not null,
    birth integer not null,                -- crc32 of the start record, 0 until it came
    last_s integer not null,
    boot_id integer not null,              -- of the newest record known
    seq integer not null,
    ended integer not null,
    user text not null,
    register_wh integer not null,
    energy_wh integer not null,
    duration_s integer not null,
    charging_s integer not null,
    reason text not null,
    unique (place, session)
);
create index if not exists sessions_last on sessions (last_s);
create table if not exists events (
    id integer primary key autoincrement,  -- order of arrival
    place integer not null,
    boot_id integer not null,
    seq integer not null,
    crc32 integer not null,
    at_s integer not null,                 -- Unix time
    what text not null,
    code text not null,
    value integer not null,
    unique (place, boot_id, seq, crc32)
);
"""

_NEW = """
insert into sessions (place, session, began_s, first_boot, first_seq, birth, last_s, boot_id, seq,
    ended, "user", register_wh, energy_wh, duration_s, charging_s, reason)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_NEWER = """
update sessions set last_s = ?, boot_id = ?, seq = ?, ended = ?, "user" = ?, register_wh = ?,
    energy_wh = ?, duration_s = ?, charging_s = ?, reason = ?
where id = ? and (boot_id, seq) < (?, ?)
"""
_OLDER = """
update sessions set began_s = ?, first_boot = ?, first_seq = ?
where id = ? and (first_boot, first_seq) > (?, ?)
"""
_EVENT = """
insert into events (place, boot_id, seq, crc32, at_s, what, code, value)
values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing
"""


class Db(Protocol):
    """sqlite3's connection, or what takes the same statements."""

    def execute(self, statement: str, values: tuple[Any, ...] = ..., /) -> Any: ...


class Records:
    """The rows, inside a transaction of store.py.  kept: the most rows of each table."""

    def __init__(self, db: Db, *, sessions: int, events: int) -> None:
        self._db = db
        self._kept = {"sessions": sessions, "events": events}

    def put(self, place: int, message: "Accepted", now_s: int) -> None:
        """now_s: Unix time, for records of a board that had no clock."""
        said = message.message
        at_s = said.time_s + EPOCH_S if said.time_s else now_s
        crc = zlib.crc32(message.payload)
        if message.kind == "session":
            self._session(place, said, at_s, crc)
        elif message.kind == "event":
            told = (said.what, said.code, said.value)
            self._db.execute(_EVENT, (place, said.boot_id, said.seq, crc, at_s, *told))

    def _session(self, place: int, said: Any, at_s: int, crc: int) -> None:
        session: str = said.session
        boot_id, seq = said.boot_id, said.seq
        began_s = at_s - said.duration_s
        birth = crc if said.phase == "start" else 0
        row = self._known(place, session, birth)
        newest = _newest(said, at_s)
        if row is None:
            values = (place, session, began_s, boot_id, seq, birth, *newest)
            self._db.execute(_NEW, values)
            return
        self._db.execute(_NEWER, (*newest, row, boot_id, seq))
        self._db.execute(_OLDER, (began_s, boot_id, seq, row, boot_id, seq))
        if birth:
            self._db.execute("update sessions set birth = ? where id = ?", (birth, row))

    def _known(self, place: int, session: str, birth: int) -> int | None:
        """The row of a session.  A second beginning is another board under an old name: the row
        of the first is set aside, so that nothing of it is overwritten."""
        found = self._db.execute(
            "select id, birth from sessions where place = ? and session = ?", (place, session)
        ).fetchone()
        if found is None:
            return None
        if birth and found[1] not in (0, birth):
            self._db.execute(
                "update sessions set session = session || '~' || id where id = ?", (found[0],)
            )
            return None
        return int(found[0])

    def drop_oldest(self) -> None:
        for table, kept in self._kept.items():
            self._db.execute(
                f"delete from {table} where id <= (select max(id) from {table}) - ?", (kept,)
            )


def _newest(said: Any, at_s: int) -> tuple[object, ...]:
    fields = ("user", "register_wh", "energy_wh", "duration_s", "charging_s", "reason")
    ended = int(said.phase == "end")
    head = (at_s, said.boot_id, said.seq, ended)
    return head + tuple(getattr(said, name) for name in fields)
