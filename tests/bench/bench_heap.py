"""Free heap of the whole station after boot, by size and by where its compiled code lies

Every part fitted, a meter, MQTT connected, the console; garbage collected, and what is simulated
is in another process (tests/whole).  32 bits are a chip's.  192wk is what MicroPython calls the
same number of objects with 64 bits; 192k of those is half of it.
"""

import tempfile
from pathlib import Path

from tests.needs import path_of
from tests.whole.image import files, write_folder, write_image
from tests.whole.world import World

CASES = (
    ("micropython32", "192k", "in place, as frozen"),
    ("micropython32", "192k", "loaded into the heap"),
    ("micropython32", "224k", "loaded into the heap"),
    ("micropython32", "160k", "in place, as frozen"),
    ("micropython", "192k", "in place, as frozen"),
    ("micropython", "192wk", "in place, as frozen"),
    ("micropython", "160wk", "in place, as frozen"),
)
SETTLED_MS = 5_000


def main() -> list[dict[str, object]]:
    """One row a case."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        carried = files()
        image = write_image(carried, place / "image")
        folder = write_folder(carried, place / "folder")
        rows = []
        for number, (program, heap, code) in enumerate(CASES):
            if path_of(program) is None:
                print(f"skipped: {program} not installed")
                continue
            firmware = image if code.startswith("in place") else folder
            flash = place / f"flash-{number}"
            rows.append(
                {
                    "bits": 32 if program.endswith("32") else 64,
                    "heapsize": heap,
                    "code": code,
                    "free bytes": free(World(program, firmware, heap, flash)),
                }
            )
    return rows


def free(world: World) -> "int | str":
    """Bytes, or that the firmware does not fit."""
    try:
        world.run_until(lambda: world.broker.payloads("birth"), SETTLED_MS)
        world.run(SETTLED_MS)
        return world.free()
    except AssertionError as error:
        if "MemoryError" not in str(error):
            raise
        return "does not fit"
    finally:
        world.close()
