"""A vehicle that draws more than it was told."""

from typing import Any

import pytest

from evse.core.faults import FAULT_OVER_CURRENT
from evse.core.overcurrent import OverCurrent, trip_ma
from evse.core.units import TICKS_PERIOD
from tests.core.vectors import ma, rows


@pytest.mark.parametrize("row", rows("soft_oc"), ids=lambda row: f"{row['signalled']} A")
def test_the_limit_is_the_tables(row: dict[str, Any]) -> None:
    limit_ma = ma(row["limit"])
    assert trip_ma(ma(row["signalled"])) == limit_ma
    assert first_trip_ms(ma(row["signalled"]), limit_ma) == -1
    assert first_trip_ms(ma(row["signalled"]), limit_ma + 1) == 7_000


def first_trip_ms(signalled_ma: int, current_ma: int, start_ms: int = 0) -> int:
    watch = OverCurrent()
    for passed_ms in range(0, 20_000, 10):
        if watch.step((start_ms + passed_ms) % TICKS_PERIOD, signalled_ma, current_ma):
            return passed_ms
    return -1


def test_the_seven_seconds_hold_over_the_wrap_of_the_clock() -> None:
    assert first_trip_ms(16_000, 20_000, TICKS_PERIOD - 3_000) == 7_000


def test_the_seven_seconds_begin_anew_after_a_pause() -> None:
    watch = OverCurrent()
    bits = [
        watch.step(ms, 16_000, 16_000 if ms == 6_990 else 20_000) for ms in range(0, 14_000, 10)
    ]
    assert not any(bits)
    assert watch.step(14_000, 16_000, 20_000) == FAULT_OVER_CURRENT


def test_current_without_an_offer_is_too_much() -> None:
    assert first_trip_ms(0, 1_000) == 7_000
