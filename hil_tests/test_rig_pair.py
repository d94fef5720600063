"""The rig's real firmware on an emulated chip, wired to the station on another (--uf2)."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hil_tests.emulator.pair import PairBench
from hil_tests.test_pilot_duty import duty_for

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.image
NODE_MV = {"B": 9_000, "C": 6_000}


@pytest.fixture(scope="module")
def pair(request: pytest.FixtureRequest) -> "Iterator[PairBench]":
    bench = PairBench(Path(request.config.getoption("uf2")))
    yield bench
    bench.close()


def checks(pair: PairBench) -> "dict[str, str]":
    return {name: text for name, text in pair.ask("selfcheck")["checks"] if text != "ok"}


def test_the_rig_starts_and_finds_nothing_wrong_with_itself(pair: PairBench) -> None:
    assert pair.ask("id")["rig"] == "pico"
    assert checks(pair) == {}


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("stuck", {"7": 0}, "GP7 (PILOT_1)"),
        ("stuck", {"9": 0}, "GP9 (PILOT_3)"),
        ("dac", True, "no MCP4725 answers"),  # last: the emulated bus does not get over it
    ],
)
def test_the_self_check_names_what_is_broken(
    pair: PairBench, name: str, value: object, says: str
) -> None:
    pair.pair.ask("break", name=name, value=value)
    try:
        assert says in checks(pair)["levels"]
    finally:
        pair.pair.ask("break", name=name, value=None)


def test_steps_duty_and_times_of_the_station_are_those_of_a_good_one(pair: PairBench) -> None:
    pair.fresh()
    pair.proximity(220)
    for state, mv in NODE_MV.items():
        pair.vehicle(state)
        pair.wait(1_500)
        told = pair.state()
        assert abs(told["high_mv"] - mv) < 100
        pwm = pair.pwm(50)
        assert abs(pwm.duty_ppm - duty_for(32)) < 500
        assert abs(pwm.frequency_mhz - 1_000_000) < 100
        assert pwm.jitter_ns <= 32
    pair.wait_contactor(closed=True, timeout_ms=10_000)
    assert max(pair.time("C", "B", 2)) < 100_000_000
    assert 500_000_000 < pair.time("B", "C", 1)[0] < 3_000_000_000
