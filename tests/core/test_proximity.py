"""The cable's code."""

from typing import Any

import pytest

from evse.core.faults import FAULT_PROXIMITY
from evse.core.proximity import (
    EVEREST,
    PHOENIX,
    POLICY_NAMES,
    REFUSED,
    UNREADABLE,
    Proximity,
    cable_ma_for,
)
from tests.core.vectors import rows

OPEN_OHM = 1_000_000


@pytest.mark.parametrize("row", rows("pp"), ids=lambda row: f"{row['ohm']} ohm")
def test_a_resistance_means_the_cable_of_the_table(row: dict[str, Any]) -> None:
    everest_ma = UNREADABLE if row["everest"] is None else row["everest"] * 1_000
    phoenix_ma = UNREADABLE if row["phoenix"] == "error" else row["phoenix"] * 1_000
    assert cable_ma_for(row["ohm"], EVEREST) == everest_ma
    assert cable_ma_for(row["ohm"], PHOENIX) == phoenix_ma


def read(proximity: Proximity, ohm: int, readings: int = 3, *, plugged: bool = True) -> int:
    bits = 0
    for _ in range(readings):
        bits = proximity.step(ohm, plugged)
    return bits


def test_a_cable_counts_after_three_readings_that_agree() -> None:
    proximity = Proximity()
    read(proximity, 220, readings=2)
    assert proximity.cable_ma == 0
    read(proximity, 680, readings=2)
    assert proximity.cable_ma == 0
    read(proximity, 680, readings=1)
    assert proximity.cable_ma == 20_000


@pytest.mark.parametrize("ohm", [OPEN_OHM, 30])
def test_a_code_that_is_none_is_a_fault_while_plugged_in(ohm: int) -> None:
    proximity = Proximity()
    assert read(proximity, ohm, plugged=False) == 0
    assert read(proximity, ohm, readings=2) == 0
    assert read(proximity, ohm) == FAULT_PROXIMITY
    assert proximity.cable_ma == 0
    assert read(proximity, ohm, plugged=False) == 0


def test_a_code_lost_for_two_readings_is_not_lost() -> None:
    proximity = Proximity()
    read(proximity, 220)
    assert read(proximity, OPEN_OHM, readings=2) == 0
    assert read(proximity, 220) == 0
    assert proximity.cable_ma == 32_000


def test_a_cable_never_grows_stronger_while_plugged_in() -> None:
    proximity = Proximity()
    for ohm, cable_ma in ((220, 32_000), (680, 20_000), (100, 20_000), (1_500, 13_000)):
        read(proximity, ohm)
        assert proximity.cable_ma == cable_ma
    read(proximity, OPEN_OHM)
    read(proximity, 220)
    assert proximity.cable_ma == 0


def test_another_plug_is_read_anew() -> None:
    proximity = Proximity()
    read(proximity, 1_500)
    read(proximity, OPEN_OHM, plugged=False)
    assert proximity.cable_ma == 0
    read(proximity, 100)
    assert proximity.cable_ma == 63_000


def test_a_cable_too_weak_for_the_setting_is_refused_but_no_fault() -> None:
    proximity = Proximity(least_ma=20_000)
    assert read(proximity, 1_500) == 0
    assert proximity.cable_ma == REFUSED
    just_enough = Proximity(least_ma=20_000)
    read(just_enough, 680)
    assert just_enough.cable_ma == 20_000


def test_phoenix_refuses_a_high_resistance_without_a_fault() -> None:
    proximity = Proximity(PHOENIX)
    assert read(proximity, 4_000) == 0
    assert proximity.cable_ma == REFUSED


def test_before_a_plug_is_read_there_is_neither_a_limit_nor_a_fault() -> None:
    assert Proximity().bits == 0


def test_what_cannot_be_read_is_a_number_no_cable_has() -> None:
    assert cable_ma_for(1_000_000, EVEREST) == UNREADABLE == -1


def test_every_policy_has_a_name() -> None:
    assert (POLICY_NAMES[EVEREST], POLICY_NAMES[PHOENIX]) == ("everest", "phoenix")
