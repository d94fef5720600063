"""Relay of a board's messages to an upstream broker, QoS 1

Every path in the same run, one after the other: the same broker twice over, mosquitto's own
bridge, a bare paho loop that stores nothing, and the agent, which stores every message on disk
before it confirms one.
"""

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from tests.agent.brokers import Mosquitto
from tests.bench.mqtt_load import Load
from tests.needs import ROOT

RATE = 1_000  # messages a second when latency is measured
LATENCY_S, MOST = 4, 20_000

BRIDGE = (
    "connection up\naddress 127.0.0.1:{port}\ntopic evse/1/+/up/# out 1\n"
    "notifications false\ncleansession true\nbridge_protocol_version mqttv311\n"
)


def main() -> list[dict[str, object]]:
    rows = [
        measure("one broker, no relay", direct),
        measure("mosquitto bridge, in memory", bridge),
        measure("paho loop, in memory", paho_loop),
        measure("agent, on disk", agent),
    ]
    most: Any = rows[1]["most msg/s"]
    for row in rows:
        mine: Any = row["most msg/s"]
        row["of the bridge"] = mine / most if most else None
    return rows


def measure(name: str, path: Any) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder, path(Path(folder)) as (site, upstream):
        load = Load(site, upstream)
        load.run(200, RATE)  # until everybody is awake
        timed = load.run(RATE * LATENCY_S, RATE)
        waits = sorted((came - sent) / 1e6 for sent, came in timed if came)
        load.run(MOST // 10)
        flood = [pair for pair in load.run(MOST) if pair[1]]
        load.close()
    seconds = (max(came for _, came in flood) - flood[0][0]) / 1e9
    lost = RATE * LATENCY_S - len(waits) + MOST - len(flood)
    return {
        "path": name,
        "most msg/s": round(len(flood) / seconds),
        "of the bridge": None,
        f"p50 ms at {RATE}/s": statistics.median(waits),
        "p99 ms": waits[len(waits) * 99 // 100],
        "missing": lost,
    }


@contextmanager
def broker(folder: Path, name: str, more: str = "") -> Iterator[Mosquitto]:
    made = Mosquitto(folder / name, more)
    made.start()
    try:
        yield made
    finally:
        made.kill()


@contextmanager
def direct(folder: Path) -> Iterator[tuple[int, int]]:
    with broker(folder, "site") as site:
        yield site.port, site.port


@contextmanager
def bridge(folder: Path) -> Iterator[tuple[int, int]]:
    with (
        broker(folder, "upstream") as above,
        broker(folder, "site", BRIDGE.format(port=above.port)) as site,
    ):
        yield site.port, above.port


@contextmanager
def relay(folder: Path, *command: str, client: str = "paho") -> Iterator[tuple[int, int]]:
    """Two brokers and a program between them, that is told both ports."""
    with broker(folder, "upstream") as above, broker(folder, "site") as site:
        (folder / "agent.toml").write_text(
            f'state_dir = "{folder}/state"\n[web]\nport = 0\n'
            "[store]\nreserve_mib = 0\nstation_per_s = 1000000\n"
            f'[site]\nhost = "127.0.0.1"\nport = {site.port}\nclient = "{client}"\n'
            f'[upstream]\nhost = "127.0.0.1"\nport = {above.port}\nclient = "{client}"\n'
        )
        told = [word.format(site=site.port, up=above.port, folder=folder) for word in command]
        program = subprocess.Popen(
            [sys.executable, "-m", *told], cwd=ROOT, stderr=subprocess.DEVNULL
        )
        try:
            probe = Load(site.port, above.port)
            while not any(came for _, came in probe.run(1, within_s=1.0)):
                assert program.poll() is None, "the relay ended"
            probe.close()
            yield site.port, above.port
        finally:
            program.terminate()
            program.wait(20)


def paho_loop(folder: Path) -> Any:
    return relay(folder, "tests.bench.bench_relay", "{site}", "{up}")


def agent(folder: Path) -> Any:
    return relay(folder, "agent.cli", "agent", "--config", "{folder}/agent.toml")


def fast_agent(folder: Path) -> Any:
    command = ("agent.cli", "agent", "--config", "{folder}/agent.toml")
    return relay(folder, *command, client="fast")


def bare(site: int, upstream: int) -> None:
    """What a few lines of paho do: take, publish, forget."""
    above = paho.Client(CallbackAPIVersion.VERSION2, "bare-up")
    above.max_inflight_messages_set(1_000)
    above.connect("127.0.0.1", upstream)
    above.loop_start()
    below = paho.Client(CallbackAPIVersion.VERSION2, "bare-site")
    below.on_message = lambda _c, _d, message: above.publish(message.topic, message.payload, 1)
    below.connect("127.0.0.1", site)
    below.subscribe("evse/1/+/up/#", 1)
    below.loop_forever()


if __name__ == "__main__":
    bare(int(sys.argv[1]), int(sys.argv[2]))
