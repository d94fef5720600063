"""Records the agent has not confirmed: sessions and events, in order, until a receipt.

A broker's PUBACK is not storage, so only the agent's receipt lets a record go.  Until then a
record is on flash, in a journal, where it outlives a reboot with its own boot_id, seq and prev;
and before flash may be written (station.py decides when) in RAM.  Both are bounded.  Without room
a record is not made (its number is not used) and is counted; the next event that fits says how
many are missing.  Events leave half of the room to sessions, their starts a quarter to their ends.
"""

from evse.app.record import unpack
from evse.core.units import elapsed_ms
from protocol.topics import topic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from evse.app.record import Record

RESEND_MS = 20_000  # without a receipt for this long everything held goes out again
EVENT_WAITS_MS = 5_000  # for its receipt, before flash is worn for it
RETRY_MS = 60_000  # after flash refused
FLASH_GAP_MS = 50  # between two records sent from flash: 20 a second are enough after an outage
ROOM = 64  # records in RAM with a journal behind it
ROOM_ALONE = 128  # without
BATCH = 8  # records written at once: some 3 kB
LONGEST = 700  # bytes a record takes at most on flash

# What a record is: how many quarters of the room are for its like.
EVENT, SESSION, END = 2, 3, 4


class Records:
    """dropped: records that found no room since boot.  refused: writes that flash refused.
    lost: records on flash that cannot be read.  last_seq: of the newest record of this boot.
    last_session: connector -> its newest session record on flash at boot."""

    def __init__(self, station: str, journal=None) -> None:
        self._station = station
        self._journal = journal
        self._room = ROOM if journal is not None else ROOM_ALONE
        self._ram: list[Record] = []
        self._ram_sent = 0  # how many of them are sent
        self._ram_bytes = 0
        self._on_flash = 0
        self._flash_unsent = 0
        self._receipts: list[tuple[int, int]] = []
        self._sent_ms = 0
        self._made_ms = 0  # the oldest in RAM
        self._session_waits = False
        self._full = False
        self._refused_ms = -1
        self.last_seq = 0
        self.dropped = 0
        self.refused = 0
        self.lost = 0
        self.untold = 0  # dropped and not yet announced
        self.last_session: dict[int, bytes] = {}
        if journal is not None:
            self._load(journal)

    def __len__(self) -> int:
        return self._on_flash + len(self._ram)

    def _load(self, journal) -> None:
        for number, content in journal.entries(forgotten=True):
            record = unpack(content)
            if number > journal.forgotten:
                self._on_flash += 1
            if record.kind == "session":
                self.last_session[record.connector] = record.payload
        self.lost = journal.last - journal.forgotten - self._on_flash
        self.untold = journal.note
        self._front = journal.cursor()  # before the oldest held
        self._next = journal.cursor()  # before the next to send
        self._flash_unsent = self._on_flash

    # Making records

    def has_room(self, likes: int) -> bool:
        """likes: EVENT, SESSION or END."""
        if len(self._ram) >= self._room * likes // END:
            return False
        journal = self._journal
        if journal is None:
            return True
        free = journal.free() - self._ram_bytes - LONGEST
        return free >= journal.size() * (END - likes) // END

    def missed(self) -> None:
        """Count a record that found no room."""
        self.dropped += 1
        self.untold += 1

    def add(self, record: "Record", likes: int, now_ms: int) -> None:
        if not self._ram:
            self._made_ms = now_ms
        if likes != EVENT:
            self._session_waits = True
        self._ram.append(record)
        self._ram_bytes += len(record.payload) + 48
        self.last_seq = record.seq

    # Flash

    def session_waits(self) -> bool:
        """A session record is in RAM that flash will take sooner or later."""
        return self._session_waits and self._journal is not None and not self._full

    def wants_flash(self, now_ms: int) -> bool:
        """Something should be written.  Sessions at once, events when no receipt comes."""
        if not self._ram or self._journal is None or self._full:
            return False
        if self._refused_ms >= 0:
            if elapsed_ms(now_ms, self._refused_ms) < RETRY_MS:
                return False
            self._refused_ms = -1
        return self._session_waits or elapsed_ms(now_ms, self._made_ms) >= EVENT_WAITS_MS

    def write(self, now_ms: int) -> None:
        """Write the oldest in RAM to flash.  Blocks while flash is erased: 50..400 ms."""
        journal = self._journal
        if journal is None:
            return
        journal.note = self.untold
        try:
            taken = journal.extend([record.pack() for record in self._ram[:BATCH]])
        except OSError:
            self.refused += 1
            self._refused_ms = now_ms
            self._session_waits = False  # nobody shall wait for it
            return
        if not taken:
            self._full = True
            return
        sent = min(taken, self._ram_sent)
        for _ in range(sent):
            self._next.read()
        self._on_flash += taken
        self._flash_unsent += taken - sent
        self._let_go(taken)
        self._made_ms = now_ms

    def _let_go(self, count: int) -> None:
        """The oldest count records are in RAM no longer."""
        for record in self._ram[:count]:
            self._ram_bytes -= len(record.payload) + 48
        self._ram = self._ram[count:]
        self._ram_sent = max(0, self._ram_sent - count)
        waits = any(record.kind == "session" for record in self._ram)
        self._session_waits = self._session_waits and waits

    # Receipts

    def receipt(self, boot_id: int, up_to_seq: int) -> None:
        """The agent has every record of boot_id up to up_to_seq on disk."""
        gone = 0
        for record in self._ram:
            if record.boot_id != boot_id or record.seq > up_to_seq:
                break
            gone += 1
        if gone:
            self._let_go(gone)
        if self._on_flash:
            self._receipts = [row for row in self._receipts if row[0] != boot_id][-3:]
            self._receipts.append((boot_id, up_to_seq))
            self._forget(BATCH)

    def _forget(self, most: int) -> None:
        """Let go of what receipts cover on flash, at most so many: each is read first."""
        journal = self._journal
        while most and journal is not None and self._on_flash and self._receipts:
            most -= 1
            content = self._front.peek()
            if content is None:  # rotten since it was written
                self.lost += self._on_flash
                self._on_flash = self._flash_unsent = 0
                return
            record = unpack(content)
            if not self._is_covered(record):
                return
            self._front.read()
            journal.forget(self._front.number)
            self._on_flash -= 1
            self._full = False
            if self._next.number < self._front.number and self._flash_unsent:
                self._flash_unsent -= 1

    def _is_covered(self, record: "Record") -> bool:
        if not record.kind:
            return True
        return any(record.boot_id == row[0] and record.seq <= row[1] for row in self._receipts)

    # Sending

    def reconnected(self) -> None:
        """A new connection: what is held goes out again."""
        self._ram_sent = 0
        if self._on_flash:
            self._next.go_to(self._front)
        self._flash_unsent = self._on_flash

    def pump(self, now_ms: int, port, most: int = 4) -> None:
        """Send up to most records through port, as far as it has room."""
        if self._receipts:
            self._forget(2)
        if len(self) and not self._flash_unsent and self._ram_sent >= len(self._ram):
            if elapsed_ms(now_ms, self._sent_ms) >= RESEND_MS:
                self.reconnected()
                self._sent_ms = now_ms
            return
        if self._flash_unsent:
            if elapsed_ms(now_ms, self._sent_ms) >= FLASH_GAP_MS and port.room():
                self._send_from_flash(now_ms, port)
            return
        while most and self._ram_sent < len(self._ram):
            if not self._send(now_ms, port, self._ram[self._ram_sent]):
                return
            self._ram_sent += 1
            most -= 1

    def _send_from_flash(self, now_ms: int, port) -> None:
        content = self._next.peek()
        if content is None:  # rotten since it was written
            self._flash_unsent = 0
            return
        record = unpack(content)
        if not record.kind or self._send(now_ms, port, record):
            self._next.read()
            self._flash_unsent -= 1

    def _send(self, now_ms: int, port, record: "Record") -> bool:
        name = topic(self._station, True, record.kind, record.connector)
        if not port.room() or not port.send(name, record.payload, 1, False):
            return False
        self._sent_ms = now_ms
        return True
