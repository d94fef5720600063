"""The agent's web side without an agent: the page's files, a canned fleet, a stream to push into.

Stands for agent/web/server.py in the page's tests, and alone for working on the page:

    python tests/web/mock_server.py 8190
"""

import json
import queue
import random
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "agent" / "web" / "static"
TOKEN = "token-of-this-test"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
POLICY = (  # stricter than the agent's own
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types borne; worker-src 'self'"
)
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from agent.history.points import COLUMNS  # noqa: E402
from protocol import words  # noqa: E402

NOTHING = {"step_s": 60} | {name: [] for name in ("at_s", "energy_wh", *COLUMNS)}


class MockAgent:
    """stations: what the snapshot holds.  orders: every command posted.  answer: what to say."""

    def __init__(self, stations: list[dict[str, Any]], counters: Any, upstream: Any) -> None:
        self.stations = {one["station"]: one for one in stations}
        self.counters, self.upstream = counters, upstream
        self.links = [{"link": "mqtt", "up": True, "trouble": ""}]
        self.orders: list[dict[str, Any]] = []
        self.asked: list[str] = []  # about the past
        self.answer: tuple[int, dict[str, Any]] = (200, {"id": "1", "ok": True, "code": "ok"})
        self.answers: dict[str, Any] = {}  # to questions about the past, by how they begin
        self.role = "operator"  # of the token
        self.is_open = True  # for whoever looks; else for a browser that showed the token
        self.heartbeat_s = 1.0
        self.gone = False
        self._streams: list[queue.Queue[tuple[str, Any] | None]] = []
        self._server: ThreadingHTTPServer | None = None

    def start(self, port: int = 0) -> int:
        """Listen.  Returns the port."""
        agent = self

        class Handler(_Handler):
            mock = agent

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return int(self._server.server_address[1])

    def stop(self) -> None:
        """As if the agent were gone: no new connection, streams cut."""
        assert self._server is not None
        self.gone = True  # connections that are kept alive get no answer either
        self._server.shutdown()
        self._server.server_close()
        for stream in self._streams:
            stream.put(None)

    def push(self, kind: str, value: Any) -> None:
        """One event to every page that listens."""
        if kind == "station":
            self.stations[value["station"]] = value
        for stream in self._streams:
            stream.put((kind, value))

    def snapshot(self) -> dict[str, Any]:
        return {
            "stations": list(self.stations.values()),
            "counters": self.counters,
            "upstream": self.upstream,
            "links": self.links,
            "now_ms": 1_000,
        }

    def listen(self) -> "queue.Queue[tuple[str, Any] | None]":
        stream: queue.Queue[tuple[str, Any] | None] = queue.Queue()
        stream.put(("snapshot", self.snapshot()))
        self._streams.append(stream)
        return stream


class _Handler(BaseHTTPRequestHandler):
    mock: MockAgent
    protocol_version = "HTTP/1.1"

    def parse_request(self) -> bool:
        if self.mock.gone:
            self.close_connection = True
            return False
        return super().parse_request()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path.startswith("/api/") and "words" not in path and not self._may_look():
            self._json(401, {})
        elif path == "/api/events":
            self._stream()
        elif path == "/api/stations":
            self._json(200, self.mock.snapshot())
        elif path.startswith(("/api/history/", "/api/faults", "/api/sessions")):
            self.mock.asked.append(self.path)
            known = self.mock.answers
            found = [known[each] for each in known if path.startswith(f"/api/{each}")]
            self._json(200, found[0] if found else NOTHING if "history" in path else [])
        elif path.startswith("/api/words/"):
            self._json(200, words.tables(path.rpartition("/")[2]))
        elif path == "/worker.js":
            self._file("worker.js")
        else:
            self._file("index.html" if path == "/" else path.removeprefix("/static/"))

    def do_DELETE(self) -> None:
        self._json(200, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        token = self.headers.get("Authorization", "")
        if self.path == "/api/session":
            known = token == f"Bearer {TOKEN}"
            cookie = "borne=shown; HttpOnly; SameSite=Strict" if known else ""
            self._json(200 if known else 401, {"name": "desk", "role": self.mock.role}, cookie)
            return
        order = {"path": self.path, "token": token, "body": json.loads(body or b"{}")}
        self.mock.orders.append(order)
        if token == f"Bearer {TOKEN}":
            self._json(*self.mock.answer)
        else:
            self._json(401, {"detail": "token"})

    def _stream(self) -> None:
        self._head(200, "text/event-stream")
        stream = self.mock.listen()
        try:
            while True:
                try:
                    item = stream.get(timeout=self.mock.heartbeat_s)
                except queue.Empty:
                    item = ("heartbeat", {"now_ms": 1_000})
                if item is None:
                    return
                self.wfile.write(f"event: {item[0]}\ndata: {json.dumps(item[1])}\n\n".encode())
        except OSError:
            return

    def _may_look(self) -> bool:
        return self.mock.is_open or "borne=shown" in self.headers.get("Cookie", "")

    def _json(self, status: int, value: Any, cookie: str = "") -> None:
        body = json.dumps(value).encode()
        self._head(status, "application/json", len(body), cookie)
        self.wfile.write(body)

    def _file(self, name: str) -> None:
        path = (STATIC / name).resolve()
        if not path.is_file() or STATIC not in path.parents:
            self._json(404, {})
            return
        body = path.read_bytes()
        self._head(200, TYPES.get(path.suffix, "image/svg+xml"), len(body))
        self.wfile.write(body)

    def _head(self, status: int, kind: str, length: int | None = None, cookie: str = "") -> None:
        self.send_response(status)
        if cookie:
            self.send_header("Set-Cookie", cookie)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Cache-Control", "no-store")
        if length is None:
            self.send_header("Connection", "close")
            self.close_connection = True
        else:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Quiet."""


def _breathe(mock: MockAgent) -> None:
    """Give the charging stations a little life, for working on the page."""
    while True:
        time.sleep(1)
        for one in list(mock.stations.values()):
            if one["freshness"] != "fresh":
                continue
            for connector in one["connectors"]:
                for at, ma in enumerate(connector["meter"]["current_ma"]):
                    connector["meter"]["current_ma"][at] = ma + random.randint(-80, 80) * (ma > 0)
                watts = sum(connector["meter"]["current_ma"]) * 231 // 1_000
                connector["meter"]["power_w"] = watts
                connector["meter"]["session_wh"] += watts // 3_600
            mock.push("station", one)


if __name__ == "__main__":
    from tests.web import fleet

    mock = MockAgent(fleet.fleet(), fleet.counters(), fleet.upstream())
    print(f"http://127.0.0.1:{mock.start(int(sys.argv[1]) if len(sys.argv) > 1 else 8190)}/")
    print(f"token: {TOKEN}")
    _breathe(mock)
