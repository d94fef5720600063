"""What one run of the agent leaves in its state folder: a lock, its address, its token.

`borne send` finds the running agent through it.
"""

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .broker import private


class AlreadyRunning(RuntimeError):
    """Another agent has this state folder."""


class Lock:
    """Held as long as the process lives; the kernel releases it whatever happens."""

    def __init__(self, folder: Path) -> None:
        """Raises AlreadyRunning."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file: IO[str] = (folder / "lock").open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.seek(0)
            pid = self._file.read().strip() or "unknown"
            self._file.close()
            raise AlreadyRunning(f"{folder} is in use by process {pid}") from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        self._file.close()


@dataclass(frozen=True)
class Address:
    """Where a running agent listens."""

    url: str
    token: str


def announce(folder: Path, url: str) -> None:
    private(folder / "agent.json", json.dumps({"url": url}))


def withdraw(folder: Path) -> None:
    (folder / "agent.json").unlink(missing_ok=True)


def find(folder: Path) -> Address | None:
    """The agent running on this state folder, None without one."""
    try:
        told = json.loads((folder / "agent.json").read_text())
        return Address(str(told["url"]), (folder / "token").read_text().strip())
    except (OSError, ValueError, KeyError):
        return None
