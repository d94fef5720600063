"""`borne`: the commands a person types.  Asks, shows, and leaves the work to the other files."""

import gc
import logging
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from . import chores, logs, orders, systemd
from .broker import BrokerError
from .children import Child
from .commissioning.command import commission
from .config import Config, ConfigError, Mqtt, load, state_dir
from .running import AlreadyRunning, find
from .site import Fleet, Running, StartError, fleet_command, site_broker, upstream_broker

app = typer.Typer(
    name="borne",
    help="Supervision of EV charging stations: takes in what they say, keeps it until the"
    " backend has it, shows it, and brings commands back.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)
_TURN_S = 0.001  # of a thread: the default 5 ms would be the delay of a message
app.command()(chores.export)
app.command()(chores.doctor)
app.command()(chores.card)
app.command("test-station")(commission)
app.add_typer(chores.tokens, name="token")
screen = Console(stderr=True, highlight=False)

StateDir = Annotated[
    Path | None,
    typer.Option("--state", help="Folder for what must survive.  [default: ~/.local/state/borne]"),
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say more.")]


class Stop:
    """Ctrl-C or SIGTERM, as something to wait for."""

    def __init__(self) -> None:
        self._event = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self._event.set())

    def wait(self, each: Callable[[], None] = lambda: None) -> None:
        while not self._event.wait(0.5):  # signals need the main thread awake
            each()


@app.command()
def up(  # noqa: PLR0913, PLR0917  one parameter an option
    stations: Annotated[int, typer.Option(min=0, max=1_000, help="Virtual stations.")] = 8,
    speed: Annotated[
        float, typer.Option(min=0.1, max=100, help="How fast they live; 1 is real time.")
    ] = 1.0,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Of the page.")] = 8180,
    upstream: Annotated[
        str, typer.Option(help="host:port of your backend's broker; else one is started here.")
    ] = "",
    interpreter: Annotated[
        str, typer.Option(help="Runs the stations' firmware: cpython or micropython.")
    ] = "cpython",
    state: StateDir = None,
    verbose: Verbose = False,
) -> None:
    """Start everything on this machine: brokers, virtual stations, agent and page.

    Ctrl-C ends all of it.
    """
    if interpreter not in ("cpython", "micropython"):
        _fail(f"--interpreter: wants cpython or micropython, got {interpreter}")
    stop = Stop()
    config = _config(None)
    logs.start("text", "debug" if verbose else "warning")
    fleet = Fleet(stations, speed, interpreter)
    running = _take(state or state_dir(config), config)
    try:
        with screen.status("starting the site broker") as status:
            site = site_broker(running, stations)
            status.update("starting the upstream broker")
            above = _address(upstream, config.upstream) if upstream else upstream_broker(running)
            status.update("starting the agent")
            web = replace(running.config.web, port=port)
            running.config = replace(running.config, site=site, upstream=above, web=web)
            running.start_agent()
            if stations:
                status.update(f"starting {stations} virtual stations")
                running.start_fleet(fleet, site)
        _tell(running, site, above, fleet, own_upstream=not upstream)
        stop.wait()
        with screen.status("stopping"):
            running.stop()
    except (BrokerError, StartError, ConfigError) as error:
        running.stop()
        _fail(str(error))


def _calm_the_collector() -> None:
    """Messages make no cycles, and what thousands of stations said is not to be searched for
    them all the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@app.command()
def agent(
    config: Annotated[
        Path, typer.Option("--config", "-c", exists=True, dir_okay=False, help="A TOML file.")
    ],
    state: StateDir = None,
) -> None:
    """Run the agent alone, for brokers and serial lines named in a file."""
    stop = Stop()
    told = _config(config)
    logs.start(told.log, told.log_level)
    running = _take(state or state_dir(told), told)
    try:
        running.start_agent()
    except (StartError, ConfigError) as error:
        running.stop()
        _fail(str(error))
    log = logging.getLogger("borne.agent")
    log.info("page at %s, token in %s", running.url, running.folder / "token")
    assert running.agent is not None
    _calm_the_collector()
    systemd.notify("READY=1")
    stop.wait(systemd.Watchdog(running.agent.trouble).beat)
    systemd.notify("STOPPING=1")
    running.stop()


@app.command()
def sim(  # noqa: PLR0913, PLR0917  one parameter an option
    broker: Annotated[str, typer.Option(help="host:port they connect to.")],
    stations: Annotated[int, typer.Option(min=1, max=1_000, help="How many.")] = 8,
    speed: Annotated[
        float, typer.Option(min=0.1, max=100, help="How fast they live; 1 is real time.")
    ] = 1.0,
    credentials: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="File of lines `station password`."),
    ] = None,
    interpreter: Annotated[str, typer.Option(help="cpython or micropython.")] = "cpython",
    state: StateDir = None,
) -> None:
    """Run virtual stations alone, against any broker."""
    stop = Stop()
    folder = (state or state_dir(_config(None))) / "fleet"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    fleet = Fleet(stations, speed, interpreter)
    try:
        command = fleet_command(fleet, broker, credentials or Path("/dev/null"), folder)
    except StartError as error:
        _fail(str(error))
    child = Child("virtual-stations", command, folder / "fleet.log")
    child.start()
    screen.print(f"{stations} virtual stations at {broker}; their log: {child.log_path}")
    stop.wait()
    child.stop()


@app.command()
def send(  # noqa: PLR0913, PLR0917  one parameter an option
    station: Annotated[str, typer.Argument(help="Its name, such as st-1.")],
    command: Annotated[str, typer.Argument(help=orders.HELP)],
    value: Annotated[
        list[str] | None,
        typer.Argument(
            help="Ampere, fault code, setting and value, or card's hash.", show_default=False
        ),
    ] = None,
    connector: Annotated[int, typer.Option(min=1, max=4, help="Which socket.")] = 1,
    for_: Annotated[
        str, typer.Option("--for", help="How long a limit holds: 90s, 10m, 2h.")
    ] = "1h",
    user: Annotated[str, typer.Option(help="For whom a charge is started.")] = "",
    state: StateDir = None,
) -> None:
    """Send one command through the running agent and print the station's answer."""
    folder = state or state_dir(_config(None))
    address = find(folder)
    if address is None:
        _fail(f"no agent runs on {folder}; start one with `borne up`, or name it with --state")
    try:
        order = orders.parse(command, value or [], connector, for_, user)
        with screen.status(f"waiting for {station}"):
            answer = orders.send(address, station, order)
    except orders.OrderError as error:
        _fail(str(error))
    good = bool(answer.get("ok"))
    screen.print(f"{station}: {orders.in_words(answer)}", style="green" if good else "red")
    if answer.get("value"):
        print(answer["value"])
    raise typer.Exit(0 if good else 1)


def _config(path: Path | None) -> Config:
    try:
        return load(path)
    except ConfigError as error:
        _fail(str(error))


def _take(folder: Path, config: Config) -> Running:
    sys.setswitchinterval(_TURN_S)
    try:
        return Running(folder, config)
    except AlreadyRunning as error:
        _fail(f"{error}; choose another folder with --state")


def _address(text: str, told: Mqtt) -> Mqtt:
    """What was typed, with the rest (user name, TLS) as BORNE_UPSTREAM_* says."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 1 <= int(port) <= 65_535:
        raise StartError(f"--upstream: wants host:port, got {text}")
    return replace(told, host=host, port=int(port))


def _tell(running: Running, site: Mqtt, above: Mqtt, fleet: Fleet, *, own_upstream: bool) -> None:
    folder = running.folder
    page = f"{running.url}/#token={running.token}"
    lines: list[tuple[str, Any]] = [
        ("page", page),
        ("site broker", f"{site.host}:{site.port}, passwords in {folder}/site/credentials"),
        ("upstream", f"{above.host}:{above.port}"),
        ("stations", f"{fleet.stations} virtual, {fleet.interpreter}, {fleet.speed:g} x"),
    ]
    if own_upstream:
        file = f"{folder}/upstream/credentials"
        lines[2] = ("upstream", f"{above.host}:{above.port}, user backend, password in {file}")
        secret = f"\"$(awk '/^backend/ {{print $2}}' '{file}')\""
        watch = f"mosquitto_sub -p {above.port} -u backend -P {secret} -t 'evse/1/#' -v"
        lines.append(("watch", watch))
    if fleet.stations:
        lines.append(("try", f"{sys.argv[0]} send st-1 set-limit 10 --for 10m"))
        if fleet.interpreter == "cpython":
            line = f"{folder}/fleet/st-1.tty"
            miniterm = f"{sys.executable} -m serial.tools.miniterm --raw '{line}'"
            lines.append(("console", f"{miniterm}   (type help; Ctrl-] leaves)"))
    for name, text in lines:
        print(f"{name:12} {text}", flush=True)
    screen.print("Ctrl-C ends all of it.")


def _fail(text: str) -> NoReturn:
    screen.print(f"borne: {text}", style="red", markup=False)
    raise typer.Exit(2)


def main() -> None:
    app()


if __name__ == "__main__":
    sys.exit(app())
