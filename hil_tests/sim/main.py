"""The simulated bench as a process: python main.py RIG-FD STATION-FD FLASH-FOLDER [seed]

RIG-FD speaks rig/commands.py, STATION-FD is the station's serial line.  Lines that begin with "!"
are for the bench itself, not for the rig: a new station, crashes, spoilt flash, snapshots.
"""

import json
import os
import sys

_HERE = __file__.rsplit("/", 1)[0] if "/" in __file__ else "."
sys.path[:0] = [_HERE + "/../../firmware", _HERE + "/../.."]

from hil_tests.rig.commands import Commands  # noqa: E402
from hil_tests.sim.board import Board  # noqa: E402
from hil_tests.sim.chip import BOOT_MS, Chip, Reset  # noqa: E402
from hil_tests.sim.crash import Crash  # noqa: E402
from hil_tests.sim.flash import Flash, TimedStore  # noqa: E402
from hil_tests.sim.line import Line  # noqa: E402
from hil_tests.sim.parts import Wlan  # noqa: E402
from hil_tests.sim.port import Gone, Port  # noqa: E402
from hil_tests.sim.rig_more import FullRig  # noqa: E402
from hil_tests.sim.wires import Wires  # noqa: E402

IS_MICROPYTHON = sys.implementation.name == "micropython"
BENCH_PARTS = ["settings", "clock", "timer", "flash", "crash", "virtual-time"]
BENCH_PARTS += ["heap"] if IS_MICROPYTHON else ["crash-lines", "snapshot"]
ANYWAY = {"station": "bench-1", "station_limit_ma": 32_000, "meter": "sdm630"}

BACK, FORGET = 3, 4  # how a child of _keep() ends


class Renewed(BaseException):
    """The host wants another station on another bench."""


class Bench:
    """One process; `life` after `life` of one station after the other."""

    def __init__(self, rig_port: Port, station_port: Port, folder: str) -> None:
        self._port = rig_port
        self._station_port = station_port
        self._flash = Flash(folder)
        self._buffer = b""
        self._kept = False
        self._build({})

    def _build(self, wanted: dict) -> None:
        timer = wanted.pop("timer", 1)
        start_ms = wanted.pop("start_ms", 0)
        settings = dict(ANYWAY)
        settings.update(wanted)
        self._flash.format(json.dumps(settings).encode())
        self.wires = Wires()
        self.rig = FullRig(self.wires)
        self.chip = Chip(self.wires, self.rig, timer == 1, start_ms)
        before = self.line if hasattr(self, "line") else None
        self.line = Line(self._station_port, self.wires)
        if before is not None:
            self.line.sent, self.line.got = before.sent, before.got
        self.rig.chip = self.chip
        self.rig.line = self.line
        self.rig.wlan = self.wlan = Wlan()
        self.rig.serve = self._serve
        self.commands = Commands(self.rig)
        self.crash = Crash(self.chip)
        self._store = TimedStore(self._flash.store, self.chip)
        self.wires.lose_chip()

    def run(self) -> None:
        while True:
            try:
                self._life()
            except Reset as reset:
                self.chip.reason = reset.reason
                self.line.forget()
            except Renewed:
                pass  # _build() has been; the next life is another station's

    def _life(self) -> None:
        """From the end of a reset to the next one."""
        chip = self.chip
        while not chip.running():
            chip.step()
        chip.pass_ms(BOOT_MS)
        if not chip.running():
            return
        chip.start()
        try:
            self._firmware()
        except Exception as error:
            chip.trouble = f"main: {type(error).__name__}: {error}"
        chip.burn()  # a prompt, or service: nothing runs but time

    def _firmware(self) -> None:
        """What the firmware's main.py does, with a station that can be made to crash."""
        from boards.assembly import make_station
        from boards.links import add_links
        from evse.app.run import run, stays_in_service

        hardware = Board(self.chip, self.wires, self._store, self.line, self.wlan)
        if not stays_in_service(hardware):
            station = make_station(hardware)
            add_links(hardware, station)
            self.crash.attach(station)
            run(hardware, station)

    # The host

    def _serve(self) -> None:
        """Before each millisecond: do what the host wants until it wants time to pass."""
        self.line.step()
        if self.commands.busy:
            answer = self.commands.look()
            if answer is None:
                return
            self._answer(answer)
        while not self.commands.busy:
            line = self._next_line()
            answer = self._own(line) if line[:1] == b"!" else self.commands.take(line)
            if answer is not None:
                self._answer(answer)

    def _next_line(self) -> bytes:
        while b"\n" not in self._buffer:
            self._buffer += self._port.read(1 if self._unsent() else -1)
            self._pump()
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _unsent(self) -> bool:
        return bool(self._port.unsent or self._station_port.unsent)

    def _pump(self) -> None:
        self._port.pump()
        self.line.pump()

    def _answer(self, answer: bytes) -> None:
        """With the count of bytes the station has sent, so that the host can fetch them all."""
        self._port.write(answer.rstrip()[:-1] + b', "sent": %d}\n' % self.line.sent)

    def _own(self, line: bytes) -> "bytes | None":
        """A line for the bench itself."""
        word, _, rest = line[1:].partition(b" ")
        word, rest = str(word, "utf-8"), str(rest, "utf-8")
        found = {"us": self.wires.now_us}
        if word == "sync":
            self.line.sync(int(rest))
        elif word == "id":
            found = {"parts": BENCH_PARTS}
        elif word == "new":
            self.chip.dead = True  # what is on its way out must not write to the new flash
            self._build(json.loads(rest))
            self._answer(b'{"ok": true}')
            raise Renewed()
        elif word == "crash":
            what, value = rest.split()
            found = self.crash.plan(what, int(value))
            if type(found) is not dict:
                self.commands.wait_for(found)
                return None
        elif word == "spoil":
            name, how = rest.split()
            self._flash.spoil(name, how)
        elif word == "boots":
            found = {
                "boots": self.chip.boots,
                "trouble": self.chip.trouble,
                "hot": self._store.hot,
            }
        elif word == "keep":
            self._keep()
        elif word in ("back", "forget"):
            os._exit(BACK if word == "back" else FORGET)  # the parent wakes up in _keep()
        else:
            found = {"ok": False, "error": word + ": unknown to the bench"}
        answer = {"ok": True}
        answer.update(found)
        return json.dumps(answer).encode()

    def _keep(self) -> None:
        """Go on in a child; whenever it ends by `back`, go on in another from here."""
        files = self._flash.files()
        while True:
            child = os.fork()
            if child == 0:
                return
            _, status = os.waitpid(child, 0)
            code = os.waitstatus_to_exitcode(status)
            if code == FORGET:
                return
            if code != BACK:
                raise Gone()
            self._flash.put_back(files)


def main() -> None:
    rig, station, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    try:
        Bench(Port(rig), Port(station), folder).run()
    except Gone:
        sys.exit(1)  # for a parent in _keep(): it is over for it too


main()
