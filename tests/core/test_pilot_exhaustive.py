"""Every state the pilot machine can reach, and every input in each, in coarse time.

Time goes in steps of 3 s, the wake-up comes after 6 s and rests are short, so that the
states are few enough to visit all of them; the invariants are those of
test_pilot_stateful.py that do not need fine time.
"""

from collections import deque
from itertools import product
from typing import Any

import pytest

from evse.core import faults, states, wake_up
from evse.core.pilot import PilotMachine
from evse.core.plug_lock import PlugLock
from evse.core.power import Power
from evse.core.timer import Timer
from evse.core.units import F_PPM, X1_PPM
from evse.core.vehicle import Vehicle

STEP_MS = 3_000
NOW_MS = (1 << 30) - 1_000  # each step goes over the wrap
PARTS = (PilotMachine, PlugLock, Power, Vehicle, wake_up.WakeUp)
COUNTERS = ("pulses", "forced_openings")

LEVELS = range(states.LEVEL_F + 1)
OFFERS_MA = (0, 6_000)
# Each permit that power needs, and one of those that only the offer needs.
MISSING = (
    0,
    states.PERMIT_AUTHORISED,
    states.PERMIT_LOCKED,
    states.PERMIT_SELF_TESTED,
    states.PERMIT_DIODE,
)
FAULTS = (  # one of each effect, and two that open
    0,
    faults.FAULT_OVER_TEMPERATURE,
    faults.FAULT_DIODE,
    faults.FAULT_RCD_TRIP,
    faults.FAULT_INTERNAL,
)
INPUTS = list(product(LEVELS, OFFERS_MA, MISSING, FAULTS))

Snapshot = tuple[Any, ...]


def places(part: object) -> list[tuple[object, str]]:
    """Every attribute that is the machine's memory, parts of parts included."""
    found: list[tuple[object, str]] = []
    for name, value in vars(part).items():
        if isinstance(value, PARTS):
            found += places(value)
        elif name not in COUNTERS:
            found.append((part, name))
    return found


def freeze(memory: list[tuple[object, str]], now_ms: int) -> Snapshot:
    """The machine's memory with every timer as the time it has left."""
    values = []
    for part, name in memory:
        value = getattr(part, name)
        values.append(value.left_ms(now_ms) if isinstance(value, Timer) else value)
    return tuple(values)


def thaw(memory: list[tuple[object, str]], frozen: Snapshot, now_ms: int) -> None:
    for (part, name), value in zip(memory, frozen, strict=True):
        before = getattr(part, name)
        if not isinstance(before, Timer):
            setattr(part, name, value)
        elif value:
            before.start(now_ms, value)
        else:
            before.stop()


def wrongs(pilot: PilotMachine, before: Snapshot, inputs: tuple[int, int, int, int]) -> list[str]:
    """What is wrong with the outputs of one step."""
    level, offer_ma, missing, active = inputs
    state, duty_ppm, closed = before
    asks = level == states.LEVEL_C
    may = asks and missing in (0, states.PERMIT_AUTHORISED) and not active & faults.OPENING
    pwm = pilot.drive == states.DRIVE_PWM
    withheld = missing & ~states.PERMIT_DIODE  # which only PWM can prove
    stops = active & faults.STOPPING or withheld or not offer_ma or level == states.LEVEL_A
    checks = {
        "power where there must be none": pilot.contactor and not may,
        "closed without an offer": pilot.contactor and not closed and not pwm,
        "power, but no state for it": pilot.contactor and pilot.state != states.C1 + pwm,
        "an offer that is withheld": pwm and stops,
        "a duty that is not the drive's": (pilot.duty_ppm in (X1_PPM, F_PPM)) is pwm,
        "a duty that is not the limit's": pwm and pilot.duty_ppm != 100_000,
        "F without a reason": pilot.duty_ppm == F_PPM
        and not active & faults.PULSING_F
        and (stops or pilot.contactor),
        "not F though held": bool(active & faults.HOLDING_F) and pilot.duty_ppm != F_PPM,
        "F after a fault in B": state in (states.B1, states.B2)
        and duty_ppm != F_PPM
        and pilot.duty_ppm == F_PPM
        and bool(active & faults.STOPPING)
        and not active & faults.HOLDING_F,
        "plug let go with power": pilot.contactor and not pilot.lock,
        "a vehicle owed its time": closed and may and not pilot.contactor and pwm,
    }
    return [name for name, is_wrong in checks.items() if is_wrong]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> PilotMachine:
    monkeypatch.setattr(wake_up, "AFTER_MS", 6_000)
    return PilotMachine(reclose_ms=6_000, fault_rest_ms=6_000)


def test_no_input_in_any_reachable_state_does_harm(machine: PilotMachine) -> None:
    memory = places(machine)
    first = freeze(memory, NOW_MS)
    seen = {first}
    waiting = deque([first])
    shown = set()
    now_ms = (NOW_MS + STEP_MS) % (1 << 30)
    while waiting:
        frozen = waiting.popleft()
        for inputs in INPUTS:
            level, offer_ma, missing, active = inputs
            thaw(memory, frozen, NOW_MS)
            before = (machine.state, machine.duty_ppm, machine.contactor)
            permits = states.PERMIT_ALL & ~missing & ~states.PERMIT_VENTILATED
            machine.step(now_ms, level, offer_ma, permits, active)
            assert wrongs(machine, before, inputs) == [], (frozen, inputs)
            shown.add((machine.state, machine.contactor, machine.drive))
            after = freeze(memory, now_ms)
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    assert len(seen) > 1_000  # it did get somewhere
    assert {state for state, *_ in shown} == set(range(states.F + 1))
    assert (states.C1, True, states.DRIVE_HIGH) in shown  # the vehicle's time to stop
    assert not any(closed for state, closed, _ in shown if state < states.C1)
    assert not any(closed for state, closed, _ in shown if state > states.C2)
