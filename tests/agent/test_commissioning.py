"""A technician tests a station: a good one passes, a bad one fails with the line that says why.

The rig and the station are the simulated bench's, over pseudo terminals and in virtual time.
"""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.cli import app
from agent.commissioning import limits, record, words
from agent.commissioning.limits import FAIL, PASS, SKIP, Limit
from agent.commissioning.rig import Refused, Rig, RigError
from agent.commissioning.sequence import ORDER, Sequence
from agent.commissioning.station import Station
from agent.commissioning.walk import Result
from hil_tests.sim_bench import SimBench

runner = CliRunner()


class Given:
    """An operator who has measured the earth and does what is asked."""

    def __init__(self, ohm: float | None = 0.2) -> None:
        self.ohm = ohm
        self.asked: list[str] = []

    def number(self, what: str) -> float | None:
        self.asked.append(what)
        return self.ohm

    def done(self, what: str) -> bool:
        self.asked.append(what)
        return True


class Site:
    """A simulated station with a rig at it; the two ports a laptop has."""

    def __init__(self) -> None:
        self.bench = SimBench("cpython")
        self.bench.fresh(socket=1)
        self.ports = [os.ttyname(slave) for _, slave in self.bench._terminals]

    def walk(self, *names: str, faults: tuple[str, ...] = ()) -> list[Result]:
        rig, station = Rig(self.ports[0]), Station(self.ports[1])
        try:
            for fault in faults:
                rig.ask(fault)
            return Sequence(rig, station, Given(), lambda _: None, socket=True).run(names)
        finally:
            rig.close()
            station.close()


@pytest.fixture
def site() -> Iterator[Site]:
    found = Site()
    yield found
    found.bench._process.kill()  # what the walk read is missing in the bench's own count
    found.bench._process.wait()
    found.bench.close()


def failed(results: list[Result]) -> list[tuple[str, str]]:
    return [(result.step, result.detail) for result in results if result.verdict == FAIL]


def test_a_good_station_passes_and_its_record_is_kept(site: Site, tmp_path: Path) -> None:
    rig, station = site.ports
    options = ["--station-port", station, "--socket", "--earth-ohm", "0.2", "--operator", "Eva"]
    words_ = ["test-station", rig, *options, "--yes", "--state", str(tmp_path)]
    done = runner.invoke(app, words_)
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0] == "PASS  Station and firmware, bench-1, 0.1.0, simulated"
    assert lines[1] == "PASS  Protective conductor: 0.2 Ω (≤ 1 Ω)"
    assert "PASS  Pilot frequency: 1000 Hz (980 … 1020 Hz)" in lines
    assert "PASS  Duty of an offer, 16 A: 26.667 % (26.165 … 27.165 %)" in lines
    assert "PASS  Offer to a cable, 20 A: 20 A (6 … 20 A)" in lines
    assert "Verdict: PASS" in lines
    paths = sorted((tmp_path / "commissioning" / "bench-1").iterdir())
    assert [path.suffix for path in paths] == [".html", ".json"]
    kept = json.loads(paths[1].read_text())
    assert record.intact(kept)
    told = {name: kept[name] for name in ("station", "firmware", "rig", "operator", "verdict")}
    assert told == {
        "station": "bench-1",
        "firmware": "0.1.0",
        "rig": "simulated",
        "operator": "Eva",
        "verdict": "PASS",
    }
    assert kept["sha256"] in paths[0].read_text()
    assert {row["verdict"] for row in kept["results"]} == {PASS}


@pytest.mark.parametrize(
    ("faults", "steps", "wrong"),
    [
        (("rail high 10500",), ("unplugged",), ("level-A", "")),
        (("rail low -9500",), ("connected",), ("low-side", "B")),
        (("pwm clock 950000",), ("connected",), ("frequency", "")),
        (("pwm stuck 100000",), ("unplugged",), ("no-offer", "")),
        (("coil broken",), ("closing",), ("closing", "")),
        (("pe 0",), ("reconnection",), ("reconnection", "")),
        (("fb 1",), ("reconnection",), ("reconnection", "")),
    ],
)
def test_a_fault_fails_the_step_that_finds_it(
    site: Site, faults: tuple[str, ...], steps: tuple[str, ...], wrong: tuple[str, str]
) -> None:
    assert failed(site.walk(*steps)) == []
    assert wrong in failed(site.walk(*steps, faults=faults))


class Answers:
    """A rig that says what it is told to: command -> answer, or a Refused to raise."""

    def __init__(self, parts: tuple[str, ...], answers: "dict[str, dict[str, object]]") -> None:
        self.parts = frozenset(parts)
        self.answers = answers
        self.asked: list[str] = []

    def ask(self, line: str, _takes_s: float = 0.0) -> dict[str, object]:
        self.asked.append(line)
        if line.startswith(("cp ", "wait ", "pp ")):
            return {"us": 0}
        if line not in self.answers:
            raise Refused(f"{line}: no")
        return self.answers[line]

    def number(self, line: str, field: str, _takes_s: float = 0.0) -> float:
        return float(str(self.ask(line)[field]))


def walk(rig: Answers, operator: Given, *names: str) -> list[Result]:
    return Sequence(rig, None, operator, lambda _: None).run(names)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ns", "verdict"), [([90_000_000, 100_000_000], PASS), ([20_000_000, 100_100_000], FAIL)]
)
def test_the_slowest_opening_is_judged(ns: list[int], verdict: str) -> None:
    found = {"ns": ns, "contact_us": [None, None]}
    rig = Answers(("timing",), {"time C B 3": found, "time C A 3": found})
    assert [result.verdict for result in walk(rig, Given(), "opening")] == [verdict, verdict]


def test_a_rig_at_an_installed_station_asks_the_operator_for_the_residual_current() -> None:
    closed = {"until coil 1 5000": {"us": 1, "level": 1}, "until coil 0 0": {"us": 2, "level": 0}}
    operator = Given()
    results = walk(Answers(("contactor",), {**closed}), operator, "residual")
    assert [(result.step, result.verdict) for result in results] == [("residual", PASS)]
    assert operator.asked == ["residual", "residual-reset"]


def test_an_earth_that_nobody_measured_leaves_the_record_incomplete() -> None:
    results = walk(Answers((), {}), Given(None), "earth")
    assert (results[0].verdict, record.verdict(results)) == (SKIP, "INCOMPLETE")


@pytest.mark.parametrize(("ohm", "verdict"), [(0.99, PASS), (1.0, PASS), (1.01, FAIL)])
def test_the_protective_conductor_has_at_most_an_ohm(ohm: float, verdict: str) -> None:
    assert walk(Answers((), {}), Given(ohm), "earth")[0].verdict == verdict


def test_the_vehicle_is_unplugged_when_a_step_fails() -> None:
    rig = Answers(("contactor",), {})
    assert failed(walk(rig, Given(), "reconnection")) == [("reconnection", "")]
    assert [line for line in rig.asked if line.startswith("cp")][-1] == "cp A"


@pytest.mark.parametrize(("amps", "duty"), [(6, 10.0), (16, 26.667), (51, 85.0), (63, 89.2)])
def test_duty_and_current_are_the_same_law_both_ways(amps: float, duty: float) -> None:
    assert round(limits.duty_of(amps), 3) == duty
    assert round(limits.amps_of(duty), 2) == amps


@pytest.mark.parametrize("duty", [0.0, 5.0, 7.9, 97.1, 100.0])
def test_a_duty_that_offers_nothing_is_no_current(duty: float) -> None:
    assert limits.amps_of(duty) == 0


def made(language: str = "en") -> "dict[str, object]":
    results = [
        Result("frequency", PASS, value=1000.0, limit=limits.FREQUENCY),
        Result("residual", SKIP, note="not-measured"),
        Result("closing", FAIL, note="<b>the rig</b> says no"),
    ]
    told = {"station": "st-1", "firmware": "1", "rig": "e6", "operator": "<Eva>"}
    when = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
    return record.make({**told, "language": language}, results, when)


def test_a_changed_record_is_noticed() -> None:
    good = made()
    assert record.intact(good)
    good["verdict"] = "PASS"
    assert not record.intact(good)


@pytest.mark.parametrize(("language", "way"), [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl")])
def test_the_page_says_everything_in_its_language_and_escapes_it(language: str, way: str) -> None:
    page = record.page(made(language))
    assert f'lang="{language}" dir="{way}"' in page
    assert words.STEPS[language]["frequency"] in page
    assert words.NOTES[language]["not-measured"] in page
    assert "&lt;Eva&gt;" in page and "<b>the rig" not in page


@pytest.mark.parametrize("table", [words.STEPS, words.NOTES, words.PHRASES])
def test_every_language_has_the_same_words(table: dict[str, dict[str, str]]) -> None:
    assert set(table) == {"en", "fr", "ar"}
    assert {frozenset(entries) for entries in table.values()} == {frozenset(table["en"])}
    assert all(text.strip() for entries in table.values() for text in entries.values())


def test_every_step_of_the_walk_has_a_name() -> None:
    assert set(ORDER) <= set(words.STEPS["en"])


@pytest.mark.parametrize(
    ("least", "most", "text"),
    [(1, 2.5, "1 … 2.5 V"), (None, 3, "≤ 3 V"), (4, None, "≥ 4 V"), (5, 5, "5 V")],
)
def test_a_limit_reads_as_a_technician_writes_it(
    least: float | None, most: float | None, text: str
) -> None:
    assert words.bounds(least, most, "V") == text
    assert Limit("V", least, most).holds(most if most is not None else 4)


def test_a_port_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")
    done = runner.invoke(app, ["test-station", gone, "--station", "st-1"])
    assert done.exit_code == 2
    assert gone in " ".join(done.output.split()).replace(" ", "") or "gone" in done.output


@pytest.mark.parametrize("station", ["", "A", "../../etc", "x" * 33])
def test_a_name_that_is_none_is_refused_before_anything_is_opened(station: str) -> None:
    done = runner.invoke(app, ["test-station", "nowhere", "--station", station])
    assert done.exit_code == 2
    assert "--station" in done.output


def test_what_answers_without_being_a_rig_is_told_so() -> None:
    with pytest.raises(RigError, match="no rig"):
        Rig("loop://")  # it answers with what it was asked
