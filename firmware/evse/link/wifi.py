"""Keeps a board's Wi-Fi interface joined to one network, and never waits for it.

Knows no port: wlan is any object with network.WLAN's active(), connect(), disconnect(),
isconnected() and status(), made by the board.  mqtt.py's transport asks `up`.
"""

from evse.core.timer import Timer

from .backoff import Backoff
from .tally import Tally

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

NOTES = (
    "connects",
    "lost",
    "no-network",  # nobody with that name answers
    "wrong-password",
    "join-failed",
    "join-timeout",
    "interface-failed",  # the interface itself raised
    "restarts",  # of the interface, after _PATIENCE failures in a row
)

# status() of a failed join, as far as the ports tell (their codes do not overlap):
# rp2 from -3 to -1, ESP32 from 200 up.
_FAILED = {
    -3: "wrong-password",
    -2: "no-network",
    -1: "join-failed",
    200: "join-failed",
    201: "no-network",
    202: "wrong-password",
    203: "join-failed",
    204: "wrong-password",
    210: "no-network",
    211: "no-network",
    212: "no-network",
}
_LOOK_MS = 500
_JOIN_MS = 20_000  # association, keys and DHCP
_FIRST_WAIT_MS = 2_000
_MOST_WAIT_MS = 60_000
_PATIENCE = 5


def _yes() -> bool:
    return True


class Wifi:
    """Read at will: up, counts (names in NOTES), last_error.

    may_block(): whether the interface may be started now, which keeps some chips busy for a
    second while they load their firmware.
    """

    def __init__(
        self,
        wlan: "Any",
        ssid: str,
        password: str,
        random_below: "Callable[[int], int]",
        may_block: "Callable[[], bool]" = _yes,
    ) -> None:
        self.up = False
        self._wlan = wlan
        self._ssid = ssid
        self._password = password
        self._may_block = may_block
        self._backoff = Backoff(_FIRST_WAIT_MS, _MOST_WAIT_MS, random_below)
        self._tally = Tally(NOTES)
        self.counts = self._tally.counts
        self._look = Timer()
        self._joining = Timer()
        self._failures = 0  # since it was last up, or restarted

    @property
    def last_error(self) -> str:
        """ "" or "name: detail"."""
        return self._tally.last_error

    def poll(self, now_ms: int) -> None:
        """Look twice a second, whatever the caller's rhythm."""
        if self._look.runs(now_ms):
            return
        self._look.start(now_ms, _LOOK_MS)
        try:
            self._step(now_ms)
        except OSError as error:
            self._fail(now_ms, "interface-failed", error)

    def _step(self, now_ms: int) -> None:
        if self._wlan.isconnected():
            if not self.up:
                self.up = True
                self._failures = 0
                self._joining.stop()
                self._backoff.forgive()
                self._tally.count("connects")
        elif self.up:
            self._fail(now_ms, "lost")
        elif self._joining.running:
            self._await_join(now_ms)
        elif not self._backoff.waits(now_ms) and self._may_block():
            self._join(now_ms)

    def _await_join(self, now_ms: int) -> None:
        status = self._wlan.status()
        if status in _FAILED:
            self._fail(now_ms, _FAILED[status], status)
        elif self._joining.ends(now_ms):
            self._fail(now_ms, "join-timeout", status)

    def _join(self, now_ms: int) -> None:
        if self._failures >= _PATIENCE:
            self._failures = 0
            self._tally.count("restarts")
            self._wlan.active(False)
        self._wlan.active(True)
        self._wlan.connect(self._ssid, self._password)
        self._joining.start(now_ms, _JOIN_MS)

    def _fail(self, now_ms: int, name: str, detail: object = "") -> None:
        self.up = False
        self._failures += 1
        self._joining.stop()
        self._tally.fail(name, detail)
        self._backoff.start(now_ms)
        try:
            self._wlan.disconnect()  # or the next connect() is refused as one too many
        except OSError:
            pass  # it was not connected, which is what was wanted
