"""The private brokers let a station touch its own topics and nothing else."""

import itertools
from pathlib import Path
from typing import Any

import pytest

from agent import broker as brokers_module
from agent.broker import Broker, credentials, find_mosquitto, private
from agent.config import Mqtt
from agent.mqtt_link import MqttLink
from agent.site import _AS_AGENT, _AS_BACKEND, AGENT, BACKEND, UPLINK
from protocol import topics
from tests.agent.brokers import Client
from tests.agent.waiting import until
from tests.needs import absent, need

STATIONS = ["st-1", "st-2"]


class Member(Client):
    """A client with a name and a password that notes what it hears."""

    def __init__(self, name: str, port: int, password: str, identity: str = "") -> None:
        super().__init__(name, port, user=password)
        self.paho._client_id = (identity or name).encode()
        self.heard: list[str] = []

    def connected(self) -> None:
        self.paho.subscribe("#", 1)
        self.paho.subscribe("evse/1/#", 1)
        for station in STATIONS:
            self.paho.subscribe(topics.down_filter(station), 1)
        self.paho.subscribe(topics.UP_FILTER, 1)

    def arrived(self, message: Any) -> None:
        self.heard.append(message.topic)


def mosquitto_only(monkeypatch: pytest.MonkeyPatch) -> None:
    need("mosquitto")


def aedes_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brokers_module, "find_mosquitto", lambda: None)
    try:
        brokers_module.install_aedes()
    except brokers_module.BrokerError:
        absent(brokers_module.AEDES)


@pytest.fixture(params=[mosquitto_only, aedes_only], ids=["mosquitto", "aedes"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    request.param(monkeypatch)


def start(folder: Path, users: list[str], full: Any) -> tuple[Broker, dict[str, str]]:
    known = credentials(folder / "credentials", users)
    broker = Broker("test", folder, known, full)
    broker.start()
    return broker, known


def told(members: list[Member], where: str, by: Member, readers: set[str]) -> set[str]:
    """Who hears `where` when `by` publishes there; later messages show that all has arrived."""

    def heard() -> set[str]:
        return {each.paho._client_id.decode() for each in members if where in each.heard}

    for each in members:
        each.heard.clear()
    by.publish(where, b"x", 1)
    for each in members:
        each.publish(own(each), b"later", 1)
    until(
        f"{where} and what came later are through",
        lambda: readers <= heard() and all(own(each) in members[-1].heard for each in members),
    )
    return heard()


def own(member: Member) -> str:
    """A topic this member may write, that the agent hears."""
    name = member.paho._client_id.decode()
    return f"evse/1/{name}/up/ack" if name in STATIONS else "evse/1/st-0/up/ack"


@pytest.mark.usefixtures("either")
def test_no_station_reads_or_writes_anothers_topics(tmp_path: Path, clients: Any) -> None:
    broker, known = start(tmp_path / "b", [*STATIONS, AGENT], _AS_AGENT)
    try:
        members = [clients(Member(name, broker.port, known[name])) for name in (*STATIONS, AGENT)]
        for writer, station, way in itertools.product(members, STATIONS, ("up", "down")):
            where = f"evse/1/{station}/{way}/1/state"
            name = writer.paho._client_id.decode()
            may_write = name == AGENT or (name == station and way == "up")
            readers = {AGENT} | ({station} if way == "down" else set())
            expected = readers if may_write else set()
            assert told(members, where, writer, expected) == expected, (name, where)
    finally:
        broker.stop()


@pytest.mark.usefixtures("either")
def test_nobody_comes_in_without_the_right_password(tmp_path: Path) -> None:
    broker, known = start(tmp_path / "b", [*STATIONS, AGENT], _AS_AGENT)
    try:
        for name, password in (
            ("st-1", ""),
            ("st-1", known["st-2"]),
            ("st-1", known["st-1"] + "x"),
            ("nobody", known["st-1"]),
            ("", ""),
        ):
            client = Client(name or "anonymous", broker.port, user=password)
            if name:
                client.paho.username_pw_set(name, password or None)
            client.start()
            assert client.refused, (name, password)
            client.stop()
    finally:
        broker.stop()


def test_the_backend_commands_and_the_uplink_reports(tmp_path: Path, clients: Any) -> None:
    need("mosquitto")
    broker, known = start(tmp_path / "b", [UPLINK, BACKEND], _AS_BACKEND)
    try:
        uplink = clients(Member(UPLINK, broker.port, known[UPLINK]))
        backend = clients(Member(BACKEND, broker.port, known[BACKEND]))
        backend.publish("evse/1/st-1/up/1/state", b"forged", 1)
        backend.publish("evse/1/st-1/down/reboot", b"x", 1)
        until("the command is down", lambda: "evse/1/st-1/down/reboot" in uplink.heard)
        uplink.publish("evse/1/st-1/up/ack", b"x", 1)
        until("the report is up", lambda: "evse/1/st-1/up/ack" in backend.heard)
        assert "evse/1/st-1/up/1/state" not in backend.heard
    finally:
        broker.stop()


@pytest.mark.usefixtures("either")
def test_a_packet_beyond_all_measure_is_not_passed_on(tmp_path: Path, clients: Any) -> None:
    broker, known = start(tmp_path / "b", [*STATIONS, AGENT], _AS_AGENT)
    try:
        agent = clients(Member(AGENT, broker.port, known[AGENT]))
        board = clients(Member("st-1", broker.port, known["st-1"]))
        other = clients(Member("st-2", broker.port, known["st-2"]))
        board.publish("evse/1/st-1/up/1/state", b"x" * 1_000_000, 0)
        other.publish("evse/1/st-2/up/1/state", b"x", 1)
        until("others go on", lambda: "evse/1/st-2/up/1/state" in agent.heard)
        assert "evse/1/st-1/up/1/state" not in agent.heard
    finally:
        broker.stop()


def test_a_broker_that_speaks_only_mqtt_3_is_spoken_to_in_mqtt_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    aedes_only(monkeypatch)
    broker, known = start(tmp_path / "b", [AGENT], _AS_AGENT)
    password = private(tmp_path / "password", known[AGENT])
    told = Mqtt(
        host="127.0.0.1",
        port=broker.port,
        username=AGENT,
        password_file=str(password),
        version="5",
    )
    link = MqttLink("test", told, session_s=0)
    link.start()
    try:
        until("it is connected", lambda: link.connected)
    finally:
        link.stop()
        link.join(10)
        broker.stop()


def test_a_broker_that_is_killed_comes_back_on_its_port(tmp_path: Path, clients: Any) -> None:
    need("mosquitto")
    broker, known = start(tmp_path / "b", [*STATIONS, AGENT], _AS_AGENT)
    try:
        agent = clients(Member(AGENT, broker.port, known[AGENT]))
        assert broker.child is not None
        first = broker.child.pid
        agent.up.clear()
        broker.child._process.kill()  # type: ignore[union-attr]
        assert agent.up.wait(20)
        assert broker.child.pid != first
        assert broker.child.starts == 2
    finally:
        broker.stop()


def test_passwords_are_random_private_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "credentials"
    first = credentials(path, ["st-1", "st-2"])
    assert first["st-1"] != first["st-2"]
    assert all(len(password) >= 32 for password in first.values())
    assert credentials(path, ["st-2", "st-3"])["st-2"] == first["st-2"]
    assert credentials(path, ["st-1"])["st-1"] == first["st-1"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_no_password_stands_in_a_file_others_can_read(tmp_path: Path) -> None:
    need("mosquitto")
    broker, known = start(tmp_path / "b", [AGENT], _AS_AGENT)
    broker.stop()
    for path in (tmp_path / "b").iterdir():
        if any(password in path.read_text(errors="replace") for password in known.values()):
            assert path.stat().st_mode & 0o077 == 0, path
    assert not any(
        password in (tmp_path / "b" / "passwords").read_text() for password in known.values()
    )


def test_without_any_broker_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot() -> Any:
        raise brokers_module.BrokerError("install mosquitto")

    monkeypatch.setattr(brokers_module, "find_mosquitto", lambda: None)
    monkeypatch.setattr(brokers_module, "install_aedes", cannot)
    with pytest.raises(brokers_module.BrokerError, match="install mosquitto"):
        Broker("test", tmp_path, {}, {}).start()


def test_mosquitto_is_found_outside_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    found = need("mosquitto")
    monkeypatch.setattr(brokers_module, "_PLACES", ("/nowhere/mosquitto", found))
    monkeypatch.setenv("PATH", "")
    assert find_mosquitto() == found
