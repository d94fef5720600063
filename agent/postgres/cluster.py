"""One agent among several: what it takes over from process.py where a fleet is shared.

Wiring and nothing else.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol

from protocol import topics

from ..uplink import Uplink
from .feed import Feed
from .keeper import Keeper
from .roster import Roster
from .rows import slot_of
from .shared_source import Heir, SharedSource, shared_filter
from .waiting import SharedWaiting

if TYPE_CHECKING:
    from ..config import Config
    from ..intake import Accepted, Intake
    from ..writer import Item

log = logging.getLogger("borne.cluster")

_LOOK_S = 0.5


class Leading(Protocol):
    """What only one agent does."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


class Cluster:
    """recall(copies): the picture as it was stored, each with its age; take(messages): what
    another agent stored.  intake, offer: of the site's messages."""

    def __init__(
        self,
        config: "Config",
        intake: "Intake",
        offer: "Callable[[Item], bool]",
        recall: "Callable[[Iterable[tuple[Accepted, int]]], None]",
        take: "Callable[[list[Accepted]], None]",
    ) -> None:
        shared, name = config.postgres, config.site.client_id
        self._config, self._intake, self._offer = config, intake, offer
        names = [name]
        if config.upstream.host:
            names.append(f"upstream {config.upstream.client_id}")
        self.roster = Roster(shared, names, self._changed, self._heir, Keeper(config.history))
        self.feed = Feed(shared, name, recall, take, self._wake, lambda: self.roster.standing)
        self._waiting = SharedWaiting(shared, name, lambda: self.roster.slots)
        self._site: SharedSource | None = None
        self._uplink: Uplink | None = None
        self._leader: Leader | None = None

    def uplink(self, commanded: Callable[[str, bytes, bool], object]) -> Uplink:
        """Sends on what is in this agent's slots.  A command goes to one of the group; none is
        kept for an agent that is away."""
        config = self._config
        self._uplink = Uplink(
            config.upstream,
            self._waiting,
            commanded,
            config.store.keep_s,
            down_filter=shared_filter(config.postgres.group, topics.DOWN_FILTER),
            session_s=0,
        )
        return self._uplink

    def site(
        self, stations: Callable[[], list[str]], knows: "Callable[[Accepted], bool]"
    ) -> SharedSource:
        """stations: all that are on the site broker; this agent greets those of its slots."""
        self._site = SharedSource(
            self._config.postgres.group,
            lambda: self.roster.trouble,
            self._config.site,
            self._intake,
            self._offer,
            stations=lambda: [each for each in stations() if self.has(each)],
            knows=knows,
        )
        return self._site

    def has(self, station: str) -> bool:
        """In one of this agent's slots."""
        return slot_of(station) in self.roster.slots

    def start(self, lead: Callable[[], Leading]) -> None:
        """lead: makes what this agent does while it leads."""
        self._leader = Leader(lambda: self.roster.leads, lead)
        for thread in (self.roster, self.feed, self._leader):
            thread.start()

    def stop(self) -> None:
        """Before the links: then nobody is greeted or sent on any more."""
        threads = [each for each in (self._leader, self.feed, self.roster) if each is not None]
        for thread in threads:
            thread.stop()
        for thread in threads:
            if thread.ident is not None:
                thread.join(10)

    def close(self) -> None:
        self._waiting.reopen()

    def threads(self) -> list[threading.Thread]:
        return [each for each in (self.roster, self.feed, self._leader) if each is not None]

    def link(self) -> dict[str, Any]:
        roster = self.roster
        return {"link": "postgres", "up": roster.standing, "trouble": roster.trouble}

    def _heir(self, gone: str) -> Heir:
        config = self._config
        return Heir(config.postgres.group, gone, config.site, self._intake, self._offer)

    def _changed(self) -> None:
        if not self.roster.standing and self._site is not None:
            self._site.restart("what comes now is for the other agents")
        self._wake()

    def _wake(self) -> None:
        if self._uplink is not None:
            self._uplink.wake()


class Leader(threading.Thread):
    """Starts what one agent does when it is this one, and ends it when it is no more."""

    def __init__(self, leads: Callable[[], bool], make: Callable[[], Leading]) -> None:
        super().__init__(name="leader", daemon=True)
        self._leads, self._make = leads, make
        self._stopping = threading.Event()
        self._doing: Leading | None = None

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        while not self._stopping.wait(_LOOK_S):
            try:
                self._look()
            except Exception:  # it is tried again
                log.exception("unexpected")
        self._end()

    def _look(self) -> None:
        if not self._leads():
            self._end()
        elif self._doing is None:
            log.info("this agent leads")
            self._doing = self._make()
            self._doing.start()

    def _end(self) -> None:
        doing, self._doing = self._doing, None
        if doing is not None:
            doing.stop()
