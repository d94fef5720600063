import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient

from agent.process import Agent, clock_ms
from agent.web import feed
from agent.web.guards import token
from agent.web.server import create_app
from agent.writer import Item
from protocol.messages import find
from tests.agent.said import Ack, Birth, Condition, Event, Meter, State, accepted, topic
from tests.agent.waiting import until

TOKEN = "t" * 43
KNOWN = {"authorization": f"Bearer {TOKEN}"}


class Line:
    """Stands for a link: remembers what was sent, and answers as the test says."""

    source = "mqtt"
    connected = True
    trouble = ""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self.sent: list[tuple[str, Any]] = []
        self.code = "ok"

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def join(self, _timeout: float) -> None: ...
    def acknowledge(self, _tokens: list[Any]) -> None: ...
    def receipt(self, *_what: Any) -> None: ...

    def publish(self, where: str, said: bytes, _qos: int) -> bool:
        cls = find(False, where.rsplit("/", 1)[1])
        assert cls is not None
        command: Any = cls.decode(said)
        self.sent.append((where, command))
        if self.code:
            answer = {"id": command.id, "ok": self.code == "ok", "code": self.code}
            self.say(accepted(Ack, 1, 99 + len(self.sent), **answer))
        return True

    def say(self, *messages: Any) -> None:
        for message in messages:
            self._agent.writer.offer(Item(message, self, None))


class Page:
    """An agent with its API, no broker and no socket."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self.line = Line(agent)
        agent.site = self.line  # type: ignore[assignment]
        app = create_app(agent, TOKEN, ["charge.example"], threading.Event())
        self.client = TestClient(app, base_url="http://127.0.0.1:8180")

    def hear(self) -> None:
        self.line.say(
            accepted(Birth, 1, 3, will_seq=2, interval_s=10),
            accepted(State, 1, 4, offer_ma=16_000),
            accepted(Meter, 1, 5, power_w=3_680),
            accepted(Condition, 1, 6, hot_cycles=37, rcd="good"),
            accepted(Event, 1, 7, connector=0, what="boot"),
        )
        until("the station is shown", lambda: len(self.shown()["stations"]) == 1)

    def shown(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get("/api/stations").json()
        return found

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.post(f"/api/stations/{path}", json=body or {}, headers=KNOWN | headers)


@pytest.fixture
def page(agents: Any) -> Iterator[Page]:
    made = Page(agents(more="[commands]\ntimeout_s = 1"))
    with made.client:
        yield made


def test_a_station_is_shown_whole(page: Page) -> None:
    page.hear()
    station = page.shown()["stations"][0]
    assert (station["station"], station["link"], station["freshness"]) == ("st-1", "mqtt", "fresh")
    assert station["gaps"] == 0 and 0 <= station["age_ms"] < 20_000
    assert station["birth"]["interval_s"] == 10
    connector = station["connectors"][0]
    assert connector["connector"] == 1
    assert connector["state"]["offer_ma"] == 16_000
    assert connector["meter"]["power_w"] == 3_680
    assert connector["session"] is None
    assert (connector["condition"]["hot_cycles"], connector["condition"]["rcd"]) == (37, "good")
    assert [event["what"] for event in station["events"]] == ["boot"]
    assert page.client.get("/api/stations/st-1").json()["station"] == "st-1"
    assert page.client.get("/api/stations/st-9").status_code == 404


def test_nothing_is_lost_without_a_number_on_the_page(page: Page) -> None:
    page.agent.intake.take(topic(Meter), b"\xff", False)
    page.hear()
    shown = page.shown()
    assert shown["counters"]["refused"] == {"not-text": 1}
    assert shown["counters"]["written"]["stored"] == 5
    assert shown["counters"]["outbox"]["dropped_telemetry"] == 0
    assert shown["counters"]["alarm"] == ""
    assert shown["upstream"]["configured"] is False
    assert shown["now_ms"] > 1_700_000_000_000


@pytest.mark.parametrize(
    ("path", "body", "where", "fields"),
    [
        (
            "st-1/1/limit",
            {"limit_ma": 10_000, "valid_s": 600},
            "1/set-limit",
            {"limit_ma": 10_000, "valid_s": 600, "owner": "operator"},
        ),
        ("st-1/2/start", {"user": "amal"}, "2/start", {"user": "amal"}),
        ("st-1/1/start", {}, "1/start", {"user": ""}),
        ("st-1/1/stop", {}, "1/stop", {"owner": "operator"}),
        ("st-1/1/clear-fault", {"code": "diode"}, "1/clear-fault", {"code": "diode"}),
        ("st-1/identify", {}, "identify", {"duration_s": 30}),
        ("st-1/reboot", {}, "reboot", {}),
        ("st-1/get-config", {}, "get-config", {"key": ""}),
        ("st-1/set-config", {"key": "socket", "value": "1"}, "set-config", {"key": "socket"}),
        ("st-1/set-card", {"card": "5f" * 16}, "set-card", {"card": "5f" * 16}),
        ("st-1/clear-card", {"card": "5f" * 16}, "clear-card", {"card": "5f" * 16}),
    ],
)
def test_a_command_reaches_the_board_and_its_answer_the_page(
    page: Page, path: str, body: Any, where: str, fields: dict[str, Any]
) -> None:
    page.hear()
    answer = page.post(path, body)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["ok"], told["code"]) == (True, "ok")
    sent_to, command = page.line.sent[0]
    assert sent_to == f"evse/1/st-1/down/{where}"
    assert {name: getattr(command, name) for name in fields} == fields
    assert command.id == told["id"]


def test_the_boards_no_is_told_with_its_code(page: Page) -> None:
    page.hear()
    page.line.code = "not-charging"
    told = page.post("st-1/1/stop").json()
    assert (told["ok"], told["code"]) == (False, "not-charging")


def test_silence_is_told_as_a_timeout(page: Page) -> None:
    page.hear()
    page.line.code = ""
    told = page.post("st-1/1/stop").json()
    assert (told["ok"], told["code"]) == (False, "timeout")


def test_a_value_out_of_range_is_refused_with_its_field(page: Page) -> None:
    page.hear()
    told = page.post("st-1/1/limit", {"limit_ma": 10**9, "valid_s": 60}).json()
    assert (told["ok"], told["code"], told["field"]) == (False, "bad-field", "limit_ma")
    assert page.line.sent == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("st-1/1/fly", 404),
        ("st-1/fly", 404),
        ("st-1/x/stop", 404),
        ("", 405),
        ("../../etc/passwd/1/stop", 404),
    ],
)
def test_what_is_no_command_is_not_found(page: Page, path: str, status: int) -> None:
    assert page.post(path).status_code == status


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff", b"{" + b" " * 20_000 + b"}"])
def test_a_body_that_is_no_object_is_a_clean_refusal(page: Page, body: bytes) -> None:
    page.hear()
    answer = page.client.post("/api/stations/st-1/1/stop", content=body, headers=KNOWN)
    assert answer.status_code in (400, 413)
    assert page.line.sent == []


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer é"]
)
def test_without_the_token_no_command_leaves(page: Page, given: str) -> None:
    page.hear()
    headers = {"authorization": given.encode("latin-1")} if given else {}
    for path in ("st-1/1/stop", "st-1/reboot"):
        answer = page.client.post(f"/api/stations/{path}", json={}, headers=headers)
        assert answer.status_code == 401
    assert page.client.get("/api/audit", headers=headers).status_code == 401
    assert page.line.sent == []


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8180", "127.0.0.1.evil.example", ""]
)
def test_a_foreign_host_name_reaches_nothing(page: Page, host: str) -> None:
    for path in ("/", "/api/stations", "/static/app.js"):
        assert page.client.get(path, headers={"host": host}).status_code == 421
    answer = page.client.post("/api/stations/st-1/1/stop", json={}, headers=KNOWN | {"host": host})
    assert answer.status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:8180", "localhost", "[::1]:8180", "charge.example"])
def test_a_name_of_this_house_is_served(page: Page, host: str) -> None:
    assert page.client.get("/api/stations", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/api/stations", "/api/nothing", "/static/none.js"])
def test_every_answer_keeps_the_browser_in_its_place(page: Page, path: str) -> None:
    headers = page.client.get(path).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "access-control-allow-origin" not in headers
    assert headers["cache-control"] == ("no-store" if path.startswith("/api/") else "no-cache")


def test_the_page_is_served_with_its_files(page: Page) -> None:
    assert "text/html" in page.client.get("/").headers["content-type"]
    assert "javascript" in page.client.get("/static/app.js").headers["content-type"]
    assert "javascript" in page.client.get("/worker.js").headers["content-type"]
    assert page.client.get("/static/../server.py").status_code == 404
    assert page.client.get("/static/%2e%2e/server.py").status_code == 404


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_the_codes_have_words_in_every_language(page: Page, language: str) -> None:
    words = page.client.get(f"/api/words/{language}").json()
    assert words["answers"]["ok"]
    assert len(words["faults"]["diode"]) == 2
    assert page.client.get("/api/words/xx").status_code == 404


def test_every_command_is_in_the_audit(page: Page) -> None:
    page.hear()
    page.post("st-1/1/stop", **{"x-borne-client": "cli"})
    page.post("st-1/1/limit", {"limit_ma": -5, "valid_s": 60})
    entries = page.client.get("/api/audit", headers=KNOWN).json()
    found = [(each["who"], each["station"], each["kind"], each["code"]) for each in entries]
    assert found == [
        ("page", "st-1", "set-limit", "bad-field"),
        ("cli", "st-1", "stop", "ok"),
    ]


def test_the_token_is_random_private_and_kept(tmp_path: Any) -> None:
    path = tmp_path / "token"
    made = token(path)
    assert len(made) >= 43
    assert token(path) == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert token(tmp_path / "other") != made


def read_events(page: Page, count: int, act: Any) -> list[tuple[str, Any]]:
    """The first events of a stream; act() is called once the snapshot is there."""

    async def read() -> list[tuple[str, Any]]:
        found: list[tuple[str, Any]] = []
        async for chunk in feed.events(page.agent, threading.Event()):
            kind, data = chunk.decode().strip().split("\n")
            found.append((kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
            if len(found) == 1:
                act()
            if len(found) == count:
                return found
        return found

    return asyncio.run(asyncio.wait_for(read(), 30))


def test_the_stream_starts_with_everything_and_goes_on_with_what_changes(page: Page) -> None:
    page.hear()
    began_ms = clock_ms()
    heard_ms: list[int] = []

    def speak() -> None:
        page.line.say(accepted(State, 1, 7, offer_ma=6_000))

    found = read_events(page, 2, speak)
    heard_ms.append(clock_ms())
    kinds = [kind for kind, _ in found]
    assert kinds[0] == "snapshot"
    assert [each["station"] for each in found[0][1]["stations"]] == ["st-1"]
    changed = next(data for kind, data in found if kind == "station")
    assert changed["connectors"][0]["state"]["offer_ma"] == 6_000
    assert heard_ms[0] >= began_ms


def test_an_idle_stream_still_beats(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "HEARTBEAT_S", 0.1)
    found = read_events(page, 3, lambda: None)
    assert "heartbeat" in [kind for kind, _ in found]


def test_a_stream_ends_with_the_server(page: Page) -> None:
    stopping = threading.Event()

    async def read() -> int:
        seen = 0
        async for _ in feed.events(page.agent, stopping):
            seen += 1
            stopping.set()
        return seen

    assert asyncio.run(asyncio.wait_for(read(), 10)) == 1


def test_the_api_describes_itself(page: Page) -> None:
    schema = page.client.get("/api/schema/openapi.json").json()
    for verb in ("limit", "start", "stop", "clear-fault"):
        assert f"/api/stations/{{station}}/{{connector}}/{verb}" in schema["paths"]
    limit = schema["components"]["schemas"]["SetLimitBody"]["properties"]
    assert (limit["limit_ma"]["minimum"], limit["limit_ma"]["maximum"]) == (0, 80_000)
    assert limit["owner"]["enum"] == ["operator", "backend"]


def test_the_same_id_is_one_command(page: Page) -> None:
    page.hear()
    first = page.post("st-1/1/stop", {"id": "mine-1"}).json()
    again = page.post("st-1/1/stop", {"id": "mine-1"}).json()
    assert first == again
    assert len(page.line.sent) == 1
