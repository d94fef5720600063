"""The vehicle simulator on a serial line: one line there, one JSON line back.

What it understands is told by its `help`; the language is that of hil_tests/rig/commands.py.
"""

import json
import time
from typing import Any

import serial

ANSWER_S = 10.0  # beyond what a command takes
READ_S = 0.05
MOST_ANSWER = 200_000  # bytes


class RigError(Exception):
    """The rig is not there, does not answer, or refuses."""


class Refused(RigError):
    """The rig says why it cannot do this."""


class Rig:
    """parts: what the rig has.  us: its clock at the newest answer."""

    def __init__(self, port: str) -> None:
        try:
            self._line: Any = serial.serial_for_url(port, 115_200, timeout=READ_S)
        except (OSError, ValueError, serial.SerialException) as error:
            raise RigError(f"{port}: {error}") from None
        self._port = port
        self._rest = b""
        try:
            self.identity = self.ask("id")
        except RigError:
            self.close()
            raise
        self.parts = frozenset(map(str, self.identity.get("parts", ())))

    @property
    def serial_number(self) -> str:
        return str(self.identity.get("serial", self.identity.get("rig", "")))

    def close(self) -> None:
        self._line.close()

    def ask(self, words: str, takes_s: float = 0.0) -> dict[str, Any]:
        """One command.  Raises Refused with the rig's reason, RigError when it is not answered."""
        try:
            self._line.write(words.encode() + b"\n")
            answer = json.loads(self._answer(words, takes_s))
        except (OSError, serial.SerialException) as error:
            raise RigError(f"{self._port}: {error}") from None
        except ValueError:
            raise RigError(f"{self._port}: no rig: what answers is not JSON") from None
        if not isinstance(answer, dict) or answer.get("ok") is not True:
            why = answer.get("error") if isinstance(answer, dict) else ""
            raise Refused(f"{words}: {why}")
        return answer

    def _answer(self, words: str, takes_s: float) -> bytes:
        until = time.monotonic() + takes_s + ANSWER_S
        while b"\n" not in self._rest:
            if time.monotonic() > until or len(self._rest) > MOST_ANSWER:
                raise RigError(f"{self._port}: no answer to {words!r}")
            self._rest += self._line.read(max(1, min(self._line.in_waiting, 4_096)))
        answer, _, self._rest = self._rest.partition(b"\n")
        return answer

    def number(self, words: str, field: str, takes_s: float = 0.0) -> float:
        """One figure of an answer.  Raises RigError when it is no number."""
        value = self.ask(words, takes_s).get(field)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise RigError(f"{words}: {field} is no number")
        return value
