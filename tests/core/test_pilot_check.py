"""What the pilot's voltages prove."""

from typing import Any

import pytest

from evse.core.faults import (
    FAULT_DIODE,
    FAULT_PILOT_RANGE,
    FAULT_PILOT_READBACK,
    FAULT_PILOT_SHORT,
    FAULT_PILOT_SUPPLY,
    FAULT_VENTILATION,
)
from evse.core.pilot_check import PilotCheck, signs
from evse.core.units import F_PPM, X1_PPM
from tests.core.vectors import LEVELS, ppm, rows

WORDS = {
    "short": FAULT_PILOT_SHORT,
    "vent": FAULT_VENTILATION,
    "diode": FAULT_DIODE,
    "pilot": FAULT_PILOT_RANGE,
}
TABLE = WORDS["short"] | WORDS["vent"] | WORDS["diode"] | WORDS["pilot"]
PWM_PPM = 266_666
A, B, C, D, E, F, FAULT = range(7)


def steady(
    check: PilotCheck, level: int, duty_ppm: int, high_mv: int, low_mv: int, *, ticks: int = 10
) -> int:
    """The bits after so many ticks of the same reading."""
    bits = 0
    for _ in range(ticks):
        bits = check.step(level, duty_ppm, high_mv, low_mv)
    return bits


def bits_of(words: list[str]) -> int:
    return sum(WORDS[word] for word in words)


@pytest.mark.parametrize("row", rows("cp_errors"), ids=lambda row: row["note"])
def test_one_reading_is_judged_as_the_table_says(row: dict[str, Any]) -> None:
    latched = False
    for step in row["steps"]:
        bits = signs(LEVELS[step["state"]], ppm(step["duty"]), step["pos"], step["neg"], latched)
        assert bits == bits_of(step["exp_errors"])
        latched = bool(bits & FAULT_DIODE)


@pytest.mark.parametrize("row", rows("cp_errors"), ids=lambda row: row["note"])
def test_readings_that_agree_are_judged_as_the_table_says(row: dict[str, Any]) -> None:
    check = PilotCheck()
    for step in row["steps"]:
        bits = steady(check, LEVELS[step["state"]], ppm(step["duty"]), step["pos"], step["neg"])
        assert bits & TABLE == bits_of(step["exp_errors"])


def test_a_shorted_diode_is_found_within_100_ms_of_the_pwm() -> None:
    check = PilotCheck()
    steady(check, B, X1_PPM, 9_000, 9_000)
    assert steady(check, B, PWM_PPM, 8_800, -8_800, ticks=10) == FAULT_DIODE


def test_one_bad_reading_does_not_condemn_a_diode() -> None:
    check = PilotCheck()
    steady(check, C, PWM_PPM, 6_000, -12_000)
    steady(check, C, PWM_PPM, 6_000, -6_000, ticks=4)
    assert steady(check, C, PWM_PPM, 6_000, -12_000) == 0


def test_a_diode_fault_stays_until_the_vehicle_leaves() -> None:
    check = PilotCheck()
    steady(check, B, PWM_PPM, 9_000, -9_000)
    assert steady(check, B, PWM_PPM, 9_000, -12_000) == FAULT_DIODE
    assert steady(check, B, X1_PPM, 9_000, 9_000) == FAULT_DIODE
    assert steady(check, A, X1_PPM, 12_000, 12_000) == 0


def test_a_diode_is_proved_by_readings_with_pwm_only() -> None:
    check = PilotCheck()
    steady(check, C, X1_PPM, 6_000, 6_000, ticks=100)
    assert not check.diode_proved
    steady(check, C, PWM_PPM, 6_000, -12_000, ticks=4)
    assert not check.diode_proved
    steady(check, C, PWM_PPM, 6_000, -12_000, ticks=4)
    assert check.diode_proved


def test_the_readings_that_prove_a_diode_come_in_a_row() -> None:
    check = PilotCheck()
    for low_mv in (-12_000, -3_000) * 20:
        steady(check, C, PWM_PPM, 6_000, low_mv, ticks=4)
        assert not check.diode_proved


def test_the_proof_holds_without_pwm_and_ends_with_the_vehicle() -> None:
    check = PilotCheck()
    steady(check, C, PWM_PPM, 6_000, -12_000)
    steady(check, C, X1_PPM, 6_000, 6_000)
    assert check.diode_proved
    steady(check, A, X1_PPM, 12_000, 12_000, ticks=1)
    assert not check.diode_proved


@pytest.mark.parametrize("low_mv", [-9_999, -13_001])
def test_a_negative_peak_out_of_bounds_proves_no_diode(low_mv: int) -> None:
    check = PilotCheck()
    steady(check, C, PWM_PPM, 6_000, low_mv, ticks=50)
    assert not check.diode_proved


def test_an_empty_socket_proves_no_diode() -> None:
    check = PilotCheck()
    steady(check, A, PWM_PPM, 12_000, -12_000)
    assert not check.diode_proved


def test_ventilation_asked_for_without_an_offer_is_not_yet_a_fault() -> None:
    assert steady(PilotCheck(), D, X1_PPM, 3_000, 3_000) == 0


def test_no_positive_side_with_some_negative_side_is_no_short() -> None:
    assert signs(E, PWM_PPM, 0, -5_000, False) == 0
    assert signs(E, X1_PPM, 0, -5_000, False) == FAULT_PILOT_SHORT


def test_ventilation_asked_for_is_no_fault_where_there_is_some() -> None:
    check = PilotCheck()
    check.ventilated = True
    assert steady(check, D, PWM_PPM, 3_000, -12_000) == 0


@pytest.mark.parametrize(
    ("level", "duty_ppm", "high_mv", "low_mv"),
    [
        (A, X1_PPM, 12_000, -12_000),  # PWM though none is wanted
        (B, X1_PPM, 9_000, -12_000),
        (F, X1_PPM, -12_000, -12_000),  # stuck low
        (B, PWM_PPM, 9_000, 9_000),  # stuck high, or a converter that stands still
        (F, PWM_PPM, -12_000, -12_000),
        (C, F_PPM, 6_000, 6_000),
    ],
)
def test_an_output_that_does_not_follow_is_found_within_50_ms(
    level: int, duty_ppm: int, high_mv: int, low_mv: int
) -> None:
    assert steady(PilotCheck(), level, duty_ppm, high_mv, low_mv, ticks=5) & FAULT_PILOT_READBACK


@pytest.mark.parametrize(
    ("level", "duty_ppm", "high_mv", "low_mv"),
    [
        (A, X1_PPM, 12_000, 12_000),
        (B, X1_PPM, 9_000, 9_000),
        (A, X1_PPM, 12_000, 0),  # a peak detector without a negative phase
        (A, PWM_PPM, 12_000, -12_000),
        (B, PWM_PPM, 9_000, -12_000),
        (F, F_PPM, -12_000, -12_000),
        (E, F_PPM, 0, 0),  # shorted: says nothing about the output
        (E, PWM_PPM, 0, -12_000),  # shorted behind the vehicle's diode
    ],
)
def test_an_output_that_follows_is_left_alone(
    level: int, duty_ppm: int, high_mv: int, low_mv: int
) -> None:
    bits = steady(PilotCheck(), level, duty_ppm, high_mv, low_mv, ticks=300)
    assert bits & (FAULT_PILOT_READBACK | FAULT_PILOT_SUPPLY) == 0


def test_a_change_of_drive_has_40_ms_to_show() -> None:
    check = PilotCheck()
    steady(check, B, X1_PPM, 9_000, 9_000)
    for _ in range(4):
        assert check.step(B, PWM_PPM, 9_000, 9_000) == 0
    assert steady(check, B, PWM_PPM, 9_000, -12_000) == 0


@pytest.mark.parametrize("high_mv", [11_100, 12_900])
def test_a_positive_rail_out_of_bounds_is_told_after_a_second(high_mv: int) -> None:
    check = PilotCheck()
    assert steady(check, A, X1_PPM, high_mv, high_mv, ticks=99) == 0
    assert steady(check, A, X1_PPM, high_mv, high_mv, ticks=1) == FAULT_PILOT_SUPPLY


@pytest.mark.parametrize("low_mv", [-13_100, -9_000, -2_500])
def test_a_negative_rail_out_of_bounds_is_told(low_mv: int) -> None:
    check = PilotCheck()
    assert steady(check, B, PWM_PPM, 9_000 if low_mv != -9_000 else 6_000, low_mv) == (
        FAULT_PILOT_SUPPLY
    )


def test_a_voltage_that_is_no_level_is_told_at_once() -> None:
    assert PilotCheck().step(FAULT, X1_PPM, 13_500, 13_500) == FAULT_PILOT_RANGE
