"""What is kept of the boots: their number, why the last one ended, and whether they come too fast.

Five boots in a row that a crash or the watchdog ended before a minute was up are a crash loop: the
station then stays out of service, reachable, until an operator clears it.  Power cuts and restarts
on command do not count, or a bad supply would lock out a good station.
"""

import json

from protocol.codes import RESETS

MAX_BOOT = (1 << 30) - 1
FILE = "boots"
REASON_FILE = "reset"
LOOP_BOOTS = 5
GOOD_S = 60
_EXPECTED = ("power", "command", "deep-sleep")


class Boots:
    """boot_id: of this boot, 1 for the first, never used twice while the store holds.

    reason: why it came to be (protocol.codes.RESETS), the word kept before the reset where there
    was one, what the chip says otherwise.  detail: name of the exception, "" without one.
    looping: too many crashes in a row.
    """

    def __init__(self, store, chip_reason: str) -> None:
        self._store = store
        boot_id, crashes = self._load()
        self.reason, self.detail = chip_reason, ""
        kept = store.load(REASON_FILE)
        if kept:
            self._take_reason(kept)
            store.save(REASON_FILE, b"")
        self._crashes = 0 if self.reason in _EXPECTED else min(crashes + 1, LOOP_BOOTS)
        self.looping = self._crashes >= LOOP_BOOTS
        self._proved = False
        self.boot_id = boot_id
        self.next_boot_id()

    def _take_reason(self, kept: bytes) -> None:
        """Only a word of the protocol: a blob that is not ours must not stop the boot."""
        try:
            word, _, detail = str(kept, "utf-8").partition(" ")
        except ValueError:
            return
        if word in RESETS:
            self.reason, self.detail = word, detail

    def next_boot_id(self) -> int:
        """Begin another number: at boot, or when this one's messages are used up."""
        self.boot_id = self.boot_id + 1 if self.boot_id < MAX_BOOT else 1
        self._save()
        return self.boot_id

    def prove(self, uptime_s: int) -> None:
        """The boot has lasted uptime_s.  Writes flash once: call while no contactor is closed."""
        if not self._proved and uptime_s >= GOOD_S:
            self._proved = True
            if self._crashes and not self.looping:
                self._crashes = 0
                self._save()

    def forgive(self) -> None:
        """An operator has cleared the crash loop."""
        self.looping = False
        self._crashes = 0
        self._save()

    def _save(self) -> None:
        self._store.save(FILE, json.dumps([self.boot_id, self._crashes]).encode())

    def _load(self) -> "tuple[int, int]":
        stored = self._store.load(FILE)
        if stored is None:
            return 0, 0
        try:
            boot_id, crashes = json.loads(str(stored, "utf-8"))
            if type(boot_id) is int and type(crashes) is int and 0 <= boot_id <= MAX_BOOT:
                return boot_id, crashes
        except (ValueError, TypeError):
            pass  # a blob that is not ours: begin again
        return 0, 0


def keep_reason(store, word: str, detail: str = "") -> None:
    """Say before a reset why it comes.  Only with every contactor open: it writes flash."""
    store.save(REASON_FILE, f"{word} {detail}".strip().encode())
