"""QoS 1 messages under way: sent or about to be, and not yet acknowledged.

Holds the caller's topic and payload by reference; nothing is copied until a packet is written.
Order is kept: what was accepted first goes out first, after a reconnection too (MQTT 4.6).
"""

from .packet_writer import AGAIN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .packet_writer import PacketWriter

MAX_PID = 65_535


class Flight:
    """A ring of `window` messages.  The first `sent` of them have been written in this
    connection; the rest wait for room."""

    def __init__(self, window: int) -> None:
        self._topics = [b""] * window
        self._payloads = [b""] * window
        self._flags = bytearray(window)  # of the PUBLISH, never 0; 0 once acknowledged
        self._pids = [0] * window
        self._sent_ms = [0] * window
        self._first = 0
        self._last_pid = 0
        self.count = 0
        self.sent = 0

    def full(self) -> bool:
        return self.count == len(self._pids)

    def new_pid(self, reserved: int = 0) -> int:
        """A packet id 1..65535 that nothing under way uses.  reserved: another taken one."""
        while True:
            self._last_pid = self._last_pid % MAX_PID + 1
            if self._last_pid != reserved and self._find(self._last_pid) < 0:
                return self._last_pid

    def add(self, topic: bytes, payload: bytes, flags: int, pid: int) -> None:
        """Only when not full().  flags: of the PUBLISH."""
        at = self._at(self.count)
        self._topics[at] = topic
        self._payloads[at] = payload
        self._flags[at] = flags
        self._pids[at] = pid
        self.count += 1

    def write_next(self, now_ms: int, writer: "PacketWriter") -> bool:
        """Write the oldest message that has not gone out in this connection, if it fits."""
        at = self._at(self.sent)
        if self._flags[at]:  # else: acknowledged out of order before the connection broke
            if not writer.publish(
                self._topics[at], self._payloads[at], self._flags[at], self._pids[at]
            ):
                return False
            self._flags[at] |= AGAIN
            self._sent_ms[at] = now_ms
        self.sent += 1
        return True

    def acknowledge(self, pid: int) -> bool:
        """Let go of a message; False when pid has not been sent in this connection."""
        place = self._find(pid)
        if not 0 <= place < self.sent:
            return False
        at = self._at(place)
        self._flags[at] = 0
        self._topics[at] = b""
        self._payloads[at] = b""
        while self.count and not self._flags[self._first]:
            self._first = self._at(1)
            self.count -= 1
            if self.sent:
                self.sent -= 1
        return True

    def oldest_sent_ms(self) -> int:
        """When the oldest message was written; only while sent > 0."""
        return self._sent_ms[self._first]

    def rewind(self) -> None:
        """The connection is gone: everything must be written again."""
        self.sent = 0

    def _at(self, place: int) -> int:
        return (self._first + place) % len(self._pids)

    def _find(self, pid: int) -> int:
        for place in range(self.count):
            at = self._at(place)
            if self._pids[at] == pid and self._flags[at]:
                return place
        return -1
