"""The history's file and the one who writes it: the writer's thread, after the outbox's commit.

A record that cannot be written here is kept and tried again with the next ones, and until that
works take() is False, so that no receipt lets a board forget it.  Telemetry waits a little and
is written in small portions; of it at most the stretch under way is lost with the process.
"""

import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from .. import store
from .points import Points, schema
from .records import SCHEMA, Records

if TYPE_CHECKING:
    from pathlib import Path

    from ..intake import Accepted
    from ..sections import History as Bounds

log = logging.getLogger("borne.history")

_PORTION = 100  # stretches in one commit
_APART_S = 0.2  # between commits of telemetry alone
_MOST_KEPT = 100_000  # records waiting for a disk that takes them
_MOST_STRETCHES = 200_000
_TELEMETRY = frozenset(("meter", "state"))
_ALL = SCHEMA + schema("minutes") + schema("hours")


class History:
    """alarm: "", or history-disk while records cannot be written.  lost: records and stretches
    that found no room to wait.  clock: Unix time in seconds, which only dates what is kept."""

    def __init__(
        self, path: "Path", bounds: "Bounds", clock: Callable[[], float] = time.time
    ) -> None:
        self.path = path
        self.alarm = ""
        self.lost = 0
        self._bounds = bounds
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: list[Accepted] = []
        self._written_s = 0.0
        self._open()

    def take(self, messages: "Sequence[Accepted]") -> bool:
        """What the outbox has.  False: the records among it are not in the history yet."""
        with self._lock:
            now_s = int(self._clock())
            self._waiting += [each for each in messages if each.is_record]
            said = [each for each in messages if each.kind in _TELEMETRY and not each.retained]
            strangers = [each for each in said if not self._thin(each, now_s)]
            if strangers and self._meet(strangers):
                for each in strangers:
                    self._thin(each, now_s)
            if not self._waiting and not self._is_due():
                return True
            try:
                self._commit(now_s)
            except sqlite3.DatabaseError as error:
                return self._failed(error, now_s)
            self.alarm = ""
            return True

    def flush(self) -> None:
        """Write every stretch as it is now.  Raises nothing: what cannot be written waits."""
        with self._lock, contextlib.suppress(sqlite3.DatabaseError):
            self._commit(int(self._clock()), everything=True)

    def close(self) -> None:
        self.flush()
        self._db.close()

    def _open(self) -> None:
        self._db = self._open_or_start_over()
        bounds = self._bounds
        self._records = Records(self._db, sessions=bounds.sessions, events=bounds.events)
        self._points = Points(self._db, minutes=bounds.minutes, hours=bounds.hours)
        self._places: dict[tuple[str, int], int] = {}

    def _open_or_start_over(self) -> sqlite3.Connection:
        try:
            return _sound(self.path)
        except sqlite3.DatabaseError as error:
            if store.is_full(error) or store.is_passing(error):
                raise
            store.set_aside(self.path, str(error))
        return _sound(self.path)

    def _is_due(self) -> bool:
        return self._points.waiting > 0 and time.monotonic() - self._written_s >= _APART_S

    def _thin(self, message: "Accepted", now_s: int) -> bool:
        """False when its connector has no place yet."""
        said = message.message
        is_meter = message.kind == "meter"
        if is_meter and said.quality != "good":
            return True
        stretch = self._points.find(message.station, message.connector, now_s)
        if stretch is None:
            place = self._places.get((message.station, message.connector))
            if place is None:
                return False
            stretch = self._points.begin(message.station, message.connector, place, now_s)
            if self._points.waiting > _MOST_STRETCHES:
                self.lost += self._points.forget()
        if is_meter:
            stretch.take_meter(said, said.power_w, said.power_w)
        else:
            stretch.take_state(said)
        return True

    def _meet(self, messages: "list[Accepted]") -> bool:
        """Give new connectors their places, all in one commit: a fleet comes all at once.  False
        when they cannot be written now; what is said next will do."""
        try:
            self._db.execute("begin immediate")
            for each in messages:
                self._place(each.station, each.connector)
            self._db.execute("commit")
        except sqlite3.DatabaseError:
            if self._db.in_transaction:
                self._db.execute("rollback")
            self._places.clear()
            return False
        return True

    def _commit(self, now_s: int, *, everything: bool = False) -> None:
        portion = _MOST_STRETCHES if everything else _PORTION
        try:
            self._db.execute("begin immediate")
            for record in self._waiting:
                self._records.put(self._place(record.station, record.connector), record, now_s)
            if self._waiting:
                self._records.drop_oldest()
            self._points.write(portion)
            if everything:
                self._points.write_open()
            self._db.execute("commit")
        except sqlite3.DatabaseError:
            if self._db.in_transaction:
                self._db.execute("rollback")
            self._places.clear()
            self._points.forget_counts()
            raise
        self._waiting.clear()
        self._written_s = time.monotonic()
        self._points.written(portion)

    def _place(self, station: str, connector: int) -> int:
        known = self._places.get((station, connector))
        if known is None:
            row = self._db.execute(
                "insert into places (station, connector) values (?, ?)"
                " on conflict do update set station = station returning id",
                (station, connector),
            ).fetchone()
            known = self._places[(station, connector)] = int(row[0])
        return known

    def _failed(self, error: sqlite3.DatabaseError, now_s: int) -> bool:
        if not store.is_full(error) and not store.is_passing(error):
            self._db.close()
            store.set_aside(self.path, str(error))
            self._open()
            with contextlib.suppress(sqlite3.DatabaseError):
                self._commit(now_s)
                return True
        if not self.alarm:
            log.error("the history cannot be written: %s", error)
        self.alarm = "history-disk"
        self.lost += max(0, len(self._waiting) - _MOST_KEPT)
        del self._waiting[:-_MOST_KEPT]
        return False


def _sound(path: "Path") -> sqlite3.Connection:
    db = store.connect(path)
    try:
        db.executescript(_ALL)
        verdict = db.execute("pragma quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
    except BaseException:
        db.close()
        raise
    return db
