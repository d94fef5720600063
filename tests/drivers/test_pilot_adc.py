"""From raw counts to plateaux, against the circuit that makes them."""

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boards.virtual.adc import PilotSampler, counts_of
from boards.virtual.circuit import DIODE_SHORTED, FULL_PPM, PilotCircuit
from evse.core import levels, states
from evse.drivers import pilot_adc, plateaux
from evse.drivers.pilot_adc import FLAT, MISSED, RAIL, PilotAdc, two_point

LEVEL_OF_OHM = {
    0: states.LEVEL_A,
    2_740: states.LEVEL_B,
    882: states.LEVEL_C,
    246: states.LEVEL_D,
}
DUTIES = st.one_of(
    st.sampled_from([50_000, 80_000, 100_000, 166_666, 850_000, 892_000, 960_000, 970_000]),
    st.integers(50_000, 970_000),
)
SEEDS = st.integers(0, 1_000)


def fixed(*counts: int):
    """A burst that is always these counts, repeated to fill the buffer."""

    def burst(buf) -> None:
        for index in range(len(buf)):
            buf[index] = counts[index % len(counts)]

    return burst


def adc_on(circuit: PilotCircuit, seed: int = 1, gated: bool = True, n: int = 16) -> PilotAdc:
    return PilotAdc(PilotSampler(circuit, seed, gated).burst, samples=n)


@given(st.sampled_from(sorted(LEVEL_OF_OHM)), DUTIES, st.integers(0, 400), SEEDS)
def test_every_vehicle_is_read_right_at_every_duty_with_noise(
    ohm: int, duty_ppm: int, noise_mv: int, seed: int
) -> None:
    circuit = PilotCircuit()
    circuit.plug(ohm)
    circuit.drive(duty_ppm)
    circuit.make_noise(noise_mv)
    adc = adc_on(circuit, seed)
    for _ in range(20):
        assert adc.sample(duty_ppm)
        assert adc.flags == 0
        assert abs(adc.high_mv - circuit.high_mv) <= 150 + noise_mv * 2 // 3
        assert abs(adc.low_mv - circuit.low_mv) <= 200 + noise_mv * 2 // 3
        level = LEVEL_OF_OHM[ohm]
        assert levels.decode(adc.high_mv, level) == level


@given(st.sampled_from(sorted(LEVEL_OF_OHM)), DUTIES, st.sampled_from([64, 100]), SEEDS)
def test_a_burst_that_is_even_in_time_does_when_it_is_long_enough(
    ohm: int, duty_ppm: int, n: int, seed: int
) -> None:
    circuit = PilotCircuit()
    circuit.plug(ohm)
    circuit.drive(duty_ppm)
    circuit.make_noise(200)
    adc = adc_on(circuit, seed, gated=False, n=n)
    found = 0
    for _ in range(16):
        if adc.sample(duty_ppm):
            found += 1
            assert abs(adc.high_mv - circuit.high_mv) <= 500
            assert adc.low_mv < -10_500
    assert found >= 15


@given(
    st.sampled_from(sorted(LEVEL_OF_OHM)),
    st.integers(100_000, 892_000),
    st.integers(5, 45),
    st.integers(0, 999),
)
def test_a_free_running_converter_of_any_speed_does_over_a_period_and_more(
    ohm: int, duty_ppm: int, pitch_us: int, start_us: int
) -> None:
    circuit = PilotCircuit()
    circuit.plug(ohm)
    circuit.drive(duty_ppm)
    sampler = PilotSampler(circuit)

    def burst(buf) -> None:
        for index in range(len(buf)):
            us = (start_us + index * pitch_us) % 1_000
            buf[index] = counts_of(sampler.mv_at(us))

    adc = PilotAdc(burst, samples=max(64, 1_000 // pitch_us + 1))
    assert adc.sample(duty_ppm)
    assert abs(adc.high_mv - circuit.high_mv) <= 300
    assert abs(adc.low_mv - circuit.low_mv) <= 300


@given(st.sampled_from(sorted(LEVEL_OF_OHM)), st.sampled_from([0, FULL_PPM]), SEEDS)
def test_a_steady_pilot_is_one_plateau(ohm: int, duty_ppm: int, seed: int) -> None:
    circuit = PilotCircuit()
    circuit.plug(ohm)
    circuit.drive(duty_ppm)
    circuit.make_noise(500)
    adc = adc_on(circuit, seed)
    assert adc.sample(duty_ppm)
    assert adc.flags == FLAT
    assert adc.high_mv == adc.low_mv
    real_mv = circuit.high_mv if duty_ppm else circuit.low_mv
    assert abs(adc.high_mv - real_mv) < 400


@given(DUTIES, SEEDS)
def test_a_shorted_diode_shows_in_both_plateaux(duty_ppm: int, seed: int) -> None:
    circuit = PilotCircuit()
    circuit.plug(2_740, DIODE_SHORTED)
    circuit.drive(duty_ppm)
    circuit.make_noise(200)
    adc = adc_on(circuit, seed)
    assert adc.sample(duty_ppm)
    assert abs(adc.high_mv + adc.low_mv) < 700
    assert adc.low_mv > -9_500


@pytest.mark.parametrize("ohm", [0, 50, 80])
@pytest.mark.parametrize("duty_ppm", [100_000, 266_666, 960_000])
def test_a_short_to_earth_reads_near_zero_in_both_phases(ohm: int, duty_ppm: int) -> None:
    circuit = PilotCircuit()
    circuit.plug(882)
    circuit.short(ohm)
    circuit.drive(duty_ppm)
    adc = adc_on(circuit)
    assert adc.sample(duty_ppm)
    assert -1_000 < adc.low_mv <= adc.high_mv < 1_000
    assert levels.decode(adc.high_mv, states.LEVEL_C) == states.LEVEL_E


def test_a_short_behind_a_diode_keeps_the_low_phase() -> None:
    circuit = PilotCircuit()
    circuit.short(through_diode=True)
    circuit.drive(266_666)
    adc = adc_on(circuit)
    assert adc.sample(266_666)
    assert 500 < adc.high_mv < 900
    assert adc.low_mv < -11_500


def test_a_stuck_output_is_flat_where_modulation_was_due() -> None:
    circuit = PilotCircuit()
    circuit.stick(FULL_PPM)
    adc = adc_on(circuit)
    assert adc.sample(266_666)
    assert adc.flags == FLAT
    assert adc.low_mv > 11_000


@pytest.mark.parametrize("counts", [0, 65_535])
def test_a_converter_at_the_end_of_its_scale_is_flagged(counts: int) -> None:
    adc = PilotAdc(fixed(counts))
    adc.sample()
    assert adc.flags & RAIL
    assert (adc.min_counts, adc.max_counts) == (counts, counts)


def test_a_single_spike_moves_nothing() -> None:
    plateau = counts_of(9_000)
    adc = PilotAdc(fixed(*([plateau] * 15), counts_of(12_500)))
    assert adc.sample(FULL_PPM)
    assert abs(adc.high_mv - 9_000) < 60
    assert adc.flags == FLAT


def test_a_spike_on_a_plateau_moves_it_by_less_than_a_window() -> None:
    low = [counts_of(-12_000)] * 8
    adc = PilotAdc(fixed(*([counts_of(6_000)] * 7), counts_of(12_500), *low))
    assert adc.sample(500_000)
    assert abs(adc.high_mv - 6_000) < 60


def test_a_plateau_missed_for_a_moment_leaves_the_last_values() -> None:
    both = fixed(counts_of(9_000), counts_of(9_000), *([counts_of(-12_000)] * 14))
    low_only = fixed(counts_of(-12_000))
    bursts = [both, low_only, low_only, low_only, low_only]

    def burst(buf) -> None:
        bursts.pop(0)(buf)

    adc = PilotAdc(burst)
    assert adc.sample(100_000)
    before_mv = adc.high_mv
    for _ in range(3):
        assert not adc.sample(100_000)
        assert adc.flags == MISSED
        assert adc.high_mv == before_mv
    assert adc.sample(100_000), "the fourth time it is true"
    assert adc.high_mv < -11_500


def test_a_spike_in_the_low_phase_moves_nothing_either() -> None:
    high = [counts_of(6_000)] * 8
    adc = PilotAdc(fixed(*high, *([counts_of(-9_000)] * 7), counts_of(-12_800)))
    assert adc.sample(500_000)
    assert abs(adc.low_mv + 9_000) < 60


@pytest.mark.parametrize(("spikes", "low_mv"), [(3, 12_000), (4, -12_000)])
def test_a_steady_pilot_takes_a_quarter_of_the_samples_to_show_modulation(
    spikes: int, low_mv: int
) -> None:
    counts = [counts_of(12_000)] * (16 - spikes) + [counts_of(-12_000)] * spikes
    adc = PilotAdc(fixed(*counts))
    assert adc.sample(FULL_PPM)
    assert abs(adc.low_mv - low_mv) < 60
    assert abs(adc.high_mv - 12_000) < 60
    inverted = PilotAdc(
        fixed(*[counts_of(12_000)] * spikes, *[counts_of(-12_000)] * (16 - spikes))
    )
    assert inverted.sample(0)
    assert (inverted.high_mv > 0) == (spikes == 4)


@pytest.mark.parametrize(("highs", "found"), [(2, False), (3, True)])
def test_a_plateau_needs_a_quarter_of_the_samples_that_are_due(highs: int, found: bool) -> None:
    counts = [counts_of(9_000)] * highs + [counts_of(-12_000)] * (16 - highs)
    adc = PilotAdc(fixed(*counts))
    adc.sample(850_000)
    assert (adc.high_mv > 8_900) == found


def test_without_a_word_about_the_duty_two_samples_make_a_plateau_and_one_does_not() -> None:
    low = counts_of(-12_000)
    two = PilotAdc(fixed(counts_of(9_000), counts_of(9_000), *[low] * 14))
    assert two.sample()
    assert abs(two.high_mv - 9_000) < 60
    one = PilotAdc(fixed(counts_of(9_000), *[low] * 15))
    assert one.sample()
    assert one.high_mv < -11_900


def test_nothing_is_claimed_before_the_first_burst() -> None:
    assert PilotAdc(fixed(0)).flags == MISSED


def test_a_burst_that_finds_the_plateau_ends_the_patience_with_those_that_do_not() -> None:
    both = fixed(counts_of(9_000), counts_of(9_000), *([counts_of(-12_000)] * 14))
    low_only = fixed(counts_of(-12_000))
    bursts = [both, low_only, low_only, both, low_only, low_only, low_only]

    def burst(buf) -> None:
        bursts.pop(0)(buf)

    adc = PilotAdc(burst)
    assert [adc.sample(100_000) for _ in range(7)] == [True, False, False] + [True] + [False] * 3


@given(st.lists(st.integers(0, 65_535), min_size=16, max_size=16), st.integers(-1, 1_000_000))
def test_no_burst_whatever_breaks_it(counts: list[int], duty_ppm: int) -> None:
    adc = PilotAdc(fixed(*counts))
    adc.sample(duty_ppm)
    assert -15_100 <= adc.low_mv <= adc.high_mv <= 14_400


@given(st.integers(-200, 200), st.integers(-50, 50), st.integers(-12_000, 12_500))
def test_two_point_calibration_takes_offset_and_gain_errors_out(
    offset: int, gain_permille: int, pilot_mv: int
) -> None:
    def counts(mv: int) -> int:
        return counts_of(mv + mv * gain_permille // 1000 + offset)

    gain_num, offset_mv = two_point(counts(12_000), counts(-12_000))
    adc = PilotAdc(fixed(counts(pilot_mv)), gain_num, offset_mv)
    adc.sample()
    if 0 < counts(pilot_mv) < 0xFFF0:
        assert abs(adc.high_mv - pilot_mv) < 40


@pytest.mark.parametrize("points", [(100, 50_000), (40_000, 39_000), (65_535, 0)])
def test_points_that_no_working_divider_gives_are_refused(points: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="calibration"):
        two_point(*points)


def test_all_sums_stay_below_2_to_the_30() -> None:
    assert 65_535 * pilot_adc.GAIN_NUM * 115 // 100 < 1 << 30
    assert 24_000 * pilot_adc.GAIN_DEN < 1 << 30
    assert 65_535 * 500 < 1 << 30


def test_the_burst_gets_an_array_of_16_bit_counts() -> None:
    seen = []
    adc = PilotAdc(seen.append, samples=24)
    adc.sample()
    assert isinstance(seen[0], array)
    assert (seen[0].typecode, len(seen[0])) == ("H", 24)


def test_a_board_may_bring_its_own_way_to_find_the_plateaux() -> None:
    def scan(buf, n, found, flat, band) -> None:
        assert (n, len(buf)) == (80, 80)
        found[plateaux.HIGH] = found[plateaux.LOW] = counts_of(9_000)
        found[plateaux.TOP] = found[plateaux.BOTTOM] = counts_of(9_000)

    adc = PilotAdc(fixed(0), samples=80, scan=scan)
    assert adc.sample()
    assert abs(adc.high_mv - 9_000) < 60
