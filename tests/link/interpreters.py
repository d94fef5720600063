"""Runs a script of scripts/ on CPython or MicroPython, as a program of its own."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.needs import ROOT, need

SCRIPTS = Path(__file__).parent / "scripts"
INTERPRETERS = ("cpython", "micropython")
LIMIT_S = 60


class Program:
    """The script, running.  Iterate for the lines it prints, as they come: an assertion fails
    unless it ends well.  go_on() lets it past wait_for_test()."""

    def __init__(self, interpreter: str, script: str, *arguments: object) -> None:
        if interpreter == "cpython":
            command = [sys.executable, "-u", "-B"]
        else:
            command = [need("micropython"), "-X", "heapsize=192k"]  # what a board has
        self._program = subprocess.Popen(
            [*command, str(SCRIPTS / script), *map(str, arguments)],
            cwd=ROOT,
            env=dict(os.environ, PYTHONPATH="firmware:.", MICROPYPATH="firmware:.:.frozen"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def go_on(self) -> None:
        assert self._program.stdin is not None
        self._program.stdin.write("\n")
        self._program.stdin.flush()

    def __iter__(self) -> Iterator[str]:
        alarm = threading.Timer(LIMIT_S, self._program.kill)
        alarm.start()
        said = []
        with self._program as program:
            try:
                assert program.stdout is not None
                assert program.stderr is not None
                for line in program.stdout:
                    said.append(line.rstrip("\n"))
                    yield said[-1]
                errors = program.stderr.read()
                assert program.wait() == 0, "\n".join([*said, errors])
            finally:
                alarm.cancel()
                program.kill()


def run(interpreter: str, script: str, *arguments: object) -> list[str]:
    """All the lines the script prints."""
    return list(Program(interpreter, script, *arguments))
