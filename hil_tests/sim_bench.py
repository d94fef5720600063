"""The simulated bench: sim/main.py in a process of its own, behind two pseudo terminals.

Its time passes only inside verbs, and not before the station has every byte it was sent, so that a
test sees the same microseconds on every machine.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import termios
import tty
from pathlib import Path
from typing import Any

from hil_tests.bench import BenchError
from hil_tests.lines import NoAnswer, Port
from hil_tests.serial_bench import SerialBench

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = Path(__file__).resolve().parent / "sim" / "main.py"
HEAP = "2m"
Told = tuple[str, int, dict[str, Any]]


def micropython() -> "str | None":
    """The unix port on this machine, ours before the system's."""
    ours = ROOT / "build/bin/micropython"
    return str(ours) if ours.is_file() else shutil.which("micropython")


class SimBench(SerialBench):
    """interpreter: "cpython" or "micropython"."""

    def __init__(self, interpreter: str = "cpython") -> None:
        self.name = f"simulated, {interpreter}"
        shared = Path("/dev/shm")
        self._folder = tempfile.mkdtemp(prefix="bench-", dir=shared if shared.is_dir() else None)
        self._terminals = [os.openpty(), os.openpty()]
        for master, slave in self._terminals:
            tty.setraw(slave)
            os.set_blocking(master, False)
        self._interpreter = interpreter
        self._spent = False  # the process is no good for another test
        self._process = self._start(interpreter)
        self._kept: tuple[list[Told], int, int] | None = None
        self._synced = 0
        ports = [Port(os.ttyname(slave)) for _, slave in self._terminals]
        super().__init__(*ports)
        self.parts |= frozenset(self.ask("!id")["parts"])

    def _start(self, interpreter: str) -> "subprocess.Popen[bytes]":
        masters = [master for master, _ in self._terminals]
        words = [str(PROGRAM), *map(str, masters), self._folder]
        environment = dict(os.environ, MICROPYPATH="firmware:.:.frozen")
        program = [sys.executable, "-B"]
        if interpreter == "micropython":
            program = [micropython() or "micropython", "-X", f"heapsize={HEAP}"]
        return subprocess.Popen([*program, *words], cwd=ROOT, pass_fds=masters, env=environment)

    def close(self) -> None:
        super().close()
        for pair in self._terminals:
            for descriptor in pair:
                os.close(descriptor)
        self._process.wait(20)
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, line: str, takes_ms: int = 0) -> "dict[str, Any]":
        try:
            return super().ask(line, takes_ms)
        except NoAnswer:
            self._spent = True
            raise

    def _listen(self) -> None:
        super()._listen()
        if self._process.poll() is not None:
            self._spent = True
            raise BenchError(f"{self.name}: its process ended with {self._process.returncode}")

    def _restart(self) -> None:
        """Another process on the same terminals; what the old one left in them is thrown away."""
        self._process.kill()
        self._process.wait(20)
        for master, slave in self._terminals:
            for end in (master, slave):
                termios.tcflush(end, termios.TCIOFLUSH)
        self._rig.forget()
        self._station_port.written = self._station_port.got = self._synced = 0
        self._kept = None
        self._spent = False
        self._process = self._start(self._interpreter)

    def _before(self, line: str) -> None:
        if not line.startswith("!"):
            self._sync()

    def _sync(self) -> None:
        """The station has every byte before its time goes on."""
        written = self._station_port.written
        if self._synced != written:
            self._synced = written
            self.ask(f"!sync {written}")

    def _after(self, answer: "dict[str, Any]") -> None:
        while self._station_port.got < answer["sent"]:
            self.station.feed(self._station_port.read(wait=True))
        self._station_port.got = answer["sent"]  # less than before when a kept bench came back

    def fresh(self, **settings: "int | str") -> None:
        if self._spent:
            self._restart()
        self._forget_kept()
        self._sync()  # what was said to the old station is not for the new one
        self.ask("!new " + json.dumps(settings))
        self.greet()

    def boots(self) -> int:
        return int(self.ask("!boots")["boots"])

    def hot_writes(self) -> int:
        return int(self.ask("!boots")["hot"])

    def crash(self, what: str, value: int = 0) -> "dict[str, Any]":
        self._spent = self._spent or what == "heap"
        return self.ask(f"!crash {what} {value}")

    def spoil(self, name: str, how: str) -> None:
        self.ask(f"!spoil {name} {how}")

    def keep(self) -> None:
        self._forget_kept()
        self._sync()
        self._kept = (list(self.station.told), self._hello_us, self._synced)
        self.ask("!keep")

    def back(self) -> None:
        assert self._kept is not None, "back() without keep()"
        self._sync()
        answer = self.ask("!back")
        told, self._hello_us, self._synced = self._kept
        self.station.told = list(told)
        self._station_port.written = self._synced
        self._station_port.got = answer["sent"]

    def _forget_kept(self) -> None:
        if self._kept is not None:
            self._sync()
            self.ask("!forget")
            self._station_port.written = self._synced = self._kept[2]
            self._kept = None
