"""The boot counter: one more at every boot, kept on flash, never going back."""

import json

MAX_BOOT = (1 << 30) - 1
FILE = "boots"


def next_boot_id(store) -> int:
    """Count this boot and return its number, 1 for the first.

    store: load(name) -> bytes or None, save(name, bytes).  Written before anything is charged or
    sent, so a number is never used twice as long as the store holds.
    """
    boot_id = 0
    stored = store.load(FILE)
    if stored is not None:
        try:
            value = json.loads(str(stored, "utf-8"))
            if type(value) is int and 0 <= value < MAX_BOOT:
                boot_id = value
        except (ValueError, RuntimeError):
            boot_id = 0
    boot_id += 1
    store.save(FILE, str(boot_id).encode())
    return boot_id
