"""The audit of all agents: whichever is asked knows what another was asked."""

import logging
import time
from dataclasses import astuple
from typing import TYPE_CHECKING, Any

import psycopg

from ..audit import COLUMNS, Entry
from ..config import ConfigError
from .connection import Asker, said

if TYPE_CHECKING:
    from ..sections import Postgres

log = logging.getLogger("borne.audit")


class SharedAudit:
    """As audit.Audit: a database that takes no more costs the entry, never the command."""

    def __init__(self, config: "Postgres") -> None:
        self._asker = Asker(config, "audit")

    def asked(self, entry: Entry) -> int:
        """Note a command as of now; returns the row to note its answer in, 0 for none."""
        values = (_now_ms(), *astuple(entry)[1:])
        marks = ", ".join(["%s"] * len(values))
        rows = self._rows(f"insert into audit ({COLUMNS}) values ({marks}) returning id", values)
        return int(rows[0][0]) if rows else 0

    def answered(self, row: int, code: str, field: str = "", value: str = "") -> None:
        self._rows(
            "update audit set code = %s, field = %s, value = %s, answered_ms = %s where id = %s"
            " returning id",
            (code, field, value, _now_ms(), row),
        )

    def find(self, station: str, command_id: str) -> Entry | None:
        """The last time this command was asked for."""
        rows = self._rows(
            f"select {COLUMNS} from audit where station = %s and command_id = %s"
            " order by id desc limit 1",
            (station, command_id),
        )
        return Entry(*rows[0]) if rows else None

    def last(self, count: int = 50) -> list[Entry]:
        """Newest first."""
        rows = self._rows(f"select {COLUMNS} from audit order by id desc limit %s", (count,))
        return [Entry(*row) for row in rows]

    def close(self) -> None:
        self._asker.close()

    def _rows(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        try:
            return self._asker.rows(statement, values)
        except (psycopg.Error, ConfigError) as error:
            log.error("the audit cannot be used: %s", said(error))
            return []


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
