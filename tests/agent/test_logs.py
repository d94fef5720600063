import json
import logging

from agent.logs import Json, Lines


def record(message: str, *arguments: object) -> logging.LogRecord:
    return logging.LogRecord("borne.intake", logging.WARNING, "", 0, message, arguments, None)


def test_nothing_that_steers_a_terminal_gets_into_a_line() -> None:
    said = Lines().format(record("refused %s", "\x1b[2J\r\nINFO forged"))
    assert "\n" not in said and "\x1b" not in said
    assert "\\x1b[2J\\r\\nINFO forged" in said


def test_a_json_line_is_one_object() -> None:
    said = json.loads(Json().format(record("refused %s", "\n\u2028")))
    assert (said["level"], said["part"]) == ("warning", "intake")
    assert said["message"] == "refused \\n\\u2028"


def test_an_endless_message_is_cut() -> None:
    assert len(Lines().format(record("x" * 100_000))) < 1_200
