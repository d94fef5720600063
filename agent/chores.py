"""Commands beside running the agent: bills, tokens, the doctor.  Registered in cli.py."""

import sqlite3
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from protocol.card import name_of, parse

from .config import Config, ConfigError, load, secret, state_dir
from .doctor import FAIL
from .doctor.brokers import Account, broker
from .doctor.database import database
from .doctor.host import host
from .history import month as months
from .history.reader import Reader
from .stores import shared_reader
from .tokens import FILE, TokenError, Tokens

screen = Console(stderr=True, highlight=False)
tokens = typer.Typer(help="Who may use the API.", no_args_is_help=True)

ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", "-c", exists=True, dir_okay=False, help="The agent's TOML file."),
]
StateDir = Annotated[
    Path | None,
    typer.Option("--state", help="The agent's folder.  [default: ~/.local/state/borne]"),
]


def export(
    month: Annotated[str, typer.Option(help="Such as 2026-11.")],
    by: Annotated[str, typer.Option(help="user, site, station or session.")] = "user",
    config: ConfigFile = None,
    state: StateDir = None,
) -> None:
    """Print a month of sessions as CSV.  Works while the agent runs, and without it."""
    told = _config(config)
    reader = _reader(told, state or state_dir(told))
    try:
        where = months.zone(told.history.timezone)
        found = reader.over(*months.bounds(month, where))
        print(months.table(found, by, told.history.sites, where), end="")
    except (months.MonthError, sqlite3.Error) as error:
        _fail(str(error))
    finally:
        reader.close()


def card(
    number: Annotated[str, typer.Argument(help="Its id, such as 04:A1:B2:C3:D4:E5:F6.")],
    key: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="File with the site's card key."),
    ] = None,
) -> None:
    """Print a card's hash, as set-card and clear-card take it and as the user of its sessions.

    The key is the one put on the stations: `make flash ... CARD_KEY=FILE`.
    """
    try:
        print(name_of(key.read_bytes().strip() if key else b"", parse(number)))
    except (ValueError, OSError) as error:
        _fail(str(error))


def doctor(
    config: ConfigFile = None,
    state: StateDir = None,
    station: Annotated[
        str, typer.Option(help="A board's name, to try what the broker lets boards do.")
    ] = "",
    station_password_file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="That board's password.")
    ] = None,
) -> None:
    """Try out this set-up and say what is wrong with it, and what to do.

    Safe beside a running agent: probes go to a station that does not exist, and to the one named,
    which counts them as messages it does not know.
    """
    try:
        told = load(config)
    except ConfigError as error:
        _fail(str(error))
    board = None
    if station:
        board = Account(station, secret(str(station_password_file or "")))
    findings = [
        *host(told, state or state_dir(told)),
        *database(told),
        *broker("site", told.site, board),
        *broker("upstream", told.upstream, None),
    ]
    for each in findings:
        print(f"{each.verdict}  {each.what}{': ' if each.detail else ''}{each.detail}")
        if each.remedy:
            print(f"      {each.remedy}")
    failures = sum(each.verdict == FAIL for each in findings)
    print(f"{failures} wrong" if failures else "nothing wrong")
    raise typer.Exit(1 if failures else 0)


@tokens.command("add")
def add_token(
    name: Annotated[str, typer.Argument(help="Whose it is; the audit names it.")],
    role: Annotated[
        str, typer.Option(help="viewer looks, operator commands, admin changes settings.")
    ],
    config: ConfigFile = None,
    state: StateDir = None,
) -> None:
    """Make a token and print it.  It is shown this once; only a hash of it is kept."""
    try:
        token = _tokens(config, state).add(name, role)
    except TokenError as error:
        _fail(str(error))
    screen.print(f"{name}, {role}; shown only now:")
    print(token)


@tokens.command("list")
def list_tokens(config: ConfigFile = None, state: StateDir = None) -> None:
    """Names and roles."""
    table = Table("name", "role", box=None)
    for each in _tokens(config, state).all():
        table.add_row(each.name, each.role)
    Console().print(table)


@tokens.command("remove")
def remove_token(name: str, config: ConfigFile = None, state: StateDir = None) -> None:
    """Make a token worthless, at once."""
    try:
        _tokens(config, state).remove(name)
    except TokenError as error:
        _fail(str(error))


def _reader(config: Config, folder: Path) -> Reader:
    if config.postgres.enabled:
        return shared_reader(config)
    path = folder / "history.sqlite"
    if not path.exists():
        _fail(f"{path}: there is no history; name the agent's folder with --state")
    return Reader(path)


def _tokens(config: Path | None, state: Path | None) -> Tokens:
    folder = state or state_dir(_config(config))
    return Tokens(folder / FILE)


def _config(path: Path | None) -> Config:
    try:
        return load(path)
    except ConfigError as error:
        _fail(str(error))


def _fail(text: str) -> NoReturn:
    screen.print(f"borne: {text}", style="red", markup=False)
    raise typer.Exit(2)
