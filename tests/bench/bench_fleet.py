"""A fleet of 10 000 stations known to one agent: memory, and CPU while none of them speaks

Each station has said its birth, health, state and a meter reading.  The idle time is long enough
for one round of hellos to all of them.
"""

import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from protocol.messages import Birth, Health, Message, Meter, State
from tests.agent.brokers import Mosquitto
from tests.agent.said import payload, topic
from tests.agent.waiting import until
from tests.bench.mqtt_load import FLIGHT, Socket, publish
from tests.bench.processes import cpu_s, resident_mib
from tests.needs import ROOT

STATIONS, IDLE_S = 10_000, 46.0
SAID: tuple[type[Message], ...] = (Birth, Health, State, Meter)


def main() -> list[dict[str, object]]:
    return [row(client) for client in ("paho", "fast")]


def row(client: str) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site = Mosquitto(folder / "site")
        site.start()
        (folder / "agent.toml").write_text(
            f'state_dir = "{folder}/state"\n[web]\nport = 0\n[store]\nreserve_mib = 0\n'
            f'[site]\nhost = "127.0.0.1"\nport = {site.port}\nclient = "{client}"\n'
        )
        command = [sys.executable, "-m", "agent.cli", "agent", "--config", f"{folder}/agent.toml"]
        agent = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
        try:
            outbox = folder / "state/outbox.sqlite"
            until("the agent is there", (folder / "state/agent.json").exists)
            empty_mib = resident_mib(agent.pid)
            say(site.port)
            until("all is stored", lambda: stored(outbox) == STATIONS * len(SAID))
            known_mib = resident_mib(agent.pid)
            before_s, began_s = cpu_s(agent.pid), time.monotonic()
            time.sleep(IDLE_S)
            idle_s = time.monotonic() - began_s
            return {
                "client": client,
                "stations": STATIONS,
                "MiB without": empty_mib,
                "MiB known": known_mib,
                "MiB later": resident_mib(agent.pid),
                "idle CPU %": (cpu_s(agent.pid) - before_s) / idle_s * 100,
            }
        finally:
            agent.terminate()
            agent.wait(20)
            site.kill()


def say(port: int) -> None:
    boards = Socket("bench-boards", port)
    given = acknowledged = 0
    packets = [
        publish(topic(cls, f"st-{number}").encode(), payload(cls, 1, seq), number * 4 + seq)
        for number in range(STATIONS)
        for seq, cls in enumerate(SAID, 2)
    ]
    while acknowledged < len(packets):
        ready = packets[given : acknowledged + FLIGHT]
        given += len(ready)
        boards.out += b"".join(ready)
        boards.flush()
        boards.wait(0.05)
        acknowledged += boards.read()[1]
    boards.close()


def stored(outbox: Path) -> int:
    """How many rows were ever written."""
    with closing(sqlite3.connect(f"{outbox.as_uri()}?mode=ro", uri=True)) as db:
        row = db.execute("select seq from sqlite_sequence where name = 'outbox'").fetchone()
        return int(row[0]) if row else 0
