"""Rows of the shared outbox for one agent's uplink: those of its slots, each slot in order.

Somebody else may have sent them already and be gone: then they go out again.
"""

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import psycopg

from ..outbox import Row
from .connection import connect, said

if TYPE_CHECKING:
    from ..sections import Postgres
    from .connection import Db

log = logging.getLogger("borne.postgres")

_AFTER = """
select slot, id, topic, payload, kind, is_record
from unnest(%s::smallint[], %s::bigint[]) as mine (slot, sent_to)
cross join lateral (select id, topic, payload, kind, is_record from outbox
    where outbox.slot = mine.slot and id > sent_to order by id limit %s) as next
order by id limit %s
"""


class SharedWaiting:
    """slots: asked for each time.  damaged: none, PostgreSQL looks after its pages."""

    def __init__(
        self, config: "Postgres", agent: str, slots: Callable[[], frozenset[int]]
    ) -> None:
        self._config, self._agent, self._slots = config, agent, slots
        self._sent_to: dict[int, int] = {}
        self._db: Db | None = None
        self._guard = threading.Lock()
        self.damaged: list[int] = []

    def after(self, row_id: int, limit: int) -> list[Row]:
        """Up to limit rows not handed out since row_id was 0, or since their slot became ours.
        Empty when they cannot be read now."""
        slots = self._slots()
        if row_id == 0:
            self._sent_to.clear()
        self._sent_to = {slot: self._sent_to.get(slot, 0) for slot in slots}
        if not slots:
            return []
        try:
            found = self._read(limit)
        except psycopg.Error as error:
            log.warning("waiting messages cannot be read now: %s", said(error))
            self.reopen()
            return []
        for slot, found_id, *_ in found:
            self._sent_to[slot] = found_id
        return [Row(*rest) for _, *rest in found]

    def from_disk(self) -> None:
        """It always is."""

    def reopen(self) -> None:
        with self._guard:
            if self._db is not None:
                self._db.close()
                self._db = None

    def _read(self, limit: int) -> list[tuple[Any, ...]]:
        with self._guard:
            if self._db is None:
                self._db = connect(self._config, f"uplink {self._agent}")
            asked = (list(self._sent_to), list(self._sent_to.values()), limit, limit)
            return self._db.execute(_AFTER, asked).fetchall()
