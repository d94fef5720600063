"""The wake-up sequence."""

import pytest

from evse.core.units import TICKS_PERIOD
from evse.core.wake_up import OFFER, X1, F, WakeUp

STARTS = pytest.mark.parametrize("start_ms", [0, TICKS_PERIOD - 32_000])


def shown(
    wake_up: WakeUp, from_ms: int, to_ms: int, *, has_asked: bool = False
) -> list[tuple[int, int]]:
    """(what is shown, for how many ms) in a row."""
    spans: list[tuple[int, int]] = []
    for ms in range(from_ms, to_ms, 10):
        what = wake_up.step(ms % TICKS_PERIOD, has_asked)
        if spans and spans[-1][0] == what:
            spans[-1] = (what, spans[-1][1] + 10)
        else:
            spans.append((what, 10))
    return spans


@STARTS
def test_it_comes_once_after_thirty_seconds(start_ms: int) -> None:
    wake_up = WakeUp(True)
    spans = shown(wake_up, start_ms, start_ms + 200_000)
    assert spans[:3] == [(OFFER, 30_000), (F, 4_000), (X1, 750)]
    assert [what for what, _ in spans] == [OFFER, F, X1, OFFER]
    assert wake_up.vain


@STARTS
def test_it_is_in_vain_ten_seconds_after_it(start_ms: int) -> None:
    wake_up = WakeUp(True)
    shown(wake_up, start_ms, start_ms + 44_740)
    assert not wake_up.vain
    shown(wake_up, start_ms + 44_740, start_ms + 44_770)
    assert wake_up.vain


def test_a_vehicle_that_has_asked_is_left_alone() -> None:
    wake_up = WakeUp(True)
    shown(wake_up, 0, 29_000)
    assert shown(wake_up, 29_000, 120_000, has_asked=True) == [(OFFER, 91_000)]
    assert not wake_up.vain


def test_a_vehicle_that_asks_during_the_sequence_sees_it_to_its_end() -> None:
    wake_up = WakeUp(True)
    shown(wake_up, 0, 34_000)
    spans = shown(wake_up, 34_000, 120_000, has_asked=True)
    assert [what for what, _ in spans] == [X1, OFFER]
    assert not wake_up.vain


def test_an_offer_that_went_starts_the_thirty_seconds_anew() -> None:
    wake_up = WakeUp(True)
    shown(wake_up, 0, 29_000)
    wake_up.offer_gone()
    assert shown(wake_up, 29_000, 58_990) == [(OFFER, 29_990)]
    assert shown(wake_up, 58_990, 59_010)[-1][0] == F


@pytest.mark.parametrize("gone_ms", [31_000, 34_300, 40_000])
def test_a_sequence_broken_off_does_not_come_again(gone_ms: int) -> None:
    wake_up = WakeUp(True)
    shown(wake_up, 0, gone_ms)
    wake_up.offer_gone()
    assert not wake_up.busy
    assert shown(wake_up, gone_ms, 200_000) == [(OFFER, 200_000 - gone_ms)]


def test_another_vehicle_has_its_own() -> None:
    wake_up = WakeUp(True)
    shown(wake_up, 0, 100_000)
    wake_up.forget_vehicle()
    assert not wake_up.vain
    assert [what for what, _ in shown(wake_up, 100_000, 200_000)] == [OFFER, F, X1, OFFER]


def test_it_can_be_left_out() -> None:
    assert shown(WakeUp(False), 0, 200_000) == [(OFFER, 200_000)]
