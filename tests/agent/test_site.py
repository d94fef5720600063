"""A whole agent between two real brokers."""

import os
from collections import Counter

import pytest

from protocol import topics
from protocol.messages import SetLimit
from tests.agent.brokers import Board, Client, Sink
from tests.agent.conftest import BOTH
from tests.agent.said import Ack, Condition, Meter, State, payload, topic
from tests.agent.waiting import until
from tests.protocol.samples import values

pytestmark = BOTH


def test_what_a_board_says_reaches_the_backend_with_the_same_bytes_and_topic(
    brokers, clients, agents
) -> None:
    site, above = brokers("site"), brokers("upstream")
    sink = clients(Sink(above.port))
    agents(site.port, above.port)
    board = clients(Board("st-1", site.port))
    said = board.record()
    until("the record is there", lambda: said in sink.payloads())
    assert (topics.topic("st-1", True, "event", 1), said) in sink.came
    until("the board may forget it", lambda: board.held == [])


@pytest.mark.parametrize("kind", [State, Condition])
def test_what_is_retained_on_the_site_is_retained_upstream(brokers, clients, agents, kind) -> None:
    site, above = brokers("site"), brokers("upstream")
    agent = agents(site.port, above.port)
    board = clients(Board("st-1", site.port))
    said = payload(kind, 1, 50)
    board.publish(topic(kind), said, retain=True)
    until("all of it went up", lambda: agent.uplink.sent >= 2)
    late = clients(Sink(above.port))
    until("a late backend learns of it", lambda: said in late.payloads())


def test_junk_is_refused_by_name_and_nothing_stops(brokers, clients, agents) -> None:
    site = brokers("site")
    agent = agents(site.port, more='stations = ["st-1", "st-2"]')
    here = topic(Meter)
    junk = clients(Client("junk", site.port))
    good = payload(Meter, 1, 2)
    for where, said in (
        (here, b"x" * 1_000_000),
        (here, b"\xff\xfe" + os.urandom(100)),
        (here, b"{not json"),
        (here, good.replace(b'"seq":2', b'"seq":-2')),
        (here, good[:-2]),
        ("evse/1/st-1/up/what", good),
        ("evse/1/st-1/up/9/meter", good),
        ("evse/1/st-9/up/1/meter", good),
    ):
        junk.publish(where, said, 1)
    expected = Counter(
        {
            "too-long": 1,
            "not-text": 1,
            "not-json": 2,
            "bad-field": 1,
            "unknown-kind": 1,
            "bad-topic": 1,
            "foreign-station": 1,
        }
    )  # a client on a slow machine may send one twice
    until("all is refused", lambda: agent.intake.refused >= expected)
    assert set(agent.intake.refused) == set(expected)
    board = clients(Board("st-2", site.port))
    board.record()
    until("others go on", lambda: board.held == [])
    assert agent.counters()["last_refusals"][0]["reason"] == "too-long"


def test_a_site_broker_that_stops_midway_costs_no_record(brokers, clients, agents) -> None:
    site, above = brokers("site"), brokers("upstream")
    sink = clients(Sink(above.port))
    agents(site.port, above.port)
    board = clients(Board("st-1", site.port, resend_s=0.5))
    for _ in range(3):
        for _ in range(20):
            board.record()
        site.kill()
        for _ in range(20):
            board.record()
        site.start()
    until("every record is there", lambda: set(board.made) <= sink.payloads(), 60)
    until("the board may forget them", lambda: board.held == [])


def test_records_wait_on_disk_while_there_is_no_upstream(brokers, clients, agents) -> None:
    site, above = brokers("site"), brokers("upstream")
    sink = clients(Sink(above.port))
    until("the subscription is saved", above.database.exists)
    agent = agents(site.port, above.port)
    until("upstream is reached", lambda: agent.uplink.connected)
    above.stop()
    board = clients(Board("st-1", site.port))
    for _ in range(50):
        board.record()
    until("the board may forget them", lambda: board.held == [])
    assert agent.upstream()["queued"] >= 50
    assert not agent.upstream()["connected"]
    above.start()
    until("every record is there", lambda: set(board.made) <= sink.payloads(), 60)
    until("nothing waits any more", lambda: agent.upstream()["queued"] == 0)


def test_a_command_goes_down_and_its_answer_comes_back(brokers, clients, agents) -> None:
    site, above = brokers("site"), brokers("upstream")
    sink = clients(Sink(above.port))
    agent = agents(site.port, above.port)
    board = clients(Board("st-1", site.port))

    def obey(message) -> None:
        if message.topic.endswith("set-limit"):
            told = SetLimit.decode(message.payload)
            answer = payload(Ack, 1, 90, id=told.id, ok=True, code="ok")
            board.publish(topic(Ack), answer)

    board.answer = obey
    until("the station is known", lambda: agent.station("st-1") is not None)
    until("upstream is reached", lambda: agent.uplink.connected)
    limit = values(SetLimit) | {"id": "c-7", "boot_id": 1, "owner": "backend", "valid_s": 60}
    said = SetLimit(**limit).encode()
    sink.publish(topics.topic("st-1", False, "set-limit", 1), said)
    until("the answer is upstream", lambda: any(b'"id":"c-7"' in each for each in sink.payloads()))
    assert ("evse/1/st-1/down/1/set-limit", said, False) in board.told
    assert agent.audit.last(1)[0].code == "ok"


def test_a_retained_command_is_never_passed_on(brokers, clients, agents) -> None:
    site, above = brokers("site"), brokers("upstream")
    backend = clients(Client("backend", above.port))
    stop = topics.topic("st-1", False, "stop", 1)
    backend.publish(stop, b'{"id":"c","boot_id":1,"expires_ms":1,"owner":"backend"}', retain=True)
    board = clients(Board("st-1", site.port))
    agent = agents(site.port, above.port)
    until("it is refused", lambda: agent.downlink.refused["retained"] == 1)
    assert [told for told in board.told if told[0] == stop] == []


def test_boards_are_told_that_somebody_listens(brokers, clients, agents) -> None:
    site = brokers("site")
    board = clients(Board("st-1", site.port))
    agents(site.port)
    hello = topics.topic("st-1", False, "hello")
    until("a hello", lambda: any(where == hello for where, _, _ in board.told), 60)


def test_a_failing_handler_does_not_stop_the_link(brokers, clients, agents, monkeypatch) -> None:
    site = brokers("site")
    agent = agents(site.port)
    real, failures = agent.intake.take, iter([RuntimeError("what nobody thought of")])

    def take(*arguments):
        for failure in failures:
            raise failure
        return real(*arguments)

    monkeypatch.setattr(agent.intake, "take", take)
    board = clients(Board("st-1", site.port, resend_s=0.5))
    board.record()
    until("the link goes on", lambda: board.held == [])
    assert next(failures, None) is None


def test_a_reconnect_sends_no_state_up_a_second_time(brokers, clients, agents) -> None:
    site, above = brokers("site"), brokers("upstream")
    sink = clients(Sink(above.port))
    agent = agents(site.port, above.port)
    board = clients(Board("st-1", site.port))
    said = payload(State, 1, 50)
    board.publish(topic(State), said, retain=True)
    until("the state is up", lambda: said in sink.payloads())
    agent.site.restart("the test asks for it")
    until("it is back", lambda: agent.site.connects == 2)
    last = board.record()
    until("what came later is up", lambda: last in sink.payloads())
    assert [payload for _, payload in sink.came].count(said) == 1


def test_a_board_that_floods_is_limited_and_loses_no_record(brokers, clients, agents) -> None:
    site, above = brokers("site"), brokers("upstream")
    sink = clients(Sink(above.port))
    agent = agents(site.port, above.port, "[store]\nstation_per_s = 20")
    wild = clients(Board("st-1", site.port, resend_s=1.0))
    calm = clients(Board("st-2", site.port))
    for _ in range(2_000):
        wild.publish(topic(Meter, "st-1"), payload(Meter, 1, 9), qos=0)
    said, mine = calm.record(), wild.record()
    until("the other is heard", lambda: said in sink.payloads(), 5)
    until("the flood is counted", lambda: agent.counters()["flooded"].get("st-1", 0) > 1_000)
    assert "st-2" not in agent.counters()["flooded"]
    until("its record comes in the end", lambda: mine in sink.payloads())
    until("it may forget it", lambda: wild.held == [])


def test_a_broker_that_hangs_is_given_up_and_its_stations_are_offline(
    brokers, clients, agents
) -> None:
    site = brokers("site")
    agent = agents(site.port)
    clients(Board("st-1", site.port))
    until("the station is fresh", lambda: freshness(agent) == "fresh")
    site.freeze()
    until("the loss is seen", lambda: not agent.site.connected, 40)
    assert freshness(agent) == "offline"
    site.thaw()
    until("the agent is back", lambda: agent.site.connected, 40)


def freshness(agent) -> str:
    station = agent.station("st-1")
    return station["freshness"] if station else ""
