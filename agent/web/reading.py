"""What the API tells: the fleet now, and what was.  Routes only translate."""

import time
from typing import TYPE_CHECKING, Annotated, Any

from litestar import Response, get
from litestar.datastructures import State
from litestar.exceptions import ClientException, NotFoundException
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from protocol.words import LANGUAGES, tables

from .. import metrics
from ..history import month as months
from ..history.reader import Fault, Session
from . import feed
from .guards import reads

if TYPE_CHECKING:
    from ..process import Agent

_DAY_S = 86_400
_UNIX = "Unix time, seconds."
Station = Annotated[str, QueryParameter(max_length=32, description="A station's name.")]
From = Annotated[int | None, QueryParameter(name="from", ge=0, le=1 << 40, description=_UNIX)]
To = Annotated[int | None, QueryParameter(name="to", ge=0, le=1 << 40, description=_UNIX)]
Count = Annotated[int, QueryParameter(ge=1, le=1_000, description="How many at most.")]


@get("/api/stations", guards=[reads], sync_to_thread=True)
def stations(state: State) -> dict[str, Any]:
    """Every station, the counters, and how the upstream broker is reached."""
    return feed.whole(state.agent)


@get("/api/stations/{station:str}", guards=[reads], sync_to_thread=True)
def one_station(state: State, station: FromPath[str]) -> dict[str, Any]:
    """One station as it is now."""
    found: dict[str, Any] | None = state.agent.station(station)
    if found is None:
        raise NotFoundException("never heard of this station")
    return found


@get("/api/events", guards=[reads], media_type="text/event-stream")
async def events(state: State) -> Stream:
    """Server-sent events: snapshot, then station, counters and heartbeat."""
    return Stream(
        feed.events(state.agent, state.stopping),
        media_type="text/event-stream",
        headers={"x-accel-buffering": "no"},
    )


@get("/api/words/{language:str}", sync_to_thread=True)
def words(language: FromPath[str]) -> "dict[str, dict[str, str | tuple[str, str]]]":
    """What the codes mean, in one of three languages."""
    if language not in LANGUAGES:
        raise NotFoundException(f"languages are {', '.join(LANGUAGES)}")
    return tables(language)


@get("/api/history/{station:str}/{connector:int}", guards=[reads], sync_to_thread=True)
def history(
    state: State,
    station: FromPath[str],
    connector: FromPath[int],
    from_s: From = None,
    to_s: To = None,
) -> dict[str, Any]:
    """Columns for a plot: at_s, and of each stretch of step_s seconds power_w, power_min_w,
    power_max_w, energy_wh, register_wh, current_ma, offer_ma, high_mv, low_mv, state.

    Without times, the last day.  A day is told in minutes, a longer time in hours.  A row of
    null stands where nothing was heard; state is a place in the protocol's list of states.
    """
    agent: Agent = state.agent
    agent.history.flush()
    end_s = int(time.time()) + 1 if to_s is None else to_s
    begin_s = max(0, end_s - _DAY_S) if from_s is None else from_s
    return agent.past.plot(station, _number(connector), begin_s, end_s)


@get("/api/sessions", guards=[reads], sync_to_thread=True)
def sessions(
    state: State,
    station: Station = "",
    user: Annotated[str, QueryParameter(max_length=36, description="Who was authorised.")] = "",
    count: Count = 100,
) -> list[Session]:
    """Charging sessions, newest first, running ones among them."""
    found: list[Session] = state.agent.past.sessions(station, user, count)
    return found


@get("/api/faults", guards=[reads], sync_to_thread=True)
def faults(state: State, station: Station = "", count: Count = 100) -> list[Fault]:
    """Faults with their beginning and end; those without an end first."""
    found: list[Fault] = state.agent.past.faults(station, count)
    return found


@get("/api/export/{month:str}", guards=[reads], media_type="text/csv", sync_to_thread=True)
def export(
    state: State,
    month: FromPath[str],
    by: Annotated[str, QueryParameter(description="user, site, station or session")] = "user",
) -> Response[str]:
    """A month such as 2026-11 as CSV.  Every table of a month adds up to the same."""
    agent: Agent = state.agent
    settings = agent.config.history
    try:
        where = months.zone(settings.timezone)
        found = agent.past.over(*months.bounds(month, where))
        text = months.table(found, by, settings.sites, where)
    except months.MonthError as error:
        raise ClientException(str(error)) from None
    name = f'attachment; filename="borne-{month}-{by}.csv"'
    return Response(text, media_type="text/csv", headers={"content-disposition": name})


@get("/metrics", guards=[reads], include_in_schema=False, sync_to_thread=True)
def prometheus(state: State) -> Response[bytes]:
    """Everything that can be counted, in Prometheus' own format."""
    text = metrics.exposition(state.agent, state.registry)
    return Response(text, media_type=metrics.CONTENT_TYPE)


def _number(connector: int) -> int:
    """SQLite has no numbers beyond 64 bits; there is no such connector either."""
    return connector if -1 <= connector <= 99 else -1


ROUTES = (stations, one_station, events, words, history, sessions, faults, export, prometheus)
