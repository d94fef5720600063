"""The rig's firmware and its main loop on fake pins, with a station behind them."""

import json
from typing import Any

import pytest

from hil_tests.rig.commands import Commands
from hil_tests.rig_fakes import Chip, install

TURN_US = 1_000
CLOSE_US, CONTACT_US, OPEN_US = 520_000, 20_000, 17_000


class Wired:
    """A rig and its main loop, with a station behind the pins that follows the pilot."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, level: str = "L0") -> None:
        self.chip = Chip()
        install(self.chip, monkeypatch)
        from hil_tests.rig.program import turn
        from hil_tests.rig.rig import Rig

        self._turn = turn
        self.plan: list[tuple[int, int, int]] = []  # (us, pin, level)
        self.driven: list[tuple[int, int, int]] = []  # (us, pin, level) by the rig
        self.follows = True
        self.chip.watchers.append(self._watch)
        self.chip.adc = self._node
        self.rig = Rig(level)
        self.commands = Commands(self.rig)
        self._typed: list[bytes] = []
        self._answers: list[bytes] = []

    def _watch(self, pin: int, level: int) -> None:
        self.driven.append((self.chip.us, pin, level))
        if pin != 6 or not self.follows:
            return
        wants = level == 2  # the multiplexer's C
        us = self.chip.us
        coil_us = us + (CLOSE_US if wants else OPEN_US)
        self.plan = [(coil_us, 4, int(wants)), (coil_us + CONTACT_US, 5, int(wants))]

    def _node(self) -> int:
        """What the multiplexer passes, as a converter of 16 bits has it."""
        levels = self.chip.levels
        word = sum(levels[6 + bit] << bit for bit in range(3))
        node_mv = [3_040, 2_702, 2_365, 2_026, 1_689, 2_533, 0, 338][word]
        dac_mv = self.chip.dac_counts * 3_300 // 4_096
        if word == 6:
            node_mv = dac_mv
        if not levels[2]:
            node_mv = dac_mv if levels[9] else 338
        return node_mv * 65_536 // 3_300

    # The main loop's line

    def next(self) -> "bytes | None":
        return self._typed.pop(0) if self._typed else None

    def say(self, answer: bytes) -> None:
        self._answers.append(answer)

    def ask(self, line: str, most_ms: int = 120_000) -> "dict[str, Any]":
        self._typed.append(line.encode())
        self._answers = []
        for _ in range(most_ms):
            self._pass()
            self._turn(self.rig, self.commands, self)
            if self._answers:
                return dict(json.loads(self._answers[0]))
        raise AssertionError(f"no answer to {line}")

    def _pass(self) -> None:
        """A millisecond: what the station does at its own microseconds, and a PWM's edges."""
        chip = self.chip
        end_us = chip.us + TURN_US
        due = list(self.plan)
        if chip.pwm_hz:
            due += [(chip.us + 100, 2, 1), (chip.us + 100 + self.high_us, 2, 0)]
        for us, pin, level in sorted(due):
            if us < end_us:
                chip.us = max(chip.us, us)
                chip.drive(pin, level)
                self.plan = [one for one in self.plan if one != (us, pin, level)]
        chip.us = end_us

    high_us = 267.0
