"""The firmware as it goes onto a Pico, with the test's board in the place of the chip's."""

from collections import defaultdict
from pathlib import Path

from mpremote.romfs import VfsRomWriter

import flash

BOARD = Path(__file__).with_name("station") / "board.py"


def files() -> dict[str, bytes]:
    """Path on the board -> bytes: what `make flash` copies, but for the pins and boot.py."""
    found = flash.contents("rp2_pico_w", compiled=True)
    del found["boot.py"], found["boards/native.mpy"]  # pins and machine code of the chip
    found["board.py"] = BOARD.read_bytes()
    return found


def write_folder(files: dict[str, bytes], folder: Path) -> Path:
    """The files, to be loaded into the heap."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def write_image(files: dict[str, bytes], path: Path) -> Path:
    """The files, to be run where they lie."""
    writer = VfsRomWriter()
    _write(writer, files)
    path.write_bytes(writer.finalise())
    return path


def _write(writer: VfsRomWriter, files: dict[str, bytes]) -> None:
    folders: dict[str, dict[str, bytes]] = defaultdict(dict)
    for name, data in files.items():
        first, _, rest = name.partition("/")
        if rest:
            folders[first][rest] = data
        else:
            writer.mkfile(name, data)
    for name, inner in folders.items():
        writer.opendir(name)
        _write(writer, inner)
        writer.closedir()
