"""The hardware of one connector, as a board hands it to the firmware."""


class Socket:
    """pilot_burst: fills an array with raw samples over a pilot period.  pilot_pwm: machine.PWM's
    freq, duty_u16, duty_ns.  enable: kick() keeps the contactor closed for some 60 ms, drop()
    opens it.  feedback, proximity, meter_uart: None where not fitted.  inputs: faults() -> bits
    standing now, or None.
    """

    def __init__(
        self,
        pilot_burst,
        pilot_pwm,
        enable,
        feedback=None,
        proximity=None,
        meter_uart=None,
        inputs=None,
    ) -> None:
        self.pilot_burst = pilot_burst
        self.pilot_pwm = pilot_pwm
        self.enable = enable
        self.feedback = feedback
        self.proximity = proximity
        self.meter_uart = meter_uart
        self.inputs = inputs
