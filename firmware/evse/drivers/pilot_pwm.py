"""The pilot output: 1 kHz PWM into a +-12 V stage that does not invert.

Takes any object with machine.PWM's freq(), duty_u16() and duty_ns(); the board makes it.  Knows
no states: what to show is decided in evse.core.pilot.
"""

from evse.core import states

PILOT_HZ = 1_000
_FULL_U16 = 65_535
_NOTHING = -1


class PilotPwm:
    """drive and duty_ppm hold what is on the wire; the constructor leaves it steady high (X1)."""

    def __init__(self, pwm) -> None:
        self._pwm = pwm
        self.drive = _NOTHING
        self.duty_ppm = 0
        pwm.freq(PILOT_HZ)
        self.show(states.DRIVE_HIGH, 0)

    def show(self, drive: int, duty_ppm: int) -> None:
        """Put drive on the wire; duty_ppm (high time) counts only for DRIVE_PWM.

        Saying the same again touches nothing, so it may be called every tick.  At 1 kHz one
        part per million of high time is one nanosecond.
        """
        if drive != states.DRIVE_PWM:
            duty_ppm = 0
        if drive == self.drive and duty_ppm == self.duty_ppm:
            return
        self.drive = drive
        self.duty_ppm = duty_ppm
        if drive == states.DRIVE_PWM:
            self._pwm.duty_ns(duty_ppm)
        elif drive == states.DRIVE_HIGH:
            self._pwm.duty_u16(_FULL_U16)
        else:
            self._pwm.duty_u16(0)
