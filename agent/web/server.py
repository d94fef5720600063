"""The page's server: a JSON API, server-sent events, and the files of the page.

Routes only translate; what a command may do is downlink.py's.
"""

import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from litestar import Litestar, Request, get, post
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import File, Stream
from litestar.static_files import create_static_files_router

from protocol.words import LANGUAGES, tables

from ..audit import Entry
from ..downlink import Answer, Order
from . import feed
from .guards import LOCAL, Doorkeeper, needs_token

if TYPE_CHECKING:
    from ..process import Agent

Body = JSONBody[dict[str, Any]]

STATIC = Path(__file__).parent / "static"
OF_CONNECTOR = {
    "limit": "set-limit",
    "start": "start",
    "stop": "stop",
    "clear-fault": "clear-fault",
}
OF_STATION = ("identify", "reboot", "get-config", "set-config")
DEFAULTS: dict[str, dict[str, Any]] = {
    "set-limit": {"owner": "operator"},
    "start": {"user": ""},
    "stop": {"owner": "operator"},
    "identify": {"duration_s": 30},
    "get-config": {"key": ""},
}


@get("/api/stations", sync_to_thread=True)
def stations(state: State) -> dict[str, Any]:
    """Every station, the counters, and how the upstream broker is reached."""
    return feed.whole(state.agent)


@get("/api/stations/{station:str}", sync_to_thread=True)
def one_station(state: State, station: FromPath[str]) -> dict[str, Any]:
    found: dict[str, Any] | None = state.agent.station(station)
    if found is None:
        raise NotFoundException("never heard of this station")
    return found


@get("/api/events")
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


@get("/api/audit", guards=[needs_token], sync_to_thread=True)
def audit(state: State, count: FromQuery[int] = 50) -> list[Entry]:
    """The last commands, newest first: who asked what of which station, and the answer."""
    found: list[Entry] = state.agent.audit.last(max(1, min(count, 1_000)))
    return found


@post(
    "/api/stations/{station:str}/{connector:int}/{verb:str}",
    guards=[needs_token],
    status_code=200,
    sync_to_thread=True,
)
def connector_command(
    request: Request[Any, Any, Any],
    station: FromPath[str],
    connector: FromPath[int],
    verb: FromPath[str],
    data: Body,
) -> Answer:
    """limit {limit_ma, valid_s}, start {user}, stop, clear-fault {code}."""
    if verb not in OF_CONNECTOR:
        raise NotFoundException(f"a connector takes {', '.join(OF_CONNECTOR)}")
    return _command(request, station, connector, OF_CONNECTOR[verb], data)


@post(
    "/api/stations/{station:str}/{verb:str}",
    guards=[needs_token],
    status_code=200,
    sync_to_thread=True,
)
def station_command(
    request: Request[Any, Any, Any], station: FromPath[str], verb: FromPath[str], data: Body
) -> Answer:
    """identify {duration_s}, reboot, get-config {key}, set-config {key, value}."""
    if verb not in OF_STATION:
        raise NotFoundException(f"a station takes {', '.join(OF_STATION)}")
    return _command(request, station, -1, verb, data)


def _command(
    request: Request[Any, Any, Any], station: str, connector: int, kind: str, data: dict[str, Any]
) -> Answer:
    values = DEFAULTS.get(kind, {}) | data
    command_id = values.pop("id", "")
    who = "cli" if request.headers.get("x-borne-client") == "cli" else "page"
    agent: Agent = request.app.state.agent
    return agent.command(Order(who, station, connector, kind, values, str(command_id)))


@get("/", include_in_schema=False, sync_to_thread=False)
def page() -> File:
    return File(STATIC / "index.html", content_disposition_type="inline", media_type="text/html")


def create_app(
    agent: "Agent", token: str, allowed_hosts: "list[str] | None", stopping: threading.Event
) -> Doorkeeper:
    """The application; tests run it without a socket.  stopping ends the streams."""
    routes: list[Any] = [
        stations,
        one_station,
        events,
        words,
        audit,
        connector_command,
        station_command,
        page,
    ]
    if STATIC.is_dir():
        routes.append(create_static_files_router("/static", [STATIC], include_in_schema=False))
    state = {
        "agent": agent,
        "token": token,
        "stopping": stopping,
    }
    app = Litestar(
        routes,
        state=State(state),
        openapi_config=OpenAPIConfig(
            title="Borne", version="1", path="/api/schema", render_plugins=[JsonRenderPlugin()]
        ),
        request_max_body_size=16_384,
    )
    return Doorkeeper(app, [*LOCAL, *(allowed_hosts or [])])


class WebServer(threading.Thread):
    """uvicorn in a thread of its own."""

    def __init__(self, app: Doorkeeper, stopping: threading.Event, host: str, port: int) -> None:
        super().__init__(name="web", daemon=True)
        self._stopping = stopping
        settings = uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
            lifespan="off",
        )
        self._server = uvicorn.Server(settings)
        self._address = (host, port)
        self._socket: socket.socket | None = None

    def start(self) -> None:
        """Raises OSError when the address is taken."""
        host, port = self._address
        self._socket = socket.create_server((host, port))
        super().start()

    def run(self) -> None:
        assert self._socket is not None
        self._server.run(sockets=[self._socket])

    def stop(self) -> None:
        self._stopping.set()
        self._server.should_exit = True
        self.join(5)

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1]) if self._socket is not None else 0
