"""Protection of a whole station: each fault by its code, power gone in time, how it goes away."""

import pytest

from boards.virtual.pin import VirtualPin
from evse.drivers.guard import emergency_stop, enclosure, protective_earth
from tests.app.station_bench import StationBench


def codes(bench: StationBench) -> list[str]:
    return [fault["code"] for fault in bench.port.messages("state")[-1].reason["faults"]]


def charging(**settings) -> StationBench:
    bench = StationBench(**settings)
    bench.charge()
    return bench


def opened_after_ms(bench: StationBench, most_ms: int = 300) -> int:
    return bench.run_until(lambda: not bench.bay.contactor.closed, most_ms)


def test_a_residual_current_trip_opens_at_once_and_retries_after_five_minutes() -> None:
    bench = charging()
    bench.run(5_000)
    rcd = bench.board.inputs[0].rcd
    rcd.tripped = True
    assert opened_after_ms(bench) <= 40
    bench.run(1_000)
    assert codes(bench) == ["rcd-trip"]
    rcd.tripped = False
    bench.run(280_000)
    assert not bench.bay.contactor.closed
    bench.run(40_000)
    assert bench.bay.contactor.closed


def test_a_trip_right_after_closing_is_never_retried_until_the_plug_is_pulled() -> None:
    bench = StationBench()
    bench.bay.plug()
    bench.run_until(lambda: bench.bay.contactor.closed, 10_000)
    bench.board.inputs[0].rcd.tripped = True
    bench.run(500)
    bench.board.inputs[0].rcd.tripped = False
    bench.run(900_000)
    assert not bench.bay.contactor.closed
    bench.bay.unplug()
    bench.run(2_000)
    assert codes(bench) == []


def test_no_power_before_the_residual_current_device_has_passed_its_test() -> None:
    bench = StationBench(rcd_test=1)
    bench.board.inputs[0].rcd.fault = "none"
    bench.bay.plug()
    bench.run(30_000)
    assert not bench.bay.contactor.closed
    assert codes(bench) == ["rcd-selftest"]


def test_the_device_is_tested_at_boot_and_after_each_charge() -> None:
    bench = StationBench(rcd_test=1)
    bench.run(2_000)
    assert bench.controller.rcd.tests == 1
    bench.charge()
    bench.run(5_000)
    assert bench.controller.rcd.tests == 1
    bench.bay.unplug()
    bench.run(3_000)
    assert (bench.controller.rcd.tests, bench.controller.rcd.passed) == (2, True)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("emergency_stop", "emergency-stop"),
        ("enclosure", "enclosure-open"),
        ("earth_lost", "pe-lost"),
    ],
)
def test_an_input_opens_within_100_ms_under_its_own_code(name: str, code: str) -> None:
    bench = charging()
    getattr(bench.board.inputs[0], name).level = 1
    assert opened_after_ms(bench) <= 100
    bench.run(1_000)
    assert code in codes(bench)


def test_an_emergency_stop_stays_until_an_operator_clears_it() -> None:
    bench = charging()
    button = bench.board.inputs[0].emergency_stop
    button.level = 1
    bench.run(1_000)
    assert bench.command("clear-fault", 1, code="emergency-stop").code == "fault-stands"
    button.level = 0
    bench.run(60_000)
    assert not bench.bay.contactor.closed
    assert bench.command("clear-fault", 1, code="emergency-stop").code == "ok"
    bench.run(60_000)
    assert bench.bay.contactor.closed


def test_a_welded_contactor_is_told_apart_and_keeps_the_station_out_of_service() -> None:
    bench = charging()
    bench.bay.contactor.weld()
    bench.stop()
    bench.run(10_000)
    assert codes(bench)[0] == "contactor-welded"
    assert bench.port.messages("state")[-1].reason["state"] == "F"
    bench.bay.unplug()
    bench.bay.contactor.mend()
    bench.run(10_000)
    assert "contactor-welded" in codes(bench)


def test_a_contactor_that_does_not_close_has_its_own_code() -> None:
    bench = StationBench()
    bench.bay.contactor.stick_open()
    bench.bay.plug()
    bench.run(10_000)
    assert codes(bench) == ["contactor-stuck-open"]


def test_a_vehicle_that_draws_too_much_is_cut_off_after_seven_seconds() -> None:
    bench = StationBench()
    from boards.virtual.profiles import named

    bench.bay.plug(named("overdraws"), 300)
    bench.run_until(lambda: bench.bay.vehicle.current_ma[0] > 18_200, 20_000)
    took_ms = opened_after_ms(bench, 12_000)
    assert 6_500 <= took_ms <= 9_500
    bench.run(1_000)
    assert "over-current" in codes(bench)


def test_heat_takes_half_then_a_quarter_then_stops_the_charge() -> None:
    bench = StationBench(temperature=1, station_limit_ma=32_000)
    bench.charge()
    bench.run(6_000)
    sensor = bench.board.inputs[0].thermistor
    for degrees, offered_ma in ((66, 16_000), (69, 8_000), (60, 32_000)):
        sensor.set(degrees)
        bench.run(8_000)
        assert bench.controller.offered_ma() == pytest.approx(offered_ma, abs=2), degrees
    sensor.set(66)
    bench.run(8_000)
    assert bench.port.messages("state")[-1].reason["limited_by"] == "heat"
    sensor.set(72)
    bench.run(10_000)
    assert not bench.bay.contactor.closed
    assert codes(bench) == ["over-temperature"]


def test_a_broken_temperature_sensor_stops_the_charge_by_its_own_code() -> None:
    bench = charging(temperature=1)
    bench.board.inputs[0].thermistor.break_off()
    bench.run(10_000)
    assert not bench.bay.contactor.closed
    assert codes(bench) == ["temperature-sensor"]


def test_a_socket_charges_only_locked_and_opens_when_the_lock_is_forced() -> None:
    bench = charging(socket=1, lock=1)
    lock = bench.board.inputs[0].lock
    assert lock.pins[2].level == 0
    lock.force_open()
    lock.stuck = True
    assert opened_after_ms(bench) <= 250
    bench.run(10_000)
    assert "lock" in codes(bench)


def test_a_lock_that_does_not_move_keeps_the_power_off() -> None:
    bench = StationBench(socket=1, lock=1)
    bench.board.inputs[0].lock.stuck = True
    bench.bay.plug()
    bench.run(20_000)
    assert not bench.bay.contactor.closed
    assert codes(bench) == ["lock"]


def test_the_plug_is_let_go_after_the_vehicle_has_left() -> None:
    bench = charging(socket=1, lock=1)
    bench.bay.unplug()
    bench.run(3_000)
    assert bench.board.inputs[0].lock.pins[2].level == 1


@pytest.mark.parametrize(
    ("cable_ohm", "offered_ma"), [(100, 32_000), (220, 32_000), (680, 20_000), (1_500, 13_000)]
)
def test_a_socket_offers_no_more_than_the_cable_carries(cable_ohm: int, offered_ma: int) -> None:
    bench = StationBench(socket=1, station_limit_ma=32_000)
    bench.bay.plug(cable_ohm=cable_ohm)
    bench.run(10_000)
    assert bench.controller.offered_ma() == pytest.approx(offered_ma, abs=2)


def test_a_cable_that_cannot_be_read_keeps_the_power_off_until_it_is_unplugged() -> None:
    bench = charging(socket=1)
    bench.bay.proximity.ohm = -1
    bench.run(5_000)
    assert not bench.bay.contactor.closed
    assert codes(bench) == ["proximity"]
    bench.bay.unplug()
    bench.run(2_000)
    assert codes(bench) == []


@pytest.mark.parametrize(
    ("supply_mv", "code"), [(178_000, "under-voltage"), (270_000, "over-voltage")]
)
def test_a_bad_supply_stops_the_charge_and_it_comes_back_after_a_good_minute(
    supply_mv: int, code: str
) -> None:
    bench = charging()
    bench.board.world.mains.set(supply_mv)
    bench.run(8_000)
    assert not bench.bay.contactor.closed
    assert code in codes(bench)
    bench.board.world.mains.set(230_000)
    bench.run(50_000)
    assert not bench.bay.contactor.closed
    bench.run(60_000)
    assert bench.bay.contactor.closed


def test_five_crashes_in_a_row_keep_the_station_out_of_service_until_somebody_clears_it() -> None:
    bench = StationBench()
    for _ in range(5):
        bench.run(5_000)
        bench.board.reset_reason = "watchdog"
        bench.boot()
    bench.bay.plug()
    bench.run(20_000)
    assert not bench.bay.contactor.closed
    assert codes(bench) == ["crash-loop"]
    assert bench.command("clear-fault", 1, code="crash-loop").code == "ok"
    bench.run(60_000)
    assert bench.bay.contactor.closed
    bench.boot()
    assert not bench.station.boots.looping


def test_boots_that_last_a_minute_are_no_crash_loop_and_power_cuts_are_none_either() -> None:
    bench = StationBench()
    for reason, lasted_ms in (("watchdog", 70_000), ("power", 1_000)):
        for _ in range(8):
            bench.board.reset_reason = reason
            bench.boot()
            bench.run(lasted_ms)
    assert not bench.station.boots.looping


def test_two_sockets_never_offer_more_than_their_supply() -> None:
    bench = StationBench(connectors=2, station_limit_ma=32_000, supply_limit_ma=32_000)
    first, second = bench.board.world.bays
    first.plug()
    bench.run(20_000)
    assert bench.station.controllers[0].offered_ma() == pytest.approx(32_000, abs=2)
    second.plug()
    for _ in range(300):
        bench.run(100)
        assert sum(c.offered_ma() for c in bench.station.controllers) <= 32_000
    assert bench.station.controllers[1].offered_ma() == pytest.approx(16_000, abs=2)
    first.unplug()
    bench.run(20_000)
    assert bench.station.controllers[1].offered_ma() == pytest.approx(32_000, abs=2)


INPUTS = {
    "earth": (protective_earth, "pe-lost"),
    "emergency_stop": (emergency_stop, "emergency-stop"),
    "enclosure": (enclosure, "enclosure-open"),
}


@pytest.mark.parametrize("setting", INPUTS)
@pytest.mark.parametrize("fitted", [0, 1])
def test_an_input_counts_where_the_settings_say_it_is_fitted(setting: str, fitted: int) -> None:
    make_row, code = INPUTS[setting]
    bench = StationBench(**{setting: fitted})
    pin = VirtualPin(0)
    bench.board.connectors[0].guard_rows = ()
    bench.board.connectors[0].fitted_rows = ((setting, make_row(pin)),)
    bench.boot()
    bench.charge()
    pin.level = 1
    if fitted:
        assert opened_after_ms(bench) <= 100
    bench.run(1_000)
    assert codes(bench) == ([code] if fitted else [])
    assert bench.bay.contactor.closed is not bool(fitted)
