"""Faults of contactor, protection, heat, current, lock (F20-F32), with code and sentence."""

import pytest

from hil_tests import told
from hil_tests.bench import Bench
from hil_tests.conftest import reach_charging
from hil_tests.test_faults import never_closes, opens

pytestmark = pytest.mark.needs("vehicle", "contactor")

RCD_US = 30_000


@pytest.mark.needs("coil")
def test_a_contactor_that_does_not_close_is_said_to(bench: Bench) -> None:
    """F20: and it is no ground fault."""
    bench.inject("coil", "broken")
    bench.vehicle("B")
    bench.wait(1_000)
    bench.vehicle("C")
    told.only_fault(bench, "contactor-stuck-open", 4_000)


@pytest.mark.needs("weld", "analyser")
def test_a_welded_contactor_takes_the_station_out_of_service(charging: Bench) -> None:
    """F21: latched, -12 V on the pilot, and unplugging does not clear it."""
    charging.weld(True)
    charging.vehicle("B")
    told.only_fault(charging, "contactor-welded")
    assert charging.pwm().duty_ppm == 0
    charging.vehicle("A")
    charging.wait(10_000)
    told.fault(charging, "contactor-welded")
    assert charging.command("clear-fault", 1, code="contactor-welded") == "fault-stands"
    charging.weld(False)
    charging.wait(1_000)
    assert charging.command("clear-fault", 1, code="contactor-welded") == "needs-service"


@pytest.mark.needs("feedback")
def test_a_mirror_contact_stuck_closed_is_found_at_rest(bench: Bench) -> None:
    """F22."""
    bench.feedback(1)
    told.only_fault(bench, "contactor-welded")
    bench.vehicle("C")
    never_closes(bench)


@pytest.mark.needs("feedback")
def test_a_mirror_contact_stuck_open_is_found_at_the_next_closing(bench: Bench) -> None:
    """F22."""
    bench.feedback(0)
    bench.wait(1_000)
    told.no_fault(bench)
    bench.vehicle("B")
    bench.wait(1_000)
    bench.vehicle("C")
    told.only_fault(bench, "contactor-stuck-open", 4_000)


def test_a_vehicle_that_ignores_the_end_of_the_offer_is_told_of(charging: Bench) -> None:
    """F23."""
    charging.offer(0)
    charging.wait_contactor(closed=False, timeout_ms=10_000)
    told.only_fault(charging, "opened-under-load")
    assert told.why(charging) == "vehicle-ignores-stop"


@pytest.mark.needs("load")
def test_a_stop_under_load_waits_for_the_vehicle(charging: Bench) -> None:
    """F24: X1 first; the contacts part when the vehicle has let go."""
    charging.inject("load", 30_000)
    charging.wait(3_000)
    charging.stop()
    charging.wait(1_500)
    assert charging.is_closed()
    charging.inject("load", 0)
    charging.vehicle("B")
    charging.wait_contactor(closed=False, timeout_ms=200)
    told.no_fault(charging)


@pytest.mark.needs("rcd")
def test_a_residual_current_opens_and_latches(charging: Bench) -> None:
    """F25: within 30 ms of the input; no closing by itself in the next minutes."""
    charging.wait(3_000)
    tripped = charging.rcd_trip(200)
    opens(charging, tripped, RCD_US)
    told.only_fault(charging, "rcd-trip")
    never_closes(charging, 120_000)


@pytest.mark.needs("rcd")
@pytest.mark.parametrize("ms", [50, 100])
def test_a_short_residual_current_is_never_missed(charging: Bench, ms: int) -> None:
    """F27: from 50 ms on.  Shorter ones are taken when a tick falls into them, every 10 ms."""
    tripped = charging.rcd_trip(ms)
    opens(charging, tripped, RCD_US)
    told.fault(charging, "rcd-trip")


@pytest.mark.needs("rcd-test", "settings")
@pytest.mark.parametrize("answer", ["none", "late", "stuck"])
def test_a_residual_current_device_that_fails_its_test_gets_no_power(
    bench: Bench, answer: str
) -> None:
    """F26: it does not answer; too late; or does not let go."""
    bench.fresh(rcd_test=1)
    bench.wait(3_000)  # its first test is over
    bench.rcd_test(answer, 900)
    bench.power_dip(500)
    bench.vehicle("C")
    told.fault(bench, "rcd-selftest", 12_000)
    never_closes(bench)


@pytest.mark.needs("rcd-test", "settings")
def test_a_residual_current_device_is_tested_before_every_charge(bench: Bench) -> None:
    """F26, the good one."""
    bench.fresh(rcd_test=1)
    bench.wait(3_000)
    for _ in range(2):
        reach_charging(bench)
        bench.wait(2_000)
        bench.vehicle("A")
        bench.wait(3_000)
    told.no_fault(bench)
    bench.rcd_test("none")
    reach_charging(bench)
    bench.wait(2_000)
    bench.vehicle("A")
    told.only_fault(bench, "rcd-selftest", 5_000)


@pytest.mark.needs("earth")
def test_a_lost_protective_earth_opens_the_contactor(charging: Bench) -> None:
    """F28."""
    lost = charging.earth(False)
    opens(charging, lost)
    told.only_fault(charging, "pe-lost")


@pytest.mark.needs("temperature", "settings")
def test_heat_takes_the_current_back_step_by_step(bench: Bench) -> None:
    """F29: half from 65 degrees, a quarter from 68, none from 71, all again under 62."""
    bench.fresh(temperature=1, station_limit_ma=32_000)
    reach_charging(bench)
    offers = []
    for degrees in (40, 66, 69, 61):
        bench.inject("temp", degrees)
        bench.wait(7_000)
        offers.append(bench.state()["offer_ma"])
    assert offers == pytest.approx([32_000, 16_000, 8_000, 32_000], abs=50)
    hot = bench.inject("temp", 73)
    opened = bench.wait_contactor(closed=False, timeout_ms=10_000)
    assert opened - hot <= 8_000_000
    told.fault(bench, "over-temperature")


@pytest.mark.needs("temperature", "settings")
def test_a_broken_temperature_sensor_ends_the_charge(bench: Bench) -> None:
    """F29."""
    bench.fresh(temperature=1)
    reach_charging(bench)
    bench.inject("temp", "open")
    bench.wait_contactor(closed=False, timeout_ms=10_000)
    told.fault(bench, "temperature-sensor")


@pytest.mark.needs("load", "meter")
@pytest.mark.parametrize(("draw_ma", "faulty"), [(10_000, False), (11_400, False), (13_000, True)])
def test_a_vehicle_that_takes_too_much_is_cut_off(
    charging: Bench, draw_ma: int, faulty: bool
) -> None:
    """F30: of 10 A; the limit is (10 A + 0.5 A) x 1.1 for 7 s."""
    charging.offer(10_000)
    charging.wait(6_000)
    began = charging.inject("load", draw_ma)
    if not faulty:
        charging.wait(20_000)
        assert charging.is_closed()
        told.no_fault(charging)
        return
    opened = charging.wait_contactor(closed=False, timeout_ms=12_000)
    assert 7_000_000 <= opened - began <= 10_000_000
    told.only_fault(charging, "over-current")


@pytest.mark.needs("inputs")
@pytest.mark.parametrize(
    ("switch", "code"), [("emergency-stop", "emergency-stop"), ("enclosure", "enclosure-open")]
)
def test_the_stations_own_switches_stop_a_charge(charging: Bench, switch: str, code: str) -> None:
    """F31: and only an operator brings it back."""
    pressed = charging.inject("input", switch, 1)
    opens(charging, pressed)
    told.only_fault(charging, code)
    charging.inject("input", switch, 0)
    never_closes(charging)
    assert charging.command("clear-fault", 1, code=code) == "ok"
    charging.wait_contactor(closed=True, timeout_ms=60_000)


@pytest.mark.needs("lock", "settings")
def test_a_plug_that_does_not_lock_gets_no_power(bench: Bench) -> None:
    """F32."""
    bench.fresh(lock=1)
    bench.inject("lock", "jammed")
    bench.vehicle("B")
    told.only_fault(bench, "lock", 10_000)
    bench.vehicle("C")
    never_closes(bench)


@pytest.mark.needs("lock", "settings")
def test_a_plug_pulled_out_of_its_lock_opens_the_contactor(bench: Bench) -> None:
    """F32."""
    bench.fresh(lock=1)
    reach_charging(bench)
    bench.inject("lock", "jammed")
    forced = bench.inject("lock", "loose")
    opens(bench, forced, 300_000)


@pytest.mark.needs("inputs", "settings")
@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_fault_is_told_in_the_stations_language(bench: Bench, language: str) -> None:
    from protocol.words import tables

    bench.fresh(language=language)
    bench.inject("input", "emergency-stop", 1)
    bench.wait(500)
    assert bench.faults()[0].sentence == tables(language)["faults"]["emergency-stop"][0]
