"""Questions to the shared history; the answers are history/reader.py's."""

import sqlite3
from typing import TYPE_CHECKING, Any

import psycopg

from ..history import reader
from ..history.points import COLUMNS
from .connection import Asker, said
from .points import HOUR

if TYPE_CHECKING:
    from ..sections import Postgres

# Hours that are over are made already; the rest is made of its minutes here.
_HOURS = f"""
with asked as (select id, coalesce((select max(at_s) + 3600 from hours where place = id), 0)
    as over_s from places where station = %s and connector = %s)
select * from (
    select at_s, {", ".join(COLUMNS)} from asked join hours on hours.place = asked.id
    union all
    select hour_s, {", ".join(COLUMNS)} from (select {HOUR} from asked
        join minutes on minutes.place = asked.id and at_s >= over_s group by hour_s) as rest
) as both_parts where at_s >= %s and at_s < %s order by at_s limit %s
"""


class SharedReader(reader.Reader):
    """Any thread may ask.  Raises sqlite3.Error when the database cannot be asked, as the other
    reader does."""

    def __init__(self, config: "Postgres") -> None:
        super().__init__(None)
        self._asker = Asker(config, "reader")

    def _rows(self, sql: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        sql = _HOURS if " from hours " in sql else sql.replace("?", "%s")
        try:
            return self._asker.rows(sql, values)
        except psycopg.Error as error:
            raise sqlite3.OperationalError(said(error)) from error

    def _forget(self) -> None:
        self._asker.close()
