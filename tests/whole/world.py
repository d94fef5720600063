"""The world of a station that runs in a process of its own, under a heap as small as a board's.

The station is firmware/main.py on MicroPython's unix port; its board is station/board.py, and all
that is electrical is here, on CPython.  They take turns: the station tells in a frame what it has
set, and 10 virtual ms later hears in a frame what its inputs say.  Numbers are little-endian.

station to world: bits (1 enable kicked, 2 dropped, 4 residual-current test, 8 lock, 16 unlock),
how the duty is set (0 not, 1 in ns, 2 of 65535), the duty, free heap, bytes to meter and console
that follow.  World to station: ms, bits (mirror, emergency stop, enclosure, earth lost, tripped,
locked; 64: collect garbage first), counts of proximity and thermistor, bytes from meter and
console that follow the samples.
"""

import json
import os
import socket
import struct
import subprocess
from array import array
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from boards.virtual.board import Board, MemoryStore
from evse.drivers.flash_store import FlashStore
from tests.needs import ROOT, need
from tests.whole.broker import Broker

HEAD_IN = struct.Struct("<BBIIHH")
HEAD_OUT = struct.Struct("<IBHHHH")
COLLECT = 64
SAMPLES = 16
TICK_MS = 10
LIMIT_S = 60  # for one answer of the station: only a dead one takes that
START = "tests/whole/station/start.py"
SETTINGS = {"station": "st-1", "meter": "sdm630", "station_limit_ma": 16_000, "interval_s": 1}
FITTED = {"socket": 1, "rcd_test": 1, "lock": 1, "temperature": 1}


class World:
    """firmware: what image.py wrote.  heap: as -X heapsize wants it.  flash: a folder.

    console: what the station has said to people.  heap_free: as it last said, garbage counted
    as used.  dropped_ms: when the contactor was last told to open.
    """

    def __init__(self, program: str, firmware: Path, heap: str, flash: Path) -> None:
        self.board = Board(MemoryStore(), seed=7)
        self.bay = self.board.world.bays[0]
        self.broker = Broker()
        self.console = ""
        self.heap_free = self.dropped_ms = 0
        self._typed = b""
        self._collect = False
        store = FlashStore(str(flash))
        store.save("config", json.dumps(SETTINGS | FITTED).encode())
        network = {"host": "127.0.0.1", "port": self.broker.port, "wifi_name": "yard"}
        store.save("network", json.dumps(network).encode())
        ours, theirs = socket.socketpair()
        ours.settimeout(LIMIT_S)
        self._pipe = ours.makefile("rwb")
        ours.close()
        with theirs:
            descriptor = theirs.fileno()
            words = [START, str(descriptor), str(flash), str(firmware)]
            self._station = subprocess.Popen(
                [need(program), "-X", f"heapsize={heap}", *words],
                cwd=ROOT,
                pass_fds=[descriptor],
                env=dict(os.environ, MICROPYPATH=".frozen"),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )

    def close(self) -> None:
        self._station.kill()
        self._station.wait()
        if self._station.stdout is not None:
            self._station.stdout.close()
        with suppress(OSError):  # what the station no longer reads
            self._pipe.close()
        self.broker.close()

    def type(self, line: str) -> None:
        """A person at the console."""
        self._typed += line.encode() + b"\r\n"

    def run(self, ms: int) -> None:
        for _ in range(ms // TICK_MS):
            self.turn()

    def run_until(self, true: Callable[[], object], most_ms: int) -> int:
        """How long it took.  AssertionError after most_ms."""
        for passed_ms in range(0, most_ms, TICK_MS):
            if true():
                return passed_ms
            self.turn()
        raise AssertionError(f"not within {most_ms} ms; on the console: {self.console[-600:]}")

    def free(self) -> int:
        """Bytes of heap that nothing in use needs."""
        self._collect = True
        self.run(2 * TICK_MS)
        return self.heap_free

    def turn(self, ms: int = TICK_MS) -> None:
        """One frame each way, and 10 ms or fewer."""
        head = self._pipe.read(HEAD_IN.size)
        if len(head) < HEAD_IN.size:
            raise AssertionError(f"the station ended: {self._station.communicate()[0]}")
        bits, way, duty, self.heap_free, meter_n, console_n = HEAD_IN.unpack(head)
        self._apply(bits, way, duty)
        self.bay.meter_uart.write(self._pipe.read(meter_n))
        self.console += self._pipe.read(console_n).decode()
        self.broker.step()
        self._tell(self.board.step(ms))

    def _apply(self, bits: int, way: int, duty: int) -> None:
        enable, inputs = self.bay.contactor.enable, self.board.inputs[0]
        if bits & 1:
            enable.kick()
        if bits & 2:
            enable.drop()
            self.dropped_ms = self.board.ticks_ms()
        for place, pin in enumerate((inputs.rcd.test, *inputs.lock.pins[:2])):
            pin.value(bits >> place & 4)
        if way == 1:
            self.bay.pwm.duty_ns(duty)
        elif way == 2:
            self.bay.pwm.duty_u16(duty)

    def _tell(self, now_ms: int) -> None:
        inputs, bay = self.board.inputs[0], self.bay
        pins = (bay.contactor.mirror, inputs.emergency_stop, inputs.enclosure)
        pins += (inputs.earth_lost, inputs.rcd.trip, inputs.lock.pins[2])
        bits = sum(pin.level << place for place, pin in enumerate(pins))
        bits |= COLLECT if self._collect else 0
        samples = array("H", bytes(2 * SAMPLES))
        bay.sampler.burst(samples)
        meter, typed = bay.meter_uart.read() or b"", self._typed
        counts = (bay.proximity.read_u16(), inputs.thermistor.read_u16())
        head = HEAD_OUT.pack(now_ms, bits, *counts, len(meter), len(typed))
        self._pipe.write(head + samples.tobytes() + meter + typed)
        self._pipe.flush()
        self._typed, self._collect = b"", False
