"""What the pilot's voltages prove: faults of the vehicle, of the cable, of our own output.

Knows the level, the duty on the wire and both peaks; does not know the state of the
charge, so it never decides what a fault does (faults.py, pilot.py).  signs() is the
judgement on one reading; PilotCheck asks for a few that agree.
"""

from . import states
from .faults import (
    FAULT_DIODE,
    FAULT_PILOT_RANGE,
    FAULT_PILOT_READBACK,
    FAULT_PILOT_SHORT,
    FAULT_PILOT_SUPPLY,
    FAULT_VENTILATION,
)
from .units import F_PPM, X1_PPM

_SYMMETRY_MV = 1_200  # peaks of opposite sign this close in size: no diode in between
_SHORT_MV = 2_000  # a positive peak under this is no vehicle
_LOW_OK_MV = -10_000  # the negative peak reaches this when the diode blocks and -12 V is there
_LOW_MIN_MV = -13_000
_FLAT_MV = -2_000  # a negative peak above this: no modulation is seen
_RAIL_LOW_MV = 11_200  # +12 V less 5 %, less 200 mV for the measurement
_RAIL_HIGH_MV = 12_800

# Ticks of 10 ms.
SETTLE = 2  # readings after a change of drive that may straddle it
BAD_QUICK = 3  # output does not follow, short
BAD_SLOW = 5  # diode: it latches until the vehicle leaves
BAD_RAIL = 100  # a plug going in passes through these voltages
PROOF = 5  # good readings that prove the diode


def signs(level: int, duty_ppm: int, high_mv: int, low_mv: int, diode_latched: bool) -> int:
    """Fault bits one reading shows; the diode's stays, once latched, but in A.

    Diode: IEC 61851-1 Table A.4, positive and negative peak alike while the PWM runs.
    Short: no positive side; with PWM no negative side either, else it is E behind the
    vehicle's diode.
    """
    if level == states.LEVEL_A:
        return 0
    wants_air = level == states.LEVEL_D and low_mv <= _LOW_OK_MV
    ventilation = FAULT_VENTILATION if wants_air else 0
    sum_mv = high_mv + low_mv
    symmetric = -_SYMMETRY_MV <= sum_mv <= _SYMMETRY_MV
    pwm = F_PPM < duty_ppm < X1_PPM
    if diode_latched or (pwm and symmetric and high_mv > _SHORT_MV):
        return FAULT_DIODE | ventilation
    if level == states.LEVEL_FAULT:
        return FAULT_PILOT_RANGE
    if high_mv < _SHORT_MV and (symmetric if pwm else low_mv > _LOW_OK_MV):
        return FAULT_PILOT_SHORT
    return ventilation


def output_signs(level: int, duty_ppm: int, high_mv: int, low_mv: int) -> int:
    """Fault bits of our own output: the peaks against what is driven.

    Says nothing while the pilot is shorted, nor where the vehicle's side explains it.
    """
    if level == states.LEVEL_E or (high_mv < -_SHORT_MV and level != states.LEVEL_F):
        return 0
    if duty_ppm == X1_PPM:
        flat = low_mv > _FLAT_MV and high_mv > _SHORT_MV
        return 0 if flat else FAULT_PILOT_READBACK
    if duty_ppm == F_PPM:
        return 0 if high_mv < _LOW_OK_MV else FAULT_PILOT_READBACK
    if high_mv < _SHORT_MV or low_mv > _FLAT_MV:
        return FAULT_PILOT_READBACK
    symmetric = -_SYMMETRY_MV <= high_mv + low_mv <= _SYMMETRY_MV
    if low_mv < _LOW_MIN_MV or (low_mv > _LOW_OK_MV and not symmetric):
        return FAULT_PILOT_SUPPLY
    return 0


class PilotCheck:
    """Agreement over readings, the diode's latch and its proof.  Once a tick.

    bits: FAULT_* standing now.  diode_proved: PROOF good readings in a row with PWM and
    a vehicle; forgotten in A and by a diode fault.  ventilated: set by the caller, D is
    no fault then.
    """

    def __init__(self) -> None:
        self.bits = 0
        self.ventilated = False
        self.diode_proved = False
        self._diode_latched = False
        self._duty_ppm = X1_PPM
        self._settling = SETTLE
        self._proof = 0
        self._bad_diode = 0
        self._bad_short = 0
        self._bad_readback = 0
        self._bad_supply = 0
        self._bad_rail = 0

    def step(self, level: int, duty_ppm: int, high_mv: int, low_mv: int) -> int:
        """Take the accepted level, the duty on the wire during the reading, the peaks.

        Returns bits.
        """
        if level == states.LEVEL_A:
            self._diode_latched = False
            self.diode_proved = False
            self._proof = 0
        seen = signs(level, duty_ppm, high_mv, low_mv, self._diode_latched)
        if self._settles(duty_ppm):
            own = 0
            seen &= ~(FAULT_DIODE | FAULT_PILOT_SHORT)
        else:
            own = output_signs(level, duty_ppm, high_mv, low_mv)
            self._prove(level, duty_ppm, high_mv, low_mv)
        self._bad_diode = self._bad_diode + 1 if seen & FAULT_DIODE else 0
        self._bad_short = self._bad_short + 1 if seen & FAULT_PILOT_SHORT else 0
        self._bad_readback = self._bad_readback + 1 if own & FAULT_PILOT_READBACK else 0
        self._bad_supply = self._bad_supply + 1 if own & FAULT_PILOT_SUPPLY else 0
        rail_bad = not _RAIL_LOW_MV <= high_mv <= _RAIL_HIGH_MV
        self._bad_rail = self._bad_rail + 1 if level == states.LEVEL_A and rail_bad else 0
        self.bits = self._agreed(seen)
        return self.bits

    def _settles(self, duty_ppm: int) -> bool:
        """Whether the drive has just changed between X1, PWM and F."""
        before_ppm = self._duty_ppm
        self._duty_ppm = duty_ppm
        both_pwm = F_PPM < before_ppm < X1_PPM and F_PPM < duty_ppm < X1_PPM
        if before_ppm != duty_ppm and not both_pwm:
            self._settling = SETTLE
        elif self._settling:
            self._settling -= 1
        return self._settling > 0

    def _prove(self, level: int, duty_ppm: int, high_mv: int, low_mv: int) -> None:
        vehicle = level == states.LEVEL_B or level == states.LEVEL_C or level == states.LEVEL_D
        if not vehicle or not F_PPM < duty_ppm < X1_PPM:
            return
        if _LOW_MIN_MV <= low_mv <= _LOW_OK_MV and high_mv > _SHORT_MV:
            if self._proof < PROOF:
                self._proof += 1
            if self._proof == PROOF:
                self.diode_proved = True
        else:
            self._proof = 0

    def _agreed(self, seen: int) -> int:
        """Bits with enough readings behind them; counts stop there."""
        bits = seen & (FAULT_VENTILATION | FAULT_PILOT_RANGE)  # levels.py has debounced these
        if self.ventilated:
            bits &= ~FAULT_VENTILATION
        if self._bad_diode >= BAD_SLOW:
            self._bad_diode = BAD_SLOW
            self._diode_latched = True
            self.diode_proved = False
        if self._diode_latched:
            bits |= FAULT_DIODE
        if self._bad_short >= BAD_QUICK:
            self._bad_short = BAD_QUICK
            bits |= FAULT_PILOT_SHORT
        if self._bad_readback >= BAD_QUICK:
            self._bad_readback = BAD_QUICK
            bits |= FAULT_PILOT_READBACK
        if self._bad_supply >= BAD_SLOW:
            self._bad_supply = BAD_SLOW
            bits |= FAULT_PILOT_SUPPLY
        if self._bad_rail >= BAD_RAIL:
            self._bad_rail = BAD_RAIL
            bits |= FAULT_PILOT_SUPPLY
        return bits
