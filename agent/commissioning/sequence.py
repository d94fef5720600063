"""The walk itself: earth first, then the pilot, then what closes and what opens.

A step that the rig has no part for is left out and says so.  A step that no instrument of the rig
can do is asked of the operator.  However it ends, the vehicle is unplugged.
"""

from . import limits
from .limits import FAIL, PASS, Limit
from .rig import Refused
from .walk import CLOSE_MS, SETTLE_MS, Result, Walk

SPACING_MS = 6_000  # no offer changes sooner than 5 s after the last
IDENTITY_TRIES = 20
PERIODS = 50
TIMES = 3
ORDER = (
    "identity",
    "earth",
    "earth-lost",
    "unplugged",
    "connected",
    "offers",
    "cables",
    "closing",
    "ready",
    "opening",
    "diode",
    "short",
    "residual",
    "reconnection",
)


class Sequence(Walk):
    """The steps of ORDER, each by its name."""

    def run(self, names: tuple[str, ...] = ORDER) -> list[Result]:
        """These steps, in this order.  RigError when the rig is lost on the way."""
        try:
            self._unplug()
            for name in names:
                try:
                    getattr(self, "_" + name.replace("-", "_"))()
                except Refused as error:
                    self._add(Result(name, FAIL, note=str(error)))
        finally:
            self._leave()
        return self.results

    # Steps

    def _identity(self) -> None:
        station = self._station
        if station is None:
            self._skip("identity", "no-station-port")
            return
        for _ in range(IDENTITY_TRIES):
            station.hello()
            station.ask_version()
            self._wait(250)
            if station.firmware:
                said = f"{station.name}, {station.firmware}, {station.board}"
                self._add(Result("identity", PASS, said))
                return
        self._add(Result("identity", FAIL, note="silent"))

    def _earth(self) -> None:
        ohm = self._operator.number("earth")
        if ohm is None:
            self._skip("earth", "not-measured")
        else:
            self._judge("earth", ohm, limits.EARTH)

    def _earth_lost(self) -> None:
        if self._has("earth", "contactor"):  # at an installed station only a cut wire loses it
            self._from_charge("earth-lost", "earth", "pe 0", "pe 1")

    def _unplugged(self) -> None:
        self._unplug()
        self._level("A")
        if self._has("analyser"):
            duty = self._rig.number(f"meas pwm {PERIODS}", "duty_ppm") / 10_000
            self._judge("no-offer", duty, Limit("%", 100.0, 100.0))
        if self._has("contactor"):
            closed = self._rig.number("until coil 1 0", "level")
            self._add(Result("open-unplugged", FAIL if closed else PASS))

    def _connected(self) -> None:
        self._show("B")
        self._wait(SPACING_MS)
        self._level("B")
        if not self._has("analyser"):
            self._skip("frequency", "no-part")
            return
        pwm = self._rig.ask(f"meas pwm {PERIODS}")
        self._judge("frequency", pwm["mhz"] / 1_000, limits.FREQUENCY)
        if self._station is None:
            amps = limits.amps_of(pwm["duty_ppm"] / 10_000)
            self._judge("offer", round(amps, 1), Limit("A", 6.0, 80.0))

    def _offers(self) -> None:
        station = self._station
        if station is None or not self._has("analyser"):
            self._skip("duty", "no-station-port" if station is None else "no-part")
            return
        if station.state is None:
            self._add(Result("duty", FAIL, note="silent"))
            return
        for amps in limits.OFFERS_A:
            self._unplug()  # a vehicle that only waits is woken up after a while
            station.limit(amps)
            self._show("B")
            self._wait(SPACING_MS)
            duty = self._rig.number(f"meas pwm {PERIODS}", "duty_ppm") / 10_000
            told = min(station.offered_a, float(amps))
            right = limits.duty_of(told if told >= limits.LEAST_A else amps)
            off = limits.DUTY_OFF
            limit = Limit("%", round(right - off, 3), round(right + off, 3))
            if told < limits.LEAST_A:
                self._add(Result("duty", FAIL, f"{amps} A", limit=limit, note="no-offer"))
            else:
                self._judge("duty", duty, limit, f"{amps} A")

    def _cables(self) -> None:
        if not self._socket:
            return
        if not self._has("proximity", "analyser"):
            self._skip("cable", "no-part")
            return
        for code, amps in limits.CABLES.items():
            self._unplug(code)
            self._show("B")
            self._wait(SPACING_MS)
            duty = self._rig.number(f"meas pwm {PERIODS}", "duty_ppm") / 10_000
            taken = round(limits.amps_of(duty), 1)
            self._judge("cable", taken, Limit("A", 6.0, float(amps)), f"{code} A")
        self._unplug()

    def _closing(self) -> None:
        if not self._has("timing"):
            self._skip("closing", "no-part")
            return
        self._show("B")
        self._wait(SETTLE_MS)
        found = self._rig.ask("time B C 1", CLOSE_MS / 1_000)
        self._judge("closing", found["ns"][0] / 1e6, limits.CLOSE)
        self._contact("contact-closing", found)

    def _ready(self) -> None:
        self._level("C")

    def _opening(self) -> None:
        if not self._has("timing"):
            self._skip("opening", "no-part")
            return
        for after in "BA":
            found = self._rig.ask(f"time C {after} {TIMES}", TIMES * CLOSE_MS / 1_000)
            self._judge("opening", max(found["ns"]) / 1e6, limits.OPEN, f"C → {after}")
            self._contact("contact-opening", found)

    def _diode(self) -> None:
        self._from_charge("diode", "diode", "diode short", "diode ok")

    def _short(self) -> None:
        self._from_charge("short", "short", "short earth", "short none")

    def _residual(self) -> None:
        if self._has("rcd", "contactor"):
            self._close()
            tripped_us = self._rig.number("rcd trip 40", "us")
            self._judge_opening("residual", tripped_us, limits.RESIDUAL)
            self._recover()
            return
        if not self._has("contactor"):
            self._skip("residual", "no-part")
            return
        self._close()
        if not self._operator.done("residual"):
            self._skip("residual", "not-measured")
            return
        self._wait(SETTLE_MS)
        closed = self._rig.number("until coil 0 0", "level")
        self._add(Result("residual", FAIL if closed else PASS))
        self._operator.done("residual-reset")
        self._unplug()

    def _reconnection(self) -> None:
        if not self._has("contactor"):
            self._skip("reconnection", "no-part")
            return
        self._close()
        self._add(Result("reconnection", PASS))
