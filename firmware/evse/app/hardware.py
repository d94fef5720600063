"""What one connector is made of: drivers, None where a thing is not fitted."""


class Hardware:
    """adc: sample(duty_ppm), high_mv, low_mv.  pwm: show(drive, duty_ppm).  contactor: open(),
    close(), feedback().  guard: faults(), tripped().  rcd_test: value(level), or None.
    lock: drive(way), contact(), or None.  cable: read_ohm(), or None for a tethered one.
    thermistor: read_dc(), or None.  meter: see drivers/meter.py, or None.
    """

    def __init__(
        self,
        adc,
        pwm,
        contactor,
        guard,
        *,
        rcd_test=None,
        lock=None,
        cable=None,
        thermistor=None,
        meter=None,
    ) -> None:
        self.adc = adc
        self.pwm = pwm
        self.contactor = contactor
        self.guard = guard
        self.rcd_test = rcd_test
        self.lock = lock
        self.cable = cable
        self.thermistor = thermistor
        self.meter = meter
