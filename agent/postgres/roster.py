"""Who of the agents does what: held as locks of one session, so that what a dead agent held is
free at once, and a frozen one's after IDLE_S.

An agent holds its own name (two with one name would push each other off the brokers), a share of
the SLOTS a fleet is split into, and a mark that it is there.  Whoever holds slot 0 leads: alerts,
Home Assistant and housekeeping are its.  A name nobody holds for LEFT_S has been left behind: one
of the others takes over what its broker session still has.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

import psycopg

from ..config import ConfigError
from .connection import connect, said
from .locks import HEIRS, HERE, NAMES, PARTS, Locks, number
from .schema import SLOTS, SchemaError, migrate

if TYPE_CHECKING:
    from ..sections import Postgres
    from .connection import Db

log = logging.getLogger("borne.roster")

PERIOD_S = 0.5
IDLE_S = 10
LEFT_S = 2.0


class Heir(Protocol):
    """Takes in what an agent left behind.  finished: all of it, and its session is ended."""

    finished: bool

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def is_alive(self) -> bool: ...


class Roster(threading.Thread):
    """names: what no other agent may be called, its own name first.  changed(): the slots or
    standing are others now.  heir(name): for an agent that is gone.  chores(db): now and then,
    while this one leads.

    slots: this agent's.  standing: it may take part.  trouble: why not.
    """

    def __init__(
        self,
        config: "Postgres",
        names: Sequence[str],
        changed: Callable[[], None],
        heir: Callable[[str], Heir],
        chores: Callable[["Db"], None] = lambda _db: None,
    ) -> None:
        super().__init__(name="roster", daemon=True)
        self._config, self._names = config, names
        self._changed, self._heir, self._chores = changed, heir, chores
        self._stopping = threading.Event()
        self._locks: Locks | None = None
        self._free_since_s: dict[str, float] = {}
        self._heirs: dict[str, Heir] = {}
        self.slots: frozenset[int] = frozenset()
        self.standing = False
        self.trouble = "the database is not reached yet"

    @property
    def leads(self) -> bool:
        return 0 in self.slots

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._round()
            except (psycopg.Error, SchemaError, ConfigError) as error:
                self._fall(said(error))
            except Exception:  # whatever it is, the agent must come back
                log.exception("unexpected")
                self._fall("unexpected error, see the log")
            self._stopping.wait(PERIOD_S)
        self._fall("this agent ends")

    def _fall(self, why: str) -> None:
        """Nothing is held any more."""
        if why != self.trouble:
            log.warning("%s", why)
        self._free_since_s.clear()
        for heir in self._heirs.values():
            heir.stop()
        self._heirs.clear()
        self._now(frozenset(), False, why)
        if self._locks is not None:  # first stop, then let go
            self._locks.db.close()
            self._locks = None

    def _now(self, slots: frozenset[int], standing: bool, trouble: str = "") -> None:
        before = (self.slots, self.standing)
        self.slots, self.standing, self.trouble = slots, standing, trouble
        if before != (slots, standing):
            self._changed()

    def _round(self) -> None:
        if self._locks is None:
            db = connect(
                self._config, f"roster {self._names[0]}", idle_session_timeout=IDLE_S * 1_000
            )
            self._locks = Locks(db, self._config.schema)
            migrate(db, self._config.schema)
        locks = self._locks
        if not self.standing and not self._stand(locks):
            return
        self._share(locks)
        self._look_for_left(locks)
        if self.leads:
            self._chores(locks.db)

    def _stand(self, locks: Locks) -> bool:
        for name in self._names:
            if not locks.take(NAMES, number(name)):
                self._fall(f"another agent is {name}: give each a client_id of its own")
                return False
        locks.take(HERE, random.randrange(1 << 31))
        log.info("standing as %s", self._names[0])
        self._now(frozenset(), True)
        return True

    def _share(self, locks: Locks) -> None:
        """Hold a fair part of the slots: give back what is too much, take what is free."""
        fair = -(-SLOTS // max(1, len(locks.held(HERE))))
        surplus = sorted(self.slots, reverse=True)[: max(0, len(self.slots) - fair)]
        if surplus:
            self._now(self.slots - set(surplus), True)  # first stop, then let go
            for slot in surplus:
                locks.give_back(PARTS, slot)
        missing = fair - len(self.slots)
        if missing > 0:
            taken = locks.held(PARTS)
            free = [slot for slot in range(SLOTS) if slot not in taken]
            mine = {slot for slot in free[:missing] if locks.take(PARTS, slot)}
            self._now(self.slots | mine, True)

    def _look_for_left(self, locks: Locks) -> None:
        held, now_s = locks.held(NAMES), time.monotonic()
        names = {str(name) for (name,) in locks.db.execute("select name from agents")}
        me = self._names[0]
        if me not in names:
            locks.db.execute("insert into agents values (%s) on conflict do nothing", (me,))
        free = {name for name in names if number(name) not in held}
        self._free_since_s = {name: self._free_since_s.get(name, now_s) for name in free}
        for name, since_s in self._free_since_s.items():
            is_due = now_s - since_s >= LEFT_S and name not in self._heirs
            if is_due and locks.take(HEIRS, number(name)):
                log.warning("%s is gone: taking over what the broker holds for it", name)
                self._heirs[name] = self._heir(name)
                self._heirs[name].start()
        self._look_after_heirs(locks, free)

    def _look_after_heirs(self, locks: Locks, free: set[str]) -> None:
        for name, heir in list(self._heirs.items()):
            if name not in free:
                heir.stop()  # it is back
            if not heir.is_alive():
                if heir.finished and name in free:
                    locks.db.execute("delete from agents where name = %s", (name,))
                    log.info("nothing is left of %s", name)
                locks.give_back(HEIRS, number(name))
                del self._heirs[name]
