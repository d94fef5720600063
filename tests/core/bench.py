"""The core put together as the controller does it, in pretended time, and what came of it.

A Bench has a vehicle, a cable, a contactor with a mirror contact, a lock, a meter and a
mains, each as simple as it can be; run_to() ticks the core every 10 ms and keeps every
change of its outputs.  script() and check() read the short notation of scenarios.py.
"""

from collections import namedtuple

from evse.core import faults, limits, states
from evse.core.contactor import ContactorCheck
from evse.core.fallback import PAUSE, Fallback
from evse.core.faults import Faults
from evse.core.heat import Heat
from evse.core.levels import Decoder
from evse.core.limits import Limits
from evse.core.overcurrent import OverCurrent
from evse.core.pilot import PilotMachine
from evse.core.pilot_check import PilotCheck
from evse.core.proximity import Proximity
from evse.core.ramp import Ramp
from evse.core.reason import NAMES as WHY_NAMES
from evse.core.session import Session
from evse.core.supply import EUROPE, Supply
from evse.core.units import TICKS_PERIOD

TICK_MS = 10
PEAK_MV = {"A": 12_000, "B": 9_000, "C": 6_000, "D": 3_000, "E": 0, "X": -5_000}
OPEN_OHM = 1_000_000
MIRROR_LAG_MS = 20
LOCK_LAG_MS = 100


# The outputs from one moment on.
Shot = namedtuple("Shot", ("st", "pw_ppm", "K", "L", "why", "active"))


class Bench:
    """Inputs are attributes; change them, then run_to() or run().

    cp: the vehicle, A..E, or X for a voltage that is no level.  diode: it has one.
    mirror: None follows the command after 20 ms, else what it says.  lock: None follows
    after 100 ms, else what it says.  extra: FAULT_* bits the guard would bring.
    """

    def __init__(
        self,
        *,
        start_ms: int = 0,
        cp: str = "A",
        limit_ma: int = 16_000,
        band: "tuple[int, ...]" = EUROPE,
        fault_settings: "dict[str, object] | None" = None,
        **pilot_settings: object,
    ) -> None:
        self.ms = 0
        self._start_ms = start_ms
        self.cp = cp
        self.diode = True
        self.ohm = 220
        self.mirror: int | None = None
        self.lock: bool | None = None
        self.extra = 0
        self.permits = states.PERMIT_ALL & ~states.PERMIT_VENTILATED
        self.current_ma = 0
        self.temperature_dc = 250
        self.voltage_mv = 230_000
        self.frequency_mhz = 50_000
        self.decoder = Decoder()
        self.pilot_check = PilotCheck()
        self.proximity = Proximity()
        self.contactor_check = ContactorCheck()
        self.over_current = OverCurrent()
        self.heat = Heat()
        self.supply = Supply(band)
        self.faults = Faults(**(fault_settings or {}))
        self.limits = Limits()
        self.limits.set(limits.STATION, limit_ma, start_ms)
        self.ramp = Ramp(self.limits)
        self.fallback: Fallback | None = None
        self.pilot = PilotMachine(**pilot_settings)
        self.session = Session(boot_id=1)
        self._closed_ms = self._opened_ms = -MIRROR_LAG_MS
        self._held_ms = -LOCK_LAG_MS
        self._times: list[int] = []
        self._shots: list[Shot] = []

    @property
    def now_ms(self) -> int:
        """The board's clock, which wraps."""
        return (self._start_ms + self.ms) % TICKS_PERIOD

    def run_to(self, at_ms: int) -> None:
        """Tick until the tick of at_ms is done."""
        while self.ms <= at_ms:
            self.tick()

    def run(self, for_ms: int) -> None:
        self.run_to(self.ms + for_ms - TICK_MS)

    def shot(self, at_ms: int | None = None) -> Shot:
        """The outputs after the tick of at_ms, or after the last one."""
        if at_ms is None:
            return self._shots[-1]
        return self._shots[self._count_to(at_ms) - 1]

    def shots(self, from_ms: int, to_ms: int) -> list[tuple[int, Shot]]:
        """What was shown at from_ms, and every change until to_ms, with its time."""
        first, last = self._count_to(from_ms) - 1, self._count_to(to_ms)
        return [(self._times[n], self._shots[n]) for n in range(first, last)]

    def _count_to(self, at_ms: int) -> int:
        """How many changes there were until at_ms, that included."""
        return sum(1 for ms in self._times if ms <= at_ms)

    def tick(self) -> None:
        now_ms = self.now_ms
        high_mv, low_mv = self._peaks()
        pilot = self.pilot
        level = self.decoder.feed(high_mv)
        standing = self.pilot_check.step(level, pilot.duty_ppm, high_mv, low_mv)
        standing |= self.contactor_check.step(now_ms, pilot.contactor, self._mirror())
        standing |= self.over_current.step(now_ms, pilot.signalled_ma, self.current_ma)
        full_ma = self.limits.limit_ma(limits.STATION)
        standing |= self.heat.step(self.temperature_dc, full_ma)
        standing |= self._watch_supply(now_ms)
        standing |= self.proximity.step(self.ohm, pilot.vehicle.plugged)
        if pilot.power.ignores_stop:
            standing |= faults.FAULT_OPENED_UNDER_LOAD
        active = self.faults.step(now_ms, standing | self.extra, level == states.LEVEL_A)
        self._set_limits(now_ms)
        was_closed = pilot.contactor
        pilot.step(now_ms, level, self.limits.least(now_ms), self._permits(), active)
        self._follow(was_closed)
        if pilot.contactor and not was_closed:
            self.faults.note_closed(now_ms)
        offered = pilot.drive == states.DRIVE_PWM
        self.session.step(now_ms, pilot.vehicle.plugged, offered, pilot.contactor, 0)
        self._keep(active)
        self.ms += TICK_MS

    def _peaks(self) -> tuple[int, int]:
        peak_mv = PEAK_MV[self.cp]
        vehicle = self.cp in "BCD"
        low_mv = -12_000 if self.diode or not vehicle else -peak_mv
        if self.cp in "EX":
            return peak_mv, peak_mv
        if self.pilot.drive == states.DRIVE_HIGH:
            return peak_mv, peak_mv
        return (low_mv if self.pilot.drive == states.DRIVE_LOW else peak_mv), low_mv

    def _mirror(self) -> int:
        if self.mirror is not None:
            return self.mirror
        if self.pilot.contactor:
            return int(self.ms - self._closed_ms >= MIRROR_LAG_MS)
        return int(self.ms - self._opened_ms < MIRROR_LAG_MS)

    def _permits(self) -> int:
        permits = self.permits & ~(states.PERMIT_LOCKED | states.PERMIT_DIODE)
        locked = self.pilot.lock and self.ms - self._held_ms >= LOCK_LAG_MS
        if locked if self.lock is None else self.lock:
            permits |= states.PERMIT_LOCKED
        if self.pilot_check.diode_proved:
            permits |= states.PERMIT_DIODE
        self.pilot_check.ventilated = permits & states.PERMIT_VENTILATED != 0
        return permits

    def _watch_supply(self, now_ms: int) -> int:
        before = self.supply.bits
        bits = self.supply.step(now_ms, self.voltage_mv, self.voltage_mv, self.frequency_mhz)
        if before and not bits:
            self.ramp.start(now_ms, self.limits.limit_ma(limits.STATION))
        return bits

    def _set_limits(self, now_ms: int) -> None:
        self.limits.set(limits.CABLE, self.proximity.cable_ma, now_ms)
        self.limits.set(limits.HEAT, self.heat.limit_ma, now_ms)
        self.ramp.step(now_ms)
        if self.fallback is not None:
            self.fallback.step(now_ms)

    def _follow(self, was_closed: bool) -> None:
        """The contactor and the lock take their time after these commands."""
        if self.pilot.contactor and not was_closed:
            self._closed_ms = self.ms
        if was_closed and not self.pilot.contactor:
            self._opened_ms = self.ms
        if self.pilot.lock and not (self._shots and self._shots[-1].L):
            self._held_ms = self.ms

    def _keep(self, active: int) -> None:
        pilot = self.pilot
        name, why = states.NAMES[pilot.state], WHY_NAMES[pilot.why]
        shot = Shot(name, pilot.duty_ppm, pilot.contactor, pilot.lock, why, active)
        if not self._shots or shot != self._shots[-1]:
            self._times.append(self.ms)
            self._shots.append(shot)

    # The notation of scenarios.py.

    def do(self, word: str, value: str) -> None:
        """One input: a word, and what it becomes."""
        if word == "cp":
            self.cp = value
        elif word in PERMIT_WORDS:
            bit = PERMIT_WORDS[word]
            self.permits = self.permits | bit if value == "1" else self.permits & ~bit
        elif word == "limit":
            self.limits.set(limits.STATION, round(float(value) * 1000), self.now_ms)
        elif word == "budget":
            amps, seconds = value.split("/")
            valid_ms = round(float(seconds) * 1000)
            self.limits.after(limits.BACKEND, 0)
            self.limits.set(limits.BACKEND, round(float(amps) * 1000), self.now_ms, valid_ms)
        elif word == "silence":
            self.fallback = Fallback(self.limits, PAUSE, 0, round(float(value) * 1000))
        elif word in ("clear", "service"):
            by = faults.BY_OPERATOR if word == "clear" else faults.BY_SERVICE
            assert self.faults.clear(code_bit(value), by), f"{value} cannot be cleared"
        elif word in ("fault", "good"):
            bit = code_bit(value)
            self.extra = self.extra | bit if word == "fault" else self.extra & ~bit
        else:
            setattr(self, *_physical(word, value))

    def play(self, inputs: str, until_s: float) -> None:
        """Run a script of inputs, then on to until_s."""
        for at_ms, word, value in script(inputs):
            self.run_to(at_ms - TICK_MS)
            self.do(word, value)
        self.run_to(round(until_s * 1000))

    def holds(self, word: str, value: str, from_ms: int, to_ms: int) -> str:
        """Whether an output is value all the time; "" if so, else what was seen instead."""
        for at_ms, shot in self.shots(from_ms, to_ms):
            if not _agrees(shot, word, value):
                return f"{word} is not {value} at {max(at_ms, from_ms) / 1000} s: {shot}"
        return ""


PERMIT_WORDS = {
    "auth": states.PERMIT_AUTHORISED,
    "on": states.PERMIT_ENABLED,
    "phases": states.PERMIT_PHASES,
    "tested": states.PERMIT_SELF_TESTED,
    "air": states.PERMIT_VENTILATED,
}


def _physical(word: str, value: str) -> tuple[str, object]:
    """The attribute of Bench an input sets, and its value in the core's units."""
    if word == "diode":
        return "diode", value == "1"
    if word == "pp":
        return "ohm", OPEN_OHM if value == "open" else int(value)
    if word == "mirror":
        return "mirror", None if value == "follows" else int(value)
    if word == "lock":
        return "lock", None if value == "follows" else value == "1"
    scale = {
        "I": ("current_ma", 1000),
        "T": ("temperature_dc", 10),
        "U": ("voltage_mv", 1000),
        "f": ("frequency_mhz", 1000),
    }
    name, factor = scale[word]
    return name, round(float(value) * factor)


def _agrees(shot: Shot, word: str, value: str) -> bool:
    if word == "pw":
        if value == "F":
            return shot.pw_ppm == 0
        return abs(shot.pw_ppm - float(value) * 10_000) <= 10
    if word == "flt":
        return shot.active == 0 if value == "-" else code_bit(value) & shot.active != 0
    if word in ("K", "L"):
        return getattr(shot, word) is (value == "1")
    return value in str(getattr(shot, word)).split()


def code_bit(word: str) -> int:
    number = faults.number_of(word)
    assert number >= 0, word
    return 1 << number


def script(inputs: str) -> list[tuple[int, str, str]]:
    """(ms, word, value) of "1 cp=B; 5 cp=C auth=0", in the order written."""
    steps = []
    for part in inputs.split(";"):
        at_s, *changes = part.split()
        for change in changes:
            word, value = change.split("=")
            steps.append((round(float(at_s) * 1000), word, value))
    return steps


def expectations(checks: str) -> list[tuple[str, str, int, int]]:
    """(word, value, from ms, to ms) of "K=0 0..5; st=C2 8..20"."""
    wanted = []
    for part in checks.split(";"):
        change, span = part.split()
        word, value = change.split("=")
        from_s, to_s = span.split("..")
        wanted.append((word, value, round(float(from_s) * 1000), round(float(to_s) * 1000)))
    return wanted
