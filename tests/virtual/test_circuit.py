"""The pilot circuit: ohms in, volts out."""

import pytest

from boards.virtual.circuit import DIODE_OPEN, DIODE_SHORTED, FULL_PPM, PilotCircuit
from boards.virtual.pwm import VirtualPwm


def plugged(ohm: int, diode: int = 0) -> PilotCircuit:
    circuit = PilotCircuit()
    circuit.plug(ohm, diode)
    return circuit


@pytest.mark.parametrize(
    ("ohm", "high_mv"),
    [(0, 12_000), (2_740, 8_980), (882, 5_990), (246, 2_930), (240, 2_890)],
)
def test_each_resistor_gives_the_published_voltage(ohm: int, high_mv: int) -> None:
    circuit = plugged(ohm)
    assert circuit.high_mv == pytest.approx(high_mv, abs=12)
    assert circuit.low_mv == -12_000


@pytest.mark.parametrize(
    ("supply_mv", "c_mv"), [(11_400, 5_710), (12_600, 6_280)], ids=["-5 %", "+5 %"]
)
def test_the_supply_moves_the_voltages_as_published(supply_mv: int, c_mv: int) -> None:
    circuit = plugged(882)
    circuit.supply(supply_mv, -supply_mv)
    assert circuit.high_mv == pytest.approx(c_mv, abs=12)
    assert circuit.low_mv == -supply_mv


def test_a_shorted_diode_shows_the_resistor_in_both_phases() -> None:
    circuit = plugged(2_740, DIODE_SHORTED)
    assert circuit.high_mv == pytest.approx(-circuit.low_mv, abs=1)
    assert 8_700 < circuit.high_mv < 8_900


def test_an_open_diode_and_a_cut_wire_look_unplugged() -> None:
    assert plugged(882, DIODE_OPEN).high_mv == 12_000
    cut = plugged(882)
    cut.cut()
    assert (cut.high_mv, cut.low_mv, cut.heard_ppm) == (12_000, -12_000, -1)


def test_a_short_to_earth_takes_both_phases_down_and_one_behind_a_diode_only_the_high() -> None:
    circuit = plugged(882)
    circuit.short()
    assert abs(circuit.high_mv) < 20
    assert abs(circuit.low_mv) < 20
    circuit.mend()
    circuit.short(through_diode=True)
    assert 600 <= circuit.high_mv <= 720
    assert circuit.low_mv == -12_000


def test_a_short_of_80_ohm_leaves_what_the_divider_of_80_and_1000_leaves() -> None:
    circuit = PilotCircuit()
    circuit.short(80)
    assert circuit.high_mv == pytest.approx(12_000 * 80 / 1_080, abs=25)


def test_mending_brings_the_vehicle_back() -> None:
    circuit = plugged(882)
    before_mv = circuit.high_mv
    circuit.short()
    circuit.cut()
    circuit.stick(0)
    circuit.mend()
    assert (circuit.high_mv, circuit.duty_ppm) == (before_mv, FULL_PPM)


def test_a_stuck_output_does_not_follow_the_pwm() -> None:
    circuit = PilotCircuit()
    circuit.stick(FULL_PPM)
    VirtualPwm(circuit).duty_ns(266_666)
    assert circuit.duty_ppm == FULL_PPM


def test_the_pwm_says_the_same_duty_in_all_its_tongues() -> None:
    circuit = PilotCircuit()
    pwm = VirtualPwm(circuit)
    pwm.freq(1_000)
    pwm.duty_ns(250_000)
    assert circuit.duty_ppm == 250_000
    assert pwm.duty_u16() == pytest.approx(16_384, abs=1)
    pwm.duty_u16(65_535)
    assert circuit.duty_ppm == FULL_PPM
    pwm.duty_u16(0)
    assert circuit.duty_ppm == 0


def test_nobody_hears_a_shorted_pilot() -> None:
    circuit = plugged(2_740)
    assert circuit.heard_ppm == FULL_PPM
    circuit.short()
    assert circuit.heard_ppm == -1
