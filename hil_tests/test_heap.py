"""A heap that is full, or in use, and errors beside the tick (F36-F39): it needs neither."""

import pytest

from hil_tests.bench import Bench

pytestmark = pytest.mark.needs("vehicle", "contactor")

OPEN_US = 100_000
LEFT = 16_384


@pytest.mark.needs("heap")
def test_a_full_heap_does_not_touch_the_tick(charging: Bench) -> None:
    """F37."""
    charging.crash("heap", LEFT)
    charging.wait(30_000)
    assert charging.edges() == []
    stopped = charging.vehicle("B")
    assert charging.wait_contactor(closed=False, timeout_ms=500) - stopped <= OPEN_US
    assert charging.boots() == 1


@pytest.mark.needs("heap")
def test_a_station_with_a_full_heap_still_answers(charging: Bench) -> None:
    """F37."""
    charging.crash("heap", LEFT)
    assert charging.command("get-config", key="interval_s") == "ok"
    assert "charging" in charging.console("status").lower()


@pytest.mark.needs("heap")
def test_the_heap_does_not_wear_out(charging: Bench) -> None:
    """F38, the short form: minutes of charge, commands and questions leave what there was."""
    charging.wait(30_000)
    first = max(health["heap_free"] for health in charging.told("health"))
    for number in range(12):
        charging.offer(10_000 + number * 100)
        charging.console("status")
        charging.wait(10_000)
    last = max(health["heap_free"] for health in charging.told("health")[-5:])
    assert last > first * 9 // 10
    assert charging.edges() == []


def test_a_person_who_asks_without_end_does_not_stretch_the_tick(charging: Bench) -> None:
    """F39: every answer makes garbage, and the collector comes when it likes."""
    charging.wait(12_000)
    before = len(charging.told("health"))
    for _ in range(10):
        for word in ("help", "config", "log", "status", "faults", "meter", "link"):
            charging.console(word)
    charging.wait(12_000)
    assert max(health["worst_gap_ms"] for health in charging.told("health")[before:]) <= 20
    stopped = charging.vehicle("B")
    assert charging.wait_contactor(closed=False, timeout_ms=500) - stopped <= OPEN_US


@pytest.mark.needs("heap")
def test_an_exception_beside_the_tick_costs_one_message_and_no_charge(charging: Bench) -> None:
    """F36: told to whoever asks about the link."""
    charging.crash("handler-raise")
    with pytest.raises(TimeoutError):
        charging.command("get-config", key="interval_s")
    assert charging.command("get-config", key="interval_s") == "ok"
    assert "a message was too much" in charging.console("link")
    assert charging.edges() == []
    assert charging.boots() == 1
