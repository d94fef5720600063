"""Paths from a site broker to an upstream broker.  Each is a context that gives a Path."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from agent.children import free_port
from tests.agent.brokers import Mosquitto
from tests.bench.mqtt_load import Load
from tests.needs import ROOT, need

BRIDGE = (
    "connection up\naddress 127.0.0.1:{port}\ntopic evse/1/+/up/# out 1\n"
    "notifications false\ncleansession true\nbridge_protocol_version mqttv311\n"
)


class CannotRun(Exception):
    """What is missing, by name."""


@dataclass(frozen=True)
class Way:
    """Ports of both brokers, and the process between them where it is one."""

    site: int
    upstream: int
    pid: int = 0


@contextmanager
def broker(folder: Path, name: str, more: str = "") -> Iterator[Mosquitto]:
    made = Mosquitto(folder / name, more)
    made.start()
    try:
        yield made
    finally:
        made.kill()


@contextmanager
def direct(folder: Path) -> Iterator[Way]:
    with broker(folder, "site") as site:
        yield Way(site.port, site.port)


@contextmanager
def bridge(folder: Path) -> Iterator[Way]:
    with (
        broker(folder, "upstream") as above,
        broker(folder, "site", BRIDGE.format(port=above.port)) as site,
    ):
        yield Way(site.port, above.port)


@contextmanager
def paho_loop(folder: Path) -> Iterator[Way]:
    with (
        between(folder) as (site, above),
        running(
            [sys.executable, "-m", "tests.bench.relays", str(site), str(above)], site, above
        ) as way,
    ):
        yield way


@contextmanager
def node_red(folder: Path) -> Iterator[Way]:
    installed = ROOT / "build/node/bench/node_modules/node-red"
    told = subprocess.run(
        [ROOT / ".ci/node-packages", "tests/bench"], capture_output=True, text=True, check=False
    )
    if told.returncode or not installed.is_dir():
        raise CannotRun("node-red could not be installed from npm")
    with between(folder) as (site, above):
        flows, settings = folder / "flows.json", folder / "settings.js"
        flows.write_text(json.dumps(node_red_flows(site, above)))
        settings.write_text(
            f"module.exports = {{uiHost: '127.0.0.1', uiPort: {free_port()},"
            " httpAdminRoot: false, httpNodeRoot: false, credentialSecret: false,"
            " telemetry: {enabled: false}, logging: {console: {level: 'off'}}}"
        )
        command = [need("node"), str(installed / "red.js"), "--userDir", str(folder)]
        with running([*command, "--settings", str(settings), str(flows)], site, above) as way:
            yield way


def node_red_flows(site: int, above: int) -> list[dict[str, Any]]:
    """Every message as it comes to its own topic on the other broker."""
    brokers = [
        {
            "id": name,
            "type": "mqtt-broker",
            "broker": "127.0.0.1",
            "port": str(port),
            "clientid": f"bench-{name}",
            "autoConnect": True,
            "protocolVersion": "4",
            "keepalive": "60",
            "cleansession": True,
        }
        for name, port in (("site", site), ("above", above))
    ]
    taken = {"topic": "evse/1/+/up/#", "qos": "1", "datatype": "buffer", "wires": [["out"]]}
    given = {"topic": "", "qos": "1", "retain": "", "wires": []}
    return [
        {"id": "flow", "type": "tab", "label": "relay"},
        *brokers,
        {"id": "in", "type": "mqtt in", "z": "flow", "broker": "site", "inputs": 0} | taken,
        {"id": "out", "type": "mqtt out", "z": "flow", "broker": "above"} | given,
    ]


@contextmanager
def agent(folder: Path, client: str = "paho") -> Iterator[Way]:
    with between(folder) as (site, above):
        config = folder / "agent.toml"
        config.write_text(
            f'state_dir = "{folder}/state"\n[web]\nport = 0\n'
            "[store]\nreserve_mib = 0\nstation_per_s = 1000000\n"
            f'[site]\nhost = "127.0.0.1"\nport = {site}\nclient = "{client}"\n'
            f'[upstream]\nhost = "127.0.0.1"\nport = {above}\nclient = "{client}"\n'
        )
        command = [sys.executable, "-m", "agent.cli", "agent", "--config", str(config)]
        with running(command, site, above) as way:
            yield way


def fast_agent(folder: Path) -> Any:
    return agent(folder, "fast")


@contextmanager
def between(folder: Path) -> Iterator[tuple[int, int]]:
    with broker(folder, "upstream") as above, broker(folder, "site") as site:
        yield site.port, above.port


@contextmanager
def running(command: list[str], site: int, above: int) -> Iterator[Way]:
    """A program between two brokers, once the first message is through."""
    program = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        probe = Load(site, above)
        for _ in range(30):
            if program.poll() is not None:
                raise CannotRun(f"{Path(command[0]).name} ended with {program.returncode}")
            if any(came for _, came in probe.run(1, within_s=1.0)):
                break
        else:
            raise CannotRun("no message came through in 30 s")
        probe.close()
        yield Way(site, above, program.pid)
    finally:
        program.terminate()
        program.wait(20)


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
