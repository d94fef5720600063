"""Records the agent has not confirmed: sessions and events, in order, until a receipt.

A broker's PUBACK is not storage, so only the agent's receipt lets a record go.  The store is
bounded; when it is full a new record is not made (its number is not used), is counted, and the
next event that fits says how many are missing.  Events leave the last quarter to sessions.
"""

from evse.core.units import elapsed_ms

RESEND_MS = 20_000  # without a receipt for this long everything held goes out again


class Record:
    def __init__(self, boot_id: int, seq: int, topic: str, payload: bytes) -> None:
        self.boot_id = boot_id
        self.seq = seq
        self.topic = topic
        self.payload = payload


class Records:
    """room: most records held.  dropped: records that found no room since boot."""

    def __init__(self, room: int = 128) -> None:
        self._room = room
        self._held: list[Record] = []
        self._next = 0  # index of the next one to send
        self._sent_ms = 0
        self.last_seq = 0  # of the newest record ever made in this boot
        self.dropped = 0
        self.untold = 0  # dropped and not yet announced

    def __len__(self) -> int:
        return len(self._held)

    def has_room(self, for_session: bool) -> bool:
        return len(self._held) < (self._room if for_session else self._room - self._room // 4)

    def missed(self) -> None:
        """Count a record that found no room."""
        self.dropped += 1
        self.untold += 1

    def add(self, boot_id: int, seq: int, topic: str, payload: bytes) -> None:
        self._held.append(Record(boot_id, seq, topic, payload))
        self.last_seq = seq

    def receipt(self, boot_id: int, up_to_seq: int) -> None:
        """The agent has every record of boot_id up to up_to_seq on disk."""
        gone = 0
        for record in self._held:
            if record.boot_id != boot_id or record.seq > up_to_seq:
                break
            gone += 1
        if gone:
            self._held = self._held[gone:]
            self._next = max(0, self._next - gone)

    def reconnected(self) -> None:
        """A new connection: what is held goes out again."""
        self._next = 0

    def pump(self, now_ms: int, port, most: int = 4) -> None:
        """Send up to most records through port, as far as it has room."""
        if self._next >= len(self._held):
            if self._held and elapsed_ms(now_ms, self._sent_ms) >= RESEND_MS:
                self._next = 0
                self._sent_ms = now_ms
            return
        while most and self._next < len(self._held):
            record = self._held[self._next]
            if not port.room() or not port.send(record.topic, record.payload, 1, False):
                return
            self._next += 1
            self._sent_ms = now_ms
            most -= 1
