"""What a run has measured: kept as JSON a bench, as CSV, and as one page for all (page.py).

Tests add to the one FIGURES; conftest.py writes it under build/hil/ when the run is over.
"""

import csv
import json
import statistics
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "build" / "hil"


@dataclass
class Figure:
    """One quantity on one bench.  most, least: what it may be, None where there is no limit."""

    name: str
    unit: str
    values: list[float]
    least: float | None = None
    most: float | None = None
    note: str = ""

    def good(self) -> bool:
        low = self.least is None or min(self.values) >= self.least
        return low and (self.most is None or max(self.values) <= self.most)

    def summary(self) -> dict[str, float]:
        ordered = sorted(self.values)
        return {
            "n": len(ordered),
            "least": ordered[0],
            "median": statistics.median(ordered),
            "p99": ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)],
            "most": ordered[-1],
        }


@dataclass
class BenchFigures:
    figures: dict[str, Figure] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)  # fault code -> how often told rightly


class Figures:
    """benches: by name of the bench."""

    def __init__(self) -> None:
        self.benches: dict[str, BenchFigures] = {}

    def add(self, bench: str, figure: Figure) -> None:
        """Keep it; values of the same name come together."""
        kept = self.benches.setdefault(bench, BenchFigures()).figures
        if figure.name in kept:
            kept[figure.name].values += figure.values
        else:
            kept[figure.name] = figure

    def told(self, bench: str, code: str) -> None:
        codes = self.benches.setdefault(bench, BenchFigures()).codes
        codes[code] = codes.get(code, 0) + 1

    def write(self, folder: Path = FOLDER) -> None:
        """The files of every bench that has measured something; the page has those of all."""
        from hil_tests.page import page

        if not any(found.figures for found in self.benches.values()):
            return
        folder.mkdir(parents=True, exist_ok=True)
        for name, found in self.benches.items():
            path = folder / f"{slug(name)}.json"
            path.write_text(json.dumps(as_json(name, found), indent=1) + "\n", encoding="utf-8")
            write_csv(folder / f"{slug(name)}.csv", found)
        every = [
            json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))
        ]
        (folder / "index.html").write_text(page(every), encoding="utf-8")


def slug(name: str) -> str:
    return "".join(char if char.isalnum() else "-" for char in name.lower()).replace("--", "-")


def as_json(name: str, found: BenchFigures) -> dict[str, Any]:
    rows = [
        {
            "name": figure.name,
            "unit": figure.unit,
            "least": figure.least,
            "most": figure.most,
            "note": figure.note,
            "good": figure.good(),
            "summary": figure.summary(),
            "values": figure.values,
        }
        for figure in found.figures.values()
    ]
    return {"bench": name, "figures": rows, "codes": found.codes}


def write_csv(path: Path, found: BenchFigures) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["figure", "unit", "sample", "value"])
        for figure in found.figures.values():
            for number, value in enumerate(figure.values):
                writer.writerow([figure.name, figure.unit, number, value])


FIGURES = Figures()
