"""Which bench the tests run on: --bench sim (default), emulator, or a file of benches/.

A test says what it needs (@pytest.mark.needs("vehicle", "rcd")).  Where the bench lacks a part the
test is left out and the part named: on the simulated bench before the run, so that nothing there
is a skip; on the others as a skip.
"""

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hil_tests import rig_bench
from hil_tests.bench import PARTS
from hil_tests.figures import FIGURES, FOLDER
from hil_tests.sim_bench import SimBench, micropython

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hil_tests.bench import Bench
    from hil_tests.serial_bench import SerialBench

SIMULATED = ("sim", "virtual")  # virtual is what `make hil` says without wires
INTERPRETERS = ("cpython", "micropython")
_left_out: "dict[tuple[str, str], int]" = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--bench", default="sim", help="sim, emulator, or path of a bench's toml")
    parser.addoption("--figures", default=str(FOLDER), help="folder for what was measured")
    parser.addoption("--uf2", default="", help="MicroPython image for --bench emulator")


class Benches:
    """The benches of a run, each opened when a test first wants it."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._open: dict[str, SerialBench] = {}
        self.simulated = config.getoption("bench") in SIMULATED

    def names(self) -> "tuple[str, ...]":
        return INTERPRETERS if self.simulated else (str(self._config.getoption("bench")),)

    def missing(self, name: str) -> "str | None":
        """What keeps a bench from being there at all."""
        if name == "micropython" and micropython() is None:
            return "micropython not installed (make setup installs it)"
        if name == "emulator":
            return str(self._emulator().missing(self._uf2()) or "") or None
        return None

    def missing_image(self) -> "str | None":
        """What keeps two emulated chips from being there."""
        return str(self._emulator().missing(self._uf2()) or "") or None

    def _emulator(self) -> Any:
        return importlib.import_module("hil_tests.emulator.bench")

    def _uf2(self) -> str:
        return str(self._config.getoption("uf2"))

    def get(self, name: str) -> "SerialBench":
        if name not in self._open:
            self._open[name] = self._make(name)
        return self._open[name]

    def _make(self, name: str) -> "SerialBench":
        if self.simulated:
            return SimBench(name)
        if name == "emulator":
            emulated: SerialBench = self._emulator().make_bench(self._uf2())
            return emulated
        return rig_bench.from_file(name)

    def close(self) -> None:
        for bench in self._open.values():
            bench.close()
        self._open = {}


_BENCHES = pytest.StashKey[Benches]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_BENCHES] = Benches(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    FIGURES.write(Path(config.getoption("figures")))  # first: a bench that died may not close
    config.stash[_BENCHES].close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "bench_name" in metafunc.fixturenames:
        names = metafunc.config.stash[_BENCHES].names()
        metafunc.parametrize("bench_name", names, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: "list[pytest.Item]") -> None:
    benches = config.stash[_BENCHES]
    kept, dropped = [], []
    for item in items:
        callspec = getattr(item, "callspec", None)
        name = str(callspec.params.get("bench_name", "")) if callspec else ""
        reason = _why_not(benches, name, item) if name else None
        if item.get_closest_marker("image"):
            name, reason = "emulated pair", benches.missing_image()
        if reason is None:
            kept.append(item)
            continue
        _left_out[name, reason] = _left_out.get((name, reason), 0) + 1
        if benches.simulated or item.get_closest_marker("image"):
            dropped.append(item)
        else:
            item.add_marker(pytest.mark.skip(reason=reason))
            kept.append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept


def _why_not(benches: Benches, name: str, item: pytest.Item) -> "str | None":
    wanted = [part for mark in item.iter_markers("needs") for part in mark.args]
    unknown = sorted(set(wanted) - set(PARTS))
    if unknown:
        raise pytest.UsageError(f"{item.nodeid}: needs {unknown}, which is no part of any bench")
    missing = benches.missing(name)
    if missing:
        return missing
    lacking = sorted(set(wanted) - benches.get(name).parts)
    return f"bench lacks {', '.join(lacking)}" if lacking else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for (name, reason), count in sorted(_left_out.items()):
        terminalreporter.line(f"left out on {name}: {count} tests, {reason}")


@pytest.fixture
def bench(bench_name: str, request: pytest.FixtureRequest) -> "Iterator[SerialBench]":
    """A bench with a fresh station: nothing plugged in, no fault, the agent on the line."""
    found = request.config.stash[_BENCHES].get(bench_name)
    found.fresh()
    yield found
    assert found.station.refused == [], "the station said what the protocol does not know"


@pytest.fixture
def charging(bench: "SerialBench") -> "SerialBench":
    """The same with a vehicle that charges."""
    reach_charging(bench)
    return bench


def reach_charging(bench: "Bench") -> None:
    bench.proximity(220)
    bench.vehicle("B")
    bench.wait(1_000)
    bench.vehicle("C")
    bench.wait_contactor(closed=True, timeout_ms=20_000)
    bench.wait(500)
    bench.edges()
