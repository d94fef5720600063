"""The pilot circuit: volts at the control pilot node, from ohms and a source.

    station                      cable              vehicle
    +-12 V --- 1 kOhm ---+--------- x -------- diode --- 2.74 kOhm --- PE
                         |                           `-- 1.3 kOhm or 270 Ohm by S2
                    sense divider

It knows Ohm's law and nothing of states: whether 6 V means charging is the firmware's business.
Whole millivolts throughout.  Values: IEC 61851-1 Annex A as reported in Phoenix Contact EV Charge
Control Basic and TI TIDUF04.  Read on in adc.py, which samples this node, and vehicle.py.
"""

FULL_PPM = 1_000_000

DIODE_OK = 0
DIODE_SHORTED = 1  # current flows both ways: the low phase is pulled up too
DIODE_OPEN = 2  # no current flows: looks unplugged

DIODE_MV = 700
_SIEMENS = 1_000_000_000  # conductances in nS, so that whole numbers are fine enough
_DEAF_MV = 2_000  # a vehicle hears no pilot below this swing


class PilotCircuit:
    """What hangs on the pilot, and the two voltages that result.

    high_mv, low_mv: the settled node voltage while the source is high and while it is low.
    duty_ppm: high time; 1_000_000 is steady high, 0 steady low.
    heard_ppm: the duty that reaches the vehicle, -1 when it hears no pilot at all.
    version: grows with every change, so that readers may cache.
    """

    def __init__(self, source_ohm: int = 1_000) -> None:
        self.version = 0
        self.duty_ppm = FULL_PPM
        self.heard_ppm = FULL_PPM
        self.high_mv = 12_000
        self.low_mv = -12_000
        self.noise_mv = 0
        self._source_ohm = source_ohm
        self._supply_high_mv = 12_000
        self._supply_low_mv = -12_000
        self._driven_ppm = FULL_PPM
        self._stuck_ppm = -1
        self._vehicle_ohm = 0
        self._diode = DIODE_OK
        self._short_ohm = -1
        self._short_through_diode = False
        self._cut = False
        self._solve()

    def drive(self, duty_ppm: int) -> None:
        """What the station's output stage is told; called by pwm.py."""
        if duty_ppm != self._driven_ppm:
            self._driven_ppm = duty_ppm
            self._solve()

    def plug(self, vehicle_ohm: int, diode: int = DIODE_OK) -> None:
        """Hang vehicle_ohm (behind its diode) on the pilot."""
        if vehicle_ohm != self._vehicle_ohm or diode != self._diode:
            self._vehicle_ohm = vehicle_ohm
            self._diode = diode
            self._solve()

    def unplug(self) -> None:
        self.plug(0)

    # Faults

    def short(self, ohm: int = 0, through_diode: bool = False) -> None:
        """Join the pilot to protective earth; through a diode only the high phase is pulled."""
        self._short_ohm = ohm
        self._short_through_diode = through_diode
        self._solve()

    def cut(self) -> None:
        """Break the pilot wire in the cable."""
        self._cut = True
        self._solve()

    def mend(self) -> None:
        """Undo short(), cut() and stick()."""
        self._short_ohm = -1
        self._cut = False
        self._stuck_ppm = -1
        self._solve()

    def stick(self, duty_ppm: int) -> None:
        """The output stage puts this out, whatever it is told."""
        self._stuck_ppm = duty_ppm
        self._solve()

    def supply(self, high_mv: int = 12_000, low_mv: int = -12_000) -> None:
        """Set the two rails; 0 is a rail that is lost."""
        self._supply_high_mv = high_mv
        self._supply_low_mv = low_mv
        self._solve()

    def make_noise(self, noise_mv: int) -> None:
        """Up to noise_mv more or less on every sample."""
        self.noise_mv = noise_mv
        self.version += 1

    # The law

    def _solve(self) -> None:
        self.duty_ppm = self._driven_ppm if self._stuck_ppm < 0 else self._stuck_ppm
        self.high_mv = self._node_mv(self._supply_high_mv)
        self.low_mv = self._node_mv(self._supply_low_mv)
        self.heard_ppm = self._heard()
        self.version += 1

    def _node_mv(self, source_mv: int) -> int:
        source = _SIEMENS // self._source_ohm
        linear = 0  # conductance that carries both ways
        forward = 0  # conductance behind a diode
        if self._vehicle_ohm and not self._cut:
            if self._diode == DIODE_OK:
                forward += _SIEMENS // self._vehicle_ohm
            elif self._diode == DIODE_SHORTED:
                linear += _SIEMENS // self._vehicle_ohm
        if self._short_ohm >= 0:
            short = _SIEMENS // max(1, self._short_ohm)
            if self._short_through_diode:
                forward += short
            else:
                linear += short
        node_mv = source_mv * source // (source + linear)
        if node_mv > DIODE_MV:  # only then does a diode conduct
            node_mv = (source_mv * source + DIODE_MV * forward) // (source + linear + forward)
        return node_mv

    def _heard(self) -> int:
        if not self._vehicle_ohm or self._cut or self.high_mv - self.low_mv < _DEAF_MV:
            return -1
        if self.duty_ppm == FULL_PPM and self.high_mv < _DEAF_MV:
            return -1
        return self.duty_ppm
