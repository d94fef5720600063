"""The charge, told as scenarios: see scenarios.py for the notation."""

import pytest

from tests.core.bench import Bench, expectations
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
