"""The lock: pulses, a look, another try, and a fault when it does not move."""

import pytest

from evse.core.faults import FAULT_LOCK
from evse.core.lock_motor import BREAK_MS, LOST_MS, PULSE_MS, TRIES, LockMotor

TICK_MS = 10


class Lock:
    def __init__(self, moves: bool = True) -> None:
        self.motor = LockMotor(True)
        self.moves = moves
        self.contact = False
        self.now_ms = 0
        self.pulses = 0
        self.bits = 0
        self.drives: list[int] = []

    def run(self, ms: int, want: bool) -> None:
        for _ in range(ms // TICK_MS):
            self.now_ms += TICK_MS
            before = self.motor.drive
            self.bits = self.motor.step(self.now_ms, want, self.contact)
            self.drives.append(self.motor.drive)
            if self.motor.drive and not before:
                self.pulses += 1
            if self.moves and self.motor.drive:
                self.contact = self.motor.drive > 0


def test_it_locks_with_one_pulse_and_says_so() -> None:
    lock = Lock()
    lock.run(1_000, want=True)
    assert (lock.motor.locked, lock.pulses, lock.motor.drive, lock.bits) == (True, 1, 0, 0)
    lock.run(1_000, want=False)
    assert (lock.motor.locked, lock.pulses) == (False, 2)
    assert set(lock.drives) == {1, 0, -1}


def test_a_lock_that_does_not_move_is_tried_five_times_and_is_a_fault_then() -> None:
    lock = Lock(moves=False)
    lock.run((PULSE_MS + BREAK_MS) * TRIES + 2_000, want=True)
    assert (lock.pulses, lock.bits, lock.motor.locked) == (TRIES, FAULT_LOCK, False)


def test_a_new_wish_gets_tries_of_its_own() -> None:
    lock = Lock(moves=False)
    lock.run(10_000, want=True)
    lock.moves = True
    lock.run(1_000, want=False)
    assert lock.bits == 0
    lock.run(1_000, want=True)
    assert lock.motor.locked


@pytest.mark.parametrize(("gone_ms", "locked"), [(LOST_MS - 20, True), (LOST_MS + 20, False)])
def test_a_lock_forced_open_counts_as_open_after_its_contact_stopped_bouncing(
    gone_ms: int, locked: bool
) -> None:
    lock = Lock()
    lock.run(1_000, want=True)
    lock.contact, lock.moves = False, False
    lock.run(gone_ms, want=True)
    assert lock.motor.locked is locked


def test_without_a_lock_the_plug_always_counts_as_locked() -> None:
    motor = LockMotor(False)
    assert motor.locked
    assert motor.step(10, True, False) == 0
    assert motor.drive == 0


def test_a_contact_that_bounces_twice_is_given_its_time_twice() -> None:
    lock = Lock()
    lock.run(1_000, want=True)
    for _ in range(2):
        lock.contact = False
        lock.run(LOST_MS - 20, want=True)
        lock.contact = True
        lock.run(1_000, want=True)
    lock.contact, lock.moves = False, False
    lock.run(LOST_MS - 20, want=True)
    assert lock.motor.locked


def test_pulses_last_300_ms_and_a_second_lies_between_them() -> None:
    lock = Lock(moves=False)
    lock.run(3_000, want=True)
    began = [n for n, drive in enumerate(lock.drives) if drive and not (n and lock.drives[n - 1])]
    ended = [n for n, drive in enumerate(lock.drives) if n and not drive and lock.drives[n - 1]]
    assert (ended[0] - began[0]) * TICK_MS == PULSE_MS
    assert (began[1] - ended[0]) * TICK_MS == BREAK_MS


def test_it_is_no_fault_before_the_last_try_has_failed() -> None:
    lock = Lock(moves=False)
    for _ in range((PULSE_MS + BREAK_MS) * (TRIES - 1) // TICK_MS):
        lock.run(TICK_MS, want=True)
        assert lock.bits == 0


def test_a_lock_found_closed_at_power_up_gets_five_tries_to_open() -> None:
    lock = Lock(moves=False)
    lock.contact = True
    lock.run((PULSE_MS + BREAK_MS) * TRIES + 2_000, want=False)
    assert (lock.pulses, lock.bits) == (TRIES, FAULT_LOCK)


def test_a_lock_that_is_where_it_should_be_is_left_alone() -> None:
    lock = Lock()
    lock.contact = True
    lock.run(2_000, want=True)
    assert set(lock.drives) == {0}
    assert lock.bits == 0


def test_a_lock_that_opens_by_itself_gets_five_tries_again() -> None:
    lock = Lock()
    lock.run(1_000, want=True)
    lock.contact, lock.moves, lock.pulses = False, False, 0
    lock.run((PULSE_MS + BREAK_MS) * TRIES + 2_000, want=True)
    assert (lock.pulses, lock.bits) == (TRIES, FAULT_LOCK)
