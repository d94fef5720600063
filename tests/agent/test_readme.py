"""What the agent's README tells a stranger to write, call and read is there."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families as families
from typer.testing import CliRunner

import agent
from agent.cli import app
from agent.config import Config, load
from tests.agent.test_api import KNOWN, Page

README = (Path(agent.__file__).parent / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_every_toml_example_is_a_configuration(tmp_path: Path) -> None:
    found = blocks("toml")
    assert len(found) >= 3
    for number, text in enumerate(found):
        path = tmp_path / f"{number}.toml"
        path.write_text(text)
        assert load(path, {}) != Config()


def test_every_section_that_has_a_part_is_configured_as_it_says() -> None:
    told = {name for text in blocks("toml") for name in tomllib.loads(text)}
    assert {"site", "upstream", "serial", "homeassistant", "alerts"} <= told


def test_every_yaml_example_is_yaml() -> None:
    (scrape,) = [yaml.safe_load(text) for text in blocks("yaml")]
    assert scrape["scrape_configs"][0]["static_configs"][0]["targets"] == ["127.0.0.1:8180"]


@pytest.fixture
def page(agents: Any) -> Iterator[Page]:
    made = Page(agents(more="[web]\nrequests_per_s = 1000\nburst = 1000"))
    with made.client:
        yield made


def test_every_address_is_served(page: Page) -> None:
    part = README[README.index("## The API") : README.index("## History and bills")]
    told = set(re.findall(r"`(?:GET|POST|DELETE)[^`]*?(/(?:api|metrics)[^`?\s]*)", part))
    served = set(page.client.get("/api/schema/openapi.json").json()["paths"])
    served |= {"/metrics", "/api/schema/openapi.json"}
    served |= {path.replace("{round_id}", "{id}") for path in served}
    served.add("/api/words/{en,fr,ar}")
    assert len(told) >= 12
    assert told <= served, told - served


def test_every_metric_is_told(page: Page) -> None:
    page.hear()
    page.agent.intake.take("evse/1/st-1/up/1/meter", b"\xff", False)
    page.client.post("/api/stations/st-9/1/stop", json={}, headers=KNOWN)
    told = {
        sample.name
        for family in families(page.client.get("/metrics").text)
        for sample in (*family.samples, *_named(family))
    }
    part = README[README.index("## Prometheus and Grafana") : README.index("## Home Assistant")]
    asked = set(re.findall(r"`(borne_\w+)`", part))
    assert len(asked) >= 10
    assert asked <= told, asked - told


def _named(family: Any) -> list[Any]:
    """A family without samples still has its name."""
    suffix = "_total" if family.type == "counter" else ""
    return [type("Name", (), {"name": family.name + suffix})]


def test_every_command_is_one() -> None:
    told = set(re.findall(r"^ {4}borne ([a-z-]+)", README, re.MULTILINE))
    assert told >= {"up", "agent", "sim", "send", "doctor", "export", "token", "test-station"}
    for name in told:
        assert CliRunner().invoke(app, [name, "--help"]).exit_code == 0, name
