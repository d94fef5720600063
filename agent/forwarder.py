"""Which stored message to publish next.  No socket, no thread, no clock.

uplink.py owns the MQTT client and calls this; so do the tests.
"""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .outbox import Row


class Rows(Protocol):
    """What is stored, oldest first."""

    def after(self, row_id: int, limit: int) -> "list[Row]": ...


class Forwarder:
    """Delivers stored rows at least once and in order, with at most `window` unconfirmed."""

    def __init__(self, rows: Rows, *, window: int = 500) -> None:
        self._rows = rows
        self.window = window
        self._unconfirmed: set[int] = set()
        self._confirmed: list[int] = []
        self._sent_to = 0  # highest row id handed out since the last connect

    def connected(self) -> None:
        """A new session: whatever was not confirmed goes out again."""
        self._unconfirmed.clear()
        self._sent_to = 0

    def to_publish(self) -> "list[Row]":
        """Rows to publish now.  Each is handed out once per session."""
        room = self.window - len(self._unconfirmed)
        if room < max(1, self.window // 8):  # many at once cost the disk less than one by one
            return []
        rows = self._rows.after(self._sent_to, room)
        for row in rows:
            self._unconfirmed.add(row.id)
            self._sent_to = row.id
        return rows

    def confirmed(self, row_id: int) -> None:
        """The broker has row_id (PUBACK)."""
        self._unconfirmed.discard(row_id)
        self._confirmed.append(row_id)

    def take_confirmed(self) -> list[int]:
        """What may be forgotten; each is told once."""
        taken, self._confirmed = self._confirmed, []
        return taken

    @property
    def unconfirmed(self) -> int:
        return len(self._unconfirmed)
