"""What Prometheus reads, read with Prometheus' own parser, and the dashboard drawn from it."""

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from prometheus_client.parser import text_string_to_metric_families as families

import agent
from agent import process
from agent.web.server import create_app
from protocol import codes
from tests.agent.said import Birth, Condition, Health, Meter, State, accepted
from tests.agent.test_api import TOKEN, Page
from tests.agent.waiting import until
from tests.protocol.samples import values

DASHBOARD = Path(agent.__file__).parent / "grafana-dashboard.json"
FAULT = {"code": "diode", "age_s": 5, "count": 1}
LIMITS = [
    {"owner": "operator", "limit_ma": 10_000, "expires_s": 600},
    {"owner": "cable", "limit_ma": 32_000, "expires_s": 0},
]
REASON = values(State)["reason"] | {
    "state": "C2",
    "why": "charging",
    "limited_by": "operator",
    "limits": LIMITS,
    "faults": [FAULT],
}
READING = {
    "quality": "good",
    "power_w": 3_680,
    "register_wh": 123_456,
    "session_wh": 900,
    "voltage_mv": [230_000, 231_000, 229_000],
    "current_ma": [16_000, 0, 0],
}

CONDITION = {
    "cold_cycles": 4_210,
    "hot_cycles": 37,
    "wear_ppm": 250_000,
    "rcd": "good",
    "rcd_age_s": 590,
    "rcd_trips": 2,
}


@pytest.fixture
def page(agents: Any) -> Iterator[Page]:
    made = Page(agents(more="[web]\nrequests_per_s = 1000\nburst = 1000"))
    with made.client:
        yield made


def hear(page: Page, **meter: Any) -> None:
    page.line.say(
        accepted(Birth, 1, 3, will_seq=2, interval_s=10, firmware="0.1.0", board="virtual"),
        accepted(State, 1, 4, reason=REASON, offer_ma=10_000, high_mv=5_980, contactor=True),
        accepted(Meter, 1, 5, **(READING | meter)),
        accepted(Health, 1, 6, worst_gap_ms=12, held=3),
        accepted(Condition, 1, 7, **CONDITION),
    )
    until("it is known", lambda: len(page.agent.stations()) == 1)


Sample = tuple[str, tuple[tuple[str, str], ...]]


def scrape(page: Page) -> dict[Sample, float]:
    answer = page.client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = [
        ((sample.name, tuple(sorted(sample.labels.items()))), sample.value)
        for family in families(answer.text)
        for sample in family.samples
    ]
    assert len(found) == len(dict(found)), "no sample twice"
    return dict(found)


def of(found: dict[Sample, float], name: str, **labels: str) -> float:
    return found[(f"borne_{name}", tuple(sorted(labels.items())))]


HERE = {"station": "st-1", "connector": "1"}


def test_a_stations_values_are_told_in_base_units(page: Page) -> None:
    hear(page)
    found = scrape(page)
    assert of(found, "connector_power_watts", **HERE) == 3_680
    assert of(found, "connector_energy_watt_hours_total", **HERE) == 123_456
    assert of(found, "connector_offer_amperes", **HERE) == 10
    assert of(found, "connector_limit_amperes", **HERE, owner="cable") == 32
    assert of(found, "connector_limited_by", **HERE, owner="operator") == 1
    assert of(found, "connector_state", **HERE, state="C2") == 1
    assert of(found, "connector_why", **HERE, why="charging") == 1
    assert of(found, "connector_fault", **HERE, code="diode") == 1
    assert of(found, "connector_faults", **HERE) == 1
    assert of(found, "connector_pilot_high_volts", **HERE) == 5.98
    assert of(found, "connector_voltage_volts", **HERE, phase="L2") == 231
    assert of(found, "connector_current_amperes", **HERE, phase="L1") == 16
    assert of(found, "connector_contactor_closed", **HERE) == 1
    assert of(found, "connector_contactor_wear_ratio", **HERE) == 0.25
    assert of(found, "connector_contactor_cold_cycles", **HERE) == 4_210
    assert of(found, "connector_contactor_hot_cycles", **HERE) == 37
    assert of(found, "connector_rcd_trips", **HERE) == 2
    assert of(found, "connector_rcd_test_age_seconds", **HERE) == 590
    assert of(found, "connector_rcd", **HERE, rcd="good") == 1
    assert of(found, "station_fresh", station="st-1") == 1
    assert of(found, "station_gaps", station="st-1") == 0
    assert of(found, "station_age_seconds", station="st-1") < 20
    assert of(found, "station_worst_tick_seconds", station="st-1") == 0.012
    info = {"station": "st-1", "firmware": "0.1.0", "board": "virtual"}
    assert of(found, "station_info", **info) == 1


def test_the_agents_own_counts_are_told(page: Page) -> None:
    hear(page)
    page.agent.intake.take("evse/1/st-1/up/1/meter", b"\xff", False)
    page.client.post("/api/stations/st-9/1/stop", json={}, headers={"authorization": f"x {TOKEN}"})
    found = scrape(page)
    assert of(found, "messages_refused_total", reason="not-text") == 1
    assert of(found, "messages_dropped_total") == 0
    assert of(found, "outbox_messages", kind="telemetry") == 5
    assert of(found, "outbox_bytes", kind="telemetry") > 0
    assert of(found, "upstream_connected") == 0
    assert of(found, "link_up", link="mqtt") == 1


@pytest.mark.parametrize("quality", ["stale", "silent", "none"])
def test_a_meter_that_does_not_answer_has_no_values(page: Page, quality: str) -> None:
    hear(page, quality=quality)
    names = {name for name, _ in scrape(page)}
    assert "borne_connector_power_watts" not in names
    assert "borne_connector_energy_watt_hours_total" not in names
    assert of(scrape(page), "connector_meter_good", **HERE) == 0


def test_a_station_that_is_silent_has_no_values_but_says_so(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear(page)
    now_ms = process.clock_ms() + 60_000
    monkeypatch.setattr(process, "clock_ms", lambda: now_ms)
    found = scrape(page)
    assert of(found, "station_fresh", station="st-1") == 0
    assert of(found, "station_age_seconds", station="st-1") > 20
    assert not {name for name, _ in found if name.startswith("borne_connector_")}


def test_labels_are_only_stations_and_words_of_the_protocol(page: Page) -> None:
    hear(page)
    for junk in range(50):
        page.agent.intake.take(f"evse/1/st-1/up/1/{'x' * junk}", b"{}", False)
    words = {
        *codes.REFUSALS,
        *codes.STATES,
        *codes.WHYS,
        *codes.OWNERS,
        *codes.FAULT_CODES,
        *codes.RCDS,
    }
    allowed = words | {"st-1", "1", "L1", "L2", "L3", "0.1.0", "virtual", "mqtt"}
    allowed |= {"telemetry", "record"}
    found = {value for _, labels in scrape(page) for _, value in labels}
    assert found <= allowed


def test_metrics_need_what_looking_needs(page: Page) -> None:
    from dataclasses import replace

    page.agent.config = replace(
        page.agent.config, web=replace(page.agent.config.web, reading="token")
    )
    app = create_app(page.agent, TOKEN, [], threading.Event())
    client = TestClient(app, base_url="http://127.0.0.1")
    assert client.get("/metrics").status_code == 401
    known = {"authorization": f"Bearer {TOKEN}"}
    assert client.get("/metrics", headers=known).status_code == 200


def test_every_family_says_what_it_is(page: Page) -> None:
    hear(page)
    for family in families(page.client.get("/metrics").text):
        assert family.documentation and family.type in ("gauge", "counter"), family.name


def test_the_dashboard_asks_only_for_what_is_told(page: Page) -> None:
    hear(page)
    page.agent.intake.take("evse/1/st-1/up/1/meter", b"\xff", False)
    page.client.post("/api/stations/st-9/1/stop", json={}, headers={"authorization": f"x {TOKEN}"})
    told = {
        family.name + ("_total" if family.type == "counter" else "")
        for family in families(page.client.get("/metrics").text)
    }
    board = json.loads(DASHBOARD.read_text())
    panels = [panel for panel in board["panels"] if panel["type"] != "row"]
    asked = {
        name
        for panel in panels
        for target in panel["targets"]
        for name in re.findall(r"borne_\w+", target["expr"])
    }
    assert len(asked) >= 15 and asked <= told, asked - told


def test_the_dashboard_is_whole() -> None:
    board = json.loads(DASHBOARD.read_text())
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids))
    variables = {each["name"] for each in board["templating"]["list"]}
    assert variables == {"datasource", "station"}
    cells: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        where = panel["gridPos"]
        mine = {
            (x, y)
            for x in range(where["x"], where["x"] + where["w"])
            for y in range(where["y"], where["y"] + where["h"])
        }
        assert where["x"] + where["w"] <= 24 and not mine & cells, panel["title"]
        cells |= mine
        for target in panel.get("targets", []):
            assert target["datasource"]["uid"] == "${datasource}"
