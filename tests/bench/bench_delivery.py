"""Records lost when what relays them, or the upstream broker, is killed with SIGKILL

The boards here trust a PUBACK, as most clients do: what the site broker has acknowledged they
forget.  (Boards of this project keep a record until the agent's receipt.)  The bridge lives inside
the site broker, so there it is the site broker that is killed.
"""

import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from protocol.messages import Event
from tests.agent.brokers import Client, Mosquitto, Sink
from tests.agent.program import Program
from tests.agent.proof.site import AgentProcess
from tests.agent.said import payload, topic
from tests.bench.relays import BRIDGE

ROUNDS, BURST = 10, 30
QUIET_S, MOST_S = 3.0, 60.0


def main() -> list[dict[str, object]]:
    return [
        measure("mosquitto bridge, lasting session", no_relay),
        measure("bare paho loop, in memory", paho_loop),
        *(measure(f"the agent, {name}, on disk", agent(name)) for name in ("paho", "fast")),
    ]


def no_relay(_folder: Path, _site: int, _above: int) -> None:
    """The site broker is its own bridge."""


def paho_loop(_folder: Path, site: int, above: int) -> Program:
    """A relay of twenty lines that stores nothing."""
    return Program([sys.executable, "-m", "tests.bench.relays", str(site), str(above)])


def agent(client: str) -> Callable[[Path, int, int], AgentProcess]:
    return lambda folder, site, above: AgentProcess(folder, site, above, client)


def measure(name: str, relay: Callable[[Path, int, int], Any]) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        above = Mosquitto(place / "upstream")
        bridged = relay is no_relay
        lasting = BRIDGE.replace("cleansession true", "cleansession false")
        site = Mosquitto(place / "site", lasting.format(port=above.port) if bridged else "")
        between = relay(place, site.port, above.port)
        parts: list[Any] = [above, site, *([between] if between else [])]
        sink, board = Sink(above.port), Client("board", site.port, keep=True)
        try:
            for part in (*parts, sink, board):
                part.start()
            made = rounds(board, sink, [above, between or site])
        finally:
            board.stop()
            sink.stop()
            for part in reversed(parts):
                part.kill()
    came = [json.loads(said)["seq"] for _, said in sink.came]
    return {
        "path": name,
        "kills": ROUNDS,
        "records": made,
        "lost": made - len(set(came)),
        "came again": len(came) - len(set(came)),
    }


def rounds(board: Client, sink: Sink, victims: list[Program]) -> int:
    """How many records were made."""
    pause, made = threading.Event(), 0

    def burst() -> None:
        nonlocal made
        for _ in range(BURST):
            made += 1
            board.publish(topic(Event), payload(Event, 1, made, prev=made - 1))
            pause.wait(0.002)

    pause.wait(3)  # until everybody is connected
    for number in range(ROUNDS):
        burst()
        victim = victims[number % 2]
        victim.kill()
        burst()
        pause.wait(0.3)
        victim.start()
        pause.wait(1.5)
    end_s = time.monotonic() + MOST_S
    seen = -1
    while seen != len(sink.came) and time.monotonic() < end_s:
        seen = len(sink.came)
        pause.wait(QUIET_S)
    return made
