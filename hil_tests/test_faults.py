"""Faults of pilot, vehicle and cable (F01-F19): what the station does, and what it says."""

from itertools import pairwise

import pytest

from hil_tests import told
from hil_tests.bench import Bench
from hil_tests.conftest import reach_charging

pytestmark = pytest.mark.needs("vehicle", "contactor")

OPEN_US = 100_000


def opens(bench: Bench, since_us: int, within_us: int = OPEN_US) -> None:
    assert bench.wait_contactor(closed=False, timeout_ms=1_000) - since_us <= within_us


def never_closes(bench: Bench, ms: int = 8_000) -> None:
    bench.edges()
    bench.wait(ms)
    assert [edge for edge in bench.edges() if edge.line == "coil"] == []


def test_a_vehicle_that_leaves_under_load_ends_its_session(charging: Bench) -> None:
    """F02."""
    left = charging.vehicle("A")
    opens(charging, left)
    charging.wait(12_000)
    session = charging.told("session")[-1]
    assert (session["phase"], session["reason"]) == ("end", "unplugged")
    told.no_fault(charging)


@pytest.mark.needs("short")
@pytest.mark.parametrize("state", ["A", "B"])
def test_a_pilot_shorted_to_earth_closes_nothing(bench: Bench, state: str) -> None:
    """F03, before the charge."""
    bench.vehicle(state)
    bench.wait(1_000)
    bench.short("earth")
    told.only_fault(bench, "pilot-short")
    bench.vehicle("C")
    never_closes(bench)


@pytest.mark.needs("short")
def test_a_pilot_shorted_to_earth_opens_the_contactor(charging: Bench) -> None:
    """F03, in the charge; it goes when the short goes."""
    shorted = charging.short("earth")
    opens(charging, shorted)
    told.only_fault(charging, "pilot-short")
    charging.short("none")
    charging.vehicle("B")
    charging.wait(2_000)
    told.no_fault(charging)


@pytest.mark.needs("short")
def test_a_short_behind_a_diode_opens_the_contactor_too(charging: Bench) -> None:
    """F04: the low side is still there while the PWM runs; at +12 V it is a plain short."""
    shorted = charging.short("diode")
    opens(charging, shorted)
    told.only_fault(charging, "pilot-short")


@pytest.mark.needs("diode")
def test_a_vehicle_without_diode_gets_no_power(bench: Bench) -> None:
    """F05: a finger or a wet plug is no vehicle."""
    bench.diode("short")
    bench.vehicle("B")
    told.only_fault(bench, "diode")
    bench.vehicle("C")
    never_closes(bench)
    bench.vehicle("A")
    bench.wait(1_000)
    told.no_fault(bench)


@pytest.mark.needs("diode")
def test_a_diode_that_shorts_opens_the_contactor(charging: Bench) -> None:
    """F06; it stays until the vehicle leaves."""
    shorted = charging.diode("short")
    opens(charging, shorted)
    told.only_fault(charging, "diode")
    charging.diode("ok")
    never_closes(charging)
    told.fault(charging, "diode")


@pytest.mark.needs("levels", "noise")
@pytest.mark.parametrize("high_mv", [11_000, 10_000, 8_000, 7_000, 5_000, 4_000])
def test_a_voltage_at_a_threshold_does_not_chatter(bench: Bench, high_mv: int) -> None:
    """F08: hysteresis, IEC 61851-1 A.4.11.  The noise is more than a count of the converter."""
    bench.vehicle("B")
    bench.wait(1_000)
    bench.noise(30)
    before = len(bench.told("state"))
    bench.volts(high_mv)
    bench.wait(10_000)
    states = [state["reason"]["state"] for state in bench.told("state")[before:]]
    changes = sum(1 for first, second in pairwise(states) if first != second)
    assert changes <= 1
    assert len([edge for edge in bench.edges() if edge.line == "coil"]) <= 1


@pytest.mark.parametrize("ms", [1, 5])
def test_a_glitch_shorter_than_the_debounce_is_nothing(charging: Bench, ms: int) -> None:
    """F09."""
    for _ in range(10):
        charging.glitch("B", ms * 1_000)
        charging.wait(97)
    assert charging.edges() == []


@pytest.mark.parametrize("ms", [40, 50])
def test_a_glitch_longer_than_the_debounce_opens_and_closes_again(
    charging: Bench, ms: int
) -> None:
    """F09: the vehicle is believed; power comes back by itself."""
    charging.wait(5_000)
    began = charging.glitch("B", ms * 1_000)
    opens(charging, began)
    assert charging.wait_contactor(closed=True, timeout_ms=10_000) > began


def test_a_vehicle_that_wants_ventilation_gets_no_power(bench: Bench) -> None:
    """F12."""
    bench.vehicle("B")
    bench.wait(1_000)
    bench.vehicle("D")
    told.only_fault(bench, "ventilation")
    never_closes(bench)


@pytest.mark.needs("rails")
def test_a_weak_plus_12_v_is_a_fault(bench: Bench) -> None:
    """F13."""
    bench.inject("rail", "high", 11_000)
    told.only_fault(bench, "pilot-supply", 3_000)
    bench.vehicle("B")
    bench.vehicle("C")
    never_closes(bench)


@pytest.mark.needs("rails")
@pytest.mark.parametrize(("low_mv", "code"), [(-8_000, "pilot-supply"), (0, "pilot-readback")])
def test_a_lost_minus_12_v_opens_the_contactor(charging: Bench, low_mv: int, code: str) -> None:
    """F13: weak, and gone, when no modulation is seen either."""
    lost = charging.inject("rail", "low", low_mv)
    opens(charging, lost)
    told.only_fault(charging, code)


@pytest.mark.needs("stuck-pwm")
@pytest.mark.parametrize("duty_ppm", [0, 1_000_000])
def test_an_output_stage_that_does_not_follow_opens_the_contactor(
    charging: Bench, duty_ppm: int
) -> None:
    """F14."""
    stuck = charging.inject("pwm", "stuck", duty_ppm)
    opens(charging, stuck)
    told.fault(charging, "pilot-readback")


@pytest.mark.needs("stuck-adc")
@pytest.mark.parametrize("counts", [0, 33_500, 47_000, 65_535])
def test_a_converter_that_stands_still_opens_the_contactor(charging: Bench, counts: int) -> None:
    """F16: whatever it stands at, no modulation is seen."""
    stuck = charging.inject("adc", "stuck", counts)
    opens(charging, stuck)
    charging.wait(1_000)
    assert charging.faults() != []
    never_closes(charging)


@pytest.mark.needs("noise")
def test_noise_makes_no_transition(charging: Bench) -> None:
    """F17: half a volt for a minute."""
    charging.noise(500)
    charging.wait(60_000)
    assert charging.edges() == []
    told.no_fault(charging)


@pytest.mark.needs("proximity-ohm", "settings")
@pytest.mark.parametrize("ohm", [-1, 5, 20_000])
def test_a_cable_without_a_code_gets_no_power(bench: Bench, ohm: int) -> None:
    """F18: open, shorted, beyond every code."""
    bench.fresh(socket=1)
    bench.proximity(ohm)
    bench.vehicle("B")
    told.only_fault(bench, "proximity", 6_000)
    bench.vehicle("C")
    never_closes(bench)


@pytest.mark.needs("proximity-ohm", "settings")
@pytest.mark.parametrize(("ohm", "cable_ma"), [(450, 20_000), (1_200, 13_000), (250, 32_000)])
def test_a_code_between_two_counts_as_the_weaker_cable(
    bench: Bench, ohm: int, cable_ma: int
) -> None:
    """F18."""
    bench.fresh(socket=1)
    bench.proximity(ohm)
    bench.vehicle("B")
    bench.wait(5_000)
    assert bench.state()["offer_ma"] == pytest.approx(cable_ma, abs=100)


@pytest.mark.needs("proximity-ohm", "settings")
def test_a_proximity_contact_that_opens_ends_the_charge(bench: Bench) -> None:
    """F18, in the charge: the plug is on its way out."""
    bench.fresh(socket=1)
    reach_charging(bench)
    bench.proximity(-1)
    bench.wait_contactor(closed=False, timeout_ms=5_000)
    told.only_fault(bench, "proximity")


@pytest.mark.needs("proximity", "analyser", "settings")
def test_a_13_a_cable_is_offered_13_a_whatever_is_asked(bench: Bench) -> None:
    """F19."""
    bench.fresh(socket=1)
    bench.proximity(1_500)
    bench.vehicle("B")
    bench.offer(32_000)
    bench.wait(6_000)
    assert bench.pwm().duty_ppm <= 217_000
    assert bench.state()["reason"]["limited_by"] == "cable"


@pytest.mark.needs("inputs", "temperature", "meter", "earth", "rcd", "settings", "proximity-ohm")
def test_many_faults_at_once_are_still_told(bench: Bench) -> None:
    """A state has room for four; events tell them all, and the station goes on."""
    bench.fresh(socket=1, temperature=1)
    bench.proximity(5)
    bench.vehicle("B")
    bench.inject("input", "emergency-stop", 1)
    bench.inject("input", "enclosure", 1)
    bench.inject("temp", "open")
    bench.inject("meter", "silent")
    bench.earth(False)
    bench.rcd_trip(60_000)
    bench.wait(60_000)
    raised = {event["code"] for event in bench.told("event") if event["what"] == "fault-raised"}
    assert raised == {
        "proximity",
        "emergency-stop",
        "enclosure-open",
        "temperature-sensor",
        "meter-silent",
        "pe-lost",
        "rcd-trip",
    }
    assert len(bench.state()["reason"]["faults"]) == 4
    assert bench.boots() == 1
