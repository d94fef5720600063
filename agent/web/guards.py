"""Who may ask the API for what.

A viewer looks, an operator commands, an admin changes settings (tokens.py).  The Host header is
checked so that a foreign page cannot reach the API by a name of its own.
"""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litestar.exceptions import NotAuthorizedException, PermissionDeniedException

from ..broker import private
from ..tokens import LOCAL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from litestar.connection import ASGIConnection
    from litestar.handlers.base import BaseRouteHandler
    from litestar.types import ASGIApp, Guard, Message, Receive, Scope, Send

    from ..tokens import Holder, Tokens

COOKIE = "borne"
NEAR = ("127.0.0.1", "localhost", "::1")  # addresses only this machine reaches
NAMES = ("127.0.0.1", "localhost", "[::1]")
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


def needs(role: str) -> "Guard":
    """A guard for what asks for a role; the request's state then says who it is."""

    def guard(connection: "ASGIConnection[Any, Any, Any, Any]", _: "BaseRouteHandler") -> None:
        holder = _holder(connection)
        if holder is None:
            raise NotAuthorizedException("needs a token: Authorization: Bearer ...")
        if not holder.may(role):
            raise PermissionDeniedException(f"needs a token of role {role}; this is {holder.role}")
        connection.state.who = _who(connection, holder)

    return guard


def reads(connection: "ASGIConnection[Any, Any, Any, Any]", handler: "BaseRouteHandler") -> None:
    """A guard for looking: for everybody who reaches this machine's own address, else a token."""
    if not connection.app.state.open_reading or "authorization" in connection.headers:
        needs("viewer")(connection, handler)


def _holder(connection: "ASGIConnection[Any, Any, Any, Any]") -> "Holder | None":
    """Whose token came: in the header, or for looking alone in the page's cookie."""
    tokens: Tokens = connection.app.state.tokens
    scheme, _, given = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and given:
        return tokens.find(given)
    if connection.scope.get("method") == "GET" and COOKIE in connection.cookies:
        return tokens.find(connection.cookies[COOKIE])
    return None


def _who(connection: "ASGIConnection[Any, Any, Any, Any]", holder: "Holder") -> str:
    if holder.name != LOCAL:
        return holder.name
    return "cli" if connection.headers.get("x-borne-client") == "cli" else "page"


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
