"""What a test may ask of a bench: the verbs.  serial_bench.py speaks them over two serial lines.

A bench is a station under test and a rig that plays its surroundings: the vehicle, the cable, the
meter, the supply, and a clock.  Every time is microseconds of the rig's clock, so a test never
reads the host's, and a simulated bench lets time pass only inside a verb.
"""

from dataclasses import dataclass
from typing import Any, Protocol

from hil_tests.rig import commands

# flash-cut: the supply can go in the middle of a write of flash
PARTS = (*commands.PARTS, "flash-cut")


class BenchError(Exception):
    """The bench refused a verb or does not answer: the bench is wrong, not the station."""


@dataclass(frozen=True)
class Edge:
    """A line of the station changed: "coil" (1 energised), "contact" (1 closed), "tick"."""

    line: str
    at_us: int
    level: int


@dataclass(frozen=True)
class Pwm:
    """The pilot as the analyser has it.  duty_ppm is 1_000_000 for steady high, 0 steady low."""

    duty_ppm: int
    frequency_mhz: int  # thousandths of a hertz; 0 while steady
    jitter_ns: int  # between the shortest and the longest period seen


@dataclass(frozen=True)
class Fault:
    """A fault as the station tells it on its console: word, sentence and remedy."""

    code: str
    sentence: str
    remedy: str


class Bench(Protocol):
    """parts: what this bench has, of PARTS.  name: for people.  A verb whose part is missing
    raises BenchError; tests say what they need and are left out instead."""

    name: str
    parts: frozenset[str]

    # Time

    def now_us(self) -> int: ...

    def wait(self, ms: int) -> int:
        """Let ms pass; the time then."""

    # The station, from the outside

    def fresh(self, **settings: int | str) -> None:
        """A station that has just started, nothing plugged in, no fault injected, talking on its
        serial line.  settings: of evse/app/config.py; they need the part "settings".  Two more
        are the bench's own: start_ms, the station's clock at power-on (part "clock"), and timer,
        1 when the tick runs from a timer, 0 from the main loop (part "timer")."""

    def offer(self, limit_ma: int, valid_s: int = 600) -> int:
        """Have the operator's limit set; when the station had agreed."""

    def start(self, user: str = "") -> int: ...

    def stop(self) -> int: ...

    def command(self, kind: str, connector: int = -1, **fields: int | str) -> str:
        """Any command of the protocol; the ack's code."""

    def state(self) -> dict[str, Any]:
        """The newest whole state of connector 1, 250 ms from now: the fields of
        protocol.messages.State."""

    def told(self, kind: str) -> list[dict[str, Any]]:
        """Every message of a kind since fresh(), oldest first."""

    def faults(self) -> list[Fault]:
        """What the console says is wrong now."""

    def console(self, line: str) -> str:
        """Type a line; what the station answers within a second."""

    def raw(self, data: bytes) -> None:
        """Bytes as they are on the station's serial line."""

    def greet(self) -> None:
        """Say hello to a station that has just started, until it has told its birth."""

    def silence(self) -> None:
        """The agent says nothing more; offer(), command() and fresh() end it."""

    def tell_time(self, time_s: int) -> None:
        """The agent says that it is so many seconds after 2020."""

    def station_name(self) -> str: ...

    def boots(self) -> int:
        """How often the station has started since fresh(), which is 1."""

    # The vehicle and its cable

    def vehicle(self, state: str) -> int:
        """Show "A".."D", "E" or "F" on the pilot; when it did."""

    def volts(self, high_mv: int) -> int:
        """Any positive peak on the pilot."""

    def glitch(self, state: str, us: int, count: int = 1) -> int:
        """Show a state for us, then what was there before; count times, as long apart."""

    def short(self, kind: str) -> int:
        """Pilot to earth: "none", "earth", or "diode" for one behind the vehicle's diode."""

    def diode(self, kind: str) -> int:
        """The vehicle's diode: "ok", "short" or "open"."""

    def noise(self, mv: int) -> None:
        """Up to mv more or less on the pilot, until 0."""

    def proximity(self, ohm: int) -> int:
        """The cable's coding resistor, -1 for none."""

    # Contactor, protection, supply

    def wait_contactor(self, *, closed: bool, timeout_ms: int) -> int:
        """When the coil was energised, or let go; TimeoutError if it was not in time.  At once,
        with the time of its last edge, when it is so already."""

    def time(self, before: str, after: str, count: int = 1) -> list[int]:
        """Nanoseconds from a pilot step to the coil, count times, each from a steady charge or a
        steady rest (part "timing")."""

    def is_closed(self) -> bool:
        """Whether the coil is energised now."""

    def edges(self) -> list[Edge]:
        """What has changed since the last asking."""

    def weld(self, welded: bool) -> None: ...

    def feedback(self, stuck: int | None) -> None:
        """The mirror contact says 0 open or 1 closed whatever is so; None: the truth."""

    def rcd_trip(self, ms: int) -> int:
        """The residual-current device's contact for ms."""

    def rcd_test(self, answer: str, late_ms: int = 0) -> None:
        """How the device answers its test: "ok", "late", "none", "stuck"."""

    def earth(self, present: bool) -> int:
        """The protective earth's monitor."""

    def power(self, on: bool) -> int: ...

    def power_dip(self, ms: int) -> int:
        """Off for ms, then on; when it went off."""

    def reset(self, ms: int = 10) -> int:
        """Hold the chip's reset for ms; when it began."""

    # Instruments, and faults of single parts

    def pwm(self, periods: int = 20) -> Pwm: ...

    def serial(self, mode: str, value: int = 0) -> None:
        """The station's serial line: "pass", "drop", "flip" (ppm of bytes), "delay" (ms), "cut"
        (ms, then pass)."""

    def inject(self, what: str, *words: int | str) -> int:
        """Any other row of rig/commands.py by its words: inject("meter", "crc"); when."""

    # The station's insides, where a bench reaches them

    def hot_writes(self) -> int:
        """How often flash was written while the coil was energised (part "flash")."""

    def cut_write(self, after: int, permille: int) -> None:
        """The supply goes in the erase or program of flash that comes after so many others, that
        far into it (part "flash-cut"); power() brings it back.  after: -1 for none of them."""

    def crash(self, what: str, value: int = 0) -> dict[str, Any]:
        """Make the firmware fail, from the next tick or turn of the main loop on:

        tick-raise, main-raise   an exception there, once
        tick-hang, main-hang     an endless loop there
        handler-raise        an exception in what takes the next message
        timer-dead               the timer of the tick stops
        cpu-dead                 nothing runs any more, as after a hard fault
        soft-reset               the interpreter starts again, the chip does not
        flash-erase              interrupts off for value ms
        heap                     nothing free but value bytes
        lines                    {"count": lines of one tick as things are}
        line                     an exception at the value-th line of the next tick: {"at": where}
        """

    def spoil(self, name: str, how: str) -> None:
        """A file of the station's flash: "absent", "empty", "truncated", "flipped", both copies
        of it; "torn", only the newer; "older", "garbage" and "foreign" are whole but wrong;
        "unreachable" is a network whose broker nobody serves."""

    def keep(self) -> None:
        """Remember everything, for back(); a later keep() or fresh() forgets it."""

    def back(self) -> None:
        """As it was at keep()."""
