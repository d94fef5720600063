import threading
from typing import TYPE_CHECKING, Any

import pytest

from agent.audit import Audit
from agent.downlink import ALLOWANCE_MS, Answer, Downlink, Order
from agent.live import Live
from protocol.codes import ANSWERS
from protocol.messages import DOWN_MESSAGES, find
from tests.agent.said import Ack, Birth, accepted
from tests.protocol.samples import values

if TYPE_CHECKING:
    from collections.abc import Callable

EVERYTHING = [cls.KIND for cls in DOWN_MESSAGES]
LIMIT = {"owner": "operator", "limit_ma": 10_000, "valid_s": 600}


class Site:
    """A downlink with boards that answer as the test says."""

    def __init__(self, tmp_path, allowed=tuple(EVERYTHING), timeout_s=10.0, burst=20) -> None:
        self.live, self.now_ms = Live(), 0
        self.sent: list[tuple[str, str, bytes]] = []
        self.told_up: list[tuple[str, bytes]] = []
        self.answers: Callable[[Any], dict[str, Any] | None] = lambda _command: {}
        self.link_up = True
        self.audit = Audit(tmp_path / "audit.sqlite")
        self.downlink = Downlink(
            self.live,
            threading.Lock(),
            self.audit,
            self._send,
            lambda: self.now_ms,
            allowed=allowed,
            timeout_s=timeout_s,
            per_s=5,
            burst=burst,
            answer_up=lambda topic, said: self.told_up.append((topic, said)),
        )

    def hear(self, station: str = "st-1", **more: Any) -> None:
        said = {"uptime_ms": 5_000, "will_seq": 2} | more
        self.live.take(accepted(Birth, 4, 3, station=station, **said), "mqtt", self.now_ms)

    def _send(self, station: str, topic: str, payload: bytes) -> bool:
        if not self.link_up:
            return False
        self.sent.append((station, topic, payload))
        cls = find(False, topic.rsplit("/", 1)[1])
        assert cls is not None
        command = cls.decode(payload)
        answer = self.answers(command)
        if answer is not None:
            said = {"id": command.id, "ok": True, "code": "ok"} | answer
            self.downlink.answered(station, accepted(Ack, 4, 9, **said).message)
        return True

    def order(self, kind: str = "set-limit", values=LIMIT, connector: int = 1, **more) -> Answer:
        order = {"who": "page", "station": "st-1"} | more
        return self.downlink.local(Order(**order, connector=connector, kind=kind, values=values))


@pytest.fixture
def site(tmp_path) -> Site:
    made = Site(tmp_path)
    made.hear()
    return made


def command(kind: str = "stop", **more: Any) -> bytes:
    cls = find(False, kind)
    assert cls is not None
    return cls(**(values(cls) | {"id": "c-1", "boot_id": 4} | more)).encode()


def test_a_local_command_is_fresh_for_the_board_that_runs_now(site: Site) -> None:
    site.now_ms = 2_000
    answer = site.order()
    assert answer.ok and answer.code == "ok"
    station, topic, payload = site.sent[0]
    assert (station, topic) == ("st-1", "evse/1/st-1/down/1/set-limit")
    said = find(False, "set-limit").decode(payload)
    assert (said.boot_id, said.expires_ms) == (4, 5_000 + 2_000 + ALLOWANCE_MS)
    assert (said.limit_ma, said.valid_s, said.owner) == (10_000, 600, "operator")


def test_the_expiry_wraps_with_the_boards_clock(site: Site) -> None:
    site.hear("st-2", uptime_ms=(1 << 30) - 1)
    site.order(station="st-2")
    said = find(False, "set-limit").decode(site.sent[0][2])
    assert said.expires_ms == ALLOWANCE_MS - 1


def test_the_boards_no_comes_back_with_its_reason(site: Site) -> None:
    site.answers = lambda _: {"ok": False, "code": "not-charging", "field": "x"}
    answer = site.order("stop", {"owner": "operator"})
    assert (answer.ok, answer.code, answer.field) == (False, "not-charging", "x")
    assert answer.code in ANSWERS


def test_a_board_that_does_not_answer_is_a_timeout_and_is_written_down(tmp_path) -> None:
    site = Site(tmp_path, timeout_s=0.01)
    site.hear()
    site.answers = lambda _: None
    assert site.order().code == "timeout"
    assert site.audit.last(1)[0].code == "timeout"


def test_an_answer_after_the_timeout_is_harmless(tmp_path) -> None:
    site = Site(tmp_path, timeout_s=0.01)
    site.hear()
    site.answers = lambda _: None
    answer = site.order()
    late = accepted(Ack, 4, 9, id=answer.id, ok=True, code="ok").message
    site.downlink.answered("st-1", late)
    assert site.audit.find("st-1", answer.id).code == "timeout"


def test_the_same_id_is_answered_the_same_and_not_sent_again(site: Site) -> None:
    first = site.order(id="once")
    second = site.order(id="once")
    assert first == second
    assert len(site.sent) == 1


def test_an_answer_to_another_station_is_not_taken_for_this_one(tmp_path) -> None:
    site = Site(tmp_path, timeout_s=0.01)
    site.hear()
    site.answers = lambda said: site.downlink.answered(
        "st-2", accepted(Ack, 4, 9, station="st-2", id=said.id, ok=True, code="ok").message
    )
    assert site.order().code == "timeout"


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"values": LIMIT | {"limit_ma": -1}}, "bad-field", "limit_ma"),
        ({"values": LIMIT | {"limit_ma": 80_001}}, "bad-field", "limit_ma"),
        ({"values": LIMIT | {"valid_s": 0}}, "bad-field", "valid_s"),
        ({"values": LIMIT | {"owner": "station"}}, "bad-field", "owner"),
        ({"values": LIMIT | {"limit_ma": "10"}}, "bad-field", "limit_ma"),
        ({"values": LIMIT | {"more": 1}}, "bad-field", "more"),
        ({"values": {"owner": "operator"}}, "missing-field", "limit_ma"),
        ({"connector": 0}, "bad-topic", "connector"),
        ({"kind": "fly"}, "unknown-kind", ""),
        ({"kind": "receipt", "connector": -1}, "not-allowed", ""),
        ({"station": "st-9"}, "unknown-station", ""),
        ({"id": "UPPER"}, "bad-field", "id"),
    ],
)
def test_an_unfit_order_is_refused_here_by_name(site: Site, more, code, field) -> None:
    answer = site.order(**more)
    assert (answer.ok, answer.code, answer.field) == (False, code, field)
    assert site.sent == []
    assert site.audit.last(1)[0].code == code
    assert site.downlink.refused[code] == 1


def test_values_cannot_choose_boot_expiry_or_id(site: Site) -> None:
    site.order(values=LIMIT | {"boot_id": 99, "expires_ms": 1, "id": "mine"})
    said = find(False, "set-limit").decode(site.sent[0][2])
    assert (said.boot_id, said.expires_ms) == (4, 5_000 + ALLOWANCE_MS)
    assert said.id != "mine"


def test_a_station_that_is_offline_is_told_so_at_once(site: Site) -> None:
    site.link_up = False
    assert site.order().code == "offline"
    site.live.link_changed("mqtt", False)
    assert site.order().code == "offline"


def test_two_boards_with_one_name_get_no_commands(site: Site) -> None:
    site.live.take(accepted(Birth, 3, 3), "mqtt", 0)
    assert site.order().code == "suspended"
    assert site.downlink.from_upstream("evse/1/st-1/down/1/stop", command(), False) == "suspended"


def test_commands_to_one_station_are_slowed_and_others_are_not(site: Site) -> None:
    site.hear("st-2")
    codes = [site.order("identify", {"duration_s": 5}, connector=-1).code for _ in range(25)]
    assert codes == ["ok"] * 20 + ["too-many"] * 5
    assert site.order(station="st-2").ok
    site.now_ms += 1_000
    assert site.order().ok


def test_a_command_from_upstream_passes_untouched(site: Site) -> None:
    said = command().replace(b",", b" ,")
    assert site.downlink.from_upstream("evse/1/st-1/down/1/stop", said, False) == "ok"
    assert site.sent == [("st-1", "evse/1/st-1/down/1/stop", said)]
    entry = site.audit.last(1)[0]
    assert (entry.who, entry.kind, entry.command_id, entry.code) == (
        "upstream",
        "stop",
        "c-1",
        "ok",
    )


@pytest.mark.parametrize(
    ("topic", "said", "retained", "code"),
    [
        ("evse/1/st-1/down/1/stop", command(), True, "retained"),
        ("evse/1/st-1/down/1/stop", b"{", False, "not-json"),
        ("evse/1/st-1/down/1/stop", b"x" * 100_000, False, "too-long"),
        ("evse/1/st-1/down/1/stop", command()[:-1] + b',"id":1}', False, "not-json"),
        ("evse/1/st-1/down/stop", command(), False, "bad-topic"),
        ("evse/1/st-1/down/1/fly", command(), False, "unknown-kind"),
        ("evse/1/st-1/up/1/stop", command(), False, "wrong-direction"),
        ("evse/1/../down/1/stop", command(), False, "bad-topic"),
        ("evse/1/st-9/down/1/stop", command(), False, "unknown-station"),
        ("evse/1/st-1/down/receipt", b'{"boot_id":4,"up_to_seq":9}', False, "not-allowed"),
        ("evse/1/st-1/down/hello", b'{"interval_s":9}', False, "not-allowed"),
        ("\x1b[2J", b"\xff\x00", False, "bad-topic"),
    ],
)
def test_an_unfit_command_from_upstream_goes_nowhere(site, topic, said, retained, code) -> None:
    assert site.downlink.from_upstream(topic, said, retained) == code
    assert site.sent == []
    assert site.downlink.refused[code] == 1
    assert site.audit.last(1)[0].code == code
    assert site.audit.last(1)[0].payload.isprintable()


def test_the_backend_is_told_at_once_of_a_command_that_goes_no_further(site: Site) -> None:
    site.downlink.from_upstream("evse/1/st-9/down/1/stop", command(), False)
    site.downlink.from_upstream("evse/1/st-1/down/1/stop", command(), True)
    wrong = command().replace(b'"operator"', b'"nobody"')
    site.downlink.from_upstream("evse/1/st-1/down/1/stop", wrong, False)
    site.downlink.from_upstream("evse/1/st-1/down/1/stop", b"{", False)
    site.downlink.from_upstream("not/ours", command(), False)
    assert site.told_up == [
        ("evse/1/st-9/up/refusal", b'{"id":"c-1","field":"","code":"unknown-station"}'),
        ("evse/1/st-1/up/refusal", b'{"id":"c-1","field":"","code":"retained"}'),
        ("evse/1/st-1/up/refusal", b'{"id":"c-1","field":"owner","code":"bad-field"}'),
    ]


def test_a_command_that_the_board_answers_is_not_refused_too(site: Site) -> None:
    site.answers = lambda _command: {"ok": False, "code": "not-charging"}
    assert site.downlink.from_upstream("evse/1/st-1/down/1/stop", command(), False) == "ok"
    assert site.told_up == []


def test_only_listed_kinds_come_from_upstream(tmp_path) -> None:
    site = Site(tmp_path, allowed=("stop",))
    site.hear()
    assert site.downlink.from_upstream("evse/1/st-1/down/1/stop", command(), False) == "ok"
    reboot = command("reboot")
    assert site.downlink.from_upstream("evse/1/st-1/down/reboot", reboot, False) == "not-allowed"
    assert site.order("reboot", {}, connector=-1).ok
