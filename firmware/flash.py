"""Puts the firmware on a board with mpremote, and proves that it is there.

    python firmware/flash.py --port /dev/ttyACM0 --board rp2_pico_w --station hotel-1

Refuses while a vehicle is charging.  Every file is read back as a SHA-256 by the board itself.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import serial

HERE = Path(__file__).parent
BOARDS = sorted(
    path.parent.name for path in HERE.glob("boards/*/board.py") if "virtual" not in str(path)
)
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


def files_for(board: str) -> dict[str, Path]:
    """Path on the board -> file here."""
    found = {"boot.py": HERE / "boot.py", "main.py": HERE / "main.py"}
    found["board.py"] = HERE / "boards" / board / "board.py"
    for name in ("__init__.py", "assembly.py", "links.py", "socket.py", "stdio.py"):
        found[f"boards/{name}"] = HERE / "boards" / name
    for path in sorted((HERE / "evse").rglob("*.py")):
        found[path.relative_to(HERE).as_posix()] = path
    root = HERE.parent
    for path in sorted((root / "protocol").rglob("*.py")):
        if path.name not in ("docs.py", "asyncapi.py"):
            found[path.relative_to(root).as_posix()] = path
    return found


def mpremote(port: str, *words: str) -> str:
    """Run one mpremote command; its output.  SystemExit with its words when it fails."""
    command = [sys.executable, "-m", "mpremote", "connect", port, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"mpremote {words[0]}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def ask_for_service(port: str) -> None:
    """A running station steps aside, unless it is charging; a board without firmware is silent."""
    if "://" in port:
        return  # not a serial line: an emulator's port
    with serial.Serial(port, 115_200, timeout=0.2) as line:
        line.write(b"\r\nservice\r\n")
        answer = b""
        end = time.monotonic() + 3
        while time.monotonic() < end and b"service:" not in answer:
            answer += line.read(256)
    if b"service: refused" in answer:
        sys.exit("refused: a vehicle is charging at this station")


def copy(port: str, board: str, extra: dict[str, bytes]) -> None:
    files = files_for(board)
    wanted = {name: path.read_bytes() for name, path in files.items()} | extra
    with tempfile.TemporaryDirectory() as folder:
        for name, data in wanted.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        tops = sorted({name.split("/")[0] for name in wanted})
        for number, top in enumerate(tops, 1):
            print(f"[{number}/{len(tops)}] {top}", flush=True)
            mpremote(port, "fs", "cp", "-r", str(Path(folder) / top), ":")
    print("verifying", flush=True)
    told = dict(
        reversed(line.split(" ", 1))
        for line in mpremote(port, "exec", HASHES).splitlines()
        if line
    )
    for name, data in wanted.items():
        if told.get("/" + name) != hashlib.sha256(data).hexdigest():
            sys.exit(f"{name}: the board does not have what was sent")
    print(f"{len(wanted)} files verified")


def blob(data: bytes) -> bytes:
    """A first generation of evse/drivers/flash_store.py."""
    import binascii

    record = b"BS1" + bytes(4) + len(data).to_bytes(4, "big") + data
    return record + binascii.crc32(record).to_bytes(4, "big")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", required=True, help="serial port of the board")
    parser.add_argument("--board", required=True, choices=BOARDS)
    parser.add_argument(
        "--station", help="name of a new station: a-z, 0-9 and -, 4 to 32 characters"
    )
    parser.add_argument(
        "--network", help="JSON file: wifi_name, wifi_password, host, user, password, tls"
    )
    chosen = parser.parse_args()
    extra: dict[str, bytes] = {}
    if chosen.station:
        extra["data/config.a"] = blob(json.dumps({"station": chosen.station}).encode())
    if chosen.network:
        extra["data/network.a"] = blob(Path(chosen.network).read_bytes())
    ask_for_service(chosen.port)
    copy(chosen.port, chosen.board, extra)
    mpremote(chosen.port, "reset")
    print("done: the board restarts with the new firmware")


if __name__ == "__main__":
    main()
