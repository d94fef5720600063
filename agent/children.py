"""Programs the agent starts, watches, starts again and never leaves behind."""

import ctypes
import logging
import random
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

log = logging.getLogger("borne.children")

_STOP_S = 5.0
_STABLE_S = 30.0
_BACKOFF_S = (0.5, 15.0)
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _die_with_parent() -> None:
    """Runs in the child: the kernel ends it when the thread that started it is gone."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Child(threading.Thread):
    """One program, kept running until stop().  Its output goes to log_path."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        log_path: Path,
        *,
        again: bool = True,
        environment: dict[str, str] | None = None,
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._command = [str(word) for word in command]
        self.log_path = log_path
        self._again = again
        self._environment = environment
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self.starts = 0
        self.exit_code: int | None = None  # of the last run

    @property
    def pid(self) -> int:
        return self._process.pid if self._process is not None else 0

    def run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            began_s = time.monotonic()
            self._run_once()
            if self._stopping.is_set() or not self._again:
                return
            failures = 0 if time.monotonic() - began_s > _STABLE_S else min(failures + 1, 8)
            wait_s = min(_BACKOFF_S[1], _BACKOFF_S[0] * 2**failures) * random.uniform(0.5, 1)
            log.warning("%s ended (%s), again in %.1f s", self.name, self.exit_code, wait_s)
            self._stopping.wait(wait_s)

    def stop(self) -> None:
        """End it, politely first.  Returns when it is gone."""
        self._stopping.set()
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self.is_alive():
            self.join(_STOP_S)

    def tail(self, lines: int = 5) -> str:
        """The last it said."""
        try:
            return "\n".join(self.log_path.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""

    def _run_once(self) -> None:
        self.starts += 1
        log.debug("starting %s", shlex.join(self._command))
        try:
            with self.log_path.open("ab") as output:
                # The limit is the log's: a child that floods it is not worth the disk.
                self._process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=self._environment,
                    start_new_session=True,
                    preexec_fn=_die_with_parent if _LIBC is not None else None,  # noqa: PLW1509
                )
        except OSError as error:
            log.error("%s cannot be started: %s", self.name, error)
            self.exit_code = -1
            return
        self.exit_code = self._process.wait()


def free_port() -> int:
    """A loopback port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, child: Child, timeout_s: float = 15.0) -> bool:
    """True once something listens on the loopback port."""
    until_s = time.monotonic() + timeout_s
    while time.monotonic() < until_s:
        try:
            with socket.create_connection(("127.0.0.1", port), 1.0):
                return True
        except OSError:
            if not child.is_alive():
                return False
            time.sleep(0.05)
    return False
