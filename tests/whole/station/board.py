"""The board of tests/whole: every pin is a byte in a frame, the other process has the world.

Only this file of the test lies in the station's heap.  MicroPython's unix port; the frames are
described in tests/whole/world.py.  The descriptor of the pipe is the first argument.
"""

import gc
import struct
import sys

from boards.flash import make_journal
from boards.socket import Socket
from evse.drivers.flash_store import FlashStore
from evse.drivers.guard import emergency_stop, enclosure, protective_earth

NAME = "piped"
HEAD_IN = "<IBHHHH"
HEAD_OUT = "<BBIIHH"
SAMPLES = 16
COLLECT = 64


class Input:
    """A pin to read."""

    def __init__(self, level: int) -> None:
        self.level = level

    def value(self) -> int:
        return self.level


class Output:
    """A pin to set, and machine.PWM's two ways to set a duty."""

    def __init__(self) -> None:
        self.level = 0
        self.way = 0

    def value(self, level: int) -> None:
        self.level = level

    def on(self) -> None:
        self.level = 1

    def off(self) -> None:
        self.level = 0

    def freq(self, hz: int) -> None:
        """The world's pilot has 1 kHz."""

    def duty_ns(self, high_ns: int) -> None:
        self.way, self.level = 1, high_ns

    def duty_u16(self, duty: int) -> None:
        self.way, self.level = 2, duty


class Enable:
    """1: kicked since the last frame, 2: dropped."""

    def __init__(self) -> None:
        self.told = 0

    def kick(self) -> None:
        self.told = 1

    def drop(self) -> None:
        self.told = 2


class Converter:
    def __init__(self) -> None:
        self.counts = 65_535

    def read_u16(self) -> int:
        return self.counts


class Uart:
    """A serial line; arrived and written wait for the next frame."""

    def __init__(self) -> None:
        self.arrived = b""
        self.written = b""

    def any(self) -> int:
        return len(self.arrived)

    def read(self, n: int = -1) -> "bytes | None":
        if not self.arrived:
            return None
        data = self.arrived if n < 0 else self.arrived[:n]
        self.arrived = self.arrived[len(data) :]
        return data

    def write(self, data) -> int:
        self.written += bytes(data)
        return len(data)


class Wlan:
    """network.WLAN of a network that is always there."""

    def active(self, on: "bool | None" = None) -> bool:
        return True

    def connect(self, _name: str, _password: str) -> None:
        """There already."""

    def disconnect(self) -> None:
        """Stays."""

    def isconnected(self) -> bool:
        return True

    def status(self) -> int:
        return 3


class Board:
    name = NAME
    reset_reason = "power"

    def __init__(self) -> None:
        self._pipe = open(int(sys.argv[1]), "r+b")  # noqa: SIM115
        folder = sys.argv[2]
        self.store = FlashStore(folder)
        self.journal = make_journal(folder)
        self.console = Uart()
        self._meter = Uart()
        self._pwm, self._enable = Output(), Enable()
        self._in = [Input(level) for level in (1, 0, 0, 0, 0, 1)]
        mirror, stop, door, earth, trip, locked = self._in
        self._out = [Output() for _ in range(3)]
        test, lock, unlock = self._out
        self._proximity, self._thermistor = Converter(), Converter()
        self._head = bytearray(struct.calcsize(HEAD_IN))
        self._samples = bytearray(2 * SAMPLES)
        self._now_ms = 0
        self._asked_reset = 0
        self._exchange()
        self.connectors = [
            Socket(
                self._burst,
                self._pwm,
                self._enable,
                feedback=mirror,
                guard_rows=(emergency_stop(stop), enclosure(door), protective_earth(earth)),
                rcd_trip=trip,
                rcd_test=test,
                lock_pins=(lock, unlock, locked),
                proximity=self._proximity,
                thermistor=self._thermistor,
                meter_uart=self._meter,
            )
        ]

    def _burst(self, buffer) -> None:
        samples = self._samples
        for i in range(len(buffer)):
            buffer[i] = samples[2 * i] | samples[2 * i + 1] << 8

    def _exchange(self) -> None:
        """Tell the world what was set, let 10 ms pass, hear what the pins say now."""
        pipe, pwm, enable = self._pipe, self._pwm, self._enable
        bits = enable.told
        for place, pin in enumerate(self._out):
            bits |= pin.level << 2 + place
        meter, console = self._meter.written, self.console.written
        head = (bits, pwm.way, pwm.level, gc.mem_free(), len(meter), len(console))
        pipe.write(struct.pack(HEAD_OUT, *head))
        pipe.write(meter)
        pipe.write(console)
        self._meter.written = self.console.written = b""
        enable.told = pwm.way = 0
        pipe.readinto(self._head)
        now_ms, bits, proximity, heat, meter_n, console_n = struct.unpack(HEAD_IN, self._head)
        self._now_ms = now_ms
        if bits & COLLECT:
            gc.collect()
        for place, pin in enumerate(self._in):
            pin.level = bits >> place & 1
        self._proximity.counts, self._thermistor.counts = proximity, heat
        pipe.readinto(self._samples)
        if meter_n:
            self._meter.arrived += pipe.read(meter_n)
        if console_n:
            self.console.arrived += pipe.read(console_n)

    def console_write(self, text: str) -> None:
        self.console.write(text.encode())

    def identify(self, duration_s: int) -> None:
        """No lamp."""

    def make_network(self) -> Wlan:
        return Wlan()

    def start_tick(self, tick) -> bool:
        return False

    def feed(self) -> None:
        """The test sees for itself whether ticks come."""

    def ticks_ms(self) -> int:
        return self._now_ms

    def heap_free(self) -> int:
        return gc.mem_free()

    def idle(self) -> None:
        self._exchange()

    def reset(self) -> None:
        sys.exit(3)
