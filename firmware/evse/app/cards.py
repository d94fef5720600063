"""The cards that may start a charge, kept on flash as hashes: never an id.

What a hash is: protocol/card.py.  The list is one blob of the store, so a power cut leaves it as
it was or as it was to be; the key is another, which no message reads or writes (flash.py puts it
there).
"""

import binascii

from protocol.card import SIZE, hash_of

MOST = 128  # 2 kB of heap and of flash, twice on flash
FILE = "cards"
KEY_FILE = "card-key"


class CardList:
    """store: load(name), save(name, bytes).  unreadable: what was stored was no list."""

    def __init__(self, store) -> None:
        self._store = store
        self._key = (store.load(KEY_FILE) or b"").strip()
        stored = store.load(FILE) or b""
        self.unreadable = len(stored) % SIZE != 0 or len(stored) > SIZE * MOST
        self._cards = b"" if self.unreadable else stored

    def __len__(self) -> int:
        return len(self._cards) // SIZE

    def has_key(self) -> bool:
        return len(self._key) > 0

    def name_of(self, card: bytes) -> str:
        """The hash of an id, as messages carry it."""
        return str(binascii.hexlify(hash_of(self._key, card)), "utf-8")

    def holds(self, name: str) -> bool:
        """name: a hash as messages carry it."""
        return self._find(binascii.unhexlify(name)) >= 0

    def add(self, name: str) -> str:
        """Keep a hash.  "ok", "list-full", or "bad-field" for what is none.  OSError when flash
        refuses; the list is as it was then, as after every other answer."""
        card = _card_in(name)
        if not card:
            return "bad-field"
        if self._find(card) >= 0:
            return "ok"
        if len(self) >= MOST:
            return "list-full"
        self._save(self._cards + card)
        return "ok"

    def remove(self, name: str) -> str:
        """Forget a hash.  "ok", "unknown-card" or "bad-field"; OSError as add()."""
        card = _card_in(name)
        if not card:
            return "bad-field"
        at = self._find(card)
        if at < 0:
            return "unknown-card"
        self._save(self._cards[:at] + self._cards[at + SIZE :])
        return "ok"

    def _save(self, cards: bytes) -> None:
        self._store.save(FILE, cards)
        self._cards = cards
        self.unreadable = False

    def _find(self, card: bytes) -> int:
        for at in range(0, len(self._cards), SIZE):
            if self._cards[at : at + SIZE] == card:
                return at
        return -1


def _card_in(name: str) -> bytes:
    """SIZE bytes, none when name is not their hexadecimal."""
    try:
        card = binascii.unhexlify(name)
    except ValueError:
        return b""
    return card if len(card) == SIZE else b""
