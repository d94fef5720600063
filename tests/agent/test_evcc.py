"""evcc's example: evcc's own keys, and readings and commands that are this protocol's."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jq
import pytest
import yaml

import agent
from protocol import topics
from protocol.messages import Meter, State
from tests.agent.said import payload
from tests.agent.test_api import TOKEN, Page
from tests.protocol.samples import values

EXAMPLE = Path(agent.__file__).parent / "examples" / "evcc.yaml"

# Keys that evcc's documentation gives to a custom charger, to each plugin and to an http login.
OF_CHARGER = {
    "status",
    "enabled",
    "enable",
    "maxcurrent",
    "maxcurrentmillis",
    "power",
    "energy",
    "currents",
    "voltages",
    "identify",
    "phases1p3p",
    "wakeup",
    "soc",
    "features",
    "icon",
}
NEEDED = {"status", "enabled", "enable", "maxcurrent"}
OF_PLUGIN = {
    "mqtt": {"topic", "payload", "retained", "scale", "timeout", "jq", "regex", "default"},
    "http": {"uri", "method", "headers", "body", "auth", "scale", "insecure", "timeout", "jq"},
    "watchdog": {"timeout", "set", "reset", "initial", "defer"},
}
OF_AUTH = {"type", "user", "password", "token"}


def charger() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(EXAMPLE.read_text())["chargers"][0]
    return found


def plugins(config: Any) -> Iterator[dict[str, Any]]:
    """Every plugin in a piece of configuration."""
    if isinstance(config, list):
        for each in config:
            yield from plugins(each)
    elif isinstance(config, dict):
        if "source" in config:
            yield config
        for each in config.values():
            yield from plugins(each)


def test_the_example_has_only_keys_evcc_knows() -> None:
    told = charger()
    assert told["type"] == "custom"
    assert NEEDED <= set(told) <= OF_CHARGER | {"name", "type"}
    found = list(plugins(told))
    assert len(found) >= 10
    for each in found:
        assert set(each) - {"source"} <= OF_PLUGIN[each["source"]], each
        assert set(each.get("auth", {})) <= OF_AUTH
        if each["source"] in ("mqtt", "watchdog"):
            assert re.fullmatch(r"\d+[sm]", each["timeout"])


def test_its_topics_are_those_of_the_protocol() -> None:
    told = {each["topic"] for each in plugins(charger()) if each["source"] == "mqtt"}
    assert told == {topics.topic("st-1", True, cls.KIND, 1) for cls in (State, Meter)}


def read(config: dict[str, Any], message: bytes) -> Any:
    """What evcc makes of a message; its jq is the jq language."""
    return jq.compile(config["jq"]).input_text(message.decode()).first()


def state(name: str = "B2", *limits: tuple[str, int]) -> bytes:
    standing = [
        {"owner": owner, "limit_ma": limit_ma, "expires_s": 60} for owner, limit_ma in limits
    ]
    reason = values(State)["reason"] | {"state": name, "limits": standing, "faults": []}
    return payload(State, 1, 5, reason=reason)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("A", "A"), ("B1", "B"), ("B2", "B"), ("C1", "C"), ("C2", "C"), ("D2", "C"), ("F", "F")],
)
def test_the_state_is_read_in_evccs_letters(name: str, wanted: str) -> None:
    assert read(charger()["status"], state(name)) == wanted


@pytest.mark.parametrize(
    ("limits", "wanted"),
    [
        ([], True),
        ([("cable", 32_000)], True),
        ([("operator", 80_000), ("backend", 6_000)], True),
        ([("backend", 0)], True),
        ([("operator", 0), ("cable", 32_000)], False),
    ],
)
def test_enabled_is_what_evcc_switched(limits: list[tuple[str, int]], wanted: bool) -> None:
    assert read(charger()["enabled"], state("B2", *limits)) is wanted


def test_the_meter_is_read_in_evccs_units() -> None:
    told = charger()
    one = payload(Meter, 1, 5, power_w=3_680, register_wh=12_345, current_ma=[16_000])
    three = payload(Meter, 1, 5, power_w=11_000, current_ma=[16_000, 15_500, -500])
    assert read(told["power"], one) == 3_680
    assert read(told["energy"], one) * told["energy"]["scale"] == pytest.approx(12.345)
    assert [read(each, one) for each in told["currents"]] == [16, 0, 0]
    assert [read(each, three) for each in told["currents"]] == [16, 15.5, -0.5]


@pytest.fixture
def page(agents: Any) -> Iterator[Page]:
    made = Page(agents(more="[commands]\ntimeout_s = 2"))
    with made.client:
        yield made


def body(config: dict[str, Any], value: int) -> Any:
    """The body with evcc's value in it, for the two templates there are."""
    text = config["set"]["body"]
    text = re.sub(r"{{ if \.enable }}(\d+){{ else }}(\d+){{ end }}", rf"\{2 - value}", text)
    text = re.sub(r"{{ mul \.maxcurrent 1000 }}", str(value * 1_000), text)
    assert "{{" not in text
    return json.loads(text)


@pytest.mark.parametrize(
    ("what", "value", "wanted"),
    [
        ("enable", 1, ("operator", 80_000)),
        ("enable", 0, ("operator", 0)),
        ("maxcurrent", 16, ("backend", 16_000)),
        ("maxcurrent", 6, ("backend", 6_000)),
    ],
)
def test_a_command_of_evcc_is_taken_and_ends_by_itself(
    page: Page, what: str, value: int, wanted: tuple[str, int]
) -> None:
    page.hear()
    told = charger()[what]["set"]
    assert told["method"] == "POST" and told["auth"]["type"] == "bearer"
    path = told["uri"].removeprefix("http://localhost:8180")
    answer = page.client.post(
        path,
        json=body(charger()[what], value),
        headers={"authorization": f"Bearer {TOKEN}"},
    )
    assert answer.json()["ok"] is True
    _, command = page.line.sent[0]
    assert (command.owner, command.limit_ma) == wanted
    renewed_s = int(charger()[what]["timeout"].removesuffix("m")) * 60 / 2
    assert renewed_s < command.valid_s <= 3_600
