"""`borne test-station`: registered in cli.py."""

import getpass
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from protocol.words import LANGUAGES

from ..config import load, state_dir
from . import record, words
from .limits import Limit
from .rig import Rig, RigError
from .sequence import Sequence
from .station import Station
from .walk import Result

screen = Console(stderr=True, highlight=False)
NAME = re.compile(r"[a-z0-9-]{4,32}")
BARE = Limit("")


class Person:
    """Asks on the terminal what no option has answered; with yes, nothing."""

    def __init__(self, language: str, given: dict[str, float], yes: bool) -> None:
        self._phrases = words.PHRASES[language]
        self._given = given
        self._yes = yes

    def number(self, what: str) -> float | None:
        if what in self._given:
            return self._given[what]
        while not self._yes:
            text = typer.prompt(self._phrases[what], default="", show_default=False)
            if not text.strip():
                break
            try:
                value = float(text.replace(",", "."))
            except ValueError:
                continue
            if 0 <= value < 1e6:
                return value
        return None

    def done(self, what: str) -> bool:
        if self._yes:
            return False
        text: str = typer.prompt(self._phrases[what], default="", show_default=False)
        return text.strip().lower() != "s"


def commission(  # noqa: PLR0913, PLR0917  one parameter an option
    port: Annotated[str, typer.Argument(help="The rig's serial port.")],
    station_port: Annotated[
        str, typer.Option(help="The station's own serial port: name, version, offers.")
    ] = "",
    station: Annotated[str, typer.Option(help="Its name, where there is no such port.")] = "",
    connector: Annotated[int, typer.Option(min=1, max=4, help="Which socket.")] = 1,
    socket: Annotated[
        bool, typer.Option(help="The station has a socket: test its codes.")
    ] = False,
    operator: Annotated[str, typer.Option(help="Who tests.  [default: the user]")] = "",
    earth_ohm: Annotated[
        float | None, typer.Option(min=0, help="The protective conductor, as measured.")
    ] = None,
    language: Annotated[str, typer.Option(help="en, fr or ar.")] = "en",
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing; what is asked is left out.")] = (
        False
    ),
    state: Annotated[
        Path | None,
        typer.Option("--state", help="The agent's folder.  [default: ~/.local/state/borne]"),
    ] = None,
) -> None:
    """Test an installed station with the vehicle simulator, and keep the record.

    Exit code 0: everything passed; 1: something failed or was left out that must not be.
    """
    if language not in LANGUAGES:
        _fail(f"--language: wants one of {', '.join(LANGUAGES)}, got {language}")
    if not station_port and not NAME.fullmatch(station):
        _fail("--station: wants 4 to 32 of a-z, 0-9 and -, or give --station-port")
    given = {} if earth_ohm is None else {"earth": earth_ohm}
    rig: Rig | None = None
    line: Station | None = None
    try:
        rig = Rig(port)
        line = Station(station_port, connector) if station_port else None
        person = Person(language, given, yes)
        sequence = Sequence(rig, line, person, lambda found: _say(found, language), socket=socket)
        results = sequence.run()
        told = _told(rig, line, station, operator, language)
        made = record.make(told, results, datetime.now(UTC))
        path = record.keep(made, state or state_dir(load(None)))
    except (RigError, OSError) as error:
        _fail(str(error))
    finally:
        for one in (rig, line):
            if one is not None:
                one.close()
    phrases = words.PHRASES[language]
    print(f"{phrases['verdict']}: {phrases[made['verdict']]}")
    print(phrases["beyond"])
    print(f"{phrases['kept']} {path}")
    raise typer.Exit(0 if made["verdict"] == "PASS" else 1)


def _told(
    rig: Rig, line: Station | None, station: str, operator: str, language: str
) -> dict[str, str]:
    name = (line.name if line is not None else "") or station
    if not NAME.fullmatch(name):
        raise RigError("the station did not say its name: give --station")
    return {
        "station": name,
        "firmware": line.firmware if line is not None else "",
        "rig": rig.serial_number,
        "operator": operator or getpass.getuser(),
        "language": language,
    }


def _say(found: Result, language: str) -> None:
    """PASS  Pilot frequency: 1000 Hz (980 … 1020 Hz)"""
    limit = found.limit or BARE
    name = words.STEPS[language].get(found.step, found.step)
    line = f"{words.PHRASES[language][found.verdict]}  {name}"
    if found.detail:
        line += f", {found.detail}"
    if found.value is not None:
        line += f": {words.measured(found.value, limit.unit)}"
    bounds = words.bounds(limit.least, limit.most, limit.unit)
    if bounds:
        line += f" ({bounds})"
    if found.note:
        line += f": {words.NOTES[language].get(found.note, found.note)}"
    print(line, flush=True)


def _fail(text: str) -> NoReturn:
    screen.print(f"borne: {text}", style="red", markup=False)
    raise typer.Exit(2)
