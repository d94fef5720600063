"""The API beyond the live page: roles, how often one may ask, fleets, history and bills."""

import csv
import io
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient
from typer.testing import CliRunner

from agent.cli import app as borne
from agent.moment import EPOCH_S
from agent.tokens import FILE, Tokens
from agent.web.server import create_app
from agent.web.turnstile import Turnstile
from tests.agent.said import Event, Meter, Session, State, accepted
from tests.agent.test_api import TOKEN, Line, Page
from tests.agent.waiting import until

NOW_S = int(time.time())
SESSION = {"time_s": NOW_S - EPOCH_S, "energy_wh": 5_000}
FAST = "[commands]\ntimeout_s = 1\n[web]\nrequests_per_s = 100000\nburst = 100000\n"


@pytest.fixture
def page(agents: Any) -> Iterator[Page]:
    made = Page(agents(more=FAST + '[history]\nsites = ["depot=st-*"]\ntimezone = "UTC"'))
    with made.client:
        yield made


def of(page: Page, role: str) -> dict[str, str]:
    """The header of a new token of this role."""
    token = Tokens(page.agent.folder / FILE).add(f"a-{role}", role)
    return {"authorization": f"Bearer {token}"}


LOOKS = [
    "/api/stations",
    "/api/stations/st-1",
    "/api/history/st-1/1",
    "/api/sessions",
    "/api/faults",
    "/api/export/2026-11",
]
OPERATES = [
    ("POST", "/api/stations/st-1/1/stop", {}),
    ("POST", "/api/stations/st-1/1/start", {}),
    ("POST", "/api/stations/st-1/1/limit", {"limit_ma": 0, "valid_s": 60}),
    ("POST", "/api/stations/st-1/1/clear-fault", {"code": "diode"}),
    ("POST", "/api/stations/st-1/identify", {}),
    ("POST", "/api/stations/st-1/get-config", {}),
    ("POST", "/api/stations/st-1/set-card", {"card": "5f" * 16}),
    ("POST", "/api/stations/st-1/clear-card", {"card": "5f" * 16}),
    ("POST", "/api/fleet/start", {"stations": ["st-1"]}),
    ("POST", "/api/fleet/stop", {"stations": ["st-1"]}),
    ("POST", "/api/fleet/limit", {"stations": ["st-1"], "limit_ma": 0, "valid_s": 9}),
    ("GET", "/api/audit", None),
    ("GET", "/api/fleet/unknown", None),
    ("DELETE", "/api/fleet/unknown", None),
]
ADMINISTERS = [
    ("POST", "/api/stations/st-1/reboot", {}),
    ("POST", "/api/stations/st-1/set-config", {"key": "socket", "value": "1"}),
]


def ask(page: Page, method: str, path: str, body: Any, headers: dict[str, str]) -> int:
    more: dict[str, Any] = {} if body is None else {"json": body}
    return int(page.client.request(method, path, headers=headers, **more).status_code)


@pytest.mark.parametrize("role", ["viewer", "operator", "admin"])
def test_a_token_may_what_its_role_may_and_no_more(page: Page, role: str) -> None:
    page.hear()
    headers = of(page, role)
    rank = ["viewer", "operator", "admin"].index(role)
    for path in LOOKS:
        assert ask(page, "GET", path, None, headers) == 200, path
    for least, requests in ((1, OPERATES), (2, ADMINISTERS)):
        for method, path, body in requests:
            status = ask(page, method, path, body, headers)
            assert status in ((200, 202, 404) if rank >= least else (403,)), (path, status)


def test_a_role_is_not_enough_to_send_what_it_may_not(page: Page) -> None:
    page.hear()
    for role in ("viewer", "operator"):
        page.client.post("/api/stations/st-1/reboot", json={}, headers=of(page, role))
    assert page.line.sent == []


def test_the_audit_names_whose_token_it_was(page: Page) -> None:
    page.hear()
    headers = of(page, "operator")
    page.client.post("/api/stations/st-1/1/stop", json={}, headers=headers)
    (entry,) = page.client.get("/api/audit?count=1", headers=headers).json()
    assert (entry["who"], entry["kind"], entry["code"]) == ("a-operator", "stop", "ok")
    assert entry["at_ms"] > 0 and entry["answered_ms"] >= entry["at_ms"]


def test_a_removed_token_is_worthless_at_once(page: Page) -> None:
    headers = of(page, "operator")
    assert ask(page, "GET", "/api/audit", None, headers) == 200
    Tokens(page.agent.folder / FILE).remove("a-operator")
    assert ask(page, "GET", "/api/audit", None, headers) == 401


def other_page(page: Page, web: str) -> TestClient[Any]:
    """The same agent, listening elsewhere."""
    from dataclasses import replace

    agent = page.agent
    agent.config = replace(
        agent.config, web=replace(agent.config.web, host="0.0.0.0", reading=web)
    )
    app = create_app(agent, TOKEN, ["charge.example"], threading.Event())
    return TestClient(app, base_url="http://charge.example")


def test_where_others_can_reach_it_looking_needs_a_token_too(page: Page) -> None:
    page.hear()
    client = other_page(page, "auto")
    for path in LOOKS:
        assert client.get(path).status_code == 401, path
        assert client.get(path, headers=of_once(page)).status_code == 200, path
    assert client.get("/").status_code == 200, "the page itself tells nothing"
    assert other_page(page, "open").get("/api/stations").status_code == 200


def of_once(page: Page) -> dict[str, str]:
    tokens = Tokens(page.agent.folder / FILE)
    if tokens.all():
        tokens.remove("a-viewer")
    return of(page, "viewer")


def test_a_cookie_lets_the_page_look_and_never_act(page: Page) -> None:
    page.hear()
    client = other_page(page, "token")
    told = client.post("/api/session", headers=of(page, "admin"))
    assert told.json() == {"name": "a-admin", "role": "admin"}
    cookie = told.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie
    assert client.get("/api/stations").status_code == 200
    assert client.post("/api/stations/st-1/1/stop", json={}).status_code == 401
    assert page.line.sent == []
    assert client.delete("/api/session").status_code == 200
    assert client.get("/api/stations").status_code == 401


def test_a_wrong_token_is_refused_even_where_looking_is_free(page: Page) -> None:
    headers = {"authorization": "Bearer wrong"}
    assert page.client.get("/api/stations", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("st-1/1/limit", {"limit_ma": 6_000}),
        ("st-1/1/limit", {"limit_ma": "6 A", "valid_s": 60}),
        ("st-1/1/limit", {"limit_ma": 6_000.5, "valid_s": 60}),
        ("st-1/1/limit", {"limit_ma": True, "valid_s": 60}),
        ("st-1/1/limit", {"limit_ma": None, "valid_s": 60}),
        ("st-1/1/limit", {"limit_ma": 6_000, "valid_s": 60, "lmit": 1}),
        ("st-1/1/stop", {"id": 5}),
        ("st-1/set-config", {"key": "socket"}),
    ],
)
def test_a_body_that_does_not_fit_says_which_field(page: Page, path: str, body: Any) -> None:
    page.hear()
    answer = page.post(path, body)
    assert answer.status_code == 400
    assert any(name in answer.text for name in ("limit_ma", "lmit", "valid_s", "id", "value"))
    assert page.line.sent == []


def turnstile(statuses: list[int], per_s: int = 1, burst: int = 3) -> Any:
    """(ask, clock): ask sends one request and returns its status."""
    clock = [0]

    async def behind(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": statuses[0], "headers": []})
        await send({"type": "http.response.body", "body": b""})

    gate = Turnstile(behind, per_s, burst, lambda: clock[0])

    def ask_once(path: str = "/api/x", token: str = "", address: str = "10.0.0.1") -> int:
        import asyncio

        told: list[int] = []

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                told.append(message["status"])

        headers = [(b"authorization", token.encode())] if token else []
        scope: Any = {"path": path, "headers": headers, "client": (address, 1), "type": "http"}
        asyncio.run(gate(scope, None, send))  # type: ignore[arg-type]
        return told[0]

    return ask_once, clock


def test_who_asks_too_often_is_told_to_wait_and_may_again_later() -> None:
    ask_once, clock = turnstile([200])
    assert [ask_once() for _ in range(5)] == [200, 200, 200, 429, 429]
    clock[0] += 1_000
    assert [ask_once() for _ in range(2)] == [200, 429]


def test_one_caller_does_not_use_up_the_others_turn() -> None:
    ask_once, _ = turnstile([200])
    assert [ask_once(token="a") for _ in range(4)][-1] == 429
    assert ask_once(token="b") == 200
    assert ask_once() == 200
    assert ask_once(address="10.0.0.2") == 200


def test_the_files_of_the_page_are_not_counted() -> None:
    ask_once, _ = turnstile([200])
    assert {ask_once("/static/app.js") for _ in range(20)} == {200}


def test_who_tries_many_tokens_is_turned_away_before_they_are_looked_at() -> None:
    statuses = [401]
    ask_once, clock = turnstile(statuses, per_s=100_000, burst=100_000)
    told = [ask_once(token=f"guess-{number}") for number in range(40)]
    assert told.count(401) == 20 and told[-1] == 429
    statuses[0] = 200
    assert ask_once(token="the right one at last") == 429
    assert ask_once(token="from elsewhere", address="10.0.0.2") == 200
    clock[0] += 5_000
    assert ask_once(token="the right one") == 200


def test_a_fleet_command_is_planned_told_and_cancelled(page: Page) -> None:
    page.hear()
    headers = of(page, "operator")
    body = {"stations": ["st-1", "st-2"], "connector": 1, "user": "amal"}
    told = page.client.post("/api/fleet/start", json=body, headers=headers)
    assert told.status_code == 202
    planned = told.json()
    assert planned["spread_s"] == 600
    assert [each["station"] for each in planned["orders"]] == ["st-1", "st-2"]
    assert all(0 <= each["delay_s"] <= 600 for each in planned["orders"])
    path = f"/api/fleet/{planned['id']}"
    assert page.client.get(path, headers=headers).json()["kind"] == "start"
    gone = page.client.delete(path, headers=headers).json()
    assert all(each["code"] in ("cancelled", "ok") for each in gone["orders"])


def test_a_fleet_command_reaches_every_board_and_the_audit(page: Page) -> None:
    page.hear()
    headers = of(page, "operator")
    body = {"stations": ["st-1", "st-9"], "spread_s": 0, "limit_ma": 6_000, "valid_s": 60}
    told = page.client.post("/api/fleet/limit", json=body, headers=headers).json()

    def codes() -> list[str]:
        found = page.client.get(f"/api/fleet/{told['id']}", headers=headers).json()
        return [each["code"] for each in found["orders"]]

    until("both have an answer", lambda: "" not in codes())
    assert codes() == ["ok", "unknown-station"]
    assert [command.limit_ma for _, command in page.line.sent] == [6_000]
    entries = page.client.get("/api/audit", headers=headers).json()
    assert {(each["who"], each["station"], each["code"]) for each in entries} == {
        ("a-operator", "st-1", "ok"),
        ("a-operator", "st-9", "unknown-station"),
    }


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"stations": []},
        {"stations": ["st-1", "st-1"]},
        {"stations": ["st-1"], "spread_s": 1_801},
        {"stations": ["st-1"], "spread_s": -1},
        {"stations": ["st-1"], "connector": 5},
        {"stations": ["st-1"], "user": "Amal; drop"},
        {"stations": ["x" * 33]},
        {"stations": "st-1"},
    ],
)
def test_a_fleet_command_that_cannot_be_is_refused(page: Page, body: Any) -> None:
    answer = page.client.post("/api/fleet/start", json=body, headers=of(page, "operator"))
    assert answer.status_code == 400


def tell_history(line: Line) -> None:
    line.say(
        accepted(Meter, 1, 5, quality="good", power_w=3_680, register_wh=100),
        accepted(State, 1, 6, offer_ma=16_000),
        accepted(Session, 1, 7, session="a", phase="end", user="amal", **SESSION),
        accepted(Session, 1, 8, session="b", phase="end", user="zoe", **SESSION),
        accepted(Event, 1, 9, what="fault-raised", code="diode", time_s=SESSION["time_s"]),
    )


def test_the_history_is_told(page: Page) -> None:
    tell_history(page.line)
    sessions = lambda more="": page.client.get(f"/api/sessions{more}").json()  # noqa: E731
    until("the sessions are there", lambda: len(sessions()) == 2)
    assert [each["energy_wh"] for each in sessions("?user=amal")] == [5_000]
    assert sessions("?station=st-2") == []
    assert len(sessions("?count=1")) == 1
    faults = page.client.get("/api/faults").json()
    assert [(each["code"], each["to_s"]) for each in faults] == [("diode", 0)]
    plot = page.client.get("/api/history/st-1/1").json()
    assert (plot["step_s"], plot["power_w"], plot["offer_ma"]) == (60, [3_680], [16_000])
    assert abs(plot["at_s"][0] - NOW_S) < 3_600
    empty = page.client.get("/api/history/st-1/1?from=0&to=1").json()
    assert empty["at_s"] == []
    nobody = page.client.get(f"/api/history/st-9/{1 << 70}").json()
    assert nobody["at_s"] == []


def test_a_month_is_the_same_by_the_api_and_by_the_command(page: Page) -> None:
    tell_history(page.line)
    until("they are there", lambda: len(page.client.get("/api/sessions").json()) == 2)
    month = time.strftime("%Y-%m", time.gmtime(NOW_S))
    told = page.client.get(f"/api/export/{month}?by=user")
    assert told.headers["content-type"].startswith("text/csv")
    assert f"borne-{month}-user.csv" in told.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(told.text, newline="")))
    assert [(row["user"], row["energy_wh"]) for row in rows] == [
        ("amal", "5000"),
        ("zoe", "5000"),
        ("", "10000"),
    ]
    config = page.agent.folder.parent / "agent-0-0.toml"
    words = ["export", "--month", month, "--by", "user", "--config", str(config)]
    typed = CliRunner().invoke(borne, words)
    assert (typed.exit_code, typed.stdout) == (0, told.text.replace("\r\n", "\n"))
    sites = page.client.get(f"/api/export/{month}?by=site").text.splitlines()
    assert sites[1].startswith("site,depot,2,10000,")


@pytest.mark.parametrize("path", ["2026-13", "x", "2026-11?by=moon"])
def test_no_month_and_no_table_of_that_name(page: Page, path: str) -> None:
    answer = page.client.get(f"/api/export/{path}")
    assert answer.status_code == 400 and "wants" in answer.json()["detail"]


def test_a_history_that_cannot_be_read_is_said_and_the_rest_goes_on(page: Page) -> None:
    page.hear()
    page.agent.past.close()
    page.agent.past._path = page.agent.folder / "nothing.sqlite"
    answer = page.client.get("/api/sessions")
    assert (answer.status_code, answer.json()["detail"]) == (
        503,
        "the history cannot be read now",
    )
    assert page.client.get("/api/stations").status_code == 200


def test_the_description_names_every_role(page: Page) -> None:
    paths = page.client.get("/api/schema/openapi.json").json()["paths"]
    posts = {path: found["post"] for path, found in paths.items() if "post" in found}
    assert "Role: admin." in posts["/api/stations/{station}/reboot"]["description"]
    assert "Role: operator." in posts["/api/stations/{station}/{connector}/stop"]["description"]
    ids = [each["operationId"] for found in paths.values() for each in found.values()]
    assert len(ids) == len(set(ids))


def test_the_agent_has_a_folder_of_its_own_for_tokens(page: Page) -> None:
    assert not (page.agent.folder / FILE).exists(), "there is no token unless somebody made it"
