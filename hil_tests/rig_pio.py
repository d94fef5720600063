"""A PIO state machine of the RP2040 (data sheet, chapter 3), cycle by cycle: as much of it as the
rig's programs use.  assemble() takes the place of rp2.asm_pio and keeps the instructions."""

from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ALL_ONES = 0xFFFF_FFFF
WORDS = ("pin", "pins", "x", "y", "x_dec", "isr", "osr", "null", "block", "noblock")


class Instruction:
    """name and arguments; delay by [n], side-set by .side(n)."""

    def __init__(self, name: str, arguments: "tuple[Any, ...]") -> None:
        self.name = name
        self.arguments = arguments
        self.delay = 0
        self.side_set: int | None = None

    def __getitem__(self, delay: int) -> "Instruction":
        self.delay = delay
        return self

    def side(self, level: int) -> "Instruction":
        self.side_set = level
        return self


def assemble(**_words: Any) -> "Callable[[Any], Any]":
    """As rp2.asm_pio; the function gets the attributes code, labels, bottom and top."""

    def decorate(function: Any) -> Any:
        code: list[Instruction] = []
        labels: dict[str, int] = {}
        ends = {"bottom": 0, "top": -1}

        def keep(name: str) -> "Callable[..., Instruction]":
            def add(*arguments: Any) -> Instruction:
                code.append(Instruction(name, arguments))
                return code[-1]

            return add

        names: dict[str, Any] = {word: word for word in WORDS}
        for name in ("jmp", "mov", "push", "pull", "out", "set"):
            names[name] = keep(name)
        names["invert"] = lambda source: ("invert", source)
        names["label"] = lambda name: labels.__setitem__(name, len(code))
        names["wrap_target"] = lambda: ends.__setitem__("bottom", len(code))
        names["wrap"] = lambda: ends.__setitem__("top", len(code) - 1)
        scope = function.__globals__
        before = {name: scope[name] for name in names if name in scope}
        scope.update(names)
        try:
            function()
        finally:
            for name in names:
                scope.pop(name, None)
            scope.update(before)
        function.code, function.labels = code, labels
        function.bottom = ends["bottom"]
        function.top = ends["top"] if ends["top"] >= 0 else len(code) - 1
        return function

    return decorate


class Machine:
    """program: what assemble() made.  pin: (cycle) -> level of the jump's pin.

    cycle: how many have passed.  outs: (cycle, value) of the pins; sides: of the side-set.
    """

    def __init__(self, program: Any, pin: "Callable[[int], int]" = lambda _: 0) -> None:
        self._program = program
        self._pin = pin
        self.cycle = 0
        self.queue: deque[int] = deque()
        self.pushed: list[int] = []
        self.outs: list[tuple[int, int]] = []
        self.sides: list[tuple[int, int]] = []
        self.x = self._isr = self._osr = self._pc = 0

    def run(self, until: int) -> None:
        while self.cycle < until:
            self._step()

    def _step(self) -> None:
        instruction = self._program.code[self._pc]
        side = instruction.side_set
        if side is not None and (not self.sides or self.sides[-1][1] != side):
            self.sides.append((self.cycle, side))
        if instruction.name == "pull" and "block" in instruction.arguments and not self.queue:
            self.cycle += 1
            return
        target = getattr(self, "_" + instruction.name)(*instruction.arguments)
        self.cycle += 1 + instruction.delay
        if target is not None:
            self._pc = self._program.labels[target]
        elif self._pc == self._program.top:
            self._pc = self._program.bottom
        else:
            self._pc += 1

    def _jmp(self, *words: str) -> "str | None":
        if len(words) == 1:
            return words[0]
        condition, target = words
        if condition == "pin":
            return target if self._pin(self.cycle) else None
        jumps = self.x != 0
        self.x = (self.x - 1) & ALL_ONES
        return target if jumps else None

    def _mov(self, to: str, source: Any) -> None:
        inverted = isinstance(source, tuple)
        value = {"x": self.x, "osr": self._osr, "null": 0}[source[1] if inverted else source]
        value = value ^ ALL_ONES if inverted else value
        setattr(self, {"x": "x", "isr": "_isr"}[to], value)

    def _push(self, _how: str) -> None:
        self.pushed.append(self._isr)
        self._isr = 0

    def _pull(self, _how: str) -> None:
        self._osr = self.queue.popleft()

    def _out(self, to: str, count: int) -> None:
        value = self._osr & ((1 << count) - 1)
        self._osr >>= count
        if to == "x":
            self.x = value
        else:
            self.outs.append((self.cycle, value))

    def _set(self, _to: str, value: int) -> None:
        self.outs.append((self.cycle, value))
