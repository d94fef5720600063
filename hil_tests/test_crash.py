"""Whatever the firmware does wrong, power goes (F33-F47).

The enable has to be kept alive, so what stops the tick opens the contactor within the enable's
hold (boards/README.md); what can be noticed ends in a reset, and a reset in a station that starts
with its contactor open.
"""

import pytest

from hil_tests.bench import Bench
from hil_tests.conftest import reach_charging

pytestmark = pytest.mark.needs("vehicle", "contactor", "crash")

TICK_US = 10_000
HOLD_US = 60_000 + 2_000  # of the enable, and the rig's own grain
SAFE_US = TICK_US + HOLD_US
AGAIN_MS = 60_000
FLIPS_APART = 7  # of some 700; all of them took minutes, and found nothing

EVERYWHERE = [
    pytest.param(1, id="tick-in-a-timer"),
    pytest.param(0, id="tick-in-the-main-loop", marks=pytest.mark.needs("timer")),
]


def charge(bench: Bench, timer: int) -> None:
    bench.fresh(**({"timer": timer} if "timer" in bench.parts else {}))
    reach_charging(bench)


def falls_and_stays(bench: Bench, since_us: int, within_us: int, ms: int = 400) -> None:
    """The coil lets go in time, and is not energised again for as long as a reset takes."""
    opened = bench.wait_contactor(closed=False, timeout_ms=2_000)
    assert opened - since_us <= within_us
    bench.wait(ms)
    coil = [(edge.at_us, edge.level) for edge in bench.edges() if edge.line == "coil"]
    assert coil == [(opened, 0)]


def recovers(bench: Bench, boots: int = 2) -> str:
    """The station starts again and serves the vehicle that is still there; why it restarted."""
    bench.wait_contactor(closed=True, timeout_ms=AGAIN_MS)
    bench.wait(10_000)  # for the agent's next hello, and the birth that answers it
    assert bench.boots() == boots
    return str(bench.told("birth")[-1]["reset"])


@pytest.mark.parametrize("timer", EVERYWHERE)
def test_an_exception_in_the_tick_opens_the_contactor(bench: Bench, timer: int) -> None:
    """F33, and F35 where the timer dies of it without a word."""
    charge(bench, timer)
    raised = bench.crash("tick-raise")["us"]
    falls_and_stays(bench, raised, SAFE_US)
    assert recovers(bench) == ("watchdog" if timer else "exception")


@pytest.mark.parametrize("timer", EVERYWHERE)
def test_an_exception_in_the_main_loop_opens_the_contactor(bench: Bench, timer: int) -> None:
    """F33; the tick must not energise the coil again before the reset."""
    charge(bench, timer)
    raised = bench.crash("main-raise")["us"]
    falls_and_stays(bench, raised, SAFE_US)
    assert recovers(bench) == "exception"


@pytest.mark.parametrize("timer", EVERYWHERE)
def test_an_endless_loop_in_the_tick_opens_the_contactor(bench: Bench, timer: int) -> None:
    """F34: the enable dies with the tick, then the watchdog bites."""
    charge(bench, timer)
    hung = bench.crash("tick-hang")["us"]
    falls_and_stays(bench, hung, SAFE_US)
    assert recovers(bench) == "watchdog"


@pytest.mark.needs("timer")
def test_an_endless_loop_in_the_main_loop_that_ticks_opens_the_contactor(bench: Bench) -> None:
    """F34."""
    charge(bench, timer=0)
    hung = bench.crash("main-hang")["us"]
    falls_and_stays(bench, hung, SAFE_US)
    assert recovers(bench) == "watchdog"


def test_an_endless_loop_beside_the_tick_does_not_go_on_for_ever(bench: Bench) -> None:
    """F34: the tick goes on and protects; a station that nobody can reach restarts."""
    charge(bench, timer=1)
    bench.crash("main-hang")
    bench.vehicle("B")
    bench.wait_contactor(closed=False, timeout_ms=150)
    bench.vehicle("C")
    bench.wait(60_000)
    assert recovers(bench) == "watchdog"


def test_a_dead_timer_opens_the_contactor(bench: Bench) -> None:
    """F35."""
    charge(bench, timer=1)
    died = bench.crash("timer-dead")["us"]
    falls_and_stays(bench, died, SAFE_US)
    assert recovers(bench) == "watchdog"


@pytest.mark.parametrize("timer", EVERYWHERE)
def test_a_processor_that_stands_still_opens_the_contactor(bench: Bench, timer: int) -> None:
    """F55, F56: a hard fault, on a chip that has no handler for it."""
    charge(bench, timer)
    stopped = bench.crash("cpu-dead")["us"]
    falls_and_stays(bench, stopped, SAFE_US)
    assert recovers(bench) == "watchdog"


@pytest.mark.parametrize("timer", EVERYWHERE)
def test_a_soft_reset_opens_the_contactor(bench: Bench, timer: int) -> None:
    """F43: timers and state machines stop, pins stay as they were."""
    charge(bench, timer)
    began = bench.crash("soft-reset")["us"]
    falls_and_stays(bench, began, SAFE_US, 100)
    recovers(bench)


def test_flash_is_not_written_while_power_flows(charging: Bench) -> None:
    """F40: an erase stops everything for longer than the enable lives."""
    charging.offer(10_000)
    charging.wait(70_000)
    assert charging.is_closed()
    assert charging.hot_writes() == 0
    assert charging.edges() == []


def test_a_flash_erase_while_power_flows_opens_the_contactor(charging: Bench) -> None:
    """F40: forced, and for longer than the enable lives."""
    began = charging.crash("flash-erase", 300)["us"]
    opened = charging.wait_contactor(closed=False, timeout_ms=500)
    assert opened - began <= SAFE_US
    charging.wait(1_000)
    assert "charging" not in charging.console("status").lower().split(":")[1][:12]
    closed = charging.wait_contactor(closed=True, timeout_ms=60_000)
    assert closed - opened >= 29_000_000, "not before its rest and another self-test"


@pytest.mark.parametrize("byte", [0x01, 0x02, 0x03, 0x04, 0x05])
def test_the_prompts_control_bytes_do_nothing(charging: Bench, byte: int) -> None:
    """F41: Ctrl-A to Ctrl-E, as mpremote sends them (F42)."""
    charging.raw(bytes((byte,)) * 3 + b"\r\n")
    charging.wait(2_000)
    assert charging.edges() == []
    assert charging.boots() == 1
    assert "charging" in charging.console("status").lower()


def test_the_prompts_control_bytes_do_nothing_without_a_charge_either(bench: Bench) -> None:
    """F41, with nothing plugged in, and with a vehicle that waits."""
    for state in ("A", "B"):
        bench.vehicle(state)
        bench.wait(1_000)
        bench.raw(b"\x01\x02\x03\x03\x04\x05\r\n")
        bench.wait(2_000)
        assert bench.boots() == 1
        assert bench.state()["reason"]["state"][0] == state
    assert [edge for edge in bench.edges() if edge.line == "coil"] == []


@pytest.mark.needs("reset")
def test_a_reset_opens_the_contactor_and_leaves_no_glitch(charging: Bench) -> None:
    """F44."""
    began = charging.reset(50)
    falls_and_stays(charging, began, HOLD_US, 500)
    recovers(charging)


@pytest.mark.needs("crash-lines", "snapshot")
@pytest.mark.parametrize(("when", "timer"), [("charging", 1), ("charging", 0), ("waiting", 1)])
def test_an_exception_at_any_line_of_the_tick_is_safe(bench: Bench, timer: int, when: str) -> None:
    """F33, line by line."""
    charge(bench, timer)
    if when == "waiting":
        bench.vehicle("B")
        bench.wait(1_000)
        bench.edges()
    bench.keep()
    count = int(str(bench.crash("lines")["count"]))
    assert count > 200
    unsafe = []
    for number in range(count):
        bench.back()
        at = bench.crash("line", number)
        bench.wait(150)
        coil = [edge for edge in bench.edges() if edge.line == "coil"]
        late = [edge for edge in coil if edge.level or edge.at_us - at["us"] > HOLD_US]
        if late or bench.is_closed() or (when == "charging" and not coil):
            unsafe.append((at["at"], coil))
    assert unsafe == []


@pytest.mark.needs("crash-lines", "snapshot")
@pytest.mark.parametrize("state", ["B", "C"])
def test_a_bit_that_flips_in_memory_closes_nothing_and_keeps_nothing_closed(
    bench: Bench, state: str
) -> None:
    """F51: of any number the firmware's objects hold; each tick decides anew."""
    bench.fresh()
    reach_charging(bench)
    bench.vehicle(state)
    bench.wait(6_000)
    bench.edges()
    count = int(bench.crash("cells")["count"])
    assert count > 200
    bench.keep()
    unsafe = []
    for number in range(0, 2 * count, FLIPS_APART):
        bench.back()
        at = bench.crash("flip", number)["at"]
        bench.wait(100)
        bench.vehicle("B")
        bench.wait(200)
        closed = [edge for edge in bench.edges() if edge.line == "coil" and edge.level]
        if closed or bench.is_closed():
            unsafe.append(at)
    assert unsafe == []
