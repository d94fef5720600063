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
_STATE = {name: number for number, name in enumerate(STATES)}
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
    """What one connector said between at_s and at_s + width."""

    __slots__ = ("at_s", "dirty", "heard", "values")

    def __init__(self, at_s: int) -> None:
        self.at_s = at_s
        self.values: dict[str, int] = {}
        self.heard: dict[str, tuple[int, int]] = {}  # kind -> newest (boot_id, seq)
        self.dirty = True

    def take(self, kind: str, said: Any) -> None:
        mark = (said.boot_id, said.seq)
        values = self.values
        if kind == "meter":
            values["power_min_w"] = min(values.get("power_min_w", said.power_w), said.power_w)
            values["power_max_w"] = max(values.get("power_max_w", said.power_w), said.power_w)
        if mark > self.heard.get(kind, (0, 0)):
            self.heard[kind] = mark
            values.update(_readings(kind, said))
        self.dirty = True

    def row(self, place: int) -> tuple[int | None, ...]:
        return (place, self.at_s, *(self.values.get(name) for name in COLUMNS))


def _readings(kind: str, said: Any) -> dict[str, int]:
    if kind == "meter":
        return {
            "power_w": said.power_w,
            "register_wh": said.register_wh,
            "current_ma": max(said.current_ma),
        }
    return {
        "offer_ma": said.offer_ma,
        "high_mv": said.high_mv,
        "low_mv": said.low_mv,
        "state": _STATE[said.reason.state],
    }


class Points:
    """One table of them.  width_s: the stretch; kept: most rows a connector."""

    def __init__(self, db: "sqlite3.Connection", table: str, width_s: int, kept: int) -> None:
        self._db = db
        self._table = table
        self._width_s = width_s
        self._kept = kept
        self._upsert = _upsert(table)
        self._open: dict[int, Stretch] = {}
        self._done: list[tuple[int, Stretch]] = []
        self._counts: dict[int, int] = {}

    def take(self, place: int, kind: str, said: Any, now_s: int) -> None:
        """said: a meter that has readings, or a state."""
        at_s = now_s - now_s % self._width_s
        stretch = self._open.get(place)
        if stretch is None or stretch.at_s != at_s:
            if stretch is not None and stretch.dirty:
                self._done.append((place, stretch))
            stretch = self._open[place] = Stretch(at_s)
        stretch.take(kind, said)

    @property
    def waiting(self) -> int:
        """Stretches that are over and not written."""
        return len(self._done)

    def write(self, most: int) -> None:
        """Stretches that are over, at most so many, inside a transaction."""
        self._put(self._done[:most])

    def written(self, most: int) -> None:
        """The transaction of write(most) was committed."""
        del self._done[:most]

    def write_open(self) -> None:
        """Those that are not over yet, as they are now; they will be written again."""
        current = [(place, each) for place, each in self._open.items() if each.dirty]
        self._put(current)
        for _, stretch in current:
            stretch.dirty = False

    def forget_counts(self) -> None:
        """A transaction was rolled back."""
        self._counts.clear()

    def _put(self, rows: list[tuple[int, Stretch]]) -> None:
        for place, stretch in rows:
            self._db.execute(self._upsert, stretch.row(place))
        for place, theirs in itertools.groupby(sorted(place for place, _ in rows)):
            self._bound(place, len(list(theirs)))

    def _bound(self, place: int, more: int) -> None:
        """An overwritten row is counted twice; the true count is asked for before rows go."""
        count = self._counts.get(place, -1) + more
        if place not in self._counts or count > self._kept + _SLACK:
            told = self._db.execute(
                f"select count(*) from {self._table} where place = ?", (place,)
            ).fetchone()
            count = int(told[0])
        if count > self._kept + _SLACK:
            self._db.execute(
                f"delete from {self._table} where place = ? and at_s in"
                f" (select at_s from {self._table} where place = ? order by at_s limit ?)",
                (place, place, count - self._kept),
            )
            count = self._kept
        self._counts[place] = count
