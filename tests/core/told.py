"""Scenarios as text, for interpreters to agree on: each check, and each change of an output."""

from evse.core.units import TICKS_PERIOD
from tests.core.bench import Bench, expectations
from tests.core.scenarios import SCENARIOS


def tell(part: int, parts: int) -> None:
    """Print one of so many parts of all scenarios, each over the wrap of the clock."""
    for number, scenario in enumerate(SCENARIOS):
        if number % parts != part:
            continue
        wanted = expectations(scenario.checks)
        until_ms = max([row[3] for row in wanted])
        bench = Bench(start_ms=TICKS_PERIOD - 20_000, **scenario.settings)
        bench.play(scenario.inputs, until_ms / 1_000)
        print(scenario.name, [bench.holds(*row) for row in wanted])
        for at_ms, shot in bench.shots(0, until_ms):
            print(at_ms, shot.st, shot.pw_ppm, shot.K, shot.L, shot.why, shot.active)
