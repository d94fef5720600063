"""A journal: entries are added at its end, read in order, and forgotten from its beginning.

Two areas take turns.  Entries go into one until it is full, then into the other, once everything
that stands there is forgotten.  Nothing is ever changed in place, so a power cut at any byte costs
the entries being written and no other; a rotten byte costs the entry it is in.

    B7 | kind | length, 2 bytes | number, 4 bytes | content | CRC-32 of all before, 4 bytes

Entries are numbered one after the other; a number that is missing is an entry lost.  Forgetting
writes nothing: a mark goes in front of the next entries added.  After a power cut the entries
forgotten since the last mark come up again, so they must be harmless twice.

Knows not what entries mean, nor what an area is made of (flash_area.py).  Adding blocks while
flash is written: never from the tick.
"""

import binascii

MOST = 1_200  # bytes of content
_MAGIC = 0xB7
_HEAD = 8
_TAIL = 4
FRAME = _HEAD + _TAIL
_ENTRY = 1
_MARK = 2
_NOTE = 4  # bytes of a mark's content
_CHUNK = 512  # read at once; most entries are shorter


class Cursor:
    """Walks through a journal from its oldest entry; waits at the end and goes on when more come.

    number: of the entry read last, or where it began less one.
    """

    def __init__(self, journal: "Journal", area: int) -> None:
        self.number = journal.forgotten
        self._journal = journal
        self._area = area
        self._at = 0
        self._next = None  # (number, content, area, where it ends), once it was looked at

    def peek(self) -> bytes | None:
        """The next entry, None at the end.  Forgotten ones are left out."""
        found = self._next
        if found is None or found[0] <= self._journal.forgotten:
            found = self._next = self._seek()
        return found[1] if found is not None else None

    def read(self) -> bytes | None:
        """The next entry, and on."""
        content = self.peek()
        if self._next is not None:
            self.number, _, self._area, self._at = self._next
            self._next = None
        return content

    def go_to(self, other: "Cursor") -> None:
        """Stand where other stands."""
        self.number, self._area, self._at = other.number, other._area, other._at
        self._next = None

    def leave(self, area: int) -> None:
        """The area is about to be used anew: nothing of interest stands there."""
        if self._area == area:
            self._area, self._at = 1 - area, 0

    def _seek(self) -> "tuple[int, bytes, int, int] | None":
        journal, area, at = self._journal, self._area, self._at
        least = max(self.number, journal.forgotten)
        while True:
            found = journal.find(area, at)
            if found is not None:
                kind, number, content, at = found
                if kind == _ENTRY and number > least:
                    return number, content, area, at
            elif area != journal.active:
                area, at = journal.active, 0
            else:
                return None


class Journal:
    """areas: two, each with size (bytes it may hold), read(at, n) and write(at, data).

    last: number of the newest entry, 0 before the first.  forgotten: up to here nothing is of
    interest.  note: a number the caller wants kept, 0..2**30-1, stored with the marks.
    """

    def __init__(self, areas: "list | tuple") -> None:
        self._areas = areas
        self._ends = [0, 0]
        self._newest = [0, 0]  # number of the last entry in each area
        self._cursors = []
        self.forgotten = 0
        self.note = 0
        for index in (0, 1):
            self._scan(index)
        self.active = 1 if self._newest[1] > self._newest[0] else 0
        self.last = max(self._newest)
        self.forgotten = min(self.forgotten, self.last)
        self._marked = (self.forgotten, self.note)

    def append(self, content: bytes) -> int:
        """Keep one entry; its number, 0 when there is no room.  OSError when flash refuses it."""
        return self.last if self.extend([content]) else 0

    def extend(self, contents: "list[bytes]") -> int:
        """Keep as many as there is room for, in order; how many.  Those that fit into one area
        are one write.  OSError when flash refuses the first; refused ones may be tried again."""
        kept = 0
        while kept < len(contents):
            try:
                taken = self._fill(contents[kept:])
            except OSError:
                if not kept:
                    raise
                break
            if not taken:
                break
            kept += taken
        return kept

    def forget(self, number: int) -> None:
        """Entries up to this one are of no more interest."""
        self.forgotten = max(self.forgotten, min(number, self.last))

    def size(self) -> int:
        """Bytes of both areas."""
        return self._areas[0].size + self._areas[1].size

    def free(self) -> int:
        """Bytes of them that entries may still take, FRAME more for each."""
        if self._is_worn():
            return self.size()
        active = self.active
        free = self._areas[active].size - self._ends[active]
        return free + self._areas[1 - active].size if self._is_spent(1 - active) else free

    def cursor(self) -> Cursor:
        """At the oldest entry that is not forgotten.  It is kept up to date for ever: make few."""
        cursor = Cursor(self, 1 - self.active)
        self._cursors.append(cursor)
        return cursor

    def entries(self, forgotten: bool = False):
        """(number, content) of every entry, oldest first; with the forgotten ones that still
        stand there if asked.  Do not add while walking."""
        before = 0 if forgotten else self.forgotten
        for index in (1 - self.active, self.active):
            found = self.find(index, 0)
            while found is not None:
                kind, number, content, at = found
                if kind == _ENTRY and number > before:
                    before = number
                    yield number, content
                found = self.find(index, at)

    def find(self, index: int, at: int) -> "tuple[int, int, bytes, int] | None":
        """The first whole entry or mark of an area from at on: (kind, number, content, where it
        ends).  What is torn or rotten is stepped over."""
        area, end = self._areas[index], self._ends[index]
        while at + FRAME <= end:
            data = area.read(at, _CHUNK)
            content = _unpack(data)
            if content is None and len(data) == _CHUNK and data[0] == _MAGIC:
                content = _unpack(area.read(at, FRAME + MOST))
            if content is not None:
                number = int.from_bytes(data[4:_HEAD], "big")
                return data[1], number, content, at + FRAME + len(content)
            if not data:
                return None
            step = data.find(b"\xb7", 1)
            at += step if step > 0 else len(data)
        return None

    def _scan(self, index: int) -> None:
        """What stands in an area, and where it ends."""
        self._ends[index] = self._areas[index].size
        end, newest, marked = 0, 0, 0
        found = self.find(index, 0)
        while found is not None:
            kind, number, content, at = found
            if number < marked or (kind == _ENTRY and number <= newest):
                break  # from before the area was begun anew
            if kind == _ENTRY:
                newest = number
            else:
                marked = number
                if number >= self.forgotten:
                    self.forgotten = number
                    self.note = int.from_bytes(content, "big")
            end = at
            found = self.find(index, end)
        self._ends[index], self._newest[index] = end, newest

    def _is_spent(self, index: int) -> bool:
        return self._newest[index] <= self.forgotten

    def _is_worn(self) -> bool:
        """Nothing is held and some of the area is used: better begin the other one."""
        active = self.active
        return self._is_spent(active) and self._ends[active] > self._areas[active].size // 8

    def _fill(self, contents: "list[bytes]") -> int:
        """Write what fits into one area; how many entries."""
        index, at = self.active, self._ends[self.active]
        mark = _pack(_MARK, self.forgotten, self.note.to_bytes(_NOTE, "big"))
        need = len(mark) + FRAME + len(contents[0])
        if self._is_worn() or at + need > self._areas[index].size:
            index, at = 1 - index, 0
            if not self._is_spent(index) or need > self._areas[index].size:
                return 0
        fresh = at == 0 or self._marked != (self.forgotten, self.note)
        data, taken, number = mark if fresh else b"", 0, self.last
        for content in contents:
            if at + len(data) + FRAME + len(content) > self._areas[index].size:
                break
            number += 1
            data += _pack(_ENTRY, number, content)
            taken += 1
        if index != self.active:
            for cursor in self._cursors:
                cursor.leave(index)
        self._areas[index].write(at, data)
        self.active, self.last = index, number
        self._ends[index], self._newest[index] = at + len(data), number
        self._marked = (self.forgotten, self.note)
        return taken


def _pack(kind: int, number: int, content: bytes) -> bytes:
    if len(content) > MOST:
        raise ValueError("an entry is too long")
    head = bytes((_MAGIC, kind)) + len(content).to_bytes(2, "big") + number.to_bytes(4, "big")
    entry = head + content
    return entry + binascii.crc32(entry).to_bytes(_TAIL, "big")


def _unpack(data: bytes) -> bytes | None:
    """The content of the entry that data begins with, None when it is not whole."""
    if len(data) < FRAME or data[0] != _MAGIC or not _ENTRY <= data[1] <= _MARK:
        return None
    end = _HEAD + int.from_bytes(data[2:4], "big")
    if end > _HEAD + MOST or len(data) < end + _TAIL:
        return None
    if binascii.crc32(data[:end]) != int.from_bytes(data[end : end + _TAIL], "big"):
        return None
    return data[_HEAD:end]
