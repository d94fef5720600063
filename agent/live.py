"""The latest picture of every station, with its honest age.  Pure: time comes in as now_ms.

Two clocks never mix: uptime_ms is the board's, now_ms the agent's monotonic one.  A retained copy
says what was, not when, so it never makes a station fresh.
"""

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .gaps import Gaps

if TYPE_CHECKING:
    from .intake import Accepted

EVENTS_SHOWN = 20
INTERVAL_S = 10  # until a birth says otherwise
CONFLICT_MS = 600_000  # how long a sign of two boards with one name stands
UPTIME_PERIOD = 1 << 30
_PACE_MS = 5_000  # shorter stretches say little about a clock
_KEPT = ("state", "meter", "session", "condition")


class Pace:
    """How fast the board's clock runs beside ours: virtual stations may live quicker."""

    def __init__(self) -> None:
        self._first: tuple[int, int] | None = None
        self._per_mille = 1_000

    def heard(self, uptime_ms: int, now_ms: int) -> None:
        if self._first is None:
            self._first = (uptime_ms, now_ms)
            return
        passed_ms = now_ms - self._first[1]
        if passed_ms < _PACE_MS:
            return
        lived_ms = (uptime_ms - self._first[0]) % UPTIME_PERIOD
        self._per_mille = min(max(lived_ms * 1_000 // passed_ms, 1_000), 1_000_000)
        self._first = (uptime_ms, now_ms)

    def per_mille(self) -> int:
        """1000 for a real board, or until known."""
        return self._per_mille if self._per_mille > 2_000 else 1_000


class Connector:
    """What was last said about one socket."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.said: dict[str, Any] = {}  # kind -> message
        self.said_ms: int | None = None  # when, None: only retained copies yet


class Station:
    """What was last said by one board.  version grows with every change."""

    def __init__(self, name: str, patience: int = 0) -> None:
        self.name = name
        self._patience = patience
        self._late_births: deque[int] = deque(maxlen=patience + 1)  # when
        self.link = ""
        self.link_up = True
        self.boot_id = 0
        self.birth: Any = None
        self.death: Any = None
        self.health: Any = None
        self.connectors: dict[int, Connector] = {}
        self.events: deque[Any] = deque(maxlen=EVENTS_SHOWN)
        self.heard_ms: int | None = None
        self.uptime_ms = 0
        self.gaps = Gaps()
        self._pace = Pace()
        self.conflict = ""  # why commands are not sent: two boards seem to have this name
        self.conflict_ms = 0
        self.version = 0
        self._live_birth = (0, 0)  # boot_id and seq of the last birth that was not a copy

    def take(self, message: "Accepted", link: str, now_ms: int) -> None:
        said = message.message
        self.version += 1
        if not message.retained:
            if message.kind == "birth":
                self._judge_birth(said, now_ms)
            if said.boot_id > self.boot_id or message.kind == "birth":
                self._new_boot(said.boot_id)
        elif said.boot_id > self.boot_id:
            self._new_boot(said.boot_id)
        if message.is_record:
            self._record(message, said)
        if said.boot_id != self.boot_id:
            return  # an old record sent again, or a retained copy from before
        if not message.retained and message.kind != "death":
            self._heard(message, link, now_ms)
        self.link = self.link or link
        self._keep(message, said, now_ms)

    def _heard(self, message: "Accepted", link: str, now_ms: int) -> None:
        said = message.message
        self.gaps.came(said.seq, now_ms, said.will_seq if message.kind == "birth" else 0)
        if message.is_record and self.heard_ms is not None and _before(said, self.uptime_ms):
            return  # kept for a while before it came: no news about now
        self.heard_ms, self.uptime_ms = now_ms, said.uptime_ms
        self._pace.heard(said.uptime_ms, now_ms)
        self.link, self.link_up = link, True

    def _keep(self, message: "Accepted", said: Any, now_ms: int) -> None:
        if message.kind == "birth" and not _older(said, self.birth):
            self.birth = said
        elif message.kind == "death" and not _older(said, self.death):
            self.death = said
        elif message.kind == "health" and not _older(said, self.health):
            self.health = said
        elif message.kind in _KEPT:
            connector = self.connectors.get(message.connector)
            if connector is None:
                connector = self.connectors[message.connector] = Connector(message.connector)
            if not _older(said, connector.said.get(message.kind)):
                connector.said[message.kind] = said
                if not message.retained:
                    connector.said_ms = now_ms

    def _record(self, message: "Accepted", said: Any) -> None:
        if message.kind == "event" and (message.connector, said) not in self.events:
            self.events.append((message.connector, said))

    def _new_boot(self, boot_id: int) -> None:
        if boot_id != self.boot_id:
            self.boot_id = boot_id
            self.gaps = Gaps()
            self._pace = Pace()
            self.birth = self.health = self.death = None
            self.connectors = {}

    def _judge_birth(self, said: Any, now_ms: int) -> None:
        """Births of one board only ever grow, and come in order."""
        boot_id, seq = self._live_birth
        if said.boot_id < boot_id:
            self._conflict("boot-went-back", now_ms)
        elif said.boot_id == boot_id and said.seq < seq:
            self._conflict("two-connections", now_ms)
        self._live_birth = (said.boot_id, said.seq)

    def _conflict(self, why: str, now_ms: int) -> None:
        self._late_births.append(now_ms)
        is_often = len(self._late_births) > self._patience
        if is_often and now_ms - self._late_births[0] < CONFLICT_MS:
            self.conflict, self.conflict_ms = why, now_ms

    def suspended(self, now_ms: int) -> str:
        """Why commands must not go to this name now, empty when they may."""
        if self.conflict and now_ms - self.conflict_ms >= CONFLICT_MS:
            self.conflict = ""
        return self.conflict

    def freshness(self, now_ms: int) -> str:
        """fresh, stale (silent for more than two intervals), offline (the broker or the line
        lost it)."""
        if not self.link_up or self.is_dead():
            return "offline"
        if self.heard_ms is None or now_ms - self.heard_ms > 2_000 * self.interval_s():
            return "stale"
        return "fresh"

    def is_dead(self) -> bool:
        """A death ends the connection whose birth names it; a later birth outlives it."""
        if self.death is None:
            return False
        if self.birth is None:
            return True
        return bool(0 < self.birth.will_seq <= self.death.seq)

    def interval_s(self) -> int:
        return self.birth.interval_s if self.birth is not None else INTERVAL_S

    def board_clock_ms(self, now_ms: int, ahead_ms: int = 0) -> int | None:
        """What the board's clock will show ahead_ms from now, None when nothing was heard."""
        if self.heard_ms is None:
            return None
        passed_ms = now_ms - self.heard_ms + ahead_ms
        return (self.uptime_ms + passed_ms * self._pace.per_mille() // 1_000) % UPTIME_PERIOD


class Live:
    """All stations.  Not for several threads at once: the owner locks.

    patience: births that may come late before they are taken for a second board.
    """

    def __init__(self, patience: int = 0) -> None:
        self.stations: dict[str, Station] = {}
        self._patience = patience

    def take(self, message: "Accepted", link: str, now_ms: int) -> Station:
        station = self.stations.get(message.station)
        if station is None:
            station = self.stations[message.station] = Station(message.station, self._patience)
        station.take(message, link, now_ms)
        return station

    def recall(self, message: "Accepted", link: str, heard_ms: int | None) -> None:
        """A message of a stored picture, births first.  heard_ms: when it came, None when that
        is not known.  What came between is not there, so it says nothing about gaps."""
        self.take(replace(message, retained=True), link, 0)
        station, said = self.stations[message.station], message.message
        if heard_ms is None or said.boot_id != station.boot_id:
            return
        if message.kind != "death" and heard_ms >= (station.heard_ms or heard_ms):
            station.heard_ms, station.uptime_ms = heard_ms, said.uptime_ms
        connector = station.connectors.get(message.connector)
        if connector is not None and connector.said.get(message.kind) is said:
            connector.said_ms = max(heard_ms, connector.said_ms or heard_ms)

    def knows(self, message: "Accepted") -> bool:
        """True for a retained copy of what is shown already."""
        station = self.stations.get(message.station)
        if station is None:
            return False
        shown = {"birth": station.birth, "death": station.death}.get(message.kind)
        if message.connector in station.connectors:
            shown = shown or station.connectors[message.connector].said.get(message.kind)
        said = message.message
        return shown is not None and (shown.boot_id, shown.seq) == (said.boot_id, said.seq)

    def link_changed(self, link: str, is_up: bool) -> None:
        """A broker or a line came or went: its stations cannot be alive while it is gone."""
        for station in self.stations.values():
            if station.link == link and station.link_up != is_up:
                station.link_up = is_up
                station.version += 1


def _older(said: Any, known: Any) -> bool:
    if known is None:
        return False
    if said.boot_id != known.boot_id:
        return bool(said.boot_id < known.boot_id)
    return bool(said.seq < known.seq)


def _before(said: Any, uptime_ms: int) -> bool:
    behind = (uptime_ms - said.uptime_ms) % UPTIME_PERIOD
    return bool(0 < behind < UPTIME_PERIOD // 2)
