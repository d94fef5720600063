"""The emulated bench: a SerialBench whose two lines end in the emulator's process.

make hil BENCH=emulator UF2=path.  Without an image missing() says where users get one.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil_tests.bench import BenchError
from hil_tests.emulator.image import WHERE, image
from hil_tests.emulator.process import PACKAGES, Emulator, boot_rom, node
from hil_tests.emulator.rig import EmulatedRig
from hil_tests.rig.commands import Commands
from hil_tests.serial_bench import SerialBench

if TYPE_CHECKING:
    from collections.abc import Callable

    from hil_tests.lines import Port

OFF_US = 1_500_000
BOOT_MS = 20_000
ERASE_US = 45_000  # a sector of the flash, typically
PULSE_US = 50_000  # for a fuse that the same life of the chip would meet again
# crash -> pin of crash_main.py, or what happens to the processor
FUSES = {
    "tick-raise": 16,
    "tick-hang": 17,
    "main-raise": 18,
    "main-hang": 19,
    "soft-reset": 22,
    "flash-erase": 6,
}
ONCE = ("soft-reset", "flash-erase")
STALLS = {"cpu-dead": "all", "timer-dead": "timer"}


def missing(uf2: str) -> "str | None":
    """Why this bench cannot be had, or None."""
    if not uf2:
        return WHERE
    if not Path(uf2).is_file():
        return f"{uf2}: no such file; {WHERE}"
    if not PACKAGES.is_file():
        return "rp2040js is missing: .ci/node-packages hil_tests/emulator"
    try:
        node()
        boot_rom()
    except BenchError as error:
        return str(error)
    return None


class RigLine:
    """The rig's line without a wire: what is written is a command, what is read its answer."""

    address = "emulated rig"

    def __init__(self, commands: Commands) -> None:
        self._commands = commands
        self._answers = b""

    def write(self, data: bytes) -> None:
        self._answers += self._commands.take(data) or b""

    def read(self, wait: bool = False) -> bytes:
        answers, self._answers = self._answers, b""
        return answers

    def close(self) -> None:
        pass


class StationLine:
    """The chip's USB port.  written, got: bytes there and back."""

    address = "emulated USB"

    def __init__(self, ask: "Callable[..., dict[str, Any]]") -> None:
        self._ask = ask
        self.written = 0
        self.got = 0

    def write(self, data: bytes) -> None:
        self.written += len(data)
        self._ask("send", hex=data.hex())

    def read(self, wait: bool = False) -> bytes:
        data = b"".join(bytes.fromhex(text) for _, text in self._ask("said")["said"])
        self.got += len(data)
        return data

    def close(self) -> None:
        pass


class EmulatedBench(SerialBench):
    """uf2: a MicroPython image.  fused: with the main.py that can be made to crash."""

    def __init__(self, uf2: Path, fused: bool = True) -> None:
        self.name = "emulator"
        self._uf2 = uf2
        self._fused = fused
        self._image = image(uf2, {}, fused)
        self.emulator = Emulator(self._image)
        self.rig = EmulatedRig(self.emulator)
        self._operations: list[list[Any]] = []
        self._boots = 0
        line: Any = StationLine(self.emulator.ask)
        rig: Any = RigLine(Commands(self.rig))
        self._typed_refs: tuple[Port, Port] = (rig, line)
        super().__init__(rig, line)
        self.parts |= {"settings", "flash-cut"} | ({"crash"} if fused else set())

    def close(self) -> None:
        self.emulator.close()

    def fresh(self, **settings: "int | str") -> None:
        """A station that was never used, switched on."""
        if "timer" in settings or "start_ms" in settings:
            raise BenchError("the emulated station's clock and tick are its own")
        self._image = image(self._uf2, settings, self._fused)
        emulator = self.emulator
        emulator.ask("power", on=False)
        emulator.ask("mend")
        emulator.ask("flash", load=str(self._image))
        emulator.run(OFF_US)
        for pin in FUSES.values():
            emulator.ask("pin", pin=pin, level=0)
        emulator.ask("power", on=True)
        self.rig.look()
        self.rig.renew()
        self._boots = len(emulator.ask("state")["resets"]) - 1
        self._operations = []
        emulator.ask("flash", cut_in=-1, erase_us=ERASE_US)
        self.greet()

    def greet(self, most_ms: int = BOOT_MS) -> None:
        super().greet(most_ms)

    def boots(self) -> int:
        return len(self.emulator.ask("state")["resets"]) - self._boots

    def hot_writes(self) -> int:
        self._operations += self.emulator.ask("flash")["operations"]
        return sum(1 for row in self._operations if row[3])

    def cut_write(self, after: int, permille: int) -> None:
        self.emulator.ask("flash", cut_in=after, permille=permille)

    def crash(self, what: str, value: int = 0) -> "dict[str, Any]":
        if what in FUSES and self._fused:
            answer = self._blow(what, value)
        elif what in STALLS:
            answer = self.emulator.ask("stall", what=STALLS[what])
        else:
            raise BenchError(f"the emulated bench has no crash {what}")
        return {"us": int(answer["now_us"])}

    def _blow(self, what: str, value: int) -> "dict[str, Any]":
        """Raise the fuse's pin; a flash-erase takes value ms and counts from when it begins."""
        ask = self.emulator.ask
        if what == "flash-erase":
            self._operations += ask("flash", erase_us=value * 1_000)["operations"]
        answer = ask("pin", pin=FUSES[what], level=1)
        if what in ONCE:
            ask("pin", pin=FUSES[what], level=0, at_us=answer["now_us"] + PULSE_US)
        if what != "flash-erase":
            return answer
        for _ in range(PULSE_US // 1_000):
            self.emulator.run(1_000)
            found = ask("flash")["operations"]
            self._operations += found
            if found:
                return {"now_us": found[0][2]}
        raise BenchError("no flash-erase within 50 ms")

    def figures(self) -> "dict[str, Any]":
        """What the emulator knows beyond the wires, as of now."""
        return json.loads(json.dumps(self.emulator.ask("state")))


def make_bench(uf2: str) -> EmulatedBench:
    """The bench for an image.  BenchError without one."""
    reason = missing(uf2)
    if reason:
        raise BenchError(reason)
    return EmulatedBench(Path(uf2))
