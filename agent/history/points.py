"""Telemetry thinned to one row a connector and stretch of time, for plots.

A row has the last reading of its stretch and, of the power, the least and the most.  The same
message twice changes nothing.  A connector has at most `kept` rows: each new one too many drops
one old one, so a clock that jumps ten years deletes nothing at once.
"""

import itertools
from typing import TYPE_CHECKING, Any

from protocol.codes import STATES

if TYPE_CHECKING:
    import sqlite3

COLUMNS = (
    "power_w",
    "power_min_w",
    "power_max_w",
    "register_wh",
    "current_ma",
    "offer_ma",
    "high_mv",
    "low_mv",
    "state",
)
STATE_NUMBERS = {name: number for number, name in enumerate(STATES)}
_SLACK = 32  # rows over the bound before some go, so that not every row costs a deletion


def schema(table: str) -> str:
    columns = ", ".join(f"{name} integer" for name in COLUMNS)
    return (
        f"create table if not exists {table} (place integer not null, at_s integer not null,"
        f" {columns}, primary key (place, at_s)) without rowid;\n"
    )


def _upsert(table: str) -> str:
    last = ", ".join(
        f"{name} = coalesce(excluded.{name}, {name})"
        for name in COLUMNS
        if name not in ("power_min_w", "power_max_w")
    )
    extremes = ", ".join(
        f"{name} = {how}(coalesce({name}, excluded.{name}), coalesce(excluded.{name}, {name}))"
        for name, how in (("power_min_w", "min"), ("power_max_w", "max"))
    )
    marks = ", ".join("?" * (len(COLUMNS) + 2))
    return (
        f"insert into {table} (place, at_s, {', '.join(COLUMNS)}) values ({marks})"
        f" on conflict (place, at_s) do update set {last}, {extremes}"
    )


class Stretch:
    """What one connector said between at_s and end_s: the newest messages themselves, and the
    bounds of the power."""

    __slots__ = ("at_s", "dirty", "end_s", "least_w", "meter", "most_w", "place", "state")

    def __init__(self, place: int, at_s: int, end_s: int) -> None:
        self.place, self.at_s, self.end_s = place, at_s, end_s
        self.meter: Any = None
        self.state: Any = None
        self.least_w = self.most_w = 0
        self.dirty = True

    def take_meter(self, said: Any, least_w: int, most_w: int) -> None:
        known = self.meter
        if known is None:
            self.meter, self.least_w, self.most_w = said, least_w, most_w
        else:
            self.least_w = min(self.least_w, least_w)
            self.most_w = max(self.most_w, most_w)
            if is_newer(said, known):
                self.meter = said
        self.dirty = True

    def take_state(self, said: Any) -> None:
        if self.state is None or is_newer(said, self.state):
            self.state = said
            self.dirty = True

    def take(self, other: "Stretch") -> None:
        """A shorter stretch within this one."""
        if other.meter is not None:
            self.take_meter(other.meter, other.least_w, other.most_w)
        if other.state is not None:
            self.take_state(other.state)

    def row(self) -> tuple[int | None, ...]:
        meter, state = self.meter, self.state
        read: tuple[int | None, ...] = (None,) * 5
        shown: tuple[int | None, ...] = (None,) * 4
        if meter is not None:
            power = (meter.power_w, self.least_w, self.most_w)
            read = (*power, meter.register_wh, max(meter.current_ma))
        if state is not None:
            number = STATE_NUMBERS[state.reason.state]
            shown = (state.offer_ma, state.high_mv, state.low_mv, number)
        return (self.place, self.at_s, *read, *shown)


def is_newer(said: Any, known: Any) -> bool:
    if said.boot_id != known.boot_id:
        return bool(said.boot_id > known.boot_id)
    return bool(said.seq > known.seq)


class Table:
    """One table of stretches.  width_s: how long one is; kept: most rows a connector."""

    def __init__(self, db: "sqlite3.Connection", name: str, width_s: int, kept: int) -> None:
        self._db = db
        self._name = name
        self._width_s = width_s
        self._kept = kept
        self._upsert = _upsert(name)
        self._counts: dict[int, int] = {}
        self.open: dict[int, Stretch] = {}
        self.done: list[Stretch] = []

    def stretch(self, place: int, at_s: int) -> Stretch:
        """The one that at_s falls into; what was open before and is not at_s's is done."""
        found = self.open.get(place)
        if found is not None:
            if found.at_s <= at_s < found.end_s:
                return found
            if found.dirty:
                self.done.append(found)
        begin_s = at_s - at_s % self._width_s
        made = self.open[place] = Stretch(place, begin_s, begin_s + self._width_s)
        return made

    def write(self, stretches: list[Stretch]) -> None:
        """Inside a transaction."""
        for each in stretches:
            self._db.execute(self._upsert, each.row())
        for place, theirs in itertools.groupby(sorted(each.place for each in stretches)):
            self._bound(place, len(list(theirs)))

    def forget_counts(self) -> None:
        """A transaction was rolled back."""
        self._counts.clear()

    def _bound(self, place: int, more: int) -> None:
        """An overwritten row is counted twice; the true count is asked for before rows go."""
        count = self._counts.get(place, -1) + more
        if place not in self._counts or count > self._kept + _SLACK:
            told = self._db.execute(
                f"select count(*) from {self._name} where place = ?", (place,)
            ).fetchone()
            count = int(told[0])
        if count > self._kept + _SLACK:
            self._db.execute(
                f"delete from {self._name} where place = ? and at_s in"
                f" (select at_s from {self._name} where place = ? order by at_s limit ?)",
                (place, place, count - self._kept),
            )
            count = self._kept
        self._counts[place] = count


class Points:
    """Minutes, and hours made of them."""

    def __init__(self, db: "sqlite3.Connection", *, minutes: int, hours: int) -> None:
        self._minutes = Table(db, "minutes", 60, minutes)
        self._hours = Table(db, "hours", 3_600, hours)
        self._tables = (self._minutes, self._hours)
        self._now: dict[tuple[str, int], Stretch] = {}

    def find(self, station: str, connector: int, now_s: int) -> Stretch | None:
        """The connector's minute under way, None when begin() must make one."""
        found = self._now.get((station, connector))
        if found is not None and found.at_s <= now_s < found.end_s:
            return found
        return None

    def begin(self, station: str, connector: int, place: int, now_s: int) -> Stretch:
        """A new minute; the one before goes into its hour."""
        before = self._now.get((station, connector))
        if before is not None:
            self._hours.stretch(place, before.at_s).take(before)
        made = self._now[(station, connector)] = self._minutes.stretch(place, now_s)
        return made

    @property
    def waiting(self) -> int:
        """Stretches that are over and not written."""
        return len(self._minutes.done) + len(self._hours.done)

    def write(self, most: int) -> None:
        """Stretches that are over, at most so many a table, inside a transaction."""
        for table in self._tables:
            table.write(table.done[:most])

    def written(self, most: int) -> None:
        """The transaction of write(most) was committed."""
        for table in self._tables:
            del table.done[:most]

    def write_open(self) -> None:
        """Those that are not over yet, as they are now; they will be written again."""
        for stretch in self._now.values():
            if stretch.dirty:
                self._hours.stretch(stretch.place, stretch.at_s).take(stretch)
        self._hours.write(self._hours.done)  # what the line above may have ended
        self._hours.done.clear()
        for table in self._tables:
            current = [each for each in table.open.values() if each.dirty]
            table.write(current)
            for each in current:
                each.dirty = False

    def forget_counts(self) -> None:
        for table in self._tables:
            table.forget_counts()

    def forget(self) -> int:
        """Drop what is over and waits; returns how many."""
        count = self.waiting
        for table in self._tables:
            table.done.clear()
        return count
