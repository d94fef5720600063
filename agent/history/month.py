"""A month of sessions as CSV: by user, by site, by station, or one row a session.  Pure.

A session belongs whole to the month in which it ended.  Energy is counted in whole watt-hours, so
the rows of every table add up to its last row, and every table of a month to the same total.
"""

import csv
import fnmatch
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from .reader import Session

BY = ("user", "site", "station", "session")
NO_SITE = "other"
_MONTH = re.compile(r"(20\d\d|21\d\d)-(0[1-9]|1[0-2])")
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
_SUMS = ("sessions", "energy_wh", "charging_s", "plugged_s")
_SESSION = (
    "station",
    "connector",
    "site",
    "user",
    "began",
    "ended",
    "reason",
    "energy_wh",
    "charging_s",
    "plugged_s",
)


class MonthError(ValueError):
    """What was asked for is no month, table or time zone.  The text says what is."""


def zone(name: str) -> tzinfo | None:
    """The time zone of this name; "" for this host's own.  Raises MonthError."""
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise MonthError(f"{name}: no such time zone; wants one such as Europe/Paris") from None


def bounds(month: str, where: tzinfo | None) -> tuple[int, int]:
    """(first second, second after the last) of a month such as 2026-11, in Unix time."""
    found = _MONTH.fullmatch(month)
    if found is None:
        raise MonthError(f"{month}: wants a month such as 2026-11")
    year, number = int(found[1]), int(found[2])
    after = (year + 1, 1) if number == 12 else (year, number + 1)
    return tuple(  # type: ignore[return-value]
        int(datetime(*each, 1, tzinfo=where).timestamp()) for each in ((year, number), after)
    )


def site_of(station: str, sites: Sequence[str]) -> str:
    """The site whose pattern fits first.  sites: "name=pattern"."""
    for each in sites:
        name, _, pattern = each.rpartition("=")
        if fnmatch.fnmatchcase(station, pattern):
            return name
    return NO_SITE


def table(
    sessions: "Iterable[Session]", by: str, sites: Sequence[str] = (), where: tzinfo | None = None
) -> str:
    """CSV with a header and a last row of totals.  Raises MonthError."""
    if by not in BY:
        raise MonthError(f"{by}: wants one of {', '.join(BY)}")
    sessions = list(sessions)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    total = _total(sessions)
    if by == "session":
        writer.writerow(("row", *_SESSION))
        for each in sessions:
            writer.writerow(("session", *map(_cell, _told(each, sites, where))))
        writer.writerow(("total", "", "", "", "", "", "", "", *total[1:]))
    else:
        writer.writerow(("row", by, *_SUMS))
        groups = _grouped(sessions, by, sites)
        for name in sorted(groups):
            writer.writerow((by, _cell(name), *_total(groups[name])))
        writer.writerow(("total", "", *total))
    return text.getvalue()


def _grouped(
    sessions: "Iterable[Session]", by: str, sites: Sequence[str]
) -> "dict[str, list[Session]]":
    groups: dict[str, list[Session]] = {}
    for each in sessions:
        name = site_of(each.station, sites) if by == "site" else str(getattr(each, by))
        groups.setdefault(name, []).append(each)
    return groups


def _total(sessions: "Sequence[Session]") -> tuple[int, int, int, int]:
    return (
        len(sessions),
        sum(each.energy_wh for each in sessions),
        sum(each.charging_s for each in sessions),
        sum(each.duration_s for each in sessions),
    )


def _told(each: "Session", sites: Sequence[str], where: tzinfo | None) -> tuple[object, ...]:
    return (
        each.station,
        each.connector,
        site_of(each.station, sites),
        each.user,
        _moment(each.began_s, where),
        _moment(each.last_s, where),
        each.reason,
        each.energy_wh,
        each.charging_s,
        each.duration_s,
    )


def _moment(at_s: int, where: tzinfo | None) -> str:
    return datetime.fromtimestamp(at_s, where).astimezone(where).isoformat(timespec="seconds")


def _cell(value: object) -> object:
    """A spreadsheet must not take a name for a formula."""
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_RISKY) else value
