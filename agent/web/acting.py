"""What the API does: commands to one station, rounds for many, and who asked for what.

Routes only translate; what a command may do is downlink.py's.
"""

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.datastructures import Cookie, State
from litestar.exceptions import ClientException, NotFoundException
from litestar.params import FromPath, JSONBody, QueryParameter

from protocol.messages import (
    ClearCard,
    ClearFault,
    GetConfig,
    Identify,
    Reboot,
    SetCard,
    SetConfig,
    SetLimit,
    Start,
    Stop,
)

from ..audit import Entry
from ..downlink import Answer, Order
from ..spread import MOST_S, Round
from .bodies import body_of, values_of
from .guards import COOKIE, needs

if TYPE_CHECKING:
    from protocol.message import Message

    from ..process import Agent

_OF_CONNECTOR = {"limit": SetLimit, "start": Start, "stop": Stop, "clear-fault": ClearFault}
_OF_STATION = {
    "identify": Identify,
    "get-config": GetConfig,
    "set-card": SetCard,
    "clear-card": ClearCard,
}
_OF_ADMIN = {"reboot": Reboot, "set-config": SetConfig}
_MOST_STATIONS = 10_000
_MOST_BYTES = 1 << 19  # of a body that names so many

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=32)]


def _connector_route(verb: str, cls: "type[Message]") -> Any:
    body = body_of(cls)

    def command(
        request: Request[Any, Any, Any],
        station: FromPath[str],
        connector: FromPath[int],
        data: Any,
    ) -> Answer:
        return _command(request, Order("", station, connector, cls.KIND, {}), data)

    return _route("/{connector:int}", verb, cls, body, command, "operator")


def _station_route(verb: str, cls: "type[Message]", role: str) -> Any:
    body = body_of(cls)

    def command(request: Request[Any, Any, Any], station: FromPath[str], data: Any) -> Answer:
        return _command(request, Order("", station, -1, cls.KIND, {}), data)

    return _route("", verb, cls, body, command, role)


def _route(  # noqa: PLR0913, PLR0917  each is one part of a route
    where: str, verb: str, cls: "type[Message]", body: Any, command: Any, role: str
) -> Any:
    command.__annotations__["data"] = JSONBody[body]  # type: ignore[misc]
    command.__name__ = f"command_{verb.replace('-', '_')}"
    command.__doc__ = f"{(cls.__doc__ or '').strip()}\n\nRole: {role}."
    return post(
        f"/api/stations/{{station:str}}{where}/{verb}",
        guards=[needs(role)],
        status_code=200,
        sync_to_thread=True,
        operation_id=command.__name__,
    )(command)


def _command(request: Request[Any, Any, Any], order: Order, body: msgspec.Struct) -> Answer:
    values, command_id = values_of(body)
    agent: Agent = request.app.state.agent
    who: str = request.state.who
    asked = Order(who, order.station, order.connector, order.kind, values, command_id)
    return agent.command(asked)


class FleetBody(msgspec.Struct, forbid_unknown_fields=True):
    """connector: of each station.  spread_s: over what time; without, the configured one."""

    stations: Annotated[list[Name], msgspec.Meta(min_length=1, max_length=_MOST_STATIONS)]
    connector: Annotated[int, msgspec.Meta(ge=1, le=4)] = 1
    spread_s: Annotated[int, msgspec.Meta(ge=0, le=MOST_S)] | None = None


class FleetStart(FleetBody, forbid_unknown_fields=True):
    """user: for whom; empty for free charging."""

    user: Annotated[str, msgspec.Meta(max_length=36, pattern=r"^[a-z0-9-]*\Z")] = ""


class FleetLimit(FleetBody, forbid_unknown_fields=True, kw_only=True):
    """limit_ma: 0 pauses.  valid_s: the limit ends by itself after this long."""

    limit_ma: Annotated[int, msgspec.Meta(ge=0, le=80_000)]
    valid_s: Annotated[int, msgspec.Meta(ge=1, le=86_400)]


_FLEET: Any = {
    "guards": [needs("operator")],
    "status_code": 202,
    "request_max_body_size": _MOST_BYTES,
    "sync_to_thread": True,
}


@post("/api/fleet/start", **_FLEET)
def fleet_start(request: Request[Any, Any, Any], data: JSONBody[FleetStart]) -> Round:
    """Ask many stations to start, each after a random wait of its own.  Role: operator."""
    return _round(request, "start", data, {"user": data.user})


@post("/api/fleet/stop", **_FLEET)
def fleet_stop(request: Request[Any, Any, Any], data: JSONBody[FleetBody]) -> Round:
    """End the charge at many stations, each after a random wait of its own.  Role: operator."""
    return _round(request, "stop", data, {"owner": "operator"})


@post("/api/fleet/limit", **_FLEET)
def fleet_limit(request: Request[Any, Any, Any], data: JSONBody[FleetLimit]) -> Round:
    """Lower the limit of many stations, each after a random wait of its own.  Role: operator."""
    values = {"owner": "operator", "limit_ma": data.limit_ma, "valid_s": data.valid_s}
    return _round(request, "set-limit", data, values)


def _round(
    request: Request[Any, Any, Any], kind: str, body: FleetBody, values: dict[str, Any]
) -> Round:
    if len(set(body.stations)) != len(body.stations):
        raise ClientException("a station is named twice")
    agent: Agent = request.app.state.agent
    spread_s = agent.config.commands.spread_s if body.spread_s is None else body.spread_s
    who: str = request.state.who
    return agent.spread.ask(who, kind, body.stations, body.connector, values, spread_s)


@get("/api/fleet/{round_id:str}", guards=[needs("operator")], sync_to_thread=True)
def fleet_round(state: State, round_id: FromPath[str]) -> Round:
    """How far a round is: code is empty while a command waits.  Role: operator."""
    return _found(state.agent.spread.find(round_id))


@delete(
    "/api/fleet/{round_id:str}", guards=[needs("operator")], status_code=200, sync_to_thread=True
)
def fleet_cancel(state: State, round_id: FromPath[str]) -> Round:
    """What has not gone out does not.  Role: operator."""
    return _found(state.agent.spread.cancel(round_id))


def _found(found: Round | None) -> Round:
    if found is None:
        raise NotFoundException("no such round, or too long ago")
    return found


@get("/api/audit", guards=[needs("operator")], sync_to_thread=True)
def audit(
    state: State,
    count: Annotated[int, QueryParameter(ge=1, le=1_000, description="How many at most.")] = 50,
) -> list[Entry]:
    """The last commands, newest first: who asked what of which station, when, and the answer.

    Role: operator.
    """
    found: list[Entry] = state.agent.audit.last(count)
    return found


@post("/api/session", guards=[needs("viewer")], status_code=200, sync_to_thread=False)
def session(request: Request[Any, Any, Any]) -> Response[dict[str, str]]:
    """Whose token this is.  The page's stream cannot send a header, so the answer brings a
    cookie that allows looking, and only that."""
    token = request.headers.get("authorization", "").partition(" ")[2]
    holder = request.app.state.tokens.find(token)
    cookie = Cookie(
        COOKIE,
        value=token,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return Response({"name": holder.name, "role": holder.role}, cookies=[cookie])


@delete("/api/session", status_code=200, sync_to_thread=False)
def no_session() -> Response[dict[str, str]]:
    """The cookie is taken back; whoever had none has none."""
    return Response({}, cookies=[Cookie(COOKIE, value="", max_age=0, httponly=True)])


ROUTES = (
    *(_connector_route(verb, cls) for verb, cls in _OF_CONNECTOR.items()),
    *(_station_route(verb, cls, "operator") for verb, cls in _OF_STATION.items()),
    *(_station_route(verb, cls, "admin") for verb, cls in _OF_ADMIN.items()),
    fleet_start,
    fleet_stop,
    fleet_limit,
    fleet_round,
    fleet_cancel,
    audit,
    session,
    no_session,
)
