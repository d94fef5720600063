"""systemd's side of a service: ready, alive, stopping.  Silent where systemd is not.

The watchdog is only fed while the agent is well, so one that hangs is started again.
"""

import os
import socket
import time
from collections.abc import Callable

_SHARE = 3  # how often within the watchdog's time


def notify(state: str) -> bool:
    """Tell systemd, as sd_notify(3) describes.  False where nobody listens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    if address.startswith("@"):  # abstract
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            sock.sendto(state.encode(), address)
    except OSError:
        return False
    return True


class Watchdog:
    """trouble: why the agent is not well, "" while it is."""

    def __init__(self, trouble: Callable[[], str]) -> None:
        self._trouble = trouble
        self._period_s = _asked_s() / _SHARE
        self._next_s = 0.0

    def beat(self) -> None:
        """Call at least twice a second.  Says that all is well, when it is and when it is time."""
        now_s = time.monotonic()
        if self._period_s == 0 or now_s < self._next_s:
            return
        self._next_s = now_s + self._period_s
        trouble = self._trouble()
        notify(f"STATUS=not well: {trouble}" if trouble else "WATCHDOG=1\nSTATUS=well")


def _asked_s() -> float:
    """The watchdog's time, 0 when systemd asks for none."""
    asked = os.environ.get("WATCHDOG_USEC", "")
    mine = os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    return int(asked) / 1_000_000 if asked.isdigit() and mine else 0.0
