"""The page's server: the API's routes put together, and the files of the page.

reading.py tells, acting.py does; doorkeeper and turnstile stand before both.
"""

import socket
import sqlite3
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from litestar import Litestar, Request, Response, get
from litestar.datastructures import State
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.response import File
from litestar.static_files import create_static_files_router

from .. import metrics
from ..tokens import FILE, Tokens
from . import acting, reading
from .guards import NAMES, NEAR, Doorkeeper
from .turnstile import Turnstile

if TYPE_CHECKING:
    from ..process import Agent

STATIC = Path(__file__).parent / "static"
_BEARER = SecurityScheme(
    type="http",
    scheme="bearer",
    description="`borne token add NAME --role viewer|operator|admin`, or the token file of the"
    " agent's own state folder.",
)


@get("/", include_in_schema=False, sync_to_thread=False)
def page() -> File:
    return File(STATIC / "index.html", content_disposition_type="inline", media_type="text/html")


@get("/worker.js", include_in_schema=False, sync_to_thread=False)
def worker() -> File:
    """Beside the page, for a browser lets it keep no more than what lies below it."""
    script = STATIC / "worker.js"
    return File(script, content_disposition_type="inline", media_type="text/javascript")


def create_app(
    agent: "Agent", token: str, allowed_hosts: "list[str] | None", stopping: threading.Event
) -> Doorkeeper:
    """The application; tests run it without a socket.  stopping ends the streams.  token: of
    this machine's own user."""
    routes: list[Any] = [*reading.ROUTES, *acting.ROUTES, page, worker]
    if STATIC.is_dir():
        routes.append(create_static_files_router("/static", [STATIC], include_in_schema=False))
    web = agent.config.web
    state = {
        "agent": agent,
        "tokens": Tokens(agent.folder / FILE, token),
        "open_reading": web.reading == "open" or (web.reading == "auto" and web.host in NEAR),
        "registry": metrics.registry(agent),
        "stopping": stopping,
    }
    app = Litestar(
        routes,
        state=State(state),
        openapi_config=OpenAPIConfig(
            title="Borne",
            use_handler_docstrings=True,
            version="1",
            path="/api/schema",
            render_plugins=[JsonRenderPlugin()],
            components=Components(security_schemes={"token": _BEARER}),
            security=[{"token": []}],
        ),
        exception_handlers={sqlite3.Error: _unreadable},
        request_max_body_size=16_384,
        logging_config=None,  # logs.py alone decides
    )
    kept = Turnstile(app, web.requests_per_s, web.burst)
    return Doorkeeper(kept, [*NAMES, *(allowed_hosts or [])])


def _unreadable(_request: Request[Any, Any, Any], _error: Exception) -> Response[dict[str, Any]]:
    told = {"status_code": 503, "detail": "the history cannot be read now"}
    return Response(told, status_code=503)


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
