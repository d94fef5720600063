from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.config import Config, load
from agent.process import Agent
from tests.agent.brokers import Client, Mosquitto
from tests.agent.database import Database


@pytest.fixture
def brokers(tmp_path: Path) -> Iterator[Callable[..., Mosquitto]]:
    """Starts mosquitto as often as asked, and ends all of them."""
    made: list[Mosquitto] = []

    def start(name: str = "site", more: str = "") -> Mosquitto:
        broker = Mosquitto(tmp_path / name, more)
        made.append(broker)
        broker.start()
        return broker

    yield start
    for broker in made:
        broker.kill()


@pytest.fixture
def clients() -> Iterator[Callable[[Any], Any]]:
    """Starts clients and ends them."""
    made: list[Client] = []

    def start(client: Any) -> Any:
        made.append(client)
        client.start()
        return client

    yield start
    for client in made:
        client.stop()


BOTH = pytest.mark.parametrize("mqtt", ["paho", "fast"])


@pytest.fixture
def mqtt() -> str:
    """Which client the agent has; what is promised by both is marked BOTH."""
    return "paho"


@pytest.fixture
def agents(tmp_path: Path, mqtt: str) -> Iterator[Callable[..., Agent]]:
    """Starts agents in this process and ends them."""
    made: list[Agent] = []

    def start(site: int = 0, upstream: int = 0, more: str = "") -> Agent:
        agent = Agent(settings(tmp_path, site, upstream, more, mqtt))
        made.append(agent)
        agent.start()
        return agent

    yield start
    for agent in made:
        agent.stop()


@pytest.fixture(scope="session")
def database() -> Iterator[Database]:
    """One for all tests; each has tables of its own."""
    made = Database()
    made.start()
    yield made
    made.stop()


def settings(
    folder: Path, site: int = 0, upstream: int = 0, more: str = "", mqtt: str = "paho"
) -> Config:
    """An agent's configuration, written and read as a file."""
    path = folder / f"agent-{site}-{upstream}.toml"
    common = f'keepalive_s = 5\nclient = "{mqtt}"\n'
    text = f'state_dir = "{folder}/state"\n{more}\n'
    if site:
        text += f'[site]\nhost = "127.0.0.1"\nport = {site}\n{common}'
    if upstream:
        text += f'[upstream]\nhost = "127.0.0.1"\nport = {upstream}\n{common}'
    path.write_text(text)
    return load(path, {})
