"""The rig's language: the same for the simulated rig and the real one."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil_tests.bench import Bench, BenchError
from hil_tests.rig.commands import MOST_LINE, PARTS, RANGES, USAGE, Commands, RigError, match


class KeepingRig:
    """Remembers what it was asked; `slow` takes three looks."""

    def __init__(self, parts: "tuple[str, ...]" = PARTS) -> None:
        self.parts = parts
        self.asked: list[tuple[Any, ...]] = []
        self.looks = 0

    def __getattr__(self, method: str) -> Any:
        def keep(*values: "str | int") -> "dict[str, int]":
            self.asked.append((method, *values))
            return {"us": 7}

        return keep

    def wait(self, ms: int) -> Any:
        self.asked.append(("wait", ms))

        def look() -> "dict[str, int] | None":
            self.looks += 1
            return {"us": ms} if self.looks == 3 else None

        return look

    def power(self, _on: str) -> None:
        raise RigError("the switch is broken")


def ask(rig: KeepingRig, line: "str | bytes") -> "dict[str, Any]":
    answer = Commands(rig).take(line)
    assert answer is not None
    assert answer.endswith(b"}\n") and answer.count(b"\n") == 1
    return dict(json.loads(answer))


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("id", ("identify",)),
        ("cp C", ("show", "C")),
        ("cp x-2500", ("volts", -2500)),
        ("pp 13", ("cable", "13")),
        ("pp r220", ("cable_ohm", 220)),
        ("glitch B 5000", ("glitch", "B", 5000)),
        ("glitch B 5000 3", ("glitch", "B", 5000, 3)),
        ("rcd trip 40", ("rcd_trip", 40)),
        ("rcd test late 90", ("rcd_late", 90)),
        ("rcd test none", ("rcd_test", "none")),
        ("pwr dip 300", ("power_dip", 300)),
        ("ser flip 1000", ("serial_flip", 1000)),
        ("meas pwm 20", ("measure", 20)),
        ("time C B", ("time", "C", "B")),
        ("time C B 100", ("time", "C", "B", 100)),
        ("until coil 0 250", ("until", "coil", "0", 250)),
        ("  cp   A \r\n", ("show", "A")),
    ],
)
def test_a_line_becomes_a_verb_with_its_values(line: str, asked: tuple[Any, ...]) -> None:
    rig = KeepingRig()
    assert ask(rig, line) == {"ok": True, "us": 7}
    assert rig.asked == [asked]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "a line is"),
        ("cp", "usage: cp A|B|C|D|E|F, or cp x<mV>"),
        ("cp G", "usage"),
        ("cp C C", "usage"),
        ("cp x", "usage"),
        ("cp x1e3", "usage"),
        ("cp x--3", "usage"),
        ("cp x15001", "cp: mV is -15000..15000"),
        ("wait -1", "wait: ms is 0..600000"),
        ("glitch B 0", "glitch: us is 1..10000000"),
        ("glitch B 5 99999999999", "usage"),
        ("CP C", "unknown"),
        ("relay on", "relay: unknown; try: help"),
        ("\x1b[2J", "?[2J: unknown"),
        (b"\xff\xfe", "not text"),
        ("cp C" + " " * MOST_LINE + "C", "a line is"),
        ("pwr 1", "the switch is broken"),
    ],
)
def test_a_line_that_is_none_is_refused_with_what_is_wrong(line: "str | bytes", says: str) -> None:
    answer = ask(KeepingRig(), line)
    assert answer["ok"] is False
    assert says in answer["error"]


def test_a_part_the_rig_lacks_is_named() -> None:
    rig = KeepingRig(("vehicle",))
    assert ask(rig, "rcd trip 5")["error"] == "rcd: this rig has no part rcd"
    assert ask(rig, "cp B")["ok"] is True


def test_a_verb_that_takes_time_answers_when_it_is_done() -> None:
    commands = Commands(KeepingRig())
    assert commands.take("wait 250") is None
    assert commands.busy
    assert [commands.look(), commands.look()] == [None, None]
    answer = commands.look()
    assert answer is not None and json.loads(answer) == {"ok": True, "us": 250}
    assert not commands.busy


def test_help_tells_what_this_rig_can_do() -> None:
    told = ask(KeepingRig(("vehicle",)), "help")["help"]
    assert any(line.startswith("cp A|B|C|D|E|F: ") for line in told)
    assert not any(line.startswith("rcd") for line in told)


@given(st.text(max_size=60) | st.binary(max_size=60))
def test_no_line_breaks_the_rig(line: "str | bytes") -> None:
    answer = Commands(KeepingRig()).take(line)
    assert answer is None or type(json.loads(answer)["ok"]) is bool


def example_of(usage: str) -> str:
    """A good line for a usage, every optional word included."""
    words = []
    for want in usage.split():
        name = want[want.find("<") + 1 : want.find(">")] if "<" in want else ""
        letter = want[0] if name and want[0] not in "<[" else ""
        words.append(f"{letter}{RANGES[name][1]}" if name else want.split("|")[-1])
    return " ".join(words)


@pytest.mark.parametrize("usage", [row[0] for row in USAGE])
def test_every_usage_understands_its_own_example(usage: str) -> None:
    assert match(usage, example_of(usage).split()) is not None


@pytest.mark.parametrize("row", USAGE, ids=[row[0] for row in USAGE])
def test_the_bench_has_every_verb_of_its_parts(
    bench: Bench, row: tuple[str, str, str, str]
) -> None:
    """What it says that it has, it does; what it lacks, it refuses by name."""
    usage, part = row[0], row[1]
    line = example_of(usage).split()
    if line[0] in ("wait", "watch", "random", "glitch", "time", "meas", "rst", "until"):
        line = usage.replace("[<n>]", "1").split()
        small = {"<ms>": "20", "<us>": "1000", "<s>": "1", "<n>": "5"}
        line = [small.get(word, word.split("|")[min(1, word.count("|"))]) for word in line]
    if line[0] == "time":
        line = ["time", "C", "B", "1"]
    if part and part not in bench.parts:
        with pytest.raises(BenchError, match=f"no part {part}"):
            bench.inject(*line)
    else:
        assert bench.inject(*line) >= 0
