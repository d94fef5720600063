"""The residual-current device proves itself before it is relied on."""

import pytest

from evse.core.faults import FAULT_RCD_SELFTEST, FAULT_RCD_TRIP
from evse.core.rcd import ANSWER_MS, PULSE_MS, RELEASE_MS, VALID_MS, Rcd

TICK_MS = 10


class Device:
    """Answers the test current after answer_ms and lets go release_ms after it ends."""

    def __init__(self, rcd: Rcd, answer_ms: int = 100, release_ms: int = 200) -> None:
        self.rcd = rcd
        self.answer_ms = answer_ms
        self.release_ms = release_ms
        self.now_ms = 0
        self.on_ms = -1
        self.off_ms = -1
        self.bits = 0
        self.leak = False

    def tripped(self) -> bool:
        if self.leak:
            return True
        if self.on_ms < 0 or self.now_ms - self.on_ms < self.answer_ms:
            return False
        return self.off_ms < 0 or self.now_ms - self.off_ms < self.release_ms

    def run(self, ms: int, closed: bool = False) -> None:
        for _ in range(ms // TICK_MS):
            self.now_ms += TICK_MS
            self.bits = self.rcd.step(self.now_ms, self.tripped(), closed)
            if self.rcd.test and self.on_ms < 0:
                self.on_ms, self.off_ms = self.now_ms, -1
            elif not self.rcd.test and self.on_ms >= 0 and self.off_ms < 0:
                self.off_ms = self.now_ms
            if self.off_ms >= 0 and self.now_ms - self.off_ms > self.release_ms:
                self.on_ms = self.off_ms = -1


def test_at_boot_it_is_not_relied_on_before_a_test_has_passed() -> None:
    device = Device(Rcd(True))
    device.run(TICK_MS)
    assert not device.rcd.passed
    assert device.rcd.test
    device.run(2_000)
    assert device.rcd.passed
    assert (device.bits, device.rcd.test) == (0, False)


def test_the_test_current_flows_for_a_quarter_of_a_second() -> None:
    rcd = Rcd(True)
    on_ms = 0
    for now_ms in range(10, 2_000, TICK_MS):
        rcd.step(now_ms, False, False)
        on_ms += TICK_MS if rcd.test else 0
    assert on_ms == PULSE_MS


def test_a_trip_during_the_test_is_no_fault() -> None:
    device = Device(Rcd(True))
    for _ in range(200):
        device.run(TICK_MS)
        assert device.bits == 0


@pytest.mark.parametrize("answer_ms", [ANSWER_MS + 50, 100_000])
def test_a_device_that_answers_late_or_never_has_failed(answer_ms: int) -> None:
    device = Device(Rcd(True), answer_ms=answer_ms)
    device.run(3_000)
    assert device.bits == FAULT_RCD_SELFTEST
    assert not device.rcd.passed
    device.run(60_000)
    assert device.rcd.tests == 1


def test_a_device_that_does_not_let_go_has_failed() -> None:
    device = Device(Rcd(True), release_ms=RELEASE_MS + 500)
    device.run(6_000)
    assert device.bits & FAULT_RCD_SELFTEST
    assert not device.rcd.passed


def test_a_failed_device_is_tested_again_only_when_somebody_has_been_there() -> None:
    device = Device(Rcd(True), answer_ms=100_000)
    device.run(3_000)
    device.answer_ms = 100
    device.run(10_000)
    assert not device.rcd.passed
    device.rcd.retest()
    device.run(3_000)
    assert device.rcd.passed


def test_after_a_charge_and_after_a_day_it_is_tested_again() -> None:
    device = Device(Rcd(True))
    device.run(2_000)
    device.rcd.charged()
    device.run(2_000)
    assert (device.rcd.tests, device.rcd.passed) == (2, True)
    device.now_ms += VALID_MS
    device.run(2_000)
    assert (device.rcd.tests, device.rcd.passed) == (3, True)


def test_it_is_never_tested_under_power_and_a_day_old_test_holds_to_the_end_of_the_charge() -> (
    None
):
    device = Device(Rcd(True))
    device.run(2_000)
    for _ in range(3):
        device.now_ms += VALID_MS // 2
        device.run(1_000, closed=True)
    assert (device.rcd.tests, device.rcd.passed) == (1, True)
    device.run(2_000)
    assert device.rcd.tests == 2


def test_a_trip_outside_a_test_is_told_in_the_same_tick() -> None:
    device = Device(Rcd(True))
    device.run(2_000)
    device.leak = True
    device.run(TICK_MS, closed=True)
    assert device.bits == FAULT_RCD_TRIP


def test_a_device_without_a_test_input_is_watched_all_the_same() -> None:
    rcd = Rcd(False)
    assert rcd.passed
    assert rcd.step(10, True, True) == FAULT_RCD_TRIP
    assert rcd.step(20, False, True) == 0
    rcd.charged()
    assert rcd.step(30, False, False) == 0
    assert (rcd.test, rcd.tests, rcd.passed) == (False, 0, True)
    assert rcd.test is False  # a pin is set to it


def test_no_test_begins_while_power_is_on() -> None:
    device = Device(Rcd(True))
    device.run(2_000)
    device.rcd.charged()
    device.run(60_000, closed=True)
    assert device.rcd.tests == 1
    device.run(2_000)
    assert (device.rcd.tests, device.rcd.passed) == (2, True)


def test_a_charge_does_not_clear_a_failed_test() -> None:
    device = Device(Rcd(True), answer_ms=100_000)
    device.run(3_000)
    device.rcd.charged()
    device.run(3_000)
    assert (device.rcd.tests, device.bits, device.rcd.test) == (1, FAULT_RCD_SELFTEST, False)
    assert device.rcd.test is False


def test_a_device_that_failed_and_trips_says_both() -> None:
    device = Device(Rcd(True), answer_ms=100_000)
    device.run(3_000)
    device.leak = True
    device.run(TICK_MS)
    assert device.bits == FAULT_RCD_SELFTEST | FAULT_RCD_TRIP


def test_it_is_not_relied_on_at_any_moment_of_a_test() -> None:
    device = Device(Rcd(True))
    device.run(2_000)
    device.rcd.charged()
    device.run(TICK_MS)
    waited_ms = 0
    while not device.rcd.passed:
        assert device.rcd.passed is False
        device.run(TICK_MS)
        waited_ms += TICK_MS
    assert waited_ms >= PULSE_MS


def test_the_count_of_tests_stops_where_small_integers_do() -> None:
    device = Device(Rcd(True))
    device.rcd.tests = (1 << 30) - 2
    for _ in range(2):
        device.run(2_000)
        assert device.rcd.tests == (1 << 30) - 1
        device.rcd.charged()
