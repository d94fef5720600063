"""The virtual converter: what its counts mean, and where its samples lie."""

from array import array

import pytest

from boards.virtual.adc import PilotSampler, ProximitySampler, counts_of
from boards.virtual.circuit import PilotCircuit


def samples(circuit: PilotCircuit, n: int = 16, gated: bool = True, seed: int = 1) -> list[int]:
    buf = array("H", [0] * n)
    PilotSampler(circuit, seed, gated).burst(buf)
    return list(buf)


@pytest.mark.parametrize(
    ("pilot_mv", "node_mv"), [(12_000, 3_041), (6_000, 2_365), (0, 1_689), (-12_000, 338)]
)
def test_counts_are_those_of_the_published_divider(pilot_mv: int, node_mv: int) -> None:
    assert counts_of(pilot_mv) * 3_300 / 65_535 == pytest.approx(node_mv, abs=2)


def test_counts_stop_at_the_ends_of_the_scale() -> None:
    assert counts_of(40_000) == 0xFFF0
    assert counts_of(-40_000) == 0


@pytest.mark.parametrize("gated", [True, False])
def test_a_burst_holds_both_plateaux_and_something_of_the_edges(gated: bool) -> None:
    circuit = PilotCircuit()
    circuit.plug(2_740)
    circuit.drive(500_000)
    sampler = PilotSampler(circuit, gated=gated)
    found = []
    for _ in range(16):
        buf = array("H", [0] * 64)
        sampler.burst(buf)
        found += buf
    assert counts_of(circuit.high_mv) in found
    assert counts_of(circuit.low_mv) in found
    assert any(counts_of(-11_000) < counts < counts_of(8_000) for counts in found)


@pytest.mark.parametrize("duty_ppm", [50_000, 100_000, 960_000])
def test_a_burst_timed_by_the_pwm_sees_the_shortest_phase(duty_ppm: int) -> None:
    circuit = PilotCircuit()
    circuit.drive(duty_ppm)
    found = samples(circuit)
    assert max(found) > counts_of(11_500)
    assert min(found) < counts_of(-11_500)


def test_a_steady_pilot_gives_steady_counts() -> None:
    assert set(samples(PilotCircuit())) == {counts_of(12_000)}


def test_noise_stays_within_its_bounds_and_repeats_under_its_seed() -> None:
    circuit = PilotCircuit()
    circuit.make_noise(300)
    found = samples(circuit, seed=4)
    assert found == samples(circuit, seed=4)
    assert found != samples(circuit, seed=5)
    assert counts_of(11_700) <= min(found) < max(found) <= counts_of(12_300)


def test_the_next_burst_shows_a_change_of_the_circuit() -> None:
    circuit = PilotCircuit()
    sampler = PilotSampler(circuit)
    buf = array("H", [0] * 16)
    sampler.burst(buf)
    circuit.plug(882)
    sampler.burst(buf)
    assert set(buf) == {counts_of(circuit.high_mv)}


def test_a_stuck_converter_says_the_same_whatever_happens() -> None:
    circuit = PilotCircuit()
    sampler = PilotSampler(circuit)
    sampler.stick(1234)
    buf = array("H", [0] * 16)
    circuit.drive(500_000)
    sampler.burst(buf)
    assert set(buf) == {1234}


def test_the_proximity_contact_divides_the_reference() -> None:
    proximity = ProximitySampler()
    assert proximity.read_u16() == 65_535
    proximity.ohm = 1_000
    assert proximity.read_u16() == pytest.approx(32_767, abs=16)
