"""`borne up`: two brokers, a fleet of virtual stations, the agent and its page, on one machine.

Wiring and nothing else; every part works without the others being here.
"""

import logging
import shutil
import sqlite3
import sys
import threading
from dataclasses import dataclass, replace
from pathlib import Path

from .broker import Broker, private
from .broker import credentials as passwords
from .children import Child
from .config import Config, Mqtt
from .process import Agent
from .running import Lock, announce, withdraw
from .web.guards import token
from .web.server import WebServer, create_app

log = logging.getLogger("borne.site")

AGENT, UPLINK, BACKEND = "borne-agent", "borne-uplink", "backend"
FLEET = Path(__file__).parent.parent / "firmware" / "boards" / "virtual" / "main.py"
_AS_AGENT: dict[str, tuple[str, ...]] = {AGENT: ("readwrite evse/1/#",)}
_AS_BACKEND: dict[str, tuple[str, ...]] = {
    UPLINK: ("write evse/1/+/up/#", "read evse/1/+/down/#"),
    BACKEND: ("read evse/1/+/up/#", "write evse/1/+/down/#"),
}


class StartError(RuntimeError):
    """The site cannot start; the text says why and what to do."""


@dataclass(frozen=True)
class Fleet:
    """The virtual stations."""

    stations: int = 8
    speed: float = 1.0
    interpreter: str = "cpython"


def names(count: int) -> list[str]:
    return [f"st-{number}" for number in range(1, count + 1)]


def fleet_command(fleet: Fleet, broker: str, credentials: Path, state: Path) -> list[str]:
    """How the fleet is started.  Raises StartError."""
    if not FLEET.exists():
        raise StartError("no virtual stations: the firmware folder is not beside the agent")
    python = sys.executable
    if fleet.interpreter == "micropython":
        built = FLEET.parents[3] / "build" / "bin" / "micropython"
        found = shutil.which("micropython") or (str(built) if built.exists() else None)
        if found is None:
            raise StartError("micropython is not installed; --interpreter cpython needs nothing")
        python = found
    return [
        python,
        str(FLEET),
        "--broker",
        broker,
        "--stations",
        str(fleet.stations),
        "--speed",
        f"{fleet.speed:g}",
        "--credentials",
        str(credentials),
        "--state",
        str(state),
    ]


class Running:
    """An agent with its page, and whatever was started around it; stop() ends all of it."""

    def __init__(self, folder: Path, config: Config) -> None:
        """Raises AlreadyRunning."""
        self.folder = folder
        self._lock = Lock(folder)
        self._parts: list[Broker | Child | Agent | WebServer] = []
        self.token = token(folder / "token")
        self.config = replace(config, state_dir=str(folder))
        self.url = ""
        self.agent: Agent | None = None

    def start_agent(self) -> None:
        """Raises StartError when the disk or the page's port cannot be had."""
        try:
            self.agent = Agent(self.config)
        except (OSError, sqlite3.Error) as error:
            raise StartError(f"{self.folder}: cannot be written: {error}") from None
        self.agent.start()
        self._parts.append(self.agent)
        web = self.config.web
        stopping = threading.Event()
        app = create_app(self.agent, self.token, web.allowed_hosts, stopping)
        server = WebServer(app, stopping, web.host, web.port)
        try:
            server.start()
        except OSError as error:
            raise StartError(
                f"the page cannot listen on {web.host}:{web.port}: {error.strerror};"
                " choose another with --port"
            ) from None
        self._parts.append(server)
        self.url = f"http://{web.host}:{server.port}"
        announce(self.folder, self.url)

    def start_broker(self, name: str, users: list[str], full: dict[str, tuple[str, ...]]) -> Mqtt:
        """A broker of our own.  Returns how the first of users connects.  Raises BrokerError."""
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        known = passwords(folder / "credentials", users)
        broker = Broker(name, folder, known, full)
        broker.start()
        self._parts.append(broker)
        return Mqtt(
            host="127.0.0.1",
            port=broker.port,
            client_id=users[0],
            username=users[0],
            password_file=str(private(folder / f"{users[0]}.password", known[users[0]])),
            version="5" if name == "upstream" and broker.kind == "mosquitto" else "3.1.1",
        )

    def start_fleet(self, fleet: Fleet, broker: Mqtt) -> None:
        """Raises StartError."""
        credentials = self.folder / "site" / "credentials"
        state = self.folder / "fleet"
        state.mkdir(exist_ok=True, mode=0o700)
        address = f"{broker.host}:{broker.port}"
        command = fleet_command(fleet, address, credentials, state)
        child = Child("virtual-stations", command, state / "fleet.log")
        child.start()
        self._parts.append(child)

    def stop(self) -> None:
        """Last started, first stopped."""
        withdraw(self.folder)
        while self._parts:
            part = self._parts.pop()
            try:
                part.stop()
            except Exception:  # the others must end too
                log.exception("%s did not end well", part)
        self._lock.release()


def site_broker(running: Running, stations: int) -> Mqtt:
    """For the boards: each may touch only its own topics."""
    return running.start_broker("site", [AGENT, *names(stations)], _AS_AGENT)


def upstream_broker(running: Running) -> Mqtt:
    """Stands for the backend's broker; `backend` may read everything and command."""
    return running.start_broker("upstream", [UPLINK, BACKEND], _AS_BACKEND)
