"""The rig's PIO programs, cycle by cycle, on a machine made of software."""

from typing import Any

import pytest

from hil_tests import rig_fakes
from hil_tests.rig_pio import ALL_ONES, Machine


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> Any:
    rig_fakes.install(rig_fakes.Chip(), monkeypatch)
    from hil_tests.rig import programs as found

    return found


def stamped(programs: Any, toggles: "list[int]", until: int) -> "list[int]":
    """Cycles as stamps.py works them out, for a pin that toggles at these cycles."""
    machine = Machine(programs.edges, lambda at: sum(at >= toggle for toggle in toggles) % 2)
    machine.run(until)
    return [
        2 * (ALL_ONES - left) + programs.EDGE_CYCLES * index
        for index, left in enumerate(machine.pushed)
    ]


@pytest.mark.parametrize("shift", range(8))
def test_an_edge_is_stamped_within_two_cycles_wherever_it_falls(programs: Any, shift: int) -> None:
    toggles = [1_000 + shift, 4_333 + shift, 12_600 + shift, 15_933 + shift]
    found = stamped(programs, toggles, 20_000)
    late = [stamp - toggle for stamp, toggle in zip(found, toggles, strict=True)]
    assert max(late) - min(late) <= 2
    assert max(late) <= 2


def test_the_shortest_pulses_are_seen_with_both_their_edges(programs: Any) -> None:
    assert len(stamped(programs, [500, 506, 512, 518], 1_000)) == 4


def test_the_trigger_of_a_step_is_wide_enough_to_be_stamped(programs: Any) -> None:
    machine = Machine(programs.steps)
    machine.queue.extend([0b0101 | 100 << 4])
    machine.run(2_000)
    (_, low), (rise, high), (fall, back) = machine.sides[:3]
    assert (low, high, back) == (0, 1, 0)
    assert fall - rise == 17
    assert machine.outs == [(rise, 0b0101)], "pins and trigger change in one cycle"


@pytest.mark.parametrize("us", [1, 5, 100, 2_000])
def test_a_step_is_held_for_its_microseconds(programs: Any, us: int) -> None:
    rounds = (us * programs.CYCLES_PER_US - programs.STEP_CYCLES) // programs.HOLD_CYCLES
    machine = Machine(programs.steps)
    machine.queue.extend([2 | rounds << 4, 1])
    machine.run(us * programs.CYCLES_PER_US + 1_000)
    (first, _), (second, _) = machine.outs
    assert 0 <= us * programs.CYCLES_PER_US - (second - first) < programs.HOLD_CYCLES


def gaps(programs: Any, pin: Any, until: int) -> "list[int]":
    machine = Machine(programs.gaps, pin)
    machine.queue.append(1_000)
    machine.run(until)
    return [1_000 + ALL_ONES - left for left in machine.pushed]


def test_an_enable_that_goes_on_toggling_has_no_gap(programs: Any) -> None:
    assert gaps(programs, lambda at: at // 33 % 2, 100_000) == []


@pytest.mark.parametrize("idle", [0, 1])
def test_a_pause_of_the_enable_is_told_in_microseconds(programs: Any, idle: int) -> None:
    def pin(at: int) -> int:
        return idle if 10_000 <= at < 34_000 else at // 33 % 2

    found = gaps(programs, pin, 60_000)
    assert len(found) == 1
    assert abs(found[0] - 12_000) <= 66, "24000 cycles at 2 MHz, and up to two periods"


def test_the_earth_makes_fifty_hertz(programs: Any) -> None:
    machine = Machine(programs.mains)
    machine.run(400)
    rises = [at for at, level in machine.outs if level]
    assert rises == list(range(0, 400, programs.MAINS_HZ // 50))


def test_both_blocks_of_state_machines_have_room_for_their_programs(programs: Any) -> None:
    assert len(programs.edges.code) <= 32
    others = (programs.steps, programs.gaps, programs.mains)
    assert sum(len(program.code) for program in others) <= 32
