"""What the vehicle shows on the pilot: level L0 by a multiplexer at the converter's scale, L1 by
resistors on the real +-12 V."""

import rp2
from machine import Pin

from hil_tests.rig import pins
from hil_tests.rig.commands import RigError
from hil_tests.rig.programs import CYCLES_PER_US, HOLD_CYCLES, MOST_HOLD, STEP_CYCLES, steps

STEPS_MACHINE = 4
QUEUE = 8
MUX = {"A": 0, "B": 1, "C": 2, "D": 3, "E": 4, "F": 7}
MUX_DAC = 6
LOW_FROM_DAC = 8
LOW_MV = {"B": -8_790, "C": -5_620, "D": -2_370}  # of a vehicle without a diode
HIGH_MV = {"A": 12_000, "B": 9_000, "C": 6_000, "D": 3_000}
DIODE_MV = 700
SWITCHES = {"A": 0, "B": 0b0001, "C": 0b0011, "D": 0b0111, "E": 0b1000}
STATES = "ABCDEF"


class Steps:
    """Changes the four pins of the pilot in one cycle, and the trigger with them."""

    def __init__(self) -> None:
        first = Pin(pins.PILOT)
        self._machine = rp2.StateMachine(
            STEPS_MACHINE, steps, out_base=first, sideset_base=Pin(pins.TRIGGER)
        )
        self._machine.active(1)

    def room(self) -> int:
        return QUEUE - self._machine.tx_fifo()

    def put(self, word: int, us: int = 0) -> None:
        """us: the next word waits so long."""
        rounds = max(0, us * CYCLES_PER_US - STEP_CYCLES) // HOLD_CYCLES
        self._machine.put(word | min(rounds, MOST_HOLD) << 4)


def node_mv(pilot_mv: int) -> int:
    """The divider's volts for the pilot's: 1.689 V + 0.1126 x."""
    return max(0, min(3_300, 1_689 + pilot_mv * 1_126 // 10_000))


def pilot_mv(node: int) -> int:
    """The other way round."""
    return (node - 1_689) * 10_000 // 1_126


class Pilot:
    """state: the letter shown, "x" for a voltage.  Subclasses make the words."""

    parts = ("vehicle", "short", "diode")

    def __init__(self, steps_machine: Steps) -> None:
        self._steps = steps_machine
        self._mv = 0
        self.state = "A"
        self.shorted = "none"
        self.diode_is = "ok"

    def show(self, state: str) -> None:
        self._change(state, self.shorted, self.diode_is)

    def short(self, kind: str) -> None:
        self._change(self.state, kind, self.diode_is)

    def diode(self, kind: str) -> None:
        self._change(self.state, self.shorted, kind)

    def _change(self, state: str, shorted: str, diode: str) -> None:
        """RigError leaves everything as it was."""
        word = self.word(state, shorted, diode)
        self.state, self.shorted, self.diode_is = state, shorted, diode
        self._steps.put(word)

    def word(self, state: str, shorted: str, diode: str) -> int:
        """The four pins.  What else there is to set is set."""
        raise NotImplementedError

    def volts(self, mv: int) -> None:
        raise RigError("L1 has no such level")

    def noise(self, mv: int) -> None:
        raise RigError("L1 has no noise")

    def glitch(self, state: str, us: int, count: int) -> list:
        """Words and how long each stays, for a queue that is fed to put()."""
        if self.state == "x":
            raise RigError("glitch starts from a state, not from a voltage")
        before = self.word(self.state, self.shorted, self.diode_is)
        there = self.word(state, self.shorted, self.diode_is)
        return [there, before] * count

    def serve(self) -> None:
        """Called every turn."""


class MuxPilot(Pilot):
    """L0.  dac: write(mv).  The converter has one more input than there are states, and the DAC
    is it: for any voltage, for noise, for a low side that is not -12 V.  One at a time."""

    parts = ("vehicle", "short", "diode", "levels", "noise")

    def __init__(self, steps_machine: Steps, dac, chance) -> None:
        super().__init__(steps_machine)
        self._dac = dac
        self._chance = chance
        self._noise_mv = 0

    def volts(self, mv: int) -> None:
        before, self._mv = self._mv, mv
        try:
            self._change("x", self.shorted, self.diode_is)
        except RigError:
            self._mv = before
            raise

    def noise(self, mv: int) -> None:
        before, self._noise_mv = self._noise_mv, mv
        try:
            self._change(self.state, self.shorted, self.diode_is)
        except RigError:
            self._noise_mv = before
            raise

    def serve(self) -> None:
        if self._noise_mv:
            swing = self._chance.below(2 * self._noise_mv + 1) - self._noise_mv
            try:
                self._dac.write(node_mv(self._peak_mv() + swing))
            except RigError:
                self._noise_mv = 0  # the next command that needs the DAC says so

    def _peak_mv(self) -> int:
        if self.state == "x":
            return self._mv
        if self.diode_is == "open":
            return 12_000
        return HIGH_MV[self.state]

    def word(self, state: str, shorted: str, diode: str) -> int:
        letter = "E" if shorted == "earth" else state
        if diode == "open" and letter in "BCD":
            letter = "A"
        high_mv = None
        if letter == "x":
            high_mv = self._mv
        elif shorted == "diode" and letter in "ABCD":
            high_mv = DIODE_MV
        elif self._noise_mv and letter in "ABCD":
            high_mv = HIGH_MV[letter]
        low_mv = None
        if letter == "E":
            low_mv = 0
        elif diode == "short" and letter in "BCD":
            low_mv = LOW_MV[letter]
        if high_mv is not None and low_mv is not None:
            raise RigError("there is one DAC, and high side and low side both want it")
        if high_mv is not None:
            self._dac.write(node_mv(high_mv))
            return MUX_DAC
        if low_mv is not None:
            self._dac.write(node_mv(low_mv))
            return MUX[letter] | LOW_FROM_DAC
        return MUX[letter]


class ResistorPilot(Pilot):
    """L1.  bypass: a pin, high joins the vehicle's diode."""

    def __init__(self, steps_machine: Steps, bypass) -> None:
        super().__init__(steps_machine)
        self._bypass = bypass

    def word(self, state: str, shorted: str, diode: str) -> int:
        if state == "F":
            raise RigError("with a real pilot F is the station's to show")
        if shorted == "diode":
            raise RigError("L1 shorts in front of the diode alone")
        self._bypass.value(1 if diode == "short" else 0)
        word = 0 if diode == "open" and state != "E" else SWITCHES[state]
        return word | (SWITCHES["E"] if shorted == "earth" else 0)
