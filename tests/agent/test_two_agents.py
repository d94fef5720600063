"""Two agents share a fleet on one site broker and one PostgreSQL; one is killed, and no message
is lost or counted twice.

CLUSTER_ROUNDS=40 makes it the long run.
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from protocol.messages import Meter
from tests.agent.brokers import Board, Sink
from tests.agent.database import Database
from tests.agent.said import payload, topic
from tests.agent.waiting import until
from tests.needs import ROOT

ROUNDS = int(os.environ.get("CLUSTER_ROUNDS", "2"))
STATIONS = 4
Key = tuple[str, int]  # station, seq


class Speaker(Board):
    """A board that also measures."""

    def __init__(self, name: str, port: int) -> None:
        super().__init__(name, port)
        self.measured: list[bytes] = []

    def meter(self) -> None:
        with self._guard:
            self.seq += 1
            said = payload(Meter, 1, self.seq, power_w=random.randrange(22_000))
            self.measured.append(said)
        self.publish(topic(Meter, self.name), said)


class Agents:
    """Programs of their own; each has its own folder and its own name at the brokers."""

    def __init__(self, folder: Path, site: int, upstream: int, database: Database) -> None:
        self._folder, self._ports, self._database = folder, (site, upstream), database
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        path = self._folder / f"{name}.toml"
        site, upstream = self._ports
        path.write_text(
            f'state_dir = "{self._folder}/{name}"\n[web]\nport = 0\n[store]\nkeep_s = 2\n'
            f'[site]\nhost = "127.0.0.1"\nport = {site}\nclient_id = "{name}"\nkeepalive_s = 5\n'
            f'[upstream]\nhost = "127.0.0.1"\nport = {upstream}\nclient_id = "{name}-up"\n'
            f"keepalive_s = 5\n{self._database.toml()}"
        )
        words = [sys.executable, "-m", "agent.cli", "agent", "--config", str(path)]
        with (self._folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(words, cwd=ROOT, stderr=log)

    def end(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        process = self._running.pop(name)
        process.send_signal(how)
        process.wait(20)

    def end_all(self) -> None:
        for name in list(self._running):
            self.end(name)


def judge(boards: list[Speaker], sink: Sink, database: Database) -> None:
    """The oracle: everything said is upstream and kept, once by its name; records in order."""
    came: dict[str, dict[Key, bytes]] = {"event": {}, "meter": {}}
    for where, said in sink.came:
        _, _, station, _, *_, kind = where.split("/")
        if kind in came:
            seq = json.loads(said)["seq"]
            assert came[kind].setdefault((station, seq), said) == said, "one name, two messages"
    records = {(each.name, json.loads(said)["seq"]): said for each in boards for said in each.made}
    measured = {
        (each.name, json.loads(said)["seq"]): said for each in boards for said in each.measured
    }
    assert came["event"] == records, "records upstream are not the ones that were made"
    assert came["meter"] == measured, "telemetry upstream is not what was measured"
    for board in boards:
        order = [seq for station, seq in came["event"] if station == board.name]
        assert order == sorted(order), f"{board.name}'s records came out of order"
    kept = Counter(
        database.rows(
            "select station, seq, value from events join places on places.id = place"
            " where what = 'limit-set'"
        )
    )
    assert kept == Counter(
        (station, seq, json.loads(said)["value"]) for (station, seq), said in records.items()
    ), "the history is not what happened"


def busy(chance: random.Random, boards: list[Speaker], times: int) -> None:
    pause = threading.Event()
    for _ in range(times):
        board = chance.choice(boards)
        board.record() if chance.random() < 0.4 else board.meter()
        pause.wait(0.002)


def test_two_agents_one_of_which_is_killed_lose_nothing_and_double_nothing(
    brokers: Callable[..., Any], clients: Callable[[Any], Any], tmp_path: Path, database: Database
) -> None:
    site, above = brokers("site"), brokers("upstream")
    sink = clients(Sink(above.port))
    agents = Agents(tmp_path, site.port, above.port, database)
    names = ["agent-1", "agent-2"]
    both = set(names)
    chance = random.Random(5)
    try:
        for name in names:
            agents.start(name)
        boards = [clients(Speaker(f"st-{n}", site.port)) for n in range(1, STATIONS + 1)]
        # Records, which boards say again: telemetry counts once somebody has subscribed.
        until("both take part", lambda: said_now_and_then(boards[0]) and takers(database) == both)
        for left in reversed(range(ROUNDS)):
            busy(chance, boards, 150)
            victim = chance.choice(names)
            agents.end(victim)
            busy(chance, boards, chance.randrange(150))
            if left:  # the last one never comes back: the other has to see to all of it
                agents.start(victim)
                busy(chance, boards, chance.randrange(900))
        said = {each for board in boards for each in (*board.made, *board.measured)}
        until("everything is upstream", lambda: said <= sink.payloads())
        until("the boards may forget", lambda: not any(board.held for board in boards))
    finally:
        agents.end_all()
    judge(boards, sink, database)


def said_now_and_then(board: Speaker) -> bytes:
    threading.Event().wait(0.1)
    return board.record()


def takers(database: Database) -> set[str]:
    """Agents that stored something lately."""
    try:
        return {agent for (agent,) in database.rows("select distinct agent from feed")}
    except psycopg.errors.UndefinedTable:
        return set()  # they are still coming up
