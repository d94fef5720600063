"""The station's settings: defaults, ranges, who may change them.

A setting is a row of SETTINGS.  Values live in one small JSON file on the board; secrets (Wi-Fi,
broker password) live in another that no message can read or write: see network.py.
"""

import json

from protocol.topics import ANYONE

NAME_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789-"

METERS = (
    ("none", "sdm120", "sdm230", "sdm630", "sdm72d")
    + ("pzem", "wm3m4", "cse7766", "hlw8012", "s0")
)  # fmt: skip

READERS = ("none", "pn532", "pn532-uart", "rc522")

# key, default, least, most or the words allowed, may a remote command change it, what it is
SETTINGS = (
    ("station", "", 4, 32, False, "name of the station: a-z, 0-9 and -"),
    ("station_limit_ma", 16_000, 6_000, 80_000, False, "what the installation can carry"),
    ("supply_limit_ma", 0, 0, 400_000, False, "shared by all connectors; 0: none"),
    ("socket", 0, 0, 1, False, "1: socket with proximity contact, 0: tethered cable"),
    ("rcd_test", 0, 0, 1, False, "1: the residual-current device has a test input"),
    ("lock", 0, 0, 1, False, "1: the socket has a lock"),
    ("temperature", 0, 0, 1, False, "1: a thermistor is fitted"),
    ("earth", 0, 0, 1, False, "1: the earth monitor is fitted"),
    ("emergency_stop", 0, 0, 1, False, "1: an emergency stop is fitted"),
    ("enclosure", 0, 0, 1, False, "1: the enclosure has a switch"),
    ("ventilated", 0, 0, 1, False, "1: the place is ventilated, state D may charge"),
    ("authorisation", 0, 0, 1, True, "1: wait for a start or a card, 0: free charging"),
    ("simplified_pilot", 1, 0, 1, False, "1: a vehicle may go from A to C directly"),
    ("wake_up", 1, 0, 1, True, "1: wake a sleeping vehicle once"),
    ("digital_s", 0, 0, 300, True, "5 % duty so long before the offer, for ISO 15118; 0: never"),
    (
        "ramp",
        "none",
        ("none", "outage", "start"),
        0,
        True,
        "when the offer rises from 6 A by 1 A/min",
    ),
    ("link_loss", "reduce", ("keep", "reduce", "pause"), 0, True, "what silence does"),
    ("link_loss_after_s", 300, 10, 86_400, True, "silence this long counts as lost"),
    ("link_loss_ma", 6_000, 6_000, 80_000, True, "offer when fallen back"),
    ("interval_s", 10, 1, 3_600, True, "a state is sent at least this often"),
    ("meter", "none", METERS, 0, False, "meter fitted"),
    ("meter_address", 1, 1, 248, False, "Modbus address; further meters on the line count up"),
    (
        "meter_baud",
        0,
        0,
        115_200,
        False,
        "of the meter's line; 0: as the meter leaves the factory",
    ),
    ("meter_pulses", 1_000, 1, 10_000, False, "of an S0 meter, per kWh"),
    ("reader", "none", READERS, 0, False, "card reader: PN532 on I2C or a UART, RC522 on SPI"),
    # Of the usual 40 A modular contactor: mechanical life, and electrical life at rated current.
    (
        "contactor_cold_life",
        1_000_000,
        1_000,
        100_000_000,
        False,
        "openings without load in a life",
    ),
    ("contactor_hot_life", 100_000, 1_000, 100_000_000, False, "openings under load in a life"),
    ("language", "en", ("en", "fr", "ar"), 0, True, "of the serial console"),
)

KEYS = tuple([row[0] for row in SETTINGS])


class ConfigError(ValueError):
    """A setting that cannot be.  key: which; the text names file, key and what is allowed."""

    def __init__(self, source: str, key: str, wanted: str) -> None:
        super().__init__(f"{source}: {key}: {wanted}")
        self.key = key


def _row(source: str, key: str) -> tuple:
    for row in SETTINGS:
        if row[0] == key:
            return row
    raise ConfigError(source, key, "unknown key; known are " + ", ".join(KEYS))


def check(source: str, key: str, value) -> "int | str":
    """value if the setting allows it.  Raises ConfigError naming source, key and the allowed."""
    _, default, least, most, _, _ = _row(source, key)
    if type(least) is tuple:
        if value not in least:
            raise ConfigError(source, key, "allowed are " + ", ".join(least))
    elif type(default) is str:
        if type(value) is not str or not least <= len(value) <= most:
            raise ConfigError(source, key, f"wants {least} to {most} characters")
        if value == ANYONE:
            raise ConfigError(source, key, f"{ANYONE} is not free")
        for char in value:
            if char not in NAME_CHARACTERS:
                raise ConfigError(source, key, "allowed characters are a-z, 0-9 and -")
    elif type(value) is not int or not least <= value <= most:
        raise ConfigError(source, key, f"wants a whole number {least} to {most}")
    return value


def is_remote(key: str) -> bool:
    """Whether a remote command may change the setting; unknown keys may not."""
    for row in SETTINGS:
        if row[0] == key:
            return row[4]
    return False


class Config:
    """All settings, checked.  store: load(name) -> bytes or None, save(name, bytes).

    problem: what was wrong with the stored settings, "" when nothing was.  With a problem every
    setting stands at its default and the offer at 6 A: a station never disables itself silently,
    and never offers more than it was told it may.
    """

    FILE = "config"

    def __init__(self, store) -> None:
        self._store = store
        self.values = {row[0]: row[1] for row in SETTINGS}
        self.problem = ""
        stored = store.load(self.FILE)
        if stored is None:
            return
        try:
            self._take(stored)
        except ConfigError as error:
            self.problem = str(error)
            self.values = {row[0]: row[1] for row in SETTINGS}
            self.values["station_limit_ma"] = 6_000

    def _take(self, stored: bytes) -> None:
        try:
            values = json.loads(str(stored, "utf-8"))
        except (ValueError, RuntimeError, MemoryError):
            raise ConfigError(self.FILE, "file", "is not JSON") from None
        if type(values) is not dict:
            raise ConfigError(self.FILE, "file", "is not a JSON object")
        for key in values:
            self.values[key] = check(self.FILE, key, values[key])

    def number(self, key: str) -> int:
        value = self.values[key]
        return value if type(value) is int else 0

    def word(self, key: str) -> str:
        return str(self.values[key])

    def set_text(self, key: str, text: str) -> None:
        """Change a setting from its written form and store it.  Raises ConfigError."""
        row = _row(self.FILE, key)
        value: int | str = text
        if type(row[1]) is int:
            digits = text[1:] if text[:1] == "-" else text
            if not digits or not all("0" <= char <= "9" for char in digits) or len(digits) > 9:
                raise ConfigError(self.FILE, key, f"wants a whole number {row[2]} to {row[3]}")
            value = int(text)
        self.values[key] = check(self.FILE, key, value)
        self.save()

    def save(self) -> None:
        changed = {}
        for row in SETTINGS:
            if self.values[row[0]] != row[1]:
                changed[row[0]] = self.values[row[0]]
        self._store.save(self.FILE, json.dumps(changed).encode())
