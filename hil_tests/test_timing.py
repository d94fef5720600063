"""Figures: how fast, how exact.  Each sample at another moment of the tick; kept in build/hil/."""

from typing import TYPE_CHECKING

import pytest

from hil_tests.bench import Bench
from hil_tests.conftest import reach_charging
from hil_tests.figures import FIGURES, Figure
from hil_tests.test_pilot_duty import SPACING_MS, duty_for, offers

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.needs("vehicle", "contactor")

# Samples where days pass in seconds, and where a second takes a second or more.
STEPS = 25, 12  # of C to B, the one most often asked about
OTHERS = 10, 4
BOOTS = 5, 4
EACH = 20, 2  # of a cause that takes a charge anew
AMPS_APART = 5, 10


def samples_of(bench: Bench, counts: "tuple[int, int]") -> int:
    return counts[0 if "virtual-time" in bench.parts else 1]


def keep(bench: Bench, figure: Figure) -> None:
    FIGURES.add(bench.name, figure)
    assert figure.good(), f"{figure.name}: {figure.summary()} {figure.unit}"


def in_ms(ns: list[int]) -> list[float]:
    return [value / 1_000_000 for value in ns]


@pytest.mark.needs("timing")
@pytest.mark.parametrize("after", ["B", "A", "E", "D"])
def test_from_a_pilot_step_to_the_contactor_command(bench: Bench, after: str) -> None:
    """Sequences 8.1, 2.2, 12: 100 ms."""
    bench.vehicle("B")
    bench.wait(1_000)
    ns = bench.time("C", after, samples_of(bench, STEPS if after == "B" else OTHERS))
    keep(bench, Figure(f"C to {after}: coil let go", "ms", in_ms(ns), most=100))


@pytest.mark.needs("timing")
def test_from_a_request_to_power(bench: Bench) -> None:
    """Sequence 4: 3 s; not before half a second."""
    bench.vehicle("B")
    bench.wait(6_000)
    ns = bench.time("B", "C", samples_of(bench, OTHERS))
    keep(bench, Figure("B to C: coil energised", "ms", in_ms(ns), least=500, most=3_000))


def samples(bench: Bench, cause: "Callable[[], int]", closed: bool, ms: int) -> list[float]:
    """Milliseconds from a cause to the coil, each time from a charge just begun."""
    found = []
    for number in range(samples_of(bench, EACH)):
        if "snapshot" in bench.parts and number:
            bench.back()
        else:
            bench.fresh()
            reach_charging(bench)
            bench.wait(3_000)
            if "snapshot" in bench.parts:
                bench.keep()
        bench.wait(1 + number * 7 % 20)
        began = cause()
        found.append((bench.wait_contactor(closed=closed, timeout_ms=ms) - began) / 1_000)
    return found


CAUSES: "dict[str, tuple[str, Callable[[Bench], int], float]]" = {
    "diode shorted": ("diode", lambda bench: bench.diode("short"), 100),
    "pilot shorted to earth": ("short", lambda bench: bench.short("earth"), 100),
    "residual current": ("rcd", lambda bench: bench.rcd_trip(500), 30),
    "protective earth lost": ("earth", lambda bench: bench.earth(False), 100),
    "emergency stop": ("inputs", lambda bench: bench.inject("input", "emergency-stop", 1), 100),
    "supply cut": ("power", lambda bench: bench.power(False), 100),
}


@pytest.mark.parametrize(
    "what", [pytest.param(what, marks=pytest.mark.needs(row[0])) for what, row in CAUSES.items()]
)
def test_from_a_fault_to_the_contactor_command(bench: Bench, what: str) -> None:
    _, cause, most_ms = CAUSES[what]
    found = samples(bench, lambda: cause(bench), closed=False, ms=1_000)
    keep(bench, Figure(f"{what}: coil let go", "ms", found, most=most_ms))


def test_from_x1_to_the_forced_opening(bench: Bench) -> None:
    """Sequence 10.2: 6 s."""
    found = samples(bench, lambda: bench.offer(0), closed=False, ms=10_000)
    keep(bench, Figure("X1 to forced opening", "ms", found, least=5_800, most=6_200))


@pytest.mark.needs("crash")
@pytest.mark.parametrize(
    "how",
    ["cpu-dead", pytest.param("main-hang", marks=pytest.mark.needs("timer")), "tick-hang"],
)
def test_from_the_last_tick_to_the_end_of_the_enable(bench: Bench, how: str) -> None:
    """The dead-man."""
    if how == "main-hang":  # where the tick runs in the main loop
        bench.fresh(timer=0)
    reach_charging(bench)
    began = int(bench.crash(how)["us"])
    opened = bench.wait_contactor(closed=False, timeout_ms=1_000)
    found = [(opened - began) / 1_000]
    keep(bench, Figure("dead-man: coil let go", "ms", found, least=45, most=75))


@pytest.mark.needs("analyser", "settings")
def test_duty_and_frequency_of_every_offer(bench: Bench) -> None:
    bench.fresh(station_limit_ma=80_000, wake_up=0)
    bench.vehicle("B")
    duty, frequency = [], []
    for amps in offers(bench)[:: samples_of(bench, AMPS_APART)]:
        bench.offer(amps * 1_000)
        bench.wait(SPACING_MS)
        pwm = bench.pwm(50)
        duty.append((pwm.duty_ppm - duty_for(amps)) / 10_000)
        frequency.append(pwm.frequency_mhz / 1_000)
    keep(bench, Figure("duty off by", "% of the period", duty, least=-0.5, most=0.5))
    keep(bench, Figure("pilot frequency", "Hz", frequency, least=995, most=1_005))


def test_the_worst_tick_gap_of_a_charge(charging: Bench) -> None:
    """As the station itself counts it, with commands and questions coming in."""
    charging.wait(12_000)
    before = len(charging.told("health"))
    for word in ("status", "log", "config", "faults", "meter", "link"):
        charging.console(word)
        charging.command("get-config", key="")
        charging.wait(3_000)
    charging.wait(12_000)
    healths = charging.told("health")[before:]
    free = [health["heap_free"] / 1_000 for health in healths]
    if max(free):  # CPython has no such heap
        keep(charging, Figure("free heap while charging", "kB", free))
    gaps = [float(health["worst_gap_ms"]) for health in healths]
    keep(charging, Figure("worst gap between two ticks", "ms", gaps, most=20))


@pytest.mark.needs("power", "analyser")
def test_from_power_to_a_safe_output(bench: Bench) -> None:
    """+12 V on the pilot, and not a pulse on the coil before."""
    found = []
    for number in range(samples_of(bench, BOOTS)):
        bench.power(False)
        bench.wait(1_500)
        bench.edges()
        on = bench.power(True)
        at = on
        while bench.pwm(1).duty_ppm != 1_000_000:
            at = bench.wait(1 + number)
            assert at - on < 10_000_000, "no safe output within 10 s"
        found.append((at - on) / 1_000)
        assert [edge for edge in bench.edges() if edge.line == "coil"] == []
    bench.greet()
    note = "on a simulated bench this is its own constant, not a measurement"
    note = note if "virtual-time" in bench.parts else ""
    keep(bench, Figure("power to safe output", "ms", found, most=5_000, note=note))
