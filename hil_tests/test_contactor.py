"""How fast power comes and goes.  Limits: IEC 61851-1 Annex A, Table A.6."""

import pytest

from hil_tests.bench import Bench

pytestmark = pytest.mark.needs("vehicle", "contactor")

OPEN_US = 100_000  # sequence 8.1


def test_power_comes_within_3_s_of_the_request(bench: Bench) -> None:
    """Sequence 4; and not before the vehicle has asked for half a second (sequence 11)."""
    bench.vehicle("B")
    bench.wait(1_000)
    asked = bench.vehicle("C")
    assert 500_000 <= bench.wait_contactor(closed=True, timeout_ms=5_000) - asked <= 3_000_000


@pytest.mark.parametrize("state", ["B", "A", "E", "D"])
def test_power_goes_within_100_ms_when_the_vehicle_stops_asking(
    charging: Bench, state: str
) -> None:
    """Sequences 8.1, 2.2 and 12; D where the place is not ventilated (F01, F02, F03, F12)."""
    stopped = charging.vehicle(state)
    opened = charging.wait_contactor(closed=False, timeout_ms=1_000)
    assert 0 < opened - stopped <= OPEN_US


def test_a_broken_pilot_wire_opens_the_contactor(charging: Bench) -> None:
    """F07: looks unplugged while the cable is still there."""
    broken = charging.vehicle("A")
    assert charging.wait_contactor(closed=False, timeout_ms=1_000) - broken <= OPEN_US


def test_power_goes_6_s_after_an_offer_that_the_vehicle_ignores(charging: Bench) -> None:
    """Sequence 10.2 (F23)."""
    withdrawn = charging.offer(0)
    opened = charging.wait_contactor(closed=False, timeout_ms=10_000)
    assert 5_800_000 <= opened - withdrawn <= 6_200_000
    assert charging.state()["reason"]["why"] == "vehicle-ignores-stop"


def test_power_goes_with_the_vehicle_that_heeds_the_end_of_the_offer(charging: Bench) -> None:
    """F24: X1 first, and the contacts part without current."""
    charging.stop()
    charging.wait(300)
    assert charging.is_closed()
    stopped = charging.vehicle("B")
    assert charging.wait_contactor(closed=False, timeout_ms=1_000) - stopped <= OPEN_US


def test_power_does_not_come_back_within_5_s(charging: Bench) -> None:
    """No more than one closing in 5 s (F11)."""
    closed = charging.wait_contactor(closed=True, timeout_ms=0)
    charging.vehicle("B")
    charging.wait_contactor(closed=False, timeout_ms=1_000)
    charging.vehicle("C")
    again = charging.wait_contactor(closed=True, timeout_ms=20_000)
    assert again - closed >= 5_000_000


def test_a_vehicle_that_chatters_for_a_minute_wears_the_contactor_a_little(bench: Bench) -> None:
    """F11: B and C at 5 Hz."""
    bench.vehicle("B")
    bench.wait(1_000)
    bench.edges()
    bench.glitch("C", 100_000, 300)
    closings = [edge for edge in bench.edges() if edge.line == "coil" and edge.level]
    assert len(closings) <= 12


def test_a_short_glitch_is_no_end_of_charge(charging: Bench) -> None:
    """F09: shorter than the debounce."""
    charging.glitch("B", 5_000)
    charging.wait(500)
    assert charging.is_closed()
    assert charging.edges() == []


def test_a_short_request_closes_nothing(bench: Bench) -> None:
    """F10: 100 ms of C, as some vehicles show while they wake up."""
    bench.vehicle("B")
    bench.wait(1_000)
    bench.glitch("C", 100_000)
    bench.wait(2_000)
    assert bench.edges() == []


@pytest.mark.needs("timer")
@pytest.mark.parametrize("timer", [0, 1])
def test_the_contactor_obeys_wherever_the_tick_runs(bench: Bench, timer: int) -> None:
    """ESP32 ticks in its main loop, RP2040 in a timer."""
    bench.fresh(timer=timer)
    bench.vehicle("B")
    bench.wait(1_000)
    bench.vehicle("C")
    bench.wait_contactor(closed=True, timeout_ms=5_000)
    stopped = bench.vehicle("B")
    assert bench.wait_contactor(closed=False, timeout_ms=1_000) - stopped <= OPEN_US
