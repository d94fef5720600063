"""How often one caller may ask.  Stands between the doorkeeper and the API.

A caller is a token, or an address where none is given.  Wrong tokens are counted by address: who
tries many is turned away before the next one is even looked at.
"""

import hashlib
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from ..downlink import Bucket

if TYPE_CHECKING:
    from collections.abc import Callable

    from litestar.types import ASGIApp, Message, Receive, Scope, Send

_MOST = 4_096  # callers remembered
_WRONG_PER_S, _WRONG_BURST = 1, 20
_PATHS = ("/api/", "/metrics")


class Buckets:
    """One bucket a caller; the longest unused is forgotten first, and is full again then."""

    def __init__(self, per_s: int, burst: int) -> None:
        self._rate = (per_s, burst)
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def of(self, caller: str) -> Bucket:
        bucket = self._buckets.pop(caller, None) or Bucket(*self._rate)
        self._buckets[caller] = bucket
        while len(self._buckets) > _MOST:
            self._buckets.popitem(last=False)
        return bucket


class Turnstile:
    """per_s, burst: requests of one caller."""

    def __init__(
        self, app: "ASGIApp", per_s: int, burst: int, clock_ms: "Callable[[], int] | None" = None
    ) -> None:
        self.app = app
        self._callers = Buckets(per_s, burst)
        self._wrong = Buckets(_WRONG_PER_S, _WRONG_BURST)
        self._clock_ms = clock_ms or (lambda: time.monotonic_ns() // 1_000_000)

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if not str(scope.get("path", "")).startswith(_PATHS):
            await self.app(scope, receive, send)
            return
        address = str((scope.get("client") or ("",))[0])
        given = dict(scope["headers"]).get(b"authorization", b"")
        caller = hashlib.sha256(given).hexdigest() if given else address
        now_ms = self._clock_ms()
        wrong = self._wrong.of(address)
        if wrong.is_empty(now_ms) or not self._callers.of(caller).take(now_ms):
            await _refuse(send)
            return

        async def watched(message: "Message") -> None:
            if given and message["type"] == "http.response.start" and message["status"] == 401:
                wrong.take(self._clock_ms())
            await send(message)

        await self.app(scope, receive, watched)


async def _refuse(send: "Send") -> None:
    body = b'{"status_code":429,"detail":"too many requests"}'
    headers = [(b"content-type", b"application/json"), (b"retry-after", b"1")]
    start: Any = {"type": "http.response.start", "status": 429, "headers": headers}
    await send(start)
    end: Any = {"type": "http.response.body", "body": body}
    await send(end)
