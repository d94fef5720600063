"""The hardware of one connector, as a board hands it to the firmware."""

from evse.drivers.pilot_adc import SAMPLES
from evse.drivers.plateaux import scan


class Socket:
    """pilot_burst: fills an array with `samples` raw counts over a pilot period; scan finds the
    plateaux in them (drivers/plateaux.py).  pilot_pwm: machine.PWM's freq, duty_u16, duty_ns.
    enable: kick() keeps the contactor closed for some 60 ms, drop() opens it.  All others are None
    where not fitted: feedback, rcd_trip, rcd_test (pins); lock_pins (lock, unlock, contact);
    proximity, thermistor (read_u16()); meter_uart; meter_counters (cf, cf1, sel), as
    drivers/meter_hlw8012.py wants them; meter_pulses(edge), as edges.py.  guard_rows: as
    drivers/guard.py makes them.  fitted_rows: (setting, row), for inputs that count where the
    setting says so.
    """

    def __init__(
        self,
        pilot_burst,
        pilot_pwm,
        enable,
        *,
        samples=SAMPLES,
        scan=scan,
        feedback=None,
        guard_rows=(),
        fitted_rows=(),
        rcd_trip=None,
        rcd_test=None,
        lock_pins=None,
        proximity=None,
        thermistor=None,
        meter_uart=None,
        meter_counters=None,
        meter_pulses=None,
    ) -> None:
        self.pilot_burst = pilot_burst
        self.pilot_pwm = pilot_pwm
        self.samples = samples
        self.scan = scan
        self.enable = enable
        self.feedback = feedback
        self.guard_rows = guard_rows
        self.fitted_rows = fitted_rows
        self.rcd_trip = rcd_trip
        self.rcd_test = rcd_test
        self.lock_pins = lock_pins
        self.proximity = proximity
        self.thermistor = thermistor
        self.meter_uart = meter_uart
        self.meter_counters = meter_counters
        self.meter_pulses = meter_pulses
