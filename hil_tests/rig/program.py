"""The rig's main loop: lines from USB, answers to it, and everything else in between."""

import json
import select
import sys
import time

import machine

from hil_tests.rig.commands import MOST_LINE, Commands, RigError
from hil_tests.rig.programs import CLOCK_HZ
from hil_tests.rig.rig import Rig, check_words

SETTINGS = "rig.json"  # {"level": "L1", "lacks": ["serial-faults"]}


class UsbLine:
    """Whole lines from the host, without waiting.  What is too long is cut, and refused later."""

    def __init__(self) -> None:
        self._poll = select.poll()
        self._poll.register(sys.stdin, select.POLLIN)
        self._typed = bytearray()

    def next(self):
        """A line, or None."""
        while self._poll.poll(0):
            byte = sys.stdin.buffer.read(1)
            if not byte:
                return None
            if byte in b"\r\n":
                if self._typed:
                    line = bytes(self._typed)
                    self._typed = bytearray()
                    return line
            elif len(self._typed) <= MOST_LINE:
                self._typed.extend(byte)
        return None

    def say(self, answer: bytes) -> None:
        sys.stdout.buffer.write(answer)


def settings() -> dict:
    """rig.json, or what holds without one."""
    told = {"level": "L0", "lacks": []}
    try:
        with open(SETTINGS) as file:
            told.update(json.loads(file.read()))
    except OSError:
        pass
    except (ValueError, TypeError):
        raise RigError("rig.json: wants an object") from None
    check_words(told["level"], told["lacks"])
    return told


def turn(rig, commands, line) -> None:
    """Serve everything once; take a line when none is being answered."""
    rig.serve()
    if commands.busy:
        answer = commands.look()
    else:
        typed = line.next()
        answer = commands.take(typed) if typed is not None else None
    if answer is not None:
        line.say(answer)


def main() -> None:
    if machine.freq() != CLOCK_HZ:
        machine.freq(CLOCK_HZ)
    line = UsbLine()
    try:
        told = settings()
        rig = Rig(told["level"], told["lacks"])
    except RigError as error:
        line.say(f'{{"ok": false, "error": "{error}"}}\n'.encode())
        return
    rig.power("1")
    commands = Commands(rig)
    while True:
        try:
            turn(rig, commands, line)
        except Exception as error:  # a fault of the rig is an answer, not its end
            commands.wait_for(None)
            why = f"rig: {type(error).__name__}: {error}"
            line.say((json.dumps({"ok": False, "error": why}) + "\n").encode())
        time.sleep_ms(1)  # what must be exact is not in this loop
