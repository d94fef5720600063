"""Kinds of vehicle, the good ones and the ones that make stations fail.

A profile is numbers and switches only; vehicle.py acts on them.  Times in ms, currents in mA.
"""

from boards.virtual.circuit import DIODE_OK, DIODE_OPEN, DIODE_SHORTED


class Profile:
    """One kind of vehicle.  Every argument has the value of a plain good car."""

    def __init__(
        self,
        name: str,
        *,
        phases: int = 1,
        inlet_ma: int = 32_000,  # what its on-board charger takes at most, per phase
        capacity_wh: int = 50_000,
        asks_after_ms: int = 1_200,  # offer heard -> S2 closed
        starts_after_ms: int = 1_500,  # mains present -> current begins
        follows_after_ms: int = 1_500,  # offer changed -> current begins to change
        stops_after_ms: int = 800,  # X1 heard -> current begins to fall
        overdraw_permille: int = 1_000,  # of the offer
        diode: int = DIODE_OK,
        ventilation: bool = False,  # asks for state D
        simplified: bool = False,  # no S2: asks as long as it is plugged, takes 10 A at most
        ignores_x1: bool = False,
        sleeps: bool = False,  # does not ask before it heard the pilot at -12 V
        chatter_ms: int = 0,  # S2 opens and closes this often
        pulses: int = 0,  # B-C-B pulses after plug-in
        rude: bool = False,  # is unplugged under load
    ) -> None:
        self.name = name
        self.phases = phases
        self.inlet_ma = inlet_ma
        self.capacity_wh = capacity_wh
        self.asks_after_ms = asks_after_ms
        self.starts_after_ms = starts_after_ms
        self.follows_after_ms = follows_after_ms
        self.stops_after_ms = stops_after_ms
        self.overdraw_permille = overdraw_permille
        self.diode = diode
        self.ventilation = ventilation
        self.simplified = simplified
        self.ignores_x1 = ignores_x1
        self.sleeps = sleeps
        self.chatter_ms = chatter_ms
        self.pulses = pulses
        self.rude = rude


PLAIN = Profile("plain")
GOOD = (
    PLAIN,
    Profile("small-battery", inlet_ma=16_000, capacity_wh=9_000),
    Profile("three-phase", phases=3, inlet_ma=16_000, capacity_wh=60_000),
    Profile("three-phase-32", phases=3, capacity_wh=52_000),
    Profile("slow-to-ask", asks_after_ms=9_000, starts_after_ms=4_000),
)
BAD = (
    Profile("diode-shorted", diode=DIODE_SHORTED),
    Profile("diode-open", diode=DIODE_OPEN),
    Profile("ignores-x1", ignores_x1=True),
    Profile("overdraws", overdraw_permille=1_300),
    Profile("chatters", chatter_ms=200),
    Profile("ventilation", ventilation=True),
    Profile("simplified", simplified=True),
    Profile("pulses", pulses=2, asks_after_ms=6_000),
    Profile("slow-to-follow", follows_after_ms=12_000),
    Profile("sleeps", sleeps=True),
    Profile("unplugs-under-load", rude=True),
)


def named(name: str) -> Profile:
    """The profile of that name.  KeyError when there is none."""
    for profile in GOOD + BAD:
        if profile.name == name:
            return profile
    raise KeyError(name)
