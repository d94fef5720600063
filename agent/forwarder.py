"""Which stored message to publish next.  No socket, no thread; time comes in as now_ms.

uplink.py owns the MQTT client and calls this; so do the tests.

A PUBACK says that the broker has a message, not that it would still have it after a power cut.
So a record stays keep_ms longer, and goes out again when the broker was lost meanwhile; keep_ms
must be longer than the broker takes to write its memory down.
"""

from collections import deque
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .outbox import Row


class Rows(Protocol):
    """What is stored, oldest first."""

    def after(self, row_id: int, limit: int) -> "list[Row]": ...


class Forwarder:
    """Delivers stored rows at least once and in order, with at most `window` unconfirmed."""

    def __init__(self, rows: Rows, *, window: int = 500, keep_ms: int = 0) -> None:
        self._rows = rows
        self._keep_ms = keep_ms
        self._unconfirmed: dict[int, bool] = {}  # row id -> is a record
        self._kept: deque[tuple[int, int]] = deque()  # (since when, row id)
        self._forgettable: list[int] = []
        self._sent_to = 0  # highest row id handed out since the last connect
        self.window = window

    def connected(self) -> None:
        """A new session: whatever was not confirmed, or not long enough ago, goes out again."""
        self._unconfirmed.clear()
        self._kept.clear()
        self._sent_to = 0

    def to_publish(self) -> "list[Row]":
        """Rows to publish now.  Each is handed out once per session."""
        room = self.window - len(self._unconfirmed)
        if room < max(1, self.window // 8):  # many at once cost the disk less than one by one
            return []
        rows = self._rows.after(self._sent_to, room)
        for row in rows:
            self._unconfirmed[row.id] = row.is_record
            self._sent_to = row.id
        return rows

    def confirmed(self, row_id: int, now_ms: int) -> None:
        """The broker has row_id (PUBACK)."""
        if self._unconfirmed.pop(row_id, False):
            self._kept.append((now_ms, row_id))
        else:
            self._forgettable.append(row_id)

    def take_forgettable(self, now_ms: int) -> list[int]:
        """Rows that may be deleted; each is told once."""
        while self._kept and now_ms - self._kept[0][0] >= self._keep_ms:
            self._forgettable.append(self._kept.popleft()[1])
        taken, self._forgettable = self._forgettable, []
        return taken

    @property
    def unconfirmed(self) -> int:
        return len(self._unconfirmed)

    @property
    def kept(self) -> int:
        """Confirmed records not forgotten yet."""
        return len(self._kept)
