"""The whole firmware charges a vehicle in the heap of a board.

main.py with every part fitted, a meter, MQTT and the console.  What is simulated is in another
process (world.py); of the test only station/board.py lies in the station's heap.  Compiled code
lies outside, as frozen code does on a chip.  160 kB are those of a processor with 32 bits; on one
with 64, `160wk` is MicroPython's own word for the same number of objects.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from evse.core.units import TICKS_PERIOD
from protocol.messages import Ack, Birth
from tests.whole.image import files, write_image
from tests.whole.world import World

HEAPS = [("micropython32", "160k"), ("micropython", "160wk")]


@pytest.fixture(scope="module")
def firmware(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_image(files(), tmp_path_factory.mktemp("firmware") / "image")


@pytest.fixture(params=HEAPS, ids=" ".join)
def world(request: pytest.FixtureRequest, firmware: Path, tmp_path: Path) -> Iterator[World]:
    program, heap = request.param
    station = World(program, firmware, heap, tmp_path)
    yield station
    station.close()


def command(world: World, kind: str, number: int, **fields: object) -> str:
    """Send a command over MQTT; how it was answered."""
    birth = Birth.decode(world.broker.payloads("birth")[-1])
    expires_ms = (world.board.ticks_ms() + 30_000) % TICKS_PERIOD
    order = {"id": f"c-{number}", "boot_id": birth.boot_id, "expires_ms": expires_ms}
    topic = f"evse/1/st-1/down/1/{kind}"
    world.broker.say(topic, json.dumps(order | fields).encode())
    before = len(world.broker.payloads("ack"))
    world.run_until(lambda: len(world.broker.payloads("ack")) > before, 2_000)
    return Ack.decode(world.broker.payloads("ack")[-1]).code


def test_a_station_charges_reports_and_answers_in_160_kb(world: World) -> None:
    world.run_until(lambda: world.broker.payloads("birth"), 5_000)
    world.bay.plug()
    world.run_until(lambda: world.bay.vehicle.power_w > 3_000, 20_000)
    assert command(world, "set-limit", 1, owner="operator", limit_ma=10_000, valid_s=60) == "ok"
    world.run_until(lambda: world.bay.vehicle.power_w < 2_500, 20_000)
    for line in ("status", "faults", "log", "config"):
        world.type(line)
    world.run_until(lambda: "limited by" in world.console, 3_000)
    assert command(world, "stop", 2, owner="operator") == "ok"
    world.run_until(lambda: not world.bay.contactor.closed, 10_000)
    world.bay.unplug()
    world.run_until(lambda: world.broker.payloads("session"), 5_000)
    assert "MemoryError" not in world.console
    assert world.broker.connects == 1


def test_a_station_lives_through_lost_links_and_a_fault_in_160_kb(world: World) -> None:
    world.run_until(lambda: world.broker.payloads("birth"), 5_000)
    world.bay.plug()
    world.run_until(lambda: world.bay.vehicle.power_w > 3_000, 20_000)
    for connects in (2, 3):
        world.broker.cut()
        world.run_until(lambda: len(world.broker.payloads("birth")) == connects, 30_000)  # noqa: B023
    assert world.bay.contactor.closed
    world.board.inputs[0].rcd.tripped = True
    world.run_until(lambda: not world.bay.contactor.closed, 200)
    world.run_until(lambda: b"rcd-trip" in b"".join(world.broker.payloads("event")), 5_000)
    world.type("faults")
    world.run_until(lambda: "rcd-trip" in world.console, 2_000)
    assert "MemoryError" not in world.console
