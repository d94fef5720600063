"""Nothing a board was promised is lost, whoever dies.

KILL_ROUNDS=1000 makes it the long run.
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from tests.agent.brokers import Board, Mosquitto, Sink
from tests.agent.conftest import BOTH, settings
from tests.agent.waiting import until
from tests.needs import ROOT

ROUNDS = int(os.environ.get("KILL_ROUNDS", "6"))
STATIONS = 3


class AgentProcess:
    """The agent as a program of its own, that can be killed."""

    def __init__(self, folder: Path, site: int, upstream: int, mqtt: str) -> None:
        more = "[web]\nport = 0\n[store]\nkeep_s = 30\nreserve_mib = 0"
        settings(folder, site, upstream, more, mqtt)
        self._command = [
            sys.executable,
            "-m",
            "agent.cli",
            "agent",
            "--config",
            str(folder / f"agent-{site}-{upstream}.toml"),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, cwd=ROOT, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(10)
            self._process = None


Victim = Mosquitto | AgentProcess


@pytest.fixture
def process(tmp_path, mqtt):
    made: list[AgentProcess] = []

    def start(site: int, upstream: int) -> AgentProcess:
        agent = AgentProcess(tmp_path, site, upstream, mqtt)
        made.append(agent)
        agent.start()
        return agent

    yield start
    for agent in made:
        agent.kill()


def judge(boards: list[Board], sink: Sink) -> None:
    """The oracle: complete, nothing invented, each station in order."""
    made = {said for board in boards for said in board.made}
    came = [(topic, said) for topic, said in sink.came if topic.endswith("/event")]
    assert made - {said for _, said in came} == set(), "records were lost"
    assert {said for _, said in came} - made == set(), "records were invented"
    for board in boards:
        mine = [said for topic, said in came if topic.split("/")[2] == board.name]
        order = [json.loads(said)["seq"] for said in dict.fromkeys(mine)]
        assert order == sorted(order), f"{board.name} came out of order"


def rounds(seed: int, victims: list[Victim], boards: list[Board]) -> Counter[str]:
    """Records all the while; now and then somebody is killed and comes back."""
    chance = random.Random(seed)
    killed: Counter[str] = Counter()
    pause = threading.Event()
    for _ in range(ROUNDS):
        for _ in range(chance.randrange(5, 40)):
            chance.choice(boards).record()
            pause.wait(0.003)
        victim = chance.choice(victims)
        victim.kill()
        killed[type(victim).__name__] += 1
        for _ in range(chance.randrange(0, 20)):
            chance.choice(boards).record()
        pause.wait(chance.uniform(0.0, 0.3))
        victim.start()
        pause.wait(chance.uniform(0.05, 1.2))
    return killed


@BOTH
def test_killing_the_upstream_broker_and_the_agent_loses_no_record(
    brokers, clients, process
) -> None:
    site, above = brokers("site"), brokers("upstream")
    sink = clients(Sink(above.port))
    until("the subscription is saved", above.database.exists)
    agent = process(site.port, above.port)
    boards = [clients(Board(f"st-{n}", site.port)) for n in range(1, STATIONS + 1)]
    first = [board.record() for board in boards]
    until("the agent is there", lambda: set(first) <= sink.payloads(), 60)
    victims: list[Victim] = [above, agent]
    killed = rounds(7, victims, boards)
    assert len(killed) == 2 or ROUNDS < 6, "both were killed"
    made = {said for board in boards for said in board.made}
    until("every record is there", lambda: made <= sink.payloads(), 90)
    until("the boards may forget them", lambda: not any(b.held for b in boards), 60)
    judge(boards, sink)


@BOTH
def test_killing_the_site_broker_too_loses_no_record(brokers, clients, process) -> None:
    site, above = brokers("site"), brokers("upstream")
    sink = clients(Sink(above.port))
    until("the subscription is saved", above.database.exists)
    agent = process(site.port, above.port)
    boards = [clients(Board(f"st-{n}", site.port)) for n in range(1, STATIONS + 1)]
    rounds(11, [site, above, agent], boards)
    made = {said for board in boards for said in board.made}
    until("every record is there", lambda: made <= sink.payloads(), 90)
    until("the boards may forget them", lambda: not any(b.held for b in boards), 60)
