"""Settings that shape an offer: the slow rise, and 5 % before it."""

from typing import Any

import pytest

from boards.virtual.profiles import Profile
from evse.app.config import ConfigError, check
from tests.app.station_bench import StationBench

DIGITAL_PPM, F_PPM, X1_PPM = 50_000, 0, 1_000_000
MINUTE_MS = 60_000


def last(bench: StationBench) -> Any:
    bench.run(250)
    return bench.port.messages("state")[-1]


def amps(bench: StationBench) -> int:
    """What the pilot offers, in whole amperes."""
    return (bench.bay.circuit.duty_ppm * 3 // 50 + 500) // 1_000


def watch(bench: StationBench, ms: int) -> list[tuple[int, int]]:
    """(duty on the pilot, for how long) in a row."""
    spans: list[tuple[int, int]] = []
    for _ in range(ms // 10):
        bench.run(10)
        duty_ppm = bench.bay.circuit.duty_ppm
        if spans and spans[-1][0] == duty_ppm:
            spans[-1] = (duty_ppm, spans[-1][1] + 10)
        else:
            spans.append((duty_ppm, 10))
    return spans


# The slow rise


def test_after_an_outage_the_offer_rises_from_6_a_by_1_a_a_minute() -> None:
    bench = StationBench(link_loss="keep", ramp="outage", station_limit_ma=9_000)
    bench.charge()
    seen = []
    for _ in range(4):
        seen.append((amps(bench), last(bench).reason["limited_by"]))
        bench.run(MINUTE_MS)
    assert seen == [(6, "ramp"), (7, "ramp"), (8, "ramp"), (9, "station")]


def test_it_begins_anew_when_the_mains_are_good_again() -> None:
    bench = StationBench(link_loss="keep", ramp="outage", station_limit_ma=7_000)
    bench.charge()
    bench.run(MINUTE_MS)
    assert amps(bench) == 7
    bench.board.world.mains.set(180_000)
    bench.run_until(lambda: not bench.bay.contactor.closed, 30_000)
    bench.board.world.mains.set()
    duties = [duty for duty, _ in watch(bench, 140_000)]
    assert duties == [F_PPM, X1_PPM, 100_000, 116_666]  # never more than 6 A first


def test_another_vehicle_does_not_wait_for_it_unless_the_setting_says_so() -> None:
    bench = StationBench(link_loss="keep", ramp="outage", station_limit_ma=7_000)
    bench.run(MINUTE_MS + 5_000)
    bench.charge()
    assert amps(bench) == 7


def test_with_start_every_offer_begins_at_6_a() -> None:
    bench = StationBench(link_loss="keep", ramp="start", station_limit_ma=7_000)
    bench.run(MINUTE_MS + 5_000)
    for _ in range(2):
        bench.bay.plug()
        duties = [duty for duty, _ in watch(bench, 70_000)]
        assert duties == [X1_PPM, 100_000, 116_666]
        bench.bay.unplug()
        bench.run(6_000)


def test_a_pause_is_followed_by_a_rise_with_start() -> None:
    bench = StationBench(link_loss="keep", ramp="start", station_limit_ma=7_000)
    bench.charge()
    bench.run(MINUTE_MS)
    assert amps(bench) == 7
    bench.limit(0, valid_s=20)
    bench.run(10_000)
    duties = [duty for duty, _ in watch(bench, 40_000)]
    assert duties == [X1_PPM, 100_000]


def test_the_setting_can_be_changed_from_afar_and_taken_back() -> None:
    bench = StationBench(station_limit_ma=8_000)
    bench.run(1_000)
    assert bench.command("set-config", key="ramp", value="start").code == "ok"
    assert bench.command("set-config", key="interval_s", value="30").code == "ok"
    bench.charge()
    assert amps(bench) == 6
    bench.bay.unplug()
    bench.run(10_000)
    assert bench.command("set-config", key="ramp", value="none").code == "ok"
    bench.charge()
    assert amps(bench) == 8
    assert "ramp" not in [row["owner"] for row in last(bench).reason["limits"]]


def test_without_the_setting_there_is_no_rise() -> None:
    bench = StationBench(station_limit_ma=8_000)
    bench.charge()
    assert amps(bench) == 8


def test_the_rise_goes_on_when_the_clock_comes_round() -> None:
    bench = StationBench(
        start_ms=(1 << 30) - 90_000, link_loss="keep", ramp="outage", station_limit_ma=9_000
    )
    bench.charge()
    bench.run_until(lambda: amps(bench) == 9, 4 * MINUTE_MS)
    assert bench.board.ticks_ms() < (1 << 29)


# 5 % before the offer


def test_a_vehicle_is_shown_5_percent_then_f_then_x1_then_the_offer_and_charges() -> None:
    bench = StationBench(digital_s=20)
    bench.run(1_000)
    bench.bay.plug()
    spans = watch(bench, 45_000)
    assert [duty for duty, _ in spans] == [X1_PPM, DIGITAL_PPM, F_PPM, X1_PPM, 266_666]
    assert [ms for _, ms in spans[1:4]] == [20_000, 4_000, 750]
    assert bench.bay.contactor.closed
    assert [e.code for e in bench.port.messages("event") if e.what == "fault-raised"] == []


def test_at_5_percent_there_is_no_power_and_nothing_is_offered() -> None:
    bench = StationBench(digital_s=60)
    bench.run(1_000)
    bench.bay.plug()
    bench.run(30_000)
    state = last(bench)
    assert (state.duty_ppm, state.offer_ma, state.contactor) == (DIGITAL_PPM, 0, False)
    assert (state.reason["state"], state.reason["why"]) == ("B2", "waiting-for-vehicle")
    assert state.reason["faults"] == []


def test_a_vehicle_that_asks_all_the_same_charges_by_the_nominal_duty() -> None:
    bench = StationBench(digital_s=60)
    bench.run(1_000)
    bench.bay.plug(Profile("no-s2", simplified=True))
    assert [duty for duty, _ in watch(bench, 15_000)] == [X1_PPM, 266_666]
    assert bench.bay.contactor.closed


def test_the_next_vehicle_is_shown_5_percent_again() -> None:
    bench = StationBench(digital_s=10)
    bench.run(1_000)
    for _ in range(2):
        bench.bay.plug()
        assert DIGITAL_PPM in [duty for duty, _ in watch(bench, 30_000)]
        assert bench.bay.contactor.closed
        bench.bay.unplug()
        bench.run(6_000)


def test_it_waits_for_a_start_where_one_is_needed() -> None:
    bench = StationBench(digital_s=10, authorisation=1)
    bench.run(1_000)
    bench.bay.plug()
    assert [duty for duty, _ in watch(bench, 20_000)] == [X1_PPM]
    bench.start()
    duties = [duty for duty, _ in watch(bench, 30_000)]
    assert duties[-4:] == [DIGITAL_PPM, F_PPM, X1_PPM, 266_666]


def test_without_the_setting_5_percent_is_never_shown() -> None:
    bench = StationBench()
    bench.run(1_000)
    bench.bay.plug()
    assert DIGITAL_PPM not in [duty for duty, _ in watch(bench, 30_000)]


@pytest.mark.parametrize(
    ("key", "value"),
    [("digital_s", -1), ("digital_s", 301), ("digital_s", "20"), ("ramp", "slow")],
)
def test_what_they_cannot_be_is_refused_by_name(key: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=key):
        check("config", key, value)
