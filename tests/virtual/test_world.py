"""The whole world on one clock: repeatable, and busy without any firmware."""

import struct

from boards.virtual import profiles
from boards.virtual.clock import PERIOD, VirtualClock
from boards.virtual.meter import FAULTS, crc
from boards.virtual.world import World
from tests.virtual.scene import Scene


def ask(scene: Scene, function: int, address: int, count: int) -> bytes:
    """What the meter on the bus answers within 2 s; b"" when it does not."""
    body = struct.pack(">BBHH", 1, function, address, count)
    uart = scene.bay.meter_uart
    uart.read()
    uart.write(body + struct.pack("<H", crc(body)))
    for _ in range(200):
        scene.tick()
        if uart.any():
            return uart.read()
    return b""


def story(seed: int) -> list[tuple[int, ...]]:
    """Ten minutes of a station that offers 16 A to whoever comes and always closes."""
    world = World(seed, 2)
    for number, bay in enumerate(world.bays):
        bay.invite(
            seed + number, stay_ms=(20_000, 90_000), away_ms=(1_000, 9_000), bad_permille=300
        )
        bay.pwm.duty_ns(266_666)
    seen = []
    for now_ms in range(0, 600_000, 10):
        for bay in world.bays:
            if bay.vehicle.asking:
                bay.contactor.enable.kick()
        world.step(now_ms)
        if now_ms % 1_000 == 0:
            for bay in world.bays:
                row = (bay.circuit.high_mv, bay.vehicle.current_ma[0], bay.meter.import_wh)
                seen.append((*row, bay.visits.count, world.mains.mv[0]))
    return seen


def test_the_same_seed_tells_the_same_story_and_another_seed_another() -> None:
    first = story(3)
    assert first == story(3)
    assert first != story(4)


def test_cars_come_charge_and_go_by_themselves() -> None:
    seen = story(3)
    assert max(row[3] for row in seen) >= 4
    assert max(row[2] for row in seen) > 200
    assert {row[0] for row in seen} >= {12_000, 8_978, 5_995}


def test_the_world_goes_on_across_the_wrap_of_the_boards_clock() -> None:
    clock = VirtualClock(PERIOD - 1_000)
    world = World(1)
    world.step(clock.ticks_ms())
    bay = world.bays[0]
    bay.plug(profiles.PLAIN)
    bay.pwm.duty_ns(266_666)
    for _ in range(1_000):
        if bay.vehicle.asking:
            bay.contactor.enable.kick()
        world.step(clock.advance(10))
    assert world.now_ms == 10_000
    assert clock.ticks_ms() == 9_000
    assert bay.vehicle.current_ma[0] > 15_000


def test_two_bays_have_cars_of_their_own() -> None:
    world = World(1, 2)
    world.bays[0].plug(profiles.PLAIN)
    assert world.bays[0].circuit.high_mv < world.bays[1].circuit.high_mv


def test_the_plug_brings_its_cable() -> None:
    world = World(1)
    bay = world.bays[0]
    assert bay.proximity.ohm == -1
    bay.plug(cable_ohm=680)
    assert bay.proximity.ohm == 680
    bay.unplug()
    assert bay.proximity.ohm == -1


def test_the_meter_answers_the_published_frames() -> None:
    scene = Scene(profiles.PLAIN)
    code = ask(scene, 3, 0xFC02, 1)
    assert code == bytes.fromhex("01 03 02 00 70 B9 A0")
    unknown = ask(scene, 4, 0x0100, 2)
    assert unknown == bytes.fromhex("01 84 02 C2 C1")


def test_the_meter_shows_mains_and_load() -> None:
    scene = Scene(profiles.named("three-phase"))
    scene.charge()
    reply = ask(scene, 4, 0, 18)
    values = struct.unpack(">9f", reply[3:-2])
    assert all(225 < volts < 235 for volts in values[:3])
    assert all(15.9 < amps <= 16 for amps in values[3:6])
    assert abs(sum(values[6:]) - scene.vehicle.power_w) < 300


def test_the_meter_counts_what_flowed() -> None:
    scene = Scene(profiles.PLAIN)
    scene.charge()
    before_wh = scene.bay.meter.import_wh
    scene.run(360_000)
    assert abs(scene.bay.meter.import_wh - before_wh - scene.vehicle.power_w // 10) <= 4


def test_each_fault_of_the_meter_spoils_the_answer_its_own_way() -> None:
    scene = Scene(profiles.PLAIN)
    answers = {}
    for fault in FAULTS:
        scene.bay.meter.fault = fault
        answers[fault] = ask(scene, 4, 0x0000, 2)
    assert answers["silent"] == b""
    assert crc(answers["crc"]) != 0
    assert answers["address"][0] != 1
    assert crc(answers["address"]) == 0
    assert answers["nan"][3:5] == b"\x7f\xc0"
    assert answers["exception"][:3] == b"\x01\x84\x04"
    assert len(answers["short"]) == len(answers[""]) - 2
    assert answers["slow"][:3] == answers[""][:3]


def test_a_meter_without_supply_is_silent() -> None:
    scene = Scene(profiles.PLAIN)
    scene.world.mains.set(0)
    assert ask(scene, 4, 0x0000, 2) == b""


def test_a_rude_visitor_leaves_under_load_and_a_considerate_one_does_not() -> None:
    for name, flows in (("unplugs-under-load", True), ("plain", False)):
        world = World(1)
        bay = world.bays[0]
        kinds = (profiles.named(name),)
        bay.invite(1, away_ms=(1_000, 2_000), stay_ms=(30_000, 30_000), good=kinds)
        bay.pwm.duty_ns(266_666)
        last_ma = 0
        for now_ms in range(0, 120_000, 10):
            if bay.vehicle.asking:
                bay.contactor.enable.kick()
            before_ma = bay.vehicle.current_ma[0]
            was_plugged = bay.vehicle.plugged
            world.step(now_ms)
            if was_plugged and not bay.vehicle.plugged:
                last_ma = before_ma
                break
        assert (last_ma > 0) == flows, name
