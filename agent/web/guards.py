"""Who may ask the API for what.

Reading is for whoever reaches the loopback address; a command needs the token.  The Host header
is checked so that a foreign page cannot reach the API by a name of its own.
"""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litestar.exceptions import NotAuthorizedException

from ..broker import private

if TYPE_CHECKING:
    from collections.abc import Iterable

    from litestar.connection import ASGIConnection
    from litestar.handlers.base import BaseRouteHandler
    from litestar.types import ASGIApp, Message, Receive, Scope, Send

LOCAL = ("127.0.0.1", "localhost", "[::1]")
_HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' data:; style-src 'self'; frame-ancestors 'none';"
        b" base-uri 'none'; form-action 'self'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


def token(path: Path) -> str:
    """The token for commands, made at the first start and readable by this user only."""
    try:
        known = path.read_text().strip()
    except OSError:
        known = ""
    if len(known) < 32:
        known = secrets.token_urlsafe(32)
        private(path, known + "\n")
    return known


def needs_token(
    connection: "ASGIConnection[Any, Any, Any, Any]", _handler: "BaseRouteHandler"
) -> None:
    """A guard for commands."""
    scheme, _, given = connection.headers.get("authorization", "").partition(" ")
    known: str = connection.app.state.token
    if scheme.lower() != "bearer" or not secrets.compare_digest(given.encode(), known.encode()):
        raise NotAuthorizedException("commands need the token: Authorization: Bearer ...")


class Doorkeeper:
    """Stands before the whole application: refuses foreign Host headers, and adds to every
    answer the headers that keep a browser in its place."""

    def __init__(self, app: "ASGIApp", allowed_hosts: "Iterable[str]") -> None:
        self.app = app
        self._hosts = frozenset(allowed_hosts)

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if "headers" not in scope:  # the application starts or ends
            await self.app(scope, receive, send)
            return
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        name = host if host.endswith("]") else host.rpartition(":")[0] or host
        if name not in self._hosts:
            await _refuse(send)
            return
        kept = b"no-store" if scope["path"].startswith("/api/") else b"no-cache"

        async def with_headers(message: "Message") -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    *_HEADERS,
                    (b"cache-control", kept),
                ]
            await send(message)

        await self.app(scope, receive, with_headers)


async def _refuse(send: "Send") -> None:
    start: Any = {"type": "http.response.start", "status": 421, "headers": list(_HEADERS)}
    body: Any = {"type": "http.response.body", "body": b"no such host here\n"}
    await send(start)
    await send(body)
