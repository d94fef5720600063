"""The one thread that writes the outbox: everything waiting goes into one commit.

Only after the commit is a message acknowledged, shown and receipted.  It never lingers for more
to come: while one commit runs the next ones gather.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from .outbox import NO_ROOM, OutboxError

if TYPE_CHECKING:
    from .chain import Chain
    from .intake import Accepted

log = logging.getLogger("borne.writer")

_MOST = 1_000  # messages in one commit
_RETRY_S = 1.0
_FORGET_S = 0.2  # rows the backend has are forgotten at least this often


class Store(Protocol):
    """Where messages rest: outbox.Outbox, or the one several agents share."""

    alarm: str

    def put(self, messages: "Sequence[Accepted]", confirmed: Iterable[int] = ()) -> list[str]:
        """Raises OutboxError."""
        ...

    def chain(self, station: str, boot_id: int) -> "Chain": ...


class Source(Protocol):
    """Where messages come from and receipts go to."""

    source: str

    def acknowledge(self, tokens: "list[Any]") -> None:
        """These are on disk."""

    def refused(self, count: int) -> None:
        """These could not be stored; bring them again when room() is called."""

    def room(self) -> None:
        """What was refused may come again."""

    def receipt(self, station: str, boot_id: int, up_to_seq: int) -> None:
        """Every record of the boot up to up_to_seq is on disk."""


@dataclass(slots=True)
class Item:
    """One accepted message and what its source needs to acknowledge it."""

    message: "Accepted"
    source: Source
    token: object


class Writer(threading.Thread):
    """stored(messages) is called after each commit, in this thread; when it is False, no receipt
    goes out for them."""

    def __init__(
        self,
        outbox: Store,
        *,
        room: int,
        forgettable: Callable[[], list[int]] = list,
        stored: Callable[["list[Item]"], bool] = lambda _items: True,
    ) -> None:
        super().__init__(name="writer", daemon=True)
        self._outbox = outbox
        self._room = room
        self._forgettable = forgettable
        self._stored = stored
        self._queue: deque[Item] = deque()
        self._filled = threading.Condition()
        self._stopping = False
        self._forget: list[int] = []
        self._starved: dict[int, Source] = {}
        self._verdicts: dict[str, int] = {}
        self.overflowed = 0  # messages not even queued

    def offer(self, item: Item) -> bool:
        """Take item in.  False when too much is waiting already."""
        with self._filled:
            if len(self._queue) >= self._room:
                self.overflowed += 1
                self._starved[id(item.source)] = item.source
                return False
            self._queue.append(item)
            if len(self._queue) == 1:
                self._filled.notify()
        return True

    def has_room(self) -> bool:
        """Whoever can wait reads no more while this is False."""
        return len(self._queue) * 2 < self._room

    def stop(self) -> None:
        """Write what is waiting, then end."""
        with self._filled:
            self._stopping = True
            self._filled.notify()

    def figures(self) -> dict[str, int]:
        return {"stored": 0, "duplicate": 0, "no-room": 0} | self._verdicts

    def run(self) -> None:
        while True:
            batch = self._take()
            if not batch and self._stopping:
                return
            try:
                self._write(batch)
            except Exception:  # the thread everything hangs on goes on
                log.exception("a batch of %d could not be handled", len(batch))
                self._refuse(batch)

    def _take(self) -> list[Item]:
        with self._filled:
            if not self._queue and not self._stopping:
                self._filled.wait(_FORGET_S)
            return [self._queue.popleft() for _ in range(min(len(self._queue), _MOST))]

    def _write(self, batch: list[Item]) -> None:
        self._forget += self._forgettable()
        if not batch and not self._forget and not self._starved:
            return
        try:
            verdicts = self._outbox.put([item.message for item in batch], self._forget)
        except OutboxError as error:
            log.error("nothing can be stored now: %s", error)
            self._refuse(batch)
            self._pause()
            return
        self._forget = []
        for verdict in verdicts:
            self._verdicts[verdict] = self._verdicts.get(verdict, 0) + 1
        kept: list[Item] = []
        for item, verdict in zip(batch, verdicts, strict=True):
            if verdict != NO_ROOM:
                kept.append(item)
        # What found no room too: the board keeps its record until a receipt, and the broker's
        # window is for everybody.
        self._acknowledge(batch)
        if self._stored(kept):
            self._send_receipts(kept)
        self._offer_room()

    def _pause(self) -> None:
        with self._filled:
            until_s = time.monotonic() + _RETRY_S
            while not self._stopping and (left_s := until_s - time.monotonic()) > 0:
                self._filled.wait(left_s)

    def _refuse(self, batch: list[Item]) -> None:
        for item in batch:
            with self._filled:
                self._starved[id(item.source)] = item.source
            item.source.refused(1)

    def _acknowledge(self, items: list[Item]) -> None:
        tokens: dict[int, tuple[Source, list[object]]] = {}
        for item in items:
            tokens.setdefault(id(item.source), (item.source, []))[1].append(item.token)
        for source, theirs in tokens.values():
            source.acknowledge(theirs)

    def _send_receipts(self, items: list[Item]) -> None:
        due = {
            (item.message.station, item.message.message.boot_id): item.source
            for item in items
            if item.message.is_record
        }
        for (station, boot_id), source in due.items():
            up_to = self._outbox.chain(station, boot_id).up_to
            if up_to:
                source.receipt(station, boot_id, up_to)

    def _offer_room(self) -> None:
        """Once records fit again, whoever was sent away may bring them back."""
        if not self._starved or self._outbox.alarm:
            return
        with self._filled:
            if len(self._queue) * 2 > self._room:
                return
            starved, self._starved = self._starved, {}
        for source in starved.values():
            source.room()
