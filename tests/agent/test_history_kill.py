"""The agent is killed under traffic: every record is in the history, and once.

HISTORY_KILL_ROUNDS=200 makes it the long run.
"""

import json
import os
import random
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.agent.brokers import Board
from tests.agent.conftest import settings
from tests.agent.program import Program
from tests.agent.waiting import until

ROUNDS = int(os.environ.get("HISTORY_KILL_ROUNDS", "4"))


def kept(folder: Path) -> list[tuple[str, int, int]]:
    """(station, seq, value) of every event there is."""
    path = folder / "state" / "history.sqlite"
    if not path.exists():
        return []
    db = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    try:
        return db.execute(
            "select station, seq, value from events join places on places.id = place"
        ).fetchall()
    except sqlite3.OperationalError:
        return []  # killed while it made its tables
    finally:
        db.close()


def test_a_killed_agent_has_every_record_in_its_history_once(
    brokers: Callable[..., Any], clients: Callable[[Any], Any], tmp_path: Path
) -> None:
    site = brokers("site")
    settings(tmp_path, site.port, 0, "[web]\nport = 0\n[store]\nreserve_mib = 0")
    config = tmp_path / f"agent-{site.port}-0.toml"
    words = [sys.executable, "-m", "agent.cli", "agent", "--config", str(config)]
    agent = Program(words)
    agent.start()
    boards = [clients(Board(f"st-{number}", site.port, 1.0)) for number in range(1, 4)]
    chance, pause = random.Random(3), threading.Event()
    try:
        for _ in range(ROUNDS):
            boards[0].record()
            until("the boards are heard", lambda: not boards[0].held, 60)
            for _ in range(chance.randrange(20, 80)):
                chance.choice(boards).record()
                pause.wait(0.002)
            agent.kill()
            for _ in range(chance.randrange(0, 10)):
                chance.choice(boards).record()
            agent.start()
        until("the boards may forget them", lambda: not any(b.held for b in boards), 90)
    finally:
        agent.kill()
    made = sorted(
        (board.name, said["seq"], said["value"])
        for board in boards
        for said in map(json.loads, board.made)
    )
    assert sorted(kept(tmp_path)) == made
