"""What the other agents stored, so that every agent's picture has the whole fleet.

At first the newest message of each kind, with its age; then every batch of the others, as they
commit it.  Whoever falls so far behind that batches are gone begins anew.
"""

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec
import psycopg

from ..config import ConfigError
from ..intake import Accepted, Intake
from .connection import connect, said

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..sections import Postgres
    from .connection import Db

log = logging.getLogger("borne.feed")

POLL_S = 0.5  # beside the word that comes with each commit
_RETRY_S = 1.0
_ASK_S = 0.1
_MOST = 500  # batches at a time
_SNAPSHOT = """
select topic, payload, (extract(epoch from clock_timestamp() - at) * 1000)::bigint, retained
from live where not exists (select from live as birth where birth.station = live.station
    and birth.kind = 'birth' and birth.boot_id <> live.boot_id)
order by station, kind <> 'birth', boot_id, seq
"""
_unpack = msgspec.msgpack.Decoder(list[tuple[str, bytes, bool]]).decode


class Feed(threading.Thread):
    """recall(message, age_ms): of the picture there was; age_ms below 0 where it says nothing.
    take(messages): news of another agent.  stored(): somebody stored something.  may_begin(): the
    tables are there."""

    def __init__(  # noqa: PLR0913, PLR0917  each is one word of wiring
        self,
        config: "Postgres",
        agent: str,
        recall: Callable[["Iterable[tuple[Accepted, int]]"], None],
        take: Callable[[list[Accepted]], None],
        stored: Callable[[], None],
        may_begin: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__(name="feed", daemon=True)
        self._config, self._agent = config, agent
        self._recall, self._take, self._stored = recall, take, stored
        self._may_begin = may_begin
        self._intake = Intake(most=1 << 30)  # was judged when it was stored
        self._stopping = threading.Event()
        self._db: Db | None = None
        self._last = 0

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                if self._db is not None:
                    self._next()
                elif self._may_begin():
                    self._begin()
                else:
                    self._stopping.wait(_ASK_S)
            except (psycopg.Error, ConfigError) as error:
                log.warning("the other agents cannot be heard now: %s", said(error))
                self._close()
            except Exception:  # the picture must go on
                log.exception("unexpected")
                self._close()
        self._close(0.0)

    def _close(self, pause_s: float = _RETRY_S) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None
        self._stopping.wait(pause_s)

    def _begin(self) -> None:
        db = connect(self._config, f"feed {self._agent}")
        try:
            db.execute(f'listen "borne_{self._config.schema}"')
            with db.transaction():
                db.execute("set transaction isolation level repeatable read")
                row = db.execute("select coalesce(max(id), 0) from feed").fetchone()
                found = db.execute(_SNAPSHOT).fetchall()
        except BaseException:
            db.close()
            raise
        self._db, self._last = db, row[0] if row else 0
        log.info("%d messages of the picture", len(found))
        self._recall(
            (message, -1 if retained else age_ms)
            for topic, payload, age_ms, retained in found
            if (message := self._read(topic, payload, retained)) is not None
        )

    def _next(self) -> None:
        db = self._db
        assert db is not None
        rows = db.execute(
            "select id, agent, said from feed where id > %s order by id limit %s",
            (self._last, _MOST),
        ).fetchall()
        if rows and self._last and rows[0][0] > self._last + 1 and self._is_torn(rows[0][0]):
            log.warning("too far behind the others: beginning anew")
            self._close(0.0)
            return
        for number, agent, packed in rows:
            self._last = number
            if agent != self._agent:
                news = [self._read(*each) for each in _unpack(packed)]
                self._take([each for each in news if each is not None])
        if rows:
            self._stored()
        if len(rows) < _MOST:
            for _ in db.notifies(timeout=POLL_S, stop_after=1):
                pass

    def _is_torn(self, first: int) -> bool:
        """A number may be missing because its transaction was rolled back, too."""
        assert self._db is not None
        row = self._db.execute("select min(id) from feed").fetchone()
        return row is None or row[0] is None or row[0] >= first

    def _read(self, topic: str, payload: bytes, retained: bool) -> Accepted | None:
        found = self._intake.take(topic, payload, retained)
        return found if isinstance(found, Accepted) else None
