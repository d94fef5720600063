"""The tables of tests/vectors, and the core's numbers for their words."""

import json
from pathlib import Path
from typing import Any

from evse.core import states

FOLDER = Path(__file__).parent.parent / "vectors"
LEVELS = {name: number for number, name in enumerate(states.LEVEL_NAMES)}


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of one table."""
    table: list[dict[str, Any]] = json.loads((FOLDER / f"{name}.json").read_text())
    assert table, name
    return table


def ma(amps: float) -> int:
    return round(amps * 1000)


def ppm(percent: float) -> int:
    return round(percent * 10_000)
