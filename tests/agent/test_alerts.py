"""Alerts in virtual time: told once, with cause and remedy, and once more when it is over."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.alerts import bell
from agent.alerts.channels import AddressError, Addresses, Topic, message
from agent.alerts.rules import Sight, Trouble, look
from agent.alerts.watch import News, Watch
from agent.alerts.words import FRAME, TROUBLES, say
from agent.live import Live
from agent.sections import RULES, Alerts
from agent.view import station as view
from protocol import codes
from protocol.words import LANGUAGES
from tests.agent.said import Birth, Condition, Death, Meter, State, accepted
from tests.agent.waiting import until
from tests.protocol.samples import values

QUIET: dict[str, Any] = {"alarm": ""}
ABOVE = {"configured": True, "connected": True}
SITE = [{"link": "mqtt", "up": True}]
DIODE = Trouble("fault", "st-1", 1, "diode")
HOT = Trouble("derated", "st-1", 1, "heat")
AWAY = Trouble("offline", "st-1")


class World:
    """One station in virtual time, and what would be told about it."""

    def __init__(self, after_s: int = 60, over_s: int = 60, told: Any = ()) -> None:
        self.now_ms = 1_000_000
        self.live = Live()
        self.seq = 10
        self.watch = Watch(RULES, after_s * 1_000, over_s * 1_000, told)
        self.told: list[News] = []
        self.links, self.counters, self.upstream = SITE, QUIET, ABOVE

    def hear(self, cls: Any, **more: Any) -> None:
        self.seq += 1
        self.live.take(accepted(cls, 1, self.seq, **more), "mqtt", self.now_ms)

    def state(self, *faults: str, limited_by: str = "cable") -> None:
        standing = [{"code": code, "age_s": 1, "count": 1} for code in faults]
        reason = values(State)["reason"] | {"faults": standing, "limited_by": limited_by}
        self.hear(State, reason=reason | {"limits": []})

    def born(self) -> None:
        self.hear(Birth, interval_s=10, will_seq=self.seq)

    def pass_s(self, seconds: int, speak: bool = True, **state: Any) -> None:
        for _ in range(0, seconds, 2):
            self.now_ms += 2_000
            if speak:
                self.state(*state.get("faults", ()), limited_by=state.get("limited_by", "cable"))
            stations = [view(each, self.now_ms) for each in self.live.stations.values()]
            sight = look(stations, self.links, self.counters, self.upstream)
            self.told += self.watch.look(sight, set(self.live.stations), self.now_ms)

    def heard(self) -> list[tuple[str, str, bool]]:
        found = [(each.trouble.rule, each.trouble.code, each.over) for each in self.told]
        self.told = []
        return found


@pytest.fixture
def world() -> World:
    made = World()
    made.born()
    made.state()
    return made


def test_a_good_station_is_no_news(world: World) -> None:
    world.pass_s(600)
    assert world.heard() == []


def test_a_fault_is_told_at_once_and_once(world: World) -> None:
    world.pass_s(2, faults=("diode",))
    assert world.heard() == [("fault", "diode", False)]
    world.pass_s(3_600, faults=("diode",))
    assert world.heard() == []
    world.pass_s(60)
    assert world.heard() == []
    world.pass_s(4)
    assert world.heard() == [("fault", "diode", True)]


def test_a_fault_that_comes_and_goes_is_told_once(world: World) -> None:
    for _ in range(50):
        world.pass_s(10, faults=("over-temperature",))
        world.pass_s(10)
    assert world.heard() == [("fault", "over-temperature", False)]
    world.pass_s(120)
    assert world.heard() == [("fault", "over-temperature", True)]


def test_a_silent_station_is_told_after_a_while_and_again_when_it_speaks(world: World) -> None:
    world.pass_s(70, speak=False)
    assert world.heard() == []
    world.pass_s(20, speak=False)
    assert world.heard() == [("silent", "", False)]
    world.pass_s(7_200, speak=False)
    assert world.heard() == []
    world.pass_s(70)
    assert world.heard() == [("silent", "", True)]


def test_a_short_silence_is_no_news(world: World) -> None:
    for _ in range(20):
        world.pass_s(60, speak=False)
        world.pass_s(10)
    assert world.heard() == []


def test_a_station_the_broker_lost_is_offline(world: World) -> None:
    birth = world.live.stations["st-1"].birth
    dead = accepted(Death, 1, birth.will_seq)
    world.live.take(dead, "mqtt", world.now_ms)
    world.pass_s(70, speak=False)
    assert world.heard() == [("offline", "", False)]


def test_a_fault_of_a_station_that_falls_silent_still_stands(world: World) -> None:
    world.pass_s(4, faults=("diode",))
    world.pass_s(600, speak=False)
    assert world.heard() == [("fault", "diode", False), ("silent", "", False)]
    world.pass_s(600, faults=("diode",))
    assert world.heard() == [("silent", "", True)]


def test_a_lost_site_broker_is_one_alert_and_not_one_a_station(world: World) -> None:
    for number in range(2, 50):
        name = f"st-{number}"
        world.live.take(accepted(Birth, 1, 2, station=name, interval_s=10), "mqtt", world.now_ms)
    world.live.link_changed("mqtt", False)
    world.links = [{"link": "mqtt", "up": False}]
    world.pass_s(600, speak=False)
    assert world.heard() == [("agent", "link-lost", False)]


@pytest.mark.parametrize("owner", ["heat", "fallback"])
def test_less_current_than_anybody_asked_for_is_told(world: World, owner: str) -> None:
    world.pass_s(70, limited_by=owner)
    assert world.heard() == [("derated", owner, False)]


@pytest.mark.parametrize("owner", ["operator", "backend", "cable", "station", "ramp"])
def test_a_limit_somebody_set_is_no_trouble(world: World, owner: str) -> None:
    world.pass_s(600, limited_by=owner)
    assert world.heard() == []


def test_lost_messages_are_told_when_they_are_many(world: World) -> None:
    world.seq += 9
    world.pass_s(120)
    assert world.heard() == []
    world.seq += 5
    world.pass_s(120)
    assert world.heard() == [("gap", "", False)]


def test_a_meter_that_falls_silent_is_told_once_whoever_sees_it(world: World) -> None:
    world.hear(Meter, quality="silent")
    world.pass_s(70)
    assert world.heard() == [("meter", "", False)]
    world.pass_s(200, faults=("meter-silent",))
    assert [each for each in world.heard() if not each[2]] == [("fault", "meter-silent", False)]


def test_a_worn_contactor_is_told_until_it_is_replaced(world: World) -> None:
    world.hear(Condition, wear_ppm=899_999)
    world.pass_s(70)
    assert world.heard() == []
    world.hear(Condition, wear_ppm=900_000)
    world.pass_s(70)
    assert [(each.trouble.connector, each.trouble.rule) for each in world.told] == [(1, "wear")]
    world.told = []
    world.hear(Condition, wear_ppm=0)
    world.pass_s(70)
    assert world.heard() == [("wear", "", True)]


def test_two_boards_with_one_name_are_told_at_once(world: World) -> None:
    station = world.live.stations["st-1"]
    station.conflict, station.conflict_ms = "two-connections", world.now_ms
    world.pass_s(2)
    assert world.heard() == [("conflict", "", False)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"upstream": {"configured": True, "connected": False}}, "upstream-lost"),
        ({"counters": {"alarm": "records-full"}}, "records-full"),
        ({"counters": {"alarm": "disk-full"}}, "disk-full"),
        ({"counters": {"alarm": "disk-error"}}, "disk-error"),
        ({"counters": {"alarm": "history-disk"}}, "history-disk"),
        ({"links": [{"link": "serial:/dev/ttyACM0", "up": False}]}, "link-lost"),
    ],
)
def test_the_agents_own_troubles_are_told(world: World, change: Any, code: str) -> None:
    for name, value in change.items():
        setattr(world, name, value)
    world.pass_s(70)
    assert world.heard() == [("agent", code, False)]


def test_no_upstream_broker_at_all_is_no_trouble(world: World) -> None:
    world.upstream = {"configured": False, "connected": False}
    world.pass_s(600)
    assert world.heard() == []


def test_a_rule_that_is_not_wanted_says_nothing(world: World) -> None:
    world.watch = Watch(("offline",), 0, 0)
    world.pass_s(600, faults=("diode",), limited_by="heat")
    assert world.heard() == []


def test_after_a_restart_nothing_is_told_again(world: World) -> None:
    world.pass_s(70, faults=("diode",), limited_by="heat")
    assert len(world.heard()) == 2
    again = World(told=world.watch.told)
    again.pass_s(600, speak=False)
    assert again.heard() == [], "nothing is known of the station yet"
    again.born()
    again.pass_s(600, faults=("diode",), limited_by="heat")
    assert again.heard() == []
    again.pass_s(120)
    assert sorted(again.heard()) == [("derated", "heat", True), ("fault", "diode", True)]


SIGHTS = st.lists(
    st.tuples(
        st.frozensets(st.sampled_from([DIODE, HOT, AWAY])),
        st.booleans(),
        st.booleans(),
        st.integers(0, 100_000),
    ),
    max_size=40,
)


@given(SIGHTS, st.integers(0, 90_000), st.integers(0, 90_000))
def test_news_of_one_trouble_alternates(sights: Any, after_ms: int, over_ms: int) -> None:
    watch, now_ms = Watch(RULES, after_ms, over_ms), 0
    last: dict[Trouble, bool] = {}
    for standing, is_blind, is_known, passed_ms in sights:
        now_ms += passed_ms
        blind = frozenset({"st-1"}) if is_blind else frozenset()
        known = {"st-1"} if is_known else set()
        for news in watch.look(Sight(standing, blind), known, now_ms):
            assert news.over is not last.get(news.trouble, True), "never the same twice running"
            assert (news.trouble in standing) is not news.over
            last[news.trouble] = news.over
    assert watch.told == {each for each, over in last.items() if not over}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_trouble_has_cause_and_remedy(language: str) -> None:
    assert set(TROUBLES[language]) == set(TROUBLES["en"])
    assert set(FRAME[language]) == set(FRAME["en"])
    troubles = [Trouble("fault", "st-1", 1, code) for code in codes.FAULT_CODES]
    for name in TROUBLES["en"]:
        rule, _, code = name.partition(" ")
        troubles.append(Trouble(rule, "" if rule == "agent" else "st-1", 0, code))
    for trouble in troubles:
        said = say(trouble, language)
        assert said.cause and said.remedy and said.cause != said.remedy
        assert said.cause in said.title and "{" not in said.title + said.remedy
    assert {each.rule for each in troubles} == set(RULES)


def test_a_message_has_where_cause_remedy_and_the_page() -> None:
    title, body = message([News(DIODE, False)], "en", "http://borne.example")
    assert title == (
        "st-1, connector 1: The vehicle's pilot diode is missing or shorted, so it may not be a"
        " vehicle."
    )
    assert title in body and "What to do: Unplug" in body and body.endswith("borne.example")
    title, body = message([News(DIODE, False), News(AWAY, True)], "fr")
    assert title == "2 alertes"
    assert "Terminé : st-1 : La borne est hors ligne" in body


def test_the_topic_says_it_as_json_and_waits_for_the_broker() -> None:
    sent: list[tuple[str, Any]] = []
    up = [False]

    def publish(topic: str, payload: bytes) -> bool:
        if up[0]:
            sent.append((topic, json.loads(payload)))
        return up[0]

    topic = Topic("borne/alerts", "en", publish)
    topic.tell([News(DIODE, False), News(Trouble("agent", code="disk-full"), False)])
    assert sent == []
    up[0] = True
    topic.tell([])
    assert [where for where, _ in sent] == ["borne/alerts/st-1", "borne/alerts/agent"]
    told = sent[0][1]
    assert told["remedy"].startswith("Unplug") and told["over"] is False
    assert (told["rule"], told["station"], told["connector"], told["code"]) == (
        "fault",
        "st-1",
        1,
        "diode",
    )


class Hook(BaseHTTPRequestHandler):
    """Somebody's webhook: says no as often as told, then keeps what came."""

    came: list[Any]
    refuse: int

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        server: Any = self.server
        if server.refuse > 0:
            server.refuse -= 1
            self.send_response(503)
        else:
            server.came.append(json.loads(body))
            self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def hook() -> Iterator[Any]:
    server: Any = HTTPServer(("127.0.0.1", 0), Hook)
    server.came, server.refuse = [], 0
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


# apprise reads a module of the standard library that 3.11 and 3.12 call deprecated.
of_apprise = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@of_apprise
@pytest.mark.parametrize("refusals", [0, 2])
def test_a_webhook_gets_each_alert_once_even_when_it_fails_first(
    hook: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusals: int
) -> None:
    from agent.alerts import channels

    monkeypatch.setattr(channels, "_PAUSE_S", 0.01)
    hook.refuse = refusals
    urls = tmp_path / "urls"
    urls.write_text(f"# the desk\n\njson://127.0.0.1:{hook.server_port}/\n")
    addresses = Addresses(str(urls), "en")
    addresses.tell([News(DIODE, False)])
    addresses.tell([])
    until("it came", lambda: len(hook.came) == 1)
    addresses.stop()
    assert "pilot diode" in hook.came[0]["title"]
    assert "What to do" in hook.came[0]["message"]
    assert len(hook.came) == 1 and addresses.lost == 0


@of_apprise
def test_an_address_that_never_answers_costs_a_count_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from agent.alerts import channels

    monkeypatch.setattr(channels, "_PAUSE_S", 0.01)
    urls = tmp_path / "urls"
    urls.write_text("json://127.0.0.1:9/\n")
    addresses = Addresses(str(urls), "en")
    addresses.tell([News(DIODE, False)])
    until("it is given up", lambda: addresses.lost == 1)
    addresses.stop()


@of_apprise
@pytest.mark.parametrize("text", ["", "# only words\n", "what is this\n", "nosuch://x\n"])
def test_a_file_without_addresses_stops_the_start(tmp_path: Path, text: str) -> None:
    urls = tmp_path / "urls"
    urls.write_text(text)
    with pytest.raises(AddressError):
        Addresses(str(urls), "en")
    with pytest.raises(AddressError, match="cannot be read"):
        Addresses(str(tmp_path / "none"), "en")


@of_apprise
def test_e_mail_is_an_address_like_any_other(tmp_path: Path) -> None:
    urls = tmp_path / "urls"
    urls.write_text("mailtos://user:secret@mail.example?to=desk@site.example\n")
    Addresses(str(urls), "en").stop()


def test_a_round_tells_keeps_and_does_not_repeat(agents: Any, tmp_path: Path) -> None:
    agent = agents()
    agent.outbox.alarm = "disk-full"
    said: list[tuple[str, bytes]] = []

    def publish(topic: str, payload: bytes) -> bool:
        said.append((topic, payload))
        return True

    clock = [0]
    config = Alerts(mqtt_topic="a", after_s=0)
    first = bell.make(agent, config, publish, lambda: clock[0])
    assert [each.trouble.code for each in first.round()] == ["disk-full"]
    assert first.round() == []
    first.stop()
    again = bell.make(agent, config, publish, lambda: clock[0])
    assert again.round() == []
    agent.outbox.alarm = ""
    again.round()
    clock[0] += 60_000
    assert [each.over for each in again.round()] == [True]
    assert bell.kept(agent.folder / bell.FILE) == []
    assert [topic for topic, _ in said] == ["a/agent", "a/agent"]
    again.stop()


@pytest.mark.parametrize(
    "text", ["", "{", "5", '[["x"]]', "[[1,2,3,4,5]]", '[["fault","st-1",1,"x"]]']
)
def test_a_spoilt_memory_of_alerts_is_an_empty_one(tmp_path: Path, text: str) -> None:
    path = tmp_path / "alerts.json"
    path.write_text(text)
    assert bell.kept(path) == []
