"""When the contactor closes and opens."""

import pytest

from evse.core.faults import FAULT_OVER_TEMPERATURE, FAULT_RCD_TRIP
from evse.core.power import Power
from evse.core.units import TICKS_PERIOD

STARTS = pytest.mark.parametrize("start_ms", [0, TICKS_PERIOD - 3_000])


class Bay:
    """A Power and its inputs; every change is stepped from there on, each 10 ms."""

    def __init__(self, start_ms: int = 0, **settings: int) -> None:
        times = {"reclose_ms": 5_000, "rest_ms": 0, "fault_rest_ms": 30_000} | settings
        self.power = Power(**times)
        self.ms = 0
        self._start_ms = start_ms

    def run(
        self,
        for_ms: int,
        *,
        able: bool = True,
        offered: bool = True,
        settled: bool = True,
        faults: int = 0,
    ) -> int:
        """Run for so long; how long until closed changed, or -1."""
        before = self.power.closed
        for passed_ms in range(0, for_ms, 10):
            now_ms = (self._start_ms + self.ms) % TICKS_PERIOD
            self.power.step(now_ms, able, offered, settled, faults)
            self.ms += 10
            if self.power.closed != before:
                return passed_ms
        return -1

    def close(self) -> "Bay":
        assert self.run(1_000) == 500
        self.run(100)
        return self


@STARTS
def test_it_closes_half_a_second_after_the_offer(start_ms: int) -> None:
    bay = Bay(start_ms)
    bay.run(1_000, offered=False)
    assert bay.run(1_000) == 500


@pytest.mark.parametrize("missing", ["able", "offered", "settled"])
def test_it_stays_open_while_anything_is_missing(missing: str) -> None:
    assert Bay().run(120_000, **{missing: False}) == -1


@pytest.mark.parametrize("offered", [False, True])
def test_it_opens_in_the_step_in_which_it_is_not_able(offered: bool) -> None:
    assert Bay().close().run(100, able=False, offered=offered) == 0


@STARTS
@pytest.mark.parametrize(("faults", "after_ms"), [(0, 6_000), (FAULT_OVER_TEMPERATURE, 5_000)])
def test_a_withdrawn_offer_leaves_the_vehicle_its_time(
    faults: int, after_ms: int, start_ms: int
) -> None:
    bay = Bay(start_ms).close()
    assert bay.run(10_000, offered=False, faults=faults) == after_ms
    assert bay.power.ignores_stop
    assert bay.power.forced_openings == 1


def test_an_offer_that_comes_back_in_time_undoes_the_stop() -> None:
    bay = Bay().close()
    assert bay.run(5_990, offered=False) == -1
    assert bay.run(10) == -1
    assert bay.run(10_000, offered=False) == 6_000


def test_a_stop_right_after_closing_leaves_the_vehicle_its_whole_time() -> None:
    bay = Bay().close()
    bay.run(3_000, offered=False)
    assert bay.run(10, able=False, offered=False) == 0
    bay.run(20_000, able=False, offered=False)
    assert bay.run(1_000) == 500
    assert bay.run(10_000, offered=False) == 6_000


def test_a_vehicle_cut_off_is_remembered_until_it_stops_asking_or_is_offered_again() -> None:
    bay = Bay().close()
    bay.run(10_000, offered=False)
    bay.run(1_000, offered=False)
    assert bay.power.ignores_stop
    bay.run(10)
    assert not bay.power.ignores_stop
    again = Bay().close()
    again.run(10_000, offered=False)
    again.power.stopped_asking()
    assert not again.power.ignores_stop


def test_a_vehicle_that_stops_in_time_is_not_forced() -> None:
    bay = Bay().close()
    bay.run(3_000, offered=False)
    bay.run(10, able=False, offered=False)
    assert (bay.power.forced_openings, bay.power.ignores_stop) == (0, False)


def closed_again_ms(bay: Bay, open_ms: int, faults: int = 0) -> int:
    """How long after opening it closed again, kept open for open_ms at least."""
    bay.run(10, able=False, faults=faults)
    opened_ms = bay.ms
    bay.run(open_ms, able=False, faults=faults)
    bay.run(120_000)
    return bay.ms - opened_ms


@STARTS
def test_closings_are_five_seconds_apart(start_ms: int) -> None:
    bay = Bay(start_ms).close()
    closed_ms = bay.ms - 110
    closed_again_ms(bay, 10)
    assert bay.ms - 10 - closed_ms == 5_000


def test_after_a_long_charge_it_closes_again_at_once() -> None:
    bay = Bay().close()
    bay.run(10_000)
    assert closed_again_ms(bay, 200) == 210


@STARTS
def test_it_can_be_told_to_rest_after_opening(start_ms: int) -> None:
    bay = Bay(start_ms, rest_ms=8_000).close()
    bay.run(10_000)
    assert closed_again_ms(bay, 200) == 8_000


@STARTS
def test_after_a_fault_it_rests_thirty_seconds(start_ms: int) -> None:
    bay = Bay(start_ms).close()
    assert closed_again_ms(bay, 10, FAULT_RCD_TRIP) == 30_000


def test_another_vehicle_need_not_wait_for_the_last_ones_fault() -> None:
    bay = Bay().close()
    bay.run(10_000)
    bay.run(10, able=False, faults=FAULT_RCD_TRIP)
    bay.power.forget_vehicle()
    assert bay.run(1_000) == 0


def test_no_rest_returns_when_the_clock_comes_round() -> None:
    bay = Bay().close()
    power = bay.power
    for now_ms in range(0, TICKS_PERIOD, TICKS_PERIOD // 64):
        power.step(now_ms, True, True, True, 0)
    power.step(1_000, False, True, True, 0)
    power.step(1_010, True, True, True, 0)
    assert power.closed


def test_the_contacts_have_parted_100_ms_after_opening() -> None:
    bay = Bay().close()
    assert not bay.power.parted(bay.ms)
    bay.run(10, able=False)
    opened_ms = bay.ms - 10
    assert not bay.power.parted(opened_ms + 90)
    assert bay.power.parted(opened_ms + 100)


def test_the_count_of_forced_openings_stops_where_small_integers_do() -> None:
    bay = Bay().close()
    bay.power.forced_openings = (1 << 30) - 1
    bay.run(10_000, offered=False)
    assert bay.power.forced_openings == (1 << 30) - 1


@STARTS
def test_an_enable_that_died_is_an_opening_and_closing_again_waits_as_after_a_fault(
    start_ms: int,
) -> None:
    bay = Bay(start_ms).close()
    bay.power.dropped((start_ms + bay.ms) % TICKS_PERIOD)
    assert not bay.power.closed
    assert bay.run(60_000) == pytest.approx(30_000, abs=10)


def test_what_is_open_cannot_drop() -> None:
    bay = Bay()
    bay.power.dropped(0)
    assert bay.run(1_000) == 500
