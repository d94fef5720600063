"""What agents that share a fleet do together: one picture, one answer, one greeting."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.config import load
from agent.downlink import Order
from agent.process import Agent
from protocol import topics
from protocol.messages import Ack, Meter, Start, State
from tests.agent.brokers import Board, Sink
from tests.agent.conftest import settings
from tests.agent.database import Database
from tests.agent.said import Birth, payload, topic
from tests.agent.waiting import until


@pytest.fixture
def members(tmp_path: Path, database: Database) -> Iterator[Callable[..., Agent]]:
    """Starts agents in this process and ends them; each fleet has its own tables."""
    made: list[Agent] = []
    fleet = f"fleet_{abs(hash(tmp_path.name)):x}"

    def start(name: str, site: int, upstream: int = 0, more: str = "") -> Agent:
        folder = tmp_path / name
        folder.mkdir()
        settings(folder, site, upstream, f"{database.toml(fleet)}\n{more}")
        text = (folder / f"agent-{site}-{upstream}.toml").read_text()
        text = text.replace("[site]", f'[site]\nclient_id = "{name}"')
        text = text.replace("[upstream]", f'[upstream]\nclient_id = "{name}-up"')
        (folder / "own.toml").write_text(text)
        agent = Agent(load(folder / "own.toml", {}))
        made.append(agent)
        agent.start()
        return agent

    yield start
    for agent in made:
        agent.stop()


def takes_part(agent: Agent) -> bool:
    return agent.site is not None and agent.site.connected


def shown(agent: Agent) -> dict[str, Any]:
    return {each["station"]: each["connectors"] for each in agent.stations()}


def answering(board: Board) -> None:
    """It says yes to every command, once each."""

    def answer(message: Any) -> None:
        if message.topic.endswith("/start"):
            asked = message.payload.split(b'"id":"')[1].split(b'"')[0].decode()
            board.seq += 1
            board.publish(
                topic(Ack, board.name), payload(Ack, 1, board.seq, id=asked, ok=True, code="ok")
            )

    board.answer = answer


def test_every_agent_shows_the_whole_fleet_and_a_command_of_either_is_answered(
    brokers: Any, clients: Any, members: Callable[..., Agent]
) -> None:
    site = brokers("site")
    both = [members(name, site.port) for name in ("agent-1", "agent-2")]
    until("both take part", lambda: all(map(takes_part, both)))
    boards = [clients(Board(f"st-{number}", site.port)) for number in range(1, 7)]
    for board in boards:
        answering(board)
        for seq in range(3, 9):
            board.seq = seq
            kind = State if seq % 2 else Meter
            board.publish(topic(kind, board.name), payload(kind, 1, seq))
    until(
        "each shows all of it",
        lambda: all(
            len(shown(agent)) == 6
            and all(
                part and part[0]["meter"] and part[0]["state"] for part in shown(agent).values()
            )
            for agent in both
        ),
    )
    written = [agent.writer.figures()["stored"] for agent in both]
    assert all(written), "each took in a part"
    assert all(each["freshness"] == "fresh" for agent in both for each in agent.stations())
    until("no number is missing", lambda: not any(s["gaps"] for a in both for s in a.stations()))
    answers = [
        agent.command(Order("api", "st-1", 1, "start", {"user": ""}, "c-1")) for agent in both
    ]
    assert [each.code for each in answers] == ["ok", "ok"]
    assert sum(where.endswith("/start") for where, _, _ in boards[0].told) == 1, "executed once"


def test_a_command_from_upstream_goes_down_once_and_is_answered_once(
    brokers: Any, clients: Any, members: Callable[..., Agent]
) -> None:
    site, above = brokers("site"), brokers("upstream")
    sink = clients(Sink(above.port))
    both = [members(name, site.port, above.port) for name in ("agent-1", "agent-2")]
    until("both take part", lambda: all(map(takes_part, both)))
    board = clients(Board("st-1", site.port))
    answering(board)
    until("both know it", lambda: all("st-1" in shown(agent) for agent in both))
    until("both listen", lambda: all(a.uplink is not None and a.uplink.connected for a in both))
    for number in range(6):
        said = Start(id=f"c-{number}", boot_id=1, expires_ms=60_000, user="").encode()
        sink.publish(topics.topic("st-1", False, "start", 1), said)
    came = lambda: [said for where, said in sink.came if where.endswith("/ack")]  # noqa: E731
    until("all are answered", lambda: len(set(came())) == 6)
    told = [said for where, said, _ in board.told if where.endswith("/start")]
    assert len(told) == len(set(told)) == 6
    assert sum(agent.downlink.passed for agent in both) == 6


def test_a_station_is_greeted_by_one_agent_and_known_to_one_that_comes_later(
    brokers: Any, clients: Any, members: Callable[..., Agent]
) -> None:
    site = brokers("site")
    old = clients(Board("st-9", site.port))  # its birth is only a retained copy by then
    one = members("agent-1", site.port)
    until("the retained copy was read", lambda: "st-9" in shown(one))
    old.seq = 5
    old.publish(topic(Meter, "st-9"), payload(Meter, 1, 5))
    until("it is fresh", lambda: (one.station("st-9") or {})["freshness"] == "fresh")
    two = members("agent-2", site.port)
    until("the other knows it", lambda: bool(shown(two).get("st-9")))
    there = two.station("st-9")
    assert there is not None and there["freshness"] == "fresh" and there["gaps"] == 0
    clusters = [agent.cluster for agent in (one, two)]
    assert all(clusters)
    until("the slots are shared", lambda: [len(c.roster.slots) for c in clusters if c] == [32, 32])
    assert sum(each.has("st-9") for each in clusters if each) == 1


def test_births_that_come_late_from_another_agent_are_no_second_board(
    brokers: Any, clients: Any, members: Callable[..., Agent]
) -> None:
    site = brokers("site")
    agent = members("agent-1", site.port)
    until("it takes part", lambda: takes_part(agent))
    board = clients(Board("st-1", site.port))
    for seq in (20, 10, 30, 5):  # two late ones
        board.publish(topic(Birth), payload(Birth, 1, seq, will_seq=seq - 1, interval_s=5))
    board.publish(topic(Meter), payload(Meter, 1, 31))
    until("all came", lambda: bool(shown(agent).get("st-1")))
    assert (agent.station("st-1") or {})["conflict"] == ""
    for seq in (20, 40, 10):
        board.publish(topic(Birth), payload(Birth, 1, seq, will_seq=seq - 1, interval_s=5))
    until("it is noticed", lambda: (agent.station("st-1") or {})["conflict"] == "two-connections")


def test_one_agent_leads_and_the_other_does_when_it_ends(
    brokers: Any, clients: Any, members: Callable[..., Agent]
) -> None:
    site, above = brokers("site"), brokers("upstream")
    more = "[homeassistant]\nenabled = true\n"
    one = members("agent-1", site.port, above.port, more)
    until("it leads", lambda: one.cluster is not None and one.cluster.roster.leads)
    two = members("agent-2", site.port, above.port, more)
    until("it takes part", lambda: takes_part(two))
    assert two.cluster is not None and not two.cluster.roster.leads
    assert one.cluster is not None
    one.cluster.stop()
    until("the other leads", lambda: bool(two.cluster and two.cluster.roster.leads))
    status = clients(Sink(above.port, "borne/status"))
    until("it says so", lambda: bool(status.came) and status.came[-1][1] == b"online")
    status.publish("borne/status", b"offline", retain=True)  # a last will that comes late
    until("it says so again", lambda: status.came[-1][1] == b"online" and len(status.came) >= 3)
    until(
        "it has what was left", lambda: bool(two.cluster and len(two.cluster.roster.slots) == 64)
    )
