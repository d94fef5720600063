"""The charge, told as scenarios: see scenarios.py for the notation."""

import random
from collections.abc import Iterator

import pytest

from evse.core import states
from evse.core.faults import OPENING, Faults
from evse.core.supply import Supply
from evse.core.units import X1_PPM
from tests.core.bench import Bench, Shot, expectations
from tests.core.scenarios import SCENARIOS, Scenario

WRAP_MS = (1 << 30) - 20_000  # the clock wraps where most scenarios are busiest


@pytest.mark.parametrize("start_ms", [0, WRAP_MS], ids=["from 0", "over the wrap"])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: f"{s.name} {s.title}")
def test_it_goes_as_told(scenario: Scenario, start_ms: int) -> None:
    wanted = expectations(scenario.checks)
    bench = Bench(start_ms=start_ms, **scenario.settings)
    bench.play(scenario.inputs, max(to_ms for *_, to_ms in wanted) / 1000)
    wrong = [bench.holds(*one) for one in wanted]
    assert [line for line in wrong if line] == []


def numbers_in(held: object) -> Iterator[int]:
    """Every whole number that some object of the core keeps."""
    if isinstance(held, int):
        yield held
    elif isinstance(held, dict):
        for value in held.values():
            yield from numbers_in(value)
    elif isinstance(held, list | tuple) and not isinstance(held, Shot):
        for value in held:
            yield from numbers_in(value)
    elif type(held).__module__.startswith("evse.core"):
        yield from numbers_in(vars(held))


WALK = [
    ("cp", "A"), ("cp", "B"), ("cp", "B"), ("cp", "C"), ("cp", "C"), ("cp", "C"), ("cp", "D"),
    ("cp", "E"), ("cp", "X"), ("diode", "0"), ("diode", "1"), ("pp", "open"), ("pp", "220"),
    ("auth", "0"), ("auth", "1"), ("on", "0"), ("on", "1"), ("phases", "0"), ("phases", "1"),
    ("tested", "0"), ("tested", "1"), ("air", "0"), ("air", "1"), ("limit", "0"), ("limit", "6"),
    ("limit", "16"), ("limit", "32"), ("lock", "0"), ("lock", "follows"), ("I", "20"), ("I", "0"),
    ("T", "66"), ("T", "72"), ("T", "25"), ("U", "180"), ("U", "230"), ("fault", "rcd-trip"),
    ("good", "rcd-trip"), ("fault", "enclosure-open"), ("good", "enclosure-open"),
]  # fmt: skip
HEALTHY = (
    "auth=1 on=1 phases=1 tested=1 diode=1 pp=220 lock=follows I=0 T=25 U=230 limit=16"
    " good=rcd-trip good=enclosure-open"
)
ORDERLY = {0: "A", 1_000: "B", 3_000: "C"}  # each walk sets out from a charge


@pytest.mark.parametrize("seed", range(4))
def test_a_random_walk_of_all_inputs_never_breaks_a_rule(seed: int) -> None:
    """S66: a hundred thousand ticks over the four walks."""
    chance = random.Random(seed)
    bench = Bench(start_ms=WRAP_MS)
    duty_ppm = X1_PPM
    duty_set_ms = -5_000
    charges = 0
    while bench.ms < 250_000:
        if bench.ms % 20_000 == 0:
            bench.faults = Faults()
            bench.supply = Supply()
            for change in HEALTHY.split():
                bench.do(*change.split("="))
        if bench.ms % 20_000 in ORDERLY:
            bench.cp = ORDERLY[bench.ms % 20_000]
        elif bench.ms % 20_000 > 8_000 and chance.random() < 0.02:
            bench.do(*chance.choice(WALK))
        was_closed = bench.pilot.contactor
        bench.tick()
        shot, pilot = bench.shot(), bench.pilot
        charges += pilot.contactor and not was_closed
        if shot.K:
            assert shot.st in ("C1", "C2", "D1", "D2"), bench.ms
            assert shot.L
            assert not shot.active & OPENING
            assert bench.pilot_check.diode_proved
            assert bench.permits & states.PERMIT_SELF_TESTED
        if pilot.drive == states.DRIVE_PWM and shot.pw_ppm != duty_ppm:
            assert bench.ms - duty_set_ms >= 5_000
            duty_ppm, duty_set_ms = shot.pw_ppm, bench.ms
        elif pilot.drive != states.DRIVE_PWM:
            duty_ppm = X1_PPM
    assert charges > 5
    assert all(-(1 << 30) <= number < 1 << 30 for number in numbers_in(bench.__dict__))
