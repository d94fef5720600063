"""Questions to the history: plots, sessions, faults.  Reads its file, never writes it."""

import sqlite3
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import store
from .points import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_FINEST = 1_500  # rows of minutes asked for; a longer time is told in hours
_MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Session:
    """began_s, last_s: Unix time of its beginning and of the newest record.  ended: whether that
    was its end.  reason: of protocol.codes.STOP_REASONS."""

    station: str
    connector: int
    session: str
    user: str
    began_s: int
    last_s: int
    ended: bool
    energy_wh: int
    duration_s: int
    charging_s: int
    register_wh: int
    reason: str


@dataclass(frozen=True, slots=True)
class Fault:
    """from_s, to_s: Unix time; to_s 0 while it stands, or nobody said that it went."""

    station: str
    connector: int
    code: str
    from_s: int
    to_s: int


_SESSIONS = """
select station, connector, session, "user", began_s, last_s, ended, energy_wh, duration_s,
    charging_s, register_wh, reason
from sessions join places on places.id = sessions.place
"""
# A session without an end is over once the same connector has a later one.
_OVER = """
where last_s >= ? and last_s < ? and (ended = 1 or exists (
    select 1 from sessions later where later.place = sessions.place
    and (later.first_boot, later.first_seq) > (sessions.boot_id, sessions.seq)))
order by station, connector, last_s, session
"""
_FAULTS = """
select station, connector, what, code, at_s from events
join places on places.id = events.place
where what in ('fault-raised', 'fault-cleared', 'boot') {where}
order by events.id desc limit ?
"""


class Reader:
    """Any thread may ask.  Raises sqlite3.Error when the file cannot be read."""

    def __init__(self, path: "Path | None") -> None:
        self._path = path
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None

    def close(self) -> None:
        with self._lock:
            self._forget()

    def over(self, from_s: int, to_s: int) -> list[Session]:
        """Every session whose last record is in from_s..to_s, to_s excluded, and that is over."""
        return [_session(row) for row in self._rows(_SESSIONS + _OVER, (from_s, to_s))]

    def sessions(self, station: str = "", user: str = "", limit: int = 100) -> list[Session]:
        """Newest first, running ones among them."""
        rows = self._rows(
            f"{_SESSIONS} where (? = '' or station = ?) and (? = '' or \"user\" = ?)"
            " order by last_s desc, sessions.id desc limit ?",
            (station, station, user, user, limit),
        )
        return [_session(row) for row in rows]

    def faults(self, station: str = "", limit: int = 100) -> list[Fault]:
        """Newest first."""
        where = "and station = ?" if station else ""
        asked = (station,) if station else ()
        rows = self._rows(_FAULTS.format(where=where), (*asked, _MOST_ROWS))
        return _paired(reversed(rows))[:limit]

    def plot(self, station: str, connector: int, from_s: int, to_s: int) -> dict[str, Any]:
        """Columns for a plot: at_s and one list a reading, None where there is none.

        step_s: the time between rows.  energy_wh: counted since the row before.  A row of None
        stands where nothing was heard for longer than a step.
        """
        fine = to_s - from_s <= _FINEST * 60
        table, step_s = ("minutes", 60) if fine else ("hours", 3_600)
        rows = self._rows(
            f"select at_s, {', '.join(COLUMNS)} from {table} join places on places.id = place"
            " where station = ? and connector = ? and at_s >= ? and at_s < ?"
            " order by at_s limit ?",
            (station, connector, from_s, to_s, _MOST_ROWS),
        )
        return {"step_s": step_s} | _columns(rows, step_s)

    def _rows(self, sql: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        with self._lock:
            for again in (True, False):
                try:
                    if self._db is None:
                        assert self._path is not None
                        self._db = store.connect(self._path, readonly=True)
                    return self._db.execute(sql, values).fetchall()
                except sqlite3.DatabaseError:
                    self._forget()  # the file may have been replaced
                    if not again:
                        raise
        raise AssertionError

    def _forget(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None


def _session(row: tuple[Any, ...]) -> Session:
    values: list[Any] = list(row)
    values[6] = bool(values[6])
    return Session(*values)


def _columns(rows: list[tuple[Any, ...]], step_s: int) -> dict[str, list[Any]]:
    names = ("at_s", *COLUMNS)
    found: dict[str, list[Any]] = {name: [] for name in (*names, "energy_wh")}
    register_wh: int | None = None
    last_s = 0
    for row in rows:
        at_s = row[0]
        if last_s and at_s - last_s > step_s:
            _append(found, {"at_s": last_s + step_s})
        last_s = at_s
        values = dict(zip(names, row, strict=True))
        now_wh = values["register_wh"]
        if now_wh is not None:
            values["energy_wh"] = None if register_wh is None else max(0, now_wh - register_wh)
            register_wh = now_wh
        _append(found, values)
    return found


def _append(columns: dict[str, list[Any]], values: dict[str, Any]) -> None:
    for name, column in columns.items():
        column.append(values.get(name))


def _paired(rows: "Iterable[tuple[Any, ...]]") -> list[Fault]:
    """Each raising with its end: the clearing of the code there, or the next boot of the board."""
    standing: dict[tuple[str, int, str], int] = {}
    found: list[Fault] = []
    for station, connector, what, code, at_s in rows:
        if what == "fault-raised":
            standing.setdefault((station, connector, code), at_s)
            continue
        over = [
            key
            for key in standing
            if key[0] == station and (what == "boot" or key[1:] == (connector, code))
        ]
        found += [Fault(*key, standing.pop(key), at_s) for key in over]
    found += [Fault(*key, from_s, 0) for key, from_s in standing.items()]
    return sorted(found, key=lambda each: (each.to_s == 0, each.from_s), reverse=True)
