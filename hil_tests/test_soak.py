"""The random walk of soak.py, the short form, and the seeds that once found something."""

import pytest

from hil_tests.oracle import Oracle, Violation
from hil_tests.soak import failed
from hil_tests.walk import AMNESTY_EVERY, Walk

STEPS = 3 * AMNESTY_EVERY

pytestmark = pytest.mark.needs("vehicle", "contactor", "virtual-time")


def walk(bench: object, seed: int, steps: int) -> Walk:
    found = Walk(bench, seed)  # type: ignore[arg-type]
    try:
        for _ in range(steps):
            found.step()
    except Violation as error:
        pytest.fail(failed(found, error), pytrace=False)
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_walk_breaks_a_rule(bench: object, seed: int) -> None:
    found = walk(bench, seed, STEPS)
    assert found.oracle.closings >= found.amnesties == 3


def test_the_same_seed_walks_the_same_way(bench: object) -> None:
    first = list(walk(bench, 9, 30).last)
    assert list(walk(bench, 9, 30).last) == first


def told(*events: tuple[int, str, object]) -> Oracle:
    """An oracle that saw a good charge begin at 1 s; times in ms."""
    oracle = Oracle()
    oracle.tell(0, "vehicle", "B")
    oracle.tell(100_000, "vehicle", "C")
    oracle.saw(1_000_000, 1)
    for at_ms, key, value in events:
        if key == "coil":
            oracle.saw(at_ms * 1_000, int(str(value)))
        else:
            oracle.tell(at_ms * 1_000, key, value)
    return oracle


@pytest.mark.parametrize(
    ("events", "says"),
    [
        ([(2_000, "vehicle", "B"), (2_150, "coil", 0)], "after vehicle is 'B'"),
        ([(2_000, "earth", False)], "after earth is False"),
        ([(2_000, "limit", "none"), (8_400, "coil", 0)], "after limit is 'none'"),
        ([(2_000, "coil", 0), (3_000, "coil", 1)], "after it closed"),
        ([(2_000, "coil", 0), (2_000, "diode", "short"), (9_000, "coil", 1)], "while diode"),
        (
            [
                (2_000, "coil", 0),
                (2_000, "vehicle", "B"),
                (9_000, "vehicle", "C"),
                (9_300, "coil", 1),
            ],
            "ms after C",
        ),
    ],
)
def test_the_oracle_sees_what_is_wrong(events: list[tuple[int, str, object]], says: str) -> None:
    with pytest.raises(Violation, match=says):
        told(*events).judge(20_000_000)


@pytest.mark.parametrize(
    "events",
    [
        [(2_000, "vehicle", "B"), (2_090, "coil", 0)],
        [(2_000, "limit", "none"), (8_100, "coil", 0)],
        [(2_000, "limit", "none"), (5_000, "limit", "some")],
        [(2_000, "vehicle", "B"), (2_050, "coil", 0), (3_000, "vehicle", "C"), (7_000, "coil", 1)],
    ],
)
def test_the_oracle_says_nothing_to_what_is_right(events: list[tuple[int, str, object]]) -> None:
    oracle = told(*events)
    oracle.judge(20_000_000)
    assert oracle.closings >= 1
