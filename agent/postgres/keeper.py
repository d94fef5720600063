"""Housekeeping of the one agent that leads: hours out of minutes, and bounds on every table.

Bounds are counts, so no clock that jumps can empty a table.  A little is done at a time.
"""

import time
from typing import TYPE_CHECKING

from .points import roll

if TYPE_CHECKING:
    from ..sections import History
    from .connection import Db

_EVERY_S = 2.0
_PLACES = 200  # looked after at a time
_STATIONS = 200
_FEED = 2_000  # batches kept for agents that lag
_AUDIT = 200_000
_KEPT_SEQS, _KEPT_BOOTS = 5_000, 16  # records known again
_AFTER_S = 120  # past the hour before it is made: nobody writes into its minutes any more

_BOUND_POINTS = """
delete from {table} as t using unnest(%s::int[]) as mine (place)
where t.place = mine.place and t.at_s < (select at_s from {table} as other
    where other.place = mine.place order by at_s desc offset %s limit 1)
"""
_BOUND_SEEN = """
delete from seen using boots, unnest(%s::int[]) as mine (station)
where seen.station = mine.station and boots.station = seen.station
    and boots.boot_id = seen.boot_id and seen.seq < boots.up_to - %s
"""
_BOUND_BOOTS = """
delete from {table} as t using unnest(%s::int[]) as mine (station)
where t.station = mine.station and t.boot_id <
    (select max(boot_id) - %s from boots where boots.station = mine.station)
"""


class Keeper:
    def __init__(self, bounds: "History") -> None:
        self._bounds = bounds
        self._next_s = 0.0
        self._place = self._station = 0
        self._rolled_s = 0

    def __call__(self, db: "Db") -> None:
        now_s = time.monotonic()
        if now_s < self._next_s:
            return
        self._next_s = now_s + _EVERY_S
        self._bound_tables(db)
        self._bound_points(db)
        self._bound_known(db)
        self._roll(db)

    def _bound_tables(self, db: "Db") -> None:
        kept = {
            "sessions": self._bounds.sessions,
            "events": self._bounds.events,
            "audit": _AUDIT,
            "feed": _FEED,
        }
        for table, count in kept.items():
            db.execute(
                f"delete from {table} where id <= (select max(id) from {table}) - %s", (count,)
            )

    def _bound_points(self, db: "Db") -> None:
        places = self._some(db, "places", self._place, _PLACES)
        self._place = places[-1] if places else 0
        for table, kept in (("minutes", self._bounds.minutes), ("hours", self._bounds.hours)):
            db.execute(_BOUND_POINTS.format(table=table), (places, kept - 1))

    def _bound_known(self, db: "Db") -> None:
        stations = self._some(db, "stations", self._station, _STATIONS)
        self._station = stations[-1] if stations else 0
        db.execute(_BOUND_SEEN, (stations, _KEPT_SEQS))
        db.execute(_BOUND_BOOTS.format(table="seen"), (stations, _KEPT_BOOTS))
        db.execute(_BOUND_BOOTS.format(table="boots"), (stations, _KEPT_BOOTS))

    def _some(self, db: "Db", table: str, after: int, count: int) -> list[int]:
        found = db.execute(
            f"select id from {table} where id > %s order by id limit %s", (after, count)
        )
        return [row for (row,) in found]

    def _roll(self, db: "Db") -> None:
        """Hours that are over; the newest one made is the mark, so a new leader goes on there."""
        row = db.execute(
            "select (select coalesce(max(at_s), 0) from hours),"
            " (select coalesce(min(at_s), 0) from minutes),"
            " extract(epoch from clock_timestamp())::bigint"
        ).fetchone()
        assert row is not None
        made_s, oldest_s, now_s = row
        first_s = max(made_s, oldest_s) // 3_600 * 3_600
        over_s = (now_s - _AFTER_S) // 3_600 * 3_600
        if oldest_s and first_s < over_s and over_s != self._rolled_s:
            last_s = min(over_s, first_s + 86_400)
            roll(db, first_s, last_s)
            if last_s == over_s:
                self._rolled_s = over_s
