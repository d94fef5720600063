import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from agent.orders import Order, OrderError, in_words, milliampere, parse, seconds, send
from agent.running import Address
from protocol.codes import AGENT_ANSWERS, ANSWERS


@pytest.mark.parametrize(
    ("typed", "path", "values"),
    [
        (("set-limit", ["10"]), "1/limit", {"limit_ma": 10_000, "valid_s": 600}),
        (("set-limit", ["13.5A"]), "1/limit", {"limit_ma": 13_500, "valid_s": 600}),
        (("start", []), "1/start", {"user": ""}),
        (("stop", []), "1/stop", {}),
        (("clear-fault", ["diode"]), "1/clear-fault", {"code": "diode"}),
        (("reboot", []), "reboot", {}),
        (("identify", []), "identify", {}),
        (("get-config", []), "get-config", {"key": ""}),
        (("get-config", ["socket"]), "get-config", {"key": "socket"}),
        (("set-config", ["socket", "1"]), "set-config", {"key": "socket", "value": "1"}),
        (("set-card", ["5f70"]), "set-card", {"card": "5f70"}),
        (("clear-card", ["5f70"]), "clear-card", {"card": "5f70"}),
    ],
)
def test_words_become_a_command(typed: Any, path: str, values: dict[str, Any]) -> None:
    command, words = typed
    assert parse(command, words, 1, "10m", "") == Order(path, values)


@pytest.mark.parametrize(
    ("command", "words", "valid", "says"),
    [
        ("fly", [], "1h", "fly: no such command; there are set-limit, start"),
        ("set-limit", [], "1h", "set-limit takes 1 value(s), got 0"),
        ("set-limit", ["ten"], "1h", "ten: wants ampere"),
        ("set-limit", ["-1"], "1h", "-1: wants ampere"),
        ("set-limit", ["1e3"], "1h", "1e3: wants ampere"),
        ("set-limit", ["10"], "soon", "--for soon: wants a time"),
        ("stop", ["now"], "1h", "stop takes 0 value(s), got 1"),
        ("get-config", ["a", "b"], "1h", "get-config takes 0 or 1 value(s), got 2"),
    ],
)
def test_what_is_no_command_is_told_in_a_sentence(
    command: str, words: list[str], valid: str, says: str
) -> None:
    with pytest.raises(OrderError) as error:
        parse(command, words, 1, valid, "")
    assert says in str(error.value)


def test_ampere_and_time_are_exact() -> None:
    assert [milliampere(text) for text in ("6", "6.5", "6.05", "32A", "0")] == [
        6_000,
        6_500,
        6_050,
        32_000,
        0,
    ]
    assert [seconds(text) for text in ("90", "90s", "10m", "2h")] == [90, 90, 600, 7_200]


@pytest.mark.parametrize("code", [*ANSWERS, *AGENT_ANSWERS])
def test_every_answer_has_words(code: str) -> None:
    said = in_words({"code": code})
    assert said != code and said.endswith(".")


def test_the_field_at_fault_is_in_the_words() -> None:
    assert "(limit_ma)" in in_words({"code": "bad-field", "field": "limit_ma"})


class Api(HTTPServer):
    """An agent's API that answers once."""

    def __init__(self, status: int, body: bytes) -> None:
        answer = (status, body)
        asked: list[tuple[str, dict[str, str], Any]] = []

        class Once(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers["content-length"])
                asked.append(
                    (
                        self.path,
                        {name.lower(): value for name, value in self.headers.items()},
                        json.loads(self.rfile.read(size)),
                    )
                )
                self.send_response(answer[0])
                self.send_header("content-length", str(len(answer[1])))
                self.end_headers()
                self.wfile.write(answer[1])

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        super().__init__(("127.0.0.1", 0), Once)
        self.asked = asked
        self.address = Address(f"http://127.0.0.1:{self.server_port}", "secret")

    def __enter__(self) -> "Api":
        threading.Thread(target=self.handle_request, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server_close()


def test_a_command_goes_to_the_agent_with_its_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with Api(200, b'{"ok":true,"code":"ok"}') as api:
        assert send(api.address, "st-1", Order("1/stop", {"a": 1})) == {"ok": True, "code": "ok"}
    path, headers, body = api.asked[0]
    assert (path, body) == ("/api/stations/st-1/1/stop", {"a": 1})
    assert headers["authorization"] == "Bearer secret"
    assert headers["x-borne-client"] == "cli"


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (401, b'{"detail":"commands need the token"}', "401 commands need the token"),
        (500, b"<html>", "the agent refuses: 500"),
        (200, b"not json", "does not answer"),
    ],
)
def test_an_agent_that_refuses_is_told_in_a_sentence(status: int, body: bytes, says: str) -> None:
    with Api(status, body) as api, pytest.raises(OrderError) as error:
        send(api.address, "st-1", Order("1/stop", {}))
    assert says in str(error.value)


def test_no_agent_is_told_in_a_sentence() -> None:
    with pytest.raises(OrderError, match="does not answer"):
        send(Address("http://127.0.0.1:9", "x"), "st-1", Order("1/stop", {}))
