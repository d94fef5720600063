"""A Pico made of software, for the rig's firmware: pins, a clock, state machines, DMA, converters.

install() puts modules machine, rp2 and uctypes in the place of MicroPython's.  Nothing here mocks:
each object behaves as its counterpart in so far as the rig uses it, and time is virtual.
"""

import sys
import time
import types
from typing import TYPE_CHECKING, Any

from hil_tests.rig_pio import assemble

if TYPE_CHECKING:
    from collections.abc import Callable

MEMORY = 0x2000_0000
PIO0_ENABLE = 0x5020_2000
PIO0_RX = 0x5020_0020
CYCLES_PER_US = 125
WORDS = 256


class Chip:
    """The state all fakes share.  us: the clock.  levels: of pins, as the rig's inputs see them.
    watchers: called with (pin, level) when the rig drives one."""

    def __init__(self) -> None:
        self.us: float = 0
        self.levels = dict.fromkeys(range(30), 0)
        self.stuck: dict[int, int] = {}
        self.watchers: list[Callable[[int, int], None]] = []
        self.stampers: list[StateMachine] = []
        self.memory: dict[int, int] = {}
        self.places = MEMORY
        self.adc: Callable[[], int] = lambda: 0  # counts of 16 bits at SENSE
        self.uarts: dict[int, bytearray] = {0: bytearray(), 1: bytearray()}
        self.sent: dict[int, bytearray] = {0: bytearray(), 1: bytearray()}
        self.loops: set[int] = set()
        self.has_dac = True
        self.dac_counts = 0
        self.pwm_hz = 0

    @property
    def cycles(self) -> int:
        return round(self.us * CYCLES_PER_US)

    def drive(self, pin: int, level: int) -> None:
        """A level on a wire, whoever makes it."""
        level = self.stuck.get(pin, level)
        if level == self.levels[pin]:
            return
        self.levels[pin] = level
        for one in self.stampers:
            if one.jmp_pin == pin and one.running:
                one.stamp(self.cycles)

    def pass_us(self, us: int) -> None:
        self.us += us


class Pin:
    IN, OUT, OPEN_DRAIN, PULL_UP, PULL_DOWN = 0, 1, 2, 1, 2
    chip: Chip

    def __init__(self, number: int, mode: int = -1, pull: int = -1, value: int = -1) -> None:
        self.number = number
        self.mode = mode
        if value >= 0:
            self.value(value)

    def value(self, level: int = -1) -> int:
        chip = self.chip
        if level >= 0 and self.mode != Pin.IN:
            chip.drive(self.number, level)
            for watcher in chip.watchers:
                watcher(self.number, level)
        return chip.levels[self.number]


class ADC:
    def __init__(self, pin: Pin) -> None:
        self.pin = pin

    def read_u16(self) -> int:
        return Pin.chip.adc()


class PWM:
    """Seen by whoever measures: edges are made as the clock goes."""

    def __init__(self, pin: Pin, freq: int, duty_u16: int) -> None:
        Pin.chip.pwm_hz = freq
        self._pin, self._high_us = pin.number, 1_000_000 * duty_u16 // 65_536 // freq

    def deinit(self) -> None:
        Pin.chip.pwm_hz = 0


class I2C:
    def __init__(self, number: int, sda: Pin, scl: Pin, freq: int) -> None:
        self.number = number

    def writeto(self, address: int, data: bytes) -> None:
        if not Pin.chip.has_dac or address != 0x62:
            raise OSError(5)
        Pin.chip.dac_counts = (data[0] & 15) << 8 | data[1]


class UART:
    def __init__(self, number: int, baud: int, tx: Pin, rx: Pin, rxbuf: int = 256) -> None:
        self.number = number

    def any(self) -> int:
        return len(Pin.chip.uarts[self.number])

    def read(self) -> "bytes | None":
        data = bytes(Pin.chip.uarts[self.number])
        Pin.chip.uarts[self.number].clear()
        return data or None

    def write(self, data: bytes) -> None:
        Pin.chip.sent[self.number] += data
        if self.number in Pin.chip.loops:
            Pin.chip.uarts[self.number] += data


class Memory:
    """mem32: rings that DMA fills, the enable bits of the machines, the UARTs' loop bits."""

    def __getitem__(self, address: int) -> int:
        return Pin.chip.memory[address]

    def __setitem__(self, address: int, value: int) -> None:
        chip = Pin.chip
        if address == PIO0_ENABLE:
            for one in chip.stampers:
                if value >> one.number & 1:
                    one.begin(chip.cycles)
        uart = {0x4003_4: 0, 0x4003_8: 1}.get(address >> 12 & ~3)
        if uart is not None:
            (chip.loops.add if address & 0x3000 == 0x2000 else chip.loops.discard)(uart)


class DMA:
    """Moves what its machine pushes, as soon as it does."""

    def __init__(self) -> None:
        self.write = 0
        self._begin = 0

    def pack_ctrl(self, **words: Any) -> "dict[str, Any]":
        return words

    def active(self, _on: int) -> None:
        pass

    def config(self, read: int, write: int, count: int, ctrl: Any, trigger: bool) -> None:
        self.write = self._begin = write
        number = (read - PIO0_RX) // 4
        for one in Pin.chip.stampers:
            if one.number == number:
                one.dma = self

    def take(self, word: int) -> None:
        Pin.chip.memory[self.write] = word
        self.write = self._begin + (self.write + 4 - self._begin) % (4 * WORDS)


class StateMachine:
    """`edges` by its meaning, which test_rig_pio.py proves of the program itself; `steps` changes
    pins and trigger; the rest only remembers."""

    def __init__(self, number: int, program: Any, **words: Any) -> None:
        self.number = number
        self.program = program.__name__
        self.words = words
        self.jmp_pin = words["jmp_pin"].number if "jmp_pin" in words else -1
        self.running = False
        self.dma: DMA | None = None
        self.given: list[int] = []
        self.pushed: list[int] = []
        self.steps: list[tuple[int, int]] = []  # (word, rounds it is held)
        self._began = self._seen = 0
        if self.program == "edges":
            chip = Pin.chip
            chip.stampers = [one for one in chip.stampers if one.number != number] + [self]

    def active(self, on: int) -> None:
        self.running = bool(on) and self.program != "edges"
        if self.program == "mains":
            Pin.chip.drive(self.words["set_base"].number, 1 if on else 0)

    def restart(self) -> None:
        self._seen = 0

    def exec(self, _words: str) -> None:
        pass

    def begin(self, cycles: int) -> None:
        self.running = True
        self._began, self._seen = cycles, 0
        if Pin.chip.levels[self.jmp_pin]:
            self.stamp(cycles)

    def stamp(self, cycles: int) -> None:
        """x counts looks of two cycles down; an edge costs four, which count nothing."""
        looks = max(0, (cycles - self._began - 4 * self._seen + 1) // 2)
        self._seen += 1
        assert self.dma is not None
        self.dma.take((0xFFFF_FFFF - looks) & 0xFFFF_FFFF)

    def put(self, word: int) -> None:
        self.given.append(word)
        if self.program != "steps":
            return
        chip = Pin.chip
        self.steps.append((word & 15, word >> 4))
        first = self.words["out_base"].number
        for bit in range(4):
            chip.drive(first + bit, word >> bit & 1)
        trigger = self.words["sideset_base"].number
        chip.drive(trigger, 1)
        chip.drive(trigger, 0)
        for watcher in chip.watchers:
            watcher(first, word & 15)

    def get(self) -> int:
        return self.pushed.pop(0)

    def rx_fifo(self) -> int:
        return len(self.pushed)

    def tx_fifo(self) -> int:
        return 0


def install(chip: Chip, monkeypatch: Any) -> None:
    """The modules of a Pico around this chip; gone with the test."""
    Pin.chip = chip
    names: dict[str, dict[str, Any]] = {
        "machine": {
            "Pin": Pin,
            "ADC": ADC,
            "PWM": PWM,
            "I2C": I2C,
            "UART": UART,
            "mem32": Memory(),
            "freq": lambda *_: 125_000_000,
            "unique_id": lambda: bytes(range(8)),
        },
        "rp2": {"StateMachine": StateMachine, "DMA": DMA, "PIO": PioNames, "asm_pio": assemble},
        "uctypes": {"addressof": _place},
    }
    for name, members in names.items():
        module = types.ModuleType(name)
        for member, value in members.items():
            setattr(module, member, value)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(time, "ticks_us", lambda: int(chip.us) & 0x3FFF_FFFF, raising=False)
    monkeypatch.setattr(time, "ticks_diff", _ticks_diff, raising=False)
    monkeypatch.setattr(time, "sleep_us", chip.pass_us, raising=False)
    monkeypatch.setattr(time, "sleep_ms", lambda ms: chip.pass_us(1_000 * ms), raising=False)
    for name in [name for name in sys.modules if name.startswith("hil_tests.rig.")]:
        if not name.endswith(".commands"):
            monkeypatch.delitem(sys.modules, name)


class PioNames:
    OUT_LOW, OUT_HIGH, IN_LOW = 0, 1, 2
    SHIFT_LEFT, SHIFT_RIGHT = 0, 1
    JOIN_NONE, JOIN_TX, JOIN_RX = 0, 1, 2


def _place(memory: bytearray) -> int:
    """Somewhere in RAM."""
    place = Pin.chip.places
    Pin.chip.places += len(memory)
    return place


def _ticks_diff(later: int, earlier: int) -> int:
    return (later - earlier + (1 << 29)) % (1 << 30) - (1 << 29)
