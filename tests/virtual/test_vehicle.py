"""Vehicles, good and bad, seen from the station."""

import json
from pathlib import Path

import pytest

from boards.virtual import profiles
from boards.virtual.vehicle import Battery, allowed_ma
from evse.core import units
from tests.virtual.scene import Scene

VECTORS = Path(__file__).resolve().parent.parent / "vectors"
GOOD = [profile.name for profile in profiles.GOOD]


@pytest.mark.parametrize(
    "row",
    json.loads((VECTORS / "duty_to_amps.json").read_text()),
    ids=lambda row: f"{row['duty']} %",
)
def test_a_vehicle_reads_the_duty_as_published(row: dict) -> None:
    amps = row["amps"] if row["kind"] == "ok" else 0
    assert allowed_ma(round(row["duty"] * 10_000)) == pytest.approx(amps * 1_000, abs=1)


def test_vehicle_and_station_read_every_duty_alike() -> None:
    for duty_ppm in range(0, 1_000_001, 250):
        assert allowed_ma(duty_ppm) == max(0, units.offer_ma_for(duty_ppm)), duty_ppm


@pytest.mark.parametrize("name", GOOD)
def test_a_good_vehicle_asks_only_when_current_is_offered(name: str) -> None:
    scene = Scene(profiles.named(name))
    scene.run(20_000)
    assert not scene.vehicle.asking
    scene.offer(266_666)
    assert scene.until(lambda: scene.vehicle.asking) >= 1_000


@pytest.mark.parametrize("name", GOOD)
def test_a_good_vehicle_draws_nothing_before_there_is_power_and_never_more_than_offered(
    name: str,
) -> None:
    scene = Scene(profiles.named(name))
    scene.offer(266_666)
    scene.run(15_000)
    assert scene.ma == 0
    scene.close()
    most_ma = 0
    for _ in range(2_000):
        scene.tick()
        most_ma = max(most_ma, *scene.vehicle.current_ma)
    assert 15_900 < most_ma <= 16_000


@pytest.mark.parametrize("name", GOOD)
def test_a_good_vehicle_follows_a_lower_offer_within_5_s(name: str) -> None:
    scene = Scene(profiles.named(name))
    scene.charge(266_666)
    scene.run(5_000)
    scene.offer(100_000)
    assert scene.until(lambda: scene.ma <= 6_000) <= 5_000


@pytest.mark.parametrize("name", GOOD)
def test_a_good_vehicle_stops_drawing_within_3_s_of_x1_and_then_opens_s2(name: str) -> None:
    scene = Scene(profiles.named(name))
    scene.charge()
    scene.run(5_000)
    scene.x1()
    assert scene.until(lambda: scene.ma == 0) <= 3_000
    assert scene.vehicle.asking, "current goes first"
    assert scene.until(lambda: not scene.vehicle.asking) <= 1_000


def test_current_ends_at_once_when_the_contactor_opens() -> None:
    scene = Scene(profiles.PLAIN)
    scene.charge()
    scene.open()
    assert scene.until(lambda: scene.ma == 0) <= 40


def test_current_ends_with_the_supply_and_comes_back_with_it() -> None:
    scene = Scene(profiles.named("three-phase"))
    scene.charge()
    scene.world.mains.set(0)
    scene.run(100)
    assert (list(scene.vehicle.current_ma), scene.vehicle.power_w) == ([0, 0, 0], 0)
    scene.world.mains.set()
    scene.run(8_000)
    assert min(scene.vehicle.current_ma) > 15_900
    assert scene.vehicle.power_w > 10_000


def test_power_follows_the_voltage() -> None:
    scene = Scene(profiles.PLAIN)
    scene.charge()
    scene.world.mains.set(207_000)
    scene.run(100)
    assert 3_250 < scene.vehicle.power_w < 3_350


def test_another_vehicle_in_place_of_a_charging_one_starts_from_nothing() -> None:
    scene = Scene(profiles.named("three-phase"))
    scene.charge()
    scene.bay.plug(profiles.PLAIN)
    assert list(scene.vehicle.current_ma) == [0, 0, 0]
    assert not scene.vehicle.asking


def test_a_full_vehicle_tapers_and_then_stops_asking() -> None:
    scene = Scene(profiles.named("small-battery"))
    scene.charge()
    battery = scene.vehicle.battery
    battery.level_wh = battery.capacity_wh * 96 // 100
    scene.run(3_000)
    assert 0 < scene.ma < 16_000
    battery.level_wh = battery.capacity_wh - 1
    scene.until(lambda: not scene.vehicle.asking)
    assert (scene.ma, battery.full()) == (0, True)
    scene.run(60_000)
    assert not scene.vehicle.asking


def test_a_battery_keeps_every_watt_millisecond() -> None:
    battery = Battery(1_000, 0)
    for _ in range(36_000):
        battery.charge(1_000, 10)
    assert battery.level_wh == 100


def test_a_three_phase_vehicle_loads_all_phases_and_a_plain_one_the_first() -> None:
    three = Scene(profiles.named("three-phase"))
    three.charge()
    assert min(three.vehicle.current_ma) > 15_900
    one = Scene(profiles.PLAIN)
    one.charge()
    assert list(one.vehicle.current_ma)[1:] == [0, 0]


def test_a_shorted_diode_pulls_the_low_phase_up() -> None:
    scene = Scene(profiles.named("diode-shorted"))
    assert scene.bay.circuit.low_mv > -10_000


def test_a_vehicle_that_ignores_x1_goes_on_until_the_power_is_cut() -> None:
    scene = Scene(profiles.named("ignores-x1"))
    scene.charge()
    scene.x1()
    scene.run(20_000)
    assert scene.ma > 15_000
    scene.open()
    scene.run(100)
    assert (scene.ma, scene.vehicle.asking) == (0, True)


def test_a_vehicle_that_overdraws_passes_the_limit_of_the_soft_over_current_rule() -> None:
    scene = Scene(profiles.named("overdraws"))
    scene.charge(166_666)
    assert scene.ma > 11_550


def test_a_chattering_vehicle_opens_and_closes_s2_every_200_ms() -> None:
    scene = Scene(profiles.named("chatters"))
    scene.offer(266_666)
    scene.until(lambda: scene.vehicle.asking)
    changes = 0
    for _ in range(200):
        before = scene.vehicle.asking
        scene.tick()
        changes += scene.vehicle.asking != before
    assert 8 <= changes <= 12


def test_a_vehicle_that_needs_ventilation_shows_3_v() -> None:
    scene = Scene(profiles.named("ventilation"))
    scene.offer(266_666)
    scene.until(lambda: scene.vehicle.asking)
    assert 2_700 < scene.bay.circuit.high_mv < 3_100


def test_a_vehicle_with_simplified_pilot_asks_from_the_plug_in_and_takes_10_a_at_most() -> None:
    scene = Scene(profiles.named("simplified"))
    assert 5_900 < scene.bay.circuit.high_mv < 6_100
    scene.charge(533_333)
    assert scene.ma == 10_000


def test_b_c_b_pulses_last_200_to_400_ms() -> None:
    scene = Scene(profiles.named("pulses"))
    pulses = []
    for _ in range(2):
        scene.until(lambda: scene.vehicle.asking)
        pulses.append(scene.until(lambda: not scene.vehicle.asking))
    assert all(200 <= pulse_ms <= 400 for pulse_ms in pulses)
    scene.run(10_000)
    assert not scene.vehicle.asking


def test_a_slow_vehicle_takes_longer_than_5_s_to_follow() -> None:
    scene = Scene(profiles.named("slow-to-follow"))
    scene.charge()
    scene.offer(100_000)
    scene.run(6_000)
    assert scene.ma > 15_000
    scene.until(lambda: scene.ma <= 6_000, 10_000)


def test_a_sleeping_vehicle_wakes_when_the_pilot_goes_to_minus_12_v() -> None:
    scene = Scene(profiles.named("sleeps"))
    scene.offer(266_666)
    scene.run(40_000)
    assert not scene.vehicle.asking
    scene.f()
    scene.run(4_000)
    scene.offer(266_666)
    scene.until(lambda: scene.vehicle.asking)


def test_a_vehicle_stops_when_its_pilot_wire_breaks() -> None:
    scene = Scene(profiles.PLAIN)
    scene.charge()
    scene.bay.circuit.cut()
    assert scene.until(lambda: scene.ma == 0) <= 3_000


def test_unplugging_under_load_takes_pilot_and_current_away_together() -> None:
    scene = Scene(profiles.PLAIN)
    scene.charge()
    scene.bay.unplug()
    assert (scene.ma, scene.bay.circuit.high_mv) == (0, 12_000)
    scene.run(20_000)
    assert (scene.ma, scene.bay.circuit.high_mv, scene.vehicle.plugged) == (0, 12_000, False)


def test_a_driver_who_wants_no_more_makes_the_vehicle_stop_first() -> None:
    scene = Scene(profiles.PLAIN)
    scene.charge()
    scene.vehicle.want = False
    scene.until(lambda: not scene.vehicle.asking, 3_000)
    assert scene.ma == 0


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(KeyError):
        profiles.named("flying")
