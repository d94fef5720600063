"""Home Assistant's discovery, against its documented keys, and through a real broker."""

import json
import re
from typing import Any

import pytest
from jinja2 import Environment

from agent.discovery import Discovery
from agent.sections import HomeAssistant as Settings
from protocol import topics
from protocol.codes import STATES, WHYS
from tests.agent.brokers import Board, Sink
from tests.agent.conftest import BOTH
from tests.agent.said import Birth, Meter, State, accepted, payload, topic
from tests.agent.waiting import until
from tests.protocol.samples import values

# What the documentation of Home Assistant's MQTT integration allows, for what is used here.
OF_DEVICE = {
    "configuration_url",
    "connections",
    "hw_version",
    "identifiers",
    "manufacturer",
    "model",
    "model_id",
    "name",
    "serial_number",
    "suggested_area",
    "sw_version",
    "via_device",
}
OF_MESSAGE = {
    "availability",
    "availability_mode",
    "components",
    "device",
    "origin",
    "qos",
}
OF_ENTITY = {
    "platform",
    "unique_id",
    "name",
    "icon",
    "device_class",
    "entity_category",
    "enabled_by_default",
    "qos",
}
OF_PLATFORM = {
    "sensor": {
        "state_topic",
        "value_template",
        "expire_after",
        "unit_of_measurement",
        "state_class",
        "suggested_display_precision",
        "options",
        "force_update",
    },
    "binary_sensor": {
        "state_topic",
        "value_template",
        "expire_after",
        "payload_on",
        "payload_off",
        "off_delay",
    },
    "number": {
        "state_topic",
        "value_template",
        "command_topic",
        "command_template",
        "min",
        "max",
        "step",
        "mode",
        "unit_of_measurement",
    },
    "button": {"command_topic", "command_template", "payload_press"},
}
CLASSES = {
    "sensor": {
        "current": {"A", "mA"},
        "voltage": {"V", "mV"},
        "power": {"W", "kW"},
        "energy": {"Wh", "kWh"},
        "enum": {None},
        None: {None},
    },
    "number": {"current": {"A", "mA"}},
    "binary_sensor": {"plug": {None}, "power": {None}, "problem": {None}},
    "button": {None: {None}},
}
STATE_CLASSES = {
    "energy": {"total", "total_increasing"},
    "current": {"measurement"},
    "voltage": {"measurement"},
    "power": {"measurement"},
    "enum": {None},
    None: {None},
}


def birth(**more: Any) -> Any:
    told = {"connectors": 2, "interval_s": 10, "board": "esp32_devkit", "firmware": "0.1.0"}
    return accepted(Birth, **(told | more)).message


def config(station: str = "st-1", commands: bool = True, **more: Any) -> dict[str, Any]:
    settings = Settings(enabled=True, commands=commands, page="http://borne.example/")
    text = json.dumps(Discovery(settings).config(station, birth(**more)))
    found: dict[str, Any] = json.loads(text)
    return found


def test_a_device_says_what_it_is_and_when_it_is_available() -> None:
    told = config()
    assert set(told) <= OF_MESSAGE and set(told["device"]) <= OF_DEVICE
    assert told["device"]["identifiers"] == ["borne_st-1"]
    assert told["device"]["model"] == "esp32_devkit"
    assert told["device"]["sw_version"] == "0.1.0"
    assert told["origin"]["name"] == "Borne"
    assert told["availability"] == [
        {"topic": "borne/status"},
        {"topic": "borne/st-1/availability"},
    ]
    assert told["availability_mode"] == "all"


def test_the_topic_is_that_of_device_discovery() -> None:
    where = Discovery(Settings()).config_topic("st-1")
    assert re.fullmatch(r"homeassistant/device/[a-zA-Z0-9_-]+/config", where)


def test_every_entity_has_only_keys_that_its_platform_knows() -> None:
    for name, each in config()["components"].items():
        platform = each["platform"]
        assert set(each) <= OF_ENTITY | OF_PLATFORM[platform], name
        assert re.fullmatch(r"[a-zA-Z0-9_-]+", name)
        assert each["name"] and each.get("entity_category", "diagnostic") == "diagnostic"


def test_classes_and_units_go_together() -> None:
    for each in config()["components"].values():
        device_class = each.get("device_class")
        units = CLASSES[each["platform"]][device_class]
        assert each.get("unit_of_measurement") in units
        if each["platform"] == "sensor":
            assert each.get("state_class") in STATE_CLASSES[device_class]
            assert ("options" in each) == (device_class == "enum")


def test_every_value_expires_by_itself() -> None:
    for seconds, wanted in ((1, 30), (10, 30), (60, 180), (3_600, 10_800)):
        for each in config(interval_s=seconds, commands=False)["components"].values():
            assert each["expire_after"] == wanted


def test_no_two_entities_of_a_fleet_have_one_id() -> None:
    ids = [
        each["unique_id"]
        for station in ("st-1", "st-11", "st-1-1", "st-2")
        for each in config(station)["components"].values()
    ]
    assert len(ids) == len(set(ids))
    assert len(config()["components"]) == 32


def test_one_connector_needs_no_number_in_its_names() -> None:
    names = {each["name"] for each in config(connectors=1)["components"].values()}
    assert {"Power", "Energy", "Vehicle", "Fault", "Limit"} <= names
    names = {each["name"] for each in config(connectors=2)["components"].values()}
    assert {"Connector 1 power", "Connector 2 power"} <= names


def rendered(name: str, message: bytes, connector: int = 1) -> str:
    """What Home Assistant makes of a message: its templates are Jinja's."""
    each = config()["components"][f"{connector}_{name}"]
    template = Environment().from_string(each["value_template"])
    return str(template.render(value_json=json.loads(message)))


def state(**more: Any) -> bytes:
    fault = {"code": "diode", "age_s": 1, "count": 1}
    reason = values(State)["reason"] | {"state": "C2", "why": "charging", "limits": []}
    reason |= {"faults": [fault] if more.pop("faulted", False) else []}
    reason |= {"state": more.pop("name", "C2")}
    told = {"offer_ma": 13_500, "high_mv": 5_980, "low_mv": -11_990, "contactor": True}
    return payload(State, 1, 5, reason=reason, **(told | more))


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("offer", "13.5"),
        ("state", "C2"),
        ("why", "charging"),
        ("limited-by", "station"),
        ("pilot-high", "5.98"),
        ("pilot-low", "-11.99"),
        ("plugged", "ON"),
        ("charging", "ON"),
        ("fault", "OFF"),
    ],
)
def test_the_templates_read_a_state(name: str, wanted: str) -> None:
    assert rendered(name, state()) == wanted


def test_the_templates_read_what_is_not_there_too() -> None:
    assert rendered("fault", state(faulted=True)) == "ON"
    assert rendered("charging", state(contactor=False)) == "OFF"
    plugged = {name: rendered("plugged", state(name=name)) for name in STATES}
    assert {name for name, told in plugged.items() if told == "OFF"} == {"A", "E", "F"}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("power", "3680"), ("energy", "123456"), ("session-energy", "900"), ("current", "16.5")],
)
def test_the_templates_read_a_meter_that_answers_and_no_other(name: str, wanted: str) -> None:
    told = {
        "power_w": 3_680,
        "register_wh": 123_456,
        "session_wh": 900,
        "current_ma": [16_000, 16_500, 0],
    }
    assert rendered(name, payload(Meter, 1, 5, quality="good", **told)) == wanted
    assert rendered(name, payload(Meter, 1, 5, quality="silent", **told)) == "None"


def test_options_are_all_that_can_come() -> None:
    told = config()["components"]
    assert told["1_state"]["options"] == list(STATES)
    assert told["1_why"]["options"] == list(WHYS)


def test_nothing_can_be_commanded_unless_it_is_allowed() -> None:
    platforms = {each["platform"] for each in config(commands=False)["components"].values()}
    assert platforms == {"sensor", "binary_sensor"}
    assert "command_topic" not in json.dumps(config(commands=False))


@pytest.mark.parametrize(
    ("where", "said", "kind", "fields"),
    [
        ("borne/st-1/1/limit/set", b"16", "set-limit", {"limit_ma": 16_000}),
        ("borne/st-1/2/limit/set", b"13.5", "set-limit", {"limit_ma": 13_500}),
        ("borne/st-1/1/limit/set", b"99", "set-limit", {"limit_ma": 80_000}),
        ("borne/st-1/1/start/set", b"PRESS", "start", {"user": ""}),
        ("borne/st-1/1/stop/set", b"PRESS", "stop", {"owner": "operator"}),
    ],
)
def test_a_command_becomes_an_order(where: str, said: bytes, kind: str, fields: Any) -> None:
    order = Discovery(Settings(commands=True)).order(where, said)
    assert order is not None
    assert (order.who, order.station, order.kind) == ("home-assistant", "st-1", kind)
    assert fields.items() <= order.values.items()


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("borne/st-1/1/limit/set", b"-1"),
        ("borne/st-1/1/limit/set", b"1e9"),
        ("borne/st-1/1/limit/set", b"nan"),
        ("borne/st-1/1/limit/set", b""),
        ("borne/st-1/1/limit/set", b"\xff"),
        ("borne/st-1/1/start/set", b""),
        ("borne/st-1/1/reboot/set", b"PRESS"),
        ("borne/st-1/9/start/set", b"PRESS"),
        ("borne/ST-1/1/start/set", b"PRESS"),
        ("borne/../1/start/set", b"PRESS"),
        ("other/st-1/1/start/set", b"PRESS"),
        ("borne/status", b"online"),
    ],
)
def test_what_is_no_command_is_no_order(where: str, said: bytes) -> None:
    assert Discovery(Settings(commands=True)).order(where, said) is None


HOME = "[homeassistant]\nenabled = true\ncommands = true\n[commands]\ntimeout_s = 3"


class Home(Sink):
    """What Home Assistant would know."""

    def __init__(self, port: int) -> None:
        super().__init__(port, "#")

    def last(self, where: str) -> bytes:
        said = [said for there, said in list(self.came) if there == where]
        return said[-1] if said else b""


def test_home_assistant_finds_a_station_and_loses_it(
    brokers: Any, clients: Any, agents: Any
) -> None:
    site, above = brokers("site"), brokers("upstream")
    home = clients(Home(above.port))
    agent = agents(site.port, above.port, HOME)
    board = clients(Board("st-1", site.port))
    board.record()
    where = "homeassistant/device/borne_st-1/config"
    until("it is discovered", lambda: bool(home.last(where)))
    told = json.loads(home.last(where))
    assert told["components"]["1_power"]["state_topic"] == topic(Meter)
    until("it is available", lambda: home.last("borne/st-1/availability") == b"online")
    assert home.last("borne/status") == b"online"
    late = clients(Home(above.port))
    until("a late one learns it too", lambda: bool(late.last(where)))
    board.publish(topics.topic("st-1", True, "death"), payload(Birth, 1, board.seq), retain=True)
    agent.stop()
    until("all is unavailable", lambda: home.last("borne/status") == b"offline")


def test_a_button_of_home_assistant_reaches_the_board_once(
    brokers: Any, clients: Any, agents: Any
) -> None:
    site, above = brokers("site"), brokers("upstream")
    home = clients(Home(above.port))
    kept = home.publish("borne/st-1/1/stop/set", b"PRESS", retain=True)
    until("the broker keeps it", kept.is_published)
    agent = agents(site.port, above.port, HOME)
    board = clients(Board("st-1", site.port))
    board.record()
    until("it is available", lambda: home.last("borne/st-1/availability") == b"online")
    home.publish("borne/st-1/1/limit/set", b"13.5")
    until("it came", lambda: any("set-limit" in where for where, _, _ in board.told))
    until("it is written down", lambda: bool(agent.audit.last()))
    told = [json.loads(said) for where, said, _ in board.told if "set-limit" in where]
    assert [each["limit_ma"] for each in told] == [13_500]
    assert {each.who for each in agent.audit.last()} == {"home-assistant"}
    assert not [where for where, _, _ in board.told if "/stop" in where], "that was retained"


def test_without_being_asked_nothing_is_said(brokers: Any, clients: Any, agents: Any) -> None:
    site, above = brokers("site"), brokers("upstream")
    home = clients(Home(above.port))
    agents(site.port, above.port)
    board = clients(Board("st-1", site.port))
    said = board.record()
    until("the record is there", lambda: said in home.payloads())
    assert all(where.startswith("evse/1/") for where, _ in home.came)


@BOTH
def test_a_broker_that_refuses_discovery_holds_up_no_message(
    brokers: Any, clients: Any, agents: Any, tmp_path: Any
) -> None:
    rules = tmp_path / "acl"
    rules.write_text("topic readwrite evse/1/#\n")
    rules.chmod(0o644)
    site, above = brokers("site"), brokers("upstream", f"acl_file {rules}\n")
    sink = clients(Sink(above.port))
    agent = agents(site.port, above.port, HOME)
    board = clients(Board("st-1", site.port))
    said = [board.record() for _ in range(20)]
    until("all records are there", lambda: set(said) <= sink.payloads())
    assert agent.uplink is not None and agent.uplink.connects == 1
