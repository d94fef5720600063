"""A program of its own, that a test can kill, stop and start again."""

import signal
import subprocess
from collections.abc import Sequence
from typing import Any

from tests.needs import ROOT


class Program:
    """words: the command.  more: of subprocess.Popen."""

    def __init__(self, words: Sequence[str], **more: Any) -> None:
        self._words, self._more = words, more
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._words,
            **{"cwd": ROOT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            | self._more,
        )

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def freeze(self) -> None:
        """Keep its connections and say nothing any more."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _end(self, how: signal.Signals) -> None:
        self._signal(how)
        if self._process is not None:
            self._process.wait(10)
            self._process = None

    def _signal(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
