"""What can be wrong, what each fault does, and how it goes away.

RULES is the whole policy, a row a fault; Faults only keeps time and counts by it.
Who finds a fault: pilot_check.py, contactor.py, overcurrent.py, supply.py, heat.py,
proximity.py and the drivers' guard.  What an active fault does to the pilot and to
the power: pilot.py, which asks for the masks at the end of this file.
"""

from .units import elapsed_ms

# A bit a fault; a fault's number is its bit's position and its row in RULES.
FAULT_PILOT_SHORT = 1 << 0  # pilot shorted to earth
FAULT_PILOT_RANGE = 1 << 1  # pilot voltage that is no level
FAULT_DIODE = 1 << 2  # the vehicle's diode is missing or shorted
FAULT_VENTILATION = 1 << 3  # vehicle wants ventilation, there is none
FAULT_PE_LOST = 1 << 4
FAULT_RCD_TRIP = 1 << 5  # residual current, AC or 6 mA DC
FAULT_RCD_SELFTEST = 1 << 6
FAULT_CONTACTOR_WELDED = 1 << 7  # closed though told to open
FAULT_CONTACTOR_STUCK_OPEN = 1 << 8  # open though told to close
FAULT_OPENED_UNDER_LOAD = 1 << 9  # the vehicle went on drawing, the power was cut
FAULT_OVER_CURRENT = 1 << 10
FAULT_OVER_VOLTAGE = 1 << 11
FAULT_UNDER_VOLTAGE = 1 << 12
FAULT_FREQUENCY = 1 << 13
FAULT_OVER_TEMPERATURE = 1 << 14
FAULT_TEMPERATURE_SENSOR = 1 << 15
FAULT_PROXIMITY = 1 << 16  # cable code missing, shorted, or lost while plugged in
FAULT_LOCK = 1 << 17
FAULT_EMERGENCY_STOP = 1 << 18
FAULT_ENCLOSURE_OPEN = 1 << 19
FAULT_METER_SILENT = 1 << 20
FAULT_CRASH_LOOP = 1 << 21
FAULT_CONFIG_LOST = 1 << 22
FAULT_PILOT_SUPPLY = 1 << 23  # +12 V or -12 V of the pilot out of bounds
FAULT_PILOT_READBACK = 1 << 24  # the pilot does not show what the station drives
FAULT_INTERNAL = 1 << 25
COUNT = 26

# What an active fault does.
WARNS = 0  # told, nothing else
WITHDRAWS = 1  # X1 first, the vehicle has a moment to stop, then open
OPENS = 2  # open at once, X1
OPENS_F = 3  # open at once; F for 300 ms if it came while the vehicle asked, then X1
HOLDS_F = 4  # open at once, F as long as it is active

# How an active fault goes away.
BY_TIME = 0  # after it has been good for good_ms; once the retries are used up, by unplugging
BY_UNPLUGGING = 1  # when the vehicle leaves; an operator may clear it before
BY_OPERATOR = 2
BY_SERVICE = 3  # somebody has been there

_ALWAYS = -1  # no end of retries
_MINUTE_MS = 60_000
_HARD_TRIP_MS = 2_000  # a trip this soon after closing is never retried
_MAX_COUNT = (1 << 30) - 1
_RCD_TRIP = 5  # its number

# code, ChargeX MREC number, what it does, how it goes, good for ms, retries a plug-in.
RULES = (
    ("pilot-short", "CX014", OPENS, BY_TIME, 0, _ALWAYS),
    ("pilot-range", "CX014", OPENS, BY_TIME, 0, _ALWAYS),
    ("diode", "", OPENS, BY_UNPLUGGING, 0, 0),
    ("ventilation", "", WARNS, BY_TIME, 0, _ALWAYS),  # pilot.py never closes in D by itself
    ("pe-lost", "CX002", OPENS_F, BY_TIME, 5 * _MINUTE_MS, 6),
    ("rcd-trip", "CX002", OPENS_F, BY_TIME, 5 * _MINUTE_MS, 6),
    ("rcd-selftest", "CX002", OPENS_F, BY_SERVICE, 0, 0),
    ("contactor-welded", "CX017", HOLDS_F, BY_SERVICE, 0, 0),
    ("contactor-stuck-open", "CX017", OPENS_F, BY_OPERATOR, 0, 0),
    ("opened-under-load", "", WARNS, BY_UNPLUGGING, 0, 0),
    ("over-current", "CX004", OPENS, BY_UNPLUGGING, 0, 0),
    ("over-voltage", "CX005", OPENS_F, BY_TIME, 0, 10),  # supply.py keeps the time
    ("under-voltage", "CX006", OPENS_F, BY_TIME, 0, 10),
    ("frequency", "", OPENS_F, BY_TIME, 0, 10),
    ("over-temperature", "CX003", WITHDRAWS, BY_UNPLUGGING, 0, 0),
    ("temperature-sensor", "", WITHDRAWS, BY_TIME, 10_000, _ALWAYS),
    ("proximity", "CX023", OPENS, BY_UNPLUGGING, 0, 0),
    ("lock", "CX001", OPENS, BY_UNPLUGGING, 0, 0),
    ("emergency-stop", "CX008", OPENS, BY_OPERATOR, 0, 0),
    ("enclosure-open", "", OPENS_F, BY_OPERATOR, 0, 0),
    ("meter-silent", "", WARNS, BY_TIME, 0, _ALWAYS),
    ("crash-loop", "", HOLDS_F, BY_OPERATOR, 0, 0),
    ("config-lost", "", OPENS, BY_TIME, 0, _ALWAYS),
    ("pilot-supply", "CX014", OPENS, BY_TIME, 10_000, _ALWAYS),
    ("pilot-readback", "CX014", OPENS, BY_OPERATOR, 0, 0),
    ("internal", "", HOLDS_F, BY_SERVICE, 0, 0),
)


def code(number: int) -> str:
    """The word for a fault number, as protocol.codes.FAULTS has it."""
    return RULES[number][0]


def mrec(number: int) -> str:
    """The ChargeX minimum required error code, "" where that list has none."""
    return RULES[number][1]


def effect(number: int) -> int:
    return RULES[number][2]


def number_of(word: str) -> int:
    """The fault number of a code, -1 for a word that is none."""
    for number in range(COUNT):
        if RULES[number][0] == word:
            return number
    return -1


def _mask_of(least_effect: int) -> int:
    mask = 0
    for number in range(COUNT):
        if RULES[number][2] >= least_effect:
            mask |= 1 << number
    return mask


HOLDING_F = _mask_of(HOLDS_F)
PULSING_F = _mask_of(OPENS_F)  # and HOLDING_F
OPENING = _mask_of(OPENS)  # and PULSING_F
STOPPING = _mask_of(WITHDRAWS)  # and OPENING: no offer while one is active


class Faults:
    """Which faults are active: standing now, or waiting for what their rule asks.

    active, standing: FAULT_* bits.  since_ms[n], counts[n]: when fault n last came up
    and how often since power-up.  retried[n]: how often it has cleared itself since the
    vehicle was plugged in.
    """

    def __init__(self, rcd_retries: int = 6, rcd_clears_on_unplugging: bool = True) -> None:
        """rcd_retries: 0..6 automatic re-closings a plug-in, 5 minutes apart.

        rcd_clears_on_unplugging: False keeps a latched residual-current trip until an
        operator clears it.
        """
        self.active = 0
        self.standing = 0
        self.since_ms = [0] * COUNT
        self.counts = [0] * COUNT
        self.retried = [0] * COUNT
        self._bad_ms = [0] * COUNT  # when it last stood
        self._hard = 0  # active faults that may not retry
        self._asked = 0  # bits somebody wants cleared, taken by the next step
        self._rcd_retries = min(max(rcd_retries, 0), 6)
        self._rcd_clears_on_unplugging = rcd_clears_on_unplugging
        self._closed_ms = 0
        self._just_closed = False
        self._any_retried = False

    def note_closed(self, now_ms: int) -> None:
        """The contactor has been told to close: trips within 2 s of it are hard."""
        self._closed_ms = now_ms
        self._just_closed = True

    def step(self, now_ms: int, standing: int, unplugged: bool) -> int:
        """Take the faults standing now; return those active.  Every tick.

        unplugged: no vehicle is there now.
        """
        self.standing = standing
        if self._just_closed and elapsed_ms(now_ms, self._closed_ms) >= _HARD_TRIP_MS:
            self._just_closed = False
        asked = self._asked
        self._asked = 0
        if not standing | self.active:
            if unplugged:
                self._forget_retries()
            return 0
        for number in range(COUNT):
            bit = 1 << number
            if standing & bit:
                self._stands(number, bit, now_ms)
            elif self.active & bit and (asked & bit or self._is_over(number, now_ms, unplugged)):
                self.active &= ~bit
                self._hard &= ~bit
        if unplugged:
            self._forget_retries()
        return self.active

    def clear(self, bits: int, by: int) -> bool:
        """Ask the next step to clear faults; False if one stands or needs more than by.

        by: BY_OPERATOR or BY_SERVICE.  Safe while a tick runs in an interrupt.
        """
        if bits & self.standing or not bits & self.active:
            return False
        for number in range(COUNT):
            if bits & self.active & (1 << number) and RULES[number][3] > by:
                return False
        self._asked |= bits
        return True

    def latched(self, number: int) -> bool:
        """Active, and no time alone will clear it."""
        bit = 1 << number
        if not self.active & bit:
            return False
        return RULES[number][3] != BY_TIME or bool(self._hard & bit)

    def _stands(self, number: int, bit: int, now_ms: int) -> None:
        self._bad_ms[number] = now_ms
        if self.active & bit:
            return
        self.active |= bit
        self.since_ms[number] = now_ms
        if self.counts[number] < _MAX_COUNT:
            self.counts[number] += 1
        retries = RULES[number][5]
        if bit == FAULT_RCD_TRIP:
            retries = self._rcd_retries
            if self._just_closed:
                retries = 0
        if retries != _ALWAYS and self.retried[number] >= retries:
            self._hard |= bit

    def _is_over(self, number: int, now_ms: int, unplugged: bool) -> bool:
        """Whether a fault that no longer stands may go by its rule."""
        rule = RULES[number]
        if rule[3] != BY_TIME:
            return rule[3] == BY_UNPLUGGING and unplugged
        hard = self._hard & (1 << number)
        if unplugged and number == _RCD_TRIP and self._rcd_clears_on_unplugging:
            return True
        if hard:
            return unplugged and number != _RCD_TRIP
        if elapsed_ms(now_ms, self._bad_ms[number]) < rule[4]:
            return False
        if self.retried[number] < _MAX_COUNT:
            self.retried[number] += 1
            self._any_retried = True
        return True

    def _forget_retries(self) -> None:
        if self._any_retried:
            self._any_retried = False
            for number in range(COUNT):
                self.retried[number] = 0
