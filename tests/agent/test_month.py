"""Bills: months begin and end where they should, and every table adds up to the same."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.history.month import BY, MonthError, bounds, site_of, table, zone
from agent.history.reader import Reader, Session
from agent.history.store import History
from agent.moment import EPOCH_S
from agent.sections import History as Bounds
from tests.agent.said import Session as Said
from tests.agent.said import accepted

SITES = ["north=st-1*", "=cmd=st-2"]


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def one(station: str = "st-1", user: str = "amal", energy_wh: int = 1, **more: Any) -> Session:
    told: dict[str, Any] = {
        "connector": 1,
        "session": "1-1-1",
        "began_s": at("2026-11-03T08:00"),
        "last_s": at("2026-11-03T09:00"),
        "ended": True,
        "duration_s": 3_600,
        "charging_s": 1_800,
        "register_wh": 5_000,
        "reason": "unplugged",
    }
    return Session(station=station, user=user, energy_wh=energy_wh, **(told | more))


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_month_has_its_first_second_and_not_the_next_ones() -> None:
    assert bounds("2026-11", zone("UTC")) == (at("2026-11-01T00:00"), at("2026-12-01T00:00"))
    assert bounds("2026-12", zone("UTC"))[1] == at("2027-01-01T00:00")


def test_a_month_is_the_sites_own_and_knows_summer_time() -> None:
    begin_s, end_s = bounds("2026-03", zone("Europe/Paris"))
    assert begin_s == at("2026-02-28T23:00")
    assert end_s - begin_s == 31 * 86_400 - 3_600


@pytest.mark.parametrize("month", ["", "2026", "2026-13", "2026-1", "1970-01", "2026-11-01", "x"])
def test_what_is_no_month_is_refused(month: str) -> None:
    with pytest.raises(MonthError, match="wants a month such as 2026-11"):
        bounds(month, None)


@pytest.mark.parametrize("name", ["Mars/Base", "../etc/passwd", "/etc/localtime"])
def test_what_is_no_time_zone_is_refused(name: str) -> None:
    with pytest.raises(MonthError, match="no such time zone"):
        zone(name)


def test_a_table_has_a_row_each_and_a_total() -> None:
    told = [one(energy_wh=700), one("st-2", energy_wh=55), one("st-3", "zoe", 1_000)]
    assert table(told, "user") == (
        "row,user,sessions,energy_wh,charging_s,plugged_s\r\n"
        "user,amal,2,755,3600,7200\r\n"
        "user,zoe,1,1000,1800,3600\r\n"
        "total,,3,1755,5400,10800\r\n"
    )
    by_site = {row["site"]: row["energy_wh"] for row in rows(table(told, "site", SITES))}
    assert by_site == {"north": "700", "'=cmd": "55", "other": "1000", "": "1755"}
    by_station = {row["station"]: row["energy_wh"] for row in rows(table(told, "station"))}
    assert by_station == {"st-1": "700", "st-2": "55", "st-3": "1000", "": "1755"}


def test_a_session_has_its_row_with_times_of_the_site() -> None:
    (row, total) = rows(table([one(energy_wh=700)], "session", SITES, zone("Europe/Paris")))
    assert row["began"] == "2026-11-03T09:00:00+01:00"
    assert row["ended"] == "2026-11-03T10:00:00+01:00"
    assert (row["site"], row["user"], row["energy_wh"]) == ("north", "amal", "700")
    assert (total["row"], total["energy_wh"]) == ("total", "700")


def test_a_month_without_sessions_is_an_empty_table() -> None:
    assert rows(table([], "user")) == [
        {
            "row": "total",
            "user": "",
            "sessions": "0",
            "energy_wh": "0",
            "charging_s": "0",
            "plugged_s": "0",
        }
    ]


def test_another_table_is_refused() -> None:
    with pytest.raises(MonthError, match="wants one of user, site, station, session"):
        table([], "moon")


@pytest.mark.parametrize("name", ["=cmd()", "+1", "-1", "@sum", "\tx", "\rx", "\nx"])
def test_a_name_never_becomes_a_formula(name: str) -> None:
    for by in ("user", "session"):
        assert rows(table([one(user=name)], by))[0]["user"] == "'" + name


def test_the_first_pattern_that_fits_names_the_site() -> None:
    assert site_of("hl-07", ["lyon=hl-*", "nice=hn-*", "rest=*"]) == "lyon"
    assert site_of("hx-07", ["lyon=hl-*", "nice=hn-*", "rest=*"]) == "rest"
    assert site_of("hx-07", []) == "other"


@given(
    st.lists(
        st.builds(
            one,
            station=st.sampled_from(["st-1", "st-12", "st-2", "st-3", "-st"]),
            user=st.sampled_from(["", "amal", "zoe", "total", "-1"]),
            energy_wh=st.integers(0, (1 << 30) - 1),
            charging_s=st.integers(0, (1 << 30) - 1),
            duration_s=st.integers(0, (1 << 30) - 1),
        ),
        max_size=60,
    )
)
def test_every_table_adds_up_and_all_to_the_same(sessions: list[Session]) -> None:
    totals = set()
    for by in BY:
        *parts, total = rows(table(sessions, by, SITES))
        for name in ("energy_wh", "charging_s", "plugged_s"):
            assert sum(int(row[name]) for row in parts) == int(total[name])
        assert total["row"] == "total"
        totals.add((total["energy_wh"], total["charging_s"], total["plugged_s"]))
    assert len(totals) == 1
    assert totals.pop()[0] == str(sum(each.energy_wh for each in sessions))


def test_a_session_is_in_the_month_it_ended_and_in_no_other(tmp_path: Path) -> None:
    history = History(tmp_path / "history.sqlite", Bounds())
    reader = Reader(tmp_path / "history.sqlite")

    def say(name: str, seq: int, phase: str, when: str, energy_wh: int) -> None:
        told = {"session": name, "phase": phase, "time_s": at(when) - EPOCH_S}
        history.take([accepted(Said, 1, seq, energy_wh=energy_wh, **told)])

    say("across", 1, "start", "2026-11-30T22:00", 0)
    say("across", 2, "checkpoint", "2026-11-30T23:59", 4_000)
    say("across", 3, "end", "2026-12-01T00:00", 4_100)
    say("lost-end", 4, "start", "2026-12-02T10:00", 0)
    say("lost-end", 5, "checkpoint", "2026-12-02T11:00", 900)
    say("running", 6, "start", "2026-12-03T10:00", 0)
    say("running", 7, "checkpoint", "2026-12-03T11:00", 50)

    def of(month: str) -> list[tuple[str, int]]:
        found = reader.over(*bounds(month, zone("UTC")))
        return [(each.session, each.energy_wh) for each in found]

    assert of("2026-11") == []
    assert of("2026-12") == [("across", 4_100), ("lost-end", 900)]
    history.close()
    reader.close()
