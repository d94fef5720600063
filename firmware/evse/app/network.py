"""How the board reaches its broker.  Kept apart from the settings: it holds secrets.

No message reads or writes it; it is put on the board over the service port (`make flash`).
"""

import json

# key, kind, least, most
KEYS = (
    ("wifi_name", str, 0, 32),
    ("wifi_password", str, 0, 63),
    ("host", str, 1, 64),
    ("port", int, 1, 65_535),
    ("user", str, 0, 32),
    ("password", str, 0, 64),
    ("tls", int, 0, 1),
    ("ca_file", str, 0, 64),
)
FILE = "network"


class NetworkError(ValueError):
    """A network file that cannot be used; the text names file and key, never a value."""


def load(store) -> "dict | None":
    """The checked network settings, None when the board has none (serial line only)."""
    stored = store.load(FILE)
    if stored is None:
        return None
    try:
        values = json.loads(str(stored, "utf-8"))
    except (ValueError, RuntimeError, MemoryError):
        raise NetworkError(f"{FILE}: is not JSON") from None
    if type(values) is not dict:
        raise NetworkError(f"{FILE}: is not a JSON object")
    return check(values)


def check(values: dict) -> dict:
    """values with defaults filled in.  Raises NetworkError naming the key."""
    known = [row[0] for row in KEYS]
    for key in values:
        if key not in known:
            raise NetworkError(f"{FILE}: {key}: unknown key; known are " + ", ".join(known))
    checked = {}
    for key, kind, least, most in KEYS:
        value = values.get(key, "" if kind is str else 0)
        if key == "port" and key not in values:
            value = 8883 if values.get("tls") else 1883
        size = len(value) if type(value) is str else value
        if type(value) is not kind or not least <= size <= most:
            what = "characters" if kind is str else ""
            raise NetworkError(f"{FILE}: {key}: wants {least} to {most} {what}".strip())
        checked[key] = value
    return checked
