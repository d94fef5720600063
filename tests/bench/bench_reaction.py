"""From the vehicle's stop (C to B) to the contactor's command, and the worst gap between ticks

The whole station in virtual time (tests/whole), to the millisecond; the stop comes at every
millisecond of the tick, and each row keeps the station busy in another way.  Virtual time passes
while the station rests, so that the figures repeat; what the same work costs a chip is measured in
emulated time (hil_tests/README.md).
"""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

from boards.virtual.profiles import PLAIN
from protocol.messages import Birth
from tests.whole.image import files, write_image
from tests.whole.world import TICK_MS, World

B_OHM, C_OHM = 2_740, 882
SAMPLES = 20  # two of each millisecond of a tick
LIMIT_MS = 100


def quiet(_world: World, _number: int) -> None:
    """Telemetry and the meter only."""


def reconnects(world: World, number: int) -> None:
    """The stop comes before, amid and after the new connection and all that is told again."""
    world.broker.cut()
    world.run(number * 150)


def commands(world: World, number: int) -> None:
    birth = Birth.decode(world.broker.payloads("birth")[-1])
    order = {"id": f"c-{number}", "boot_id": birth.boot_id, "owner": "operator", "valid_s": 60}
    order |= {"expires_ms": world.board.ticks_ms() + 30_000, "limit_ma": 6_000 + number * 100}
    world.broker.say("evse/1/st-1/down/1/set-limit", json.dumps(order).encode())


def console(world: World, _number: int) -> None:
    for line in ("status", "log", "config", "faults", "meter", "link"):
        world.type(line)


BUSY: dict[str, Callable[[World, int], None]] = {
    "telemetry and meter": quiet,
    "and the broker lost, reconnecting": reconnects,
    "and commands": commands,
    "and six questions on the console": console,
}


def main() -> list[dict[str, object]]:
    """One row a kind of work."""
    with tempfile.TemporaryDirectory() as name:
        firmware = write_image(files(), Path(name) / "image")
        rows = []
        for number, (words, busy) in enumerate(BUSY.items()):
            world = World("micropython", firmware, "192wk", Path(name) / f"flash-{number}")
            try:
                rows.append({"while": words, **measured(world, busy)})
            finally:
                world.close()
        return rows


def measured(world: World, busy: Callable[[World, int], None]) -> dict[str, object]:
    world.run_until(lambda: world.broker.payloads("birth"), 5_000)
    found = []
    for number in range(SAMPLES):
        world.bay.plug(PLAIN)
        world.run_until(lambda: world.bay.contactor.closed, 20_000)
        world.run(2_000)
        busy(world, number)
        for _ in range(number % TICK_MS):
            world.turn(1)
        began_ms = world.board.ticks_ms()
        world.bay.circuit.plug(B_OHM)
        while world.dropped_ms < began_ms:
            world.turn(1)
        found.append(world.dropped_ms - began_ms)
        world.run(100)
        world.bay.unplug()
        world.run(6_000)
    gaps = [json.loads(said)["worst_gap_ms"] for said in world.broker.payloads("health")]
    return {
        "samples": len(found),
        "mean ms": sum(found) / len(found),
        "worst ms": max(found),
        "limit ms": LIMIT_MS,
        "worst gap ms": max(gaps),
    }
