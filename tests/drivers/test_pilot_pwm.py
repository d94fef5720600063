"""The pilot output against a PWM that keeps what it is told."""

import pytest

from evse.core import states
from evse.drivers.pilot_pwm import PilotPwm


class KeepingPwm:
    """machine.PWM's three methods; told holds every call."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int]] = []

    def freq(self, hz: int) -> None:
        self.told.append(("freq", hz))

    def duty_u16(self, duty: int) -> None:
        self.told.append(("u16", duty))

    def duty_ns(self, high_ns: int) -> None:
        self.told.append(("ns", high_ns))


def test_it_starts_with_1_khz_and_steady_high() -> None:
    pwm = KeepingPwm()
    PilotPwm(pwm)
    assert pwm.told == [("freq", 1_000), ("u16", 65_535)]


@pytest.mark.parametrize("duty_ppm", [50_000, 100_000, 166_666, 266_666, 850_000, 960_000])
def test_a_duty_is_shown_as_high_time_in_nanoseconds(duty_ppm: int) -> None:
    pwm = KeepingPwm()
    PilotPwm(pwm).show(states.DRIVE_PWM, duty_ppm)
    assert pwm.told[-1] == ("ns", duty_ppm)


def test_steady_levels_are_whole() -> None:
    pwm = KeepingPwm()
    output = PilotPwm(pwm)
    output.show(states.DRIVE_LOW, 0)
    assert pwm.told[-1] == ("u16", 0)
    output.show(states.DRIVE_HIGH, 1_000_000)
    assert pwm.told[-1] == ("u16", 65_535)


def test_saying_the_same_again_touches_nothing() -> None:
    pwm = KeepingPwm()
    output = PilotPwm(pwm)
    output.show(states.DRIVE_PWM, 266_666)
    calls = len(pwm.told)
    for _ in range(100):
        output.show(states.DRIVE_PWM, 266_666)
    assert len(pwm.told) == calls


def test_the_same_duty_is_shown_again_after_a_steady_level() -> None:
    pwm = KeepingPwm()
    output = PilotPwm(pwm)
    output.show(states.DRIVE_PWM, 266_666)
    output.show(states.DRIVE_HIGH, 266_666)
    output.show(states.DRIVE_PWM, 266_666)
    assert pwm.told[-1] == ("ns", 266_666)
    assert (output.drive, output.duty_ppm) == (states.DRIVE_PWM, 266_666)
