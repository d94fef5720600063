"""Whether a board file can be right: pins that exist, serve their purpose, and serve one only.

A board file calls check() with its own names before it makes anything.  What a chip's pins can do
is in chips.py; what a pin is for follows from its name: PILOT_PIN, or PILOT_PIN_2 for the second
connector.
"""

ANALOGUE = "analogue"
ENABLE = "enable"
OUT = "output"
IN = "input"

# name of a pin -> what it must be able to do
PURPOSES = {
    "PILOT_PIN": OUT,
    "ENABLE_PIN": ENABLE,
    "PILOT_ADC_PIN": ANALOGUE,
    "PROXIMITY_ADC_PIN": ANALOGUE,
    "THERMISTOR_ADC_PIN": ANALOGUE,
    "FEEDBACK_PIN": IN,
    "RCD_TRIP_PIN": IN,
    "RCD_TEST_PIN": OUT,
    "LOCK_PIN": OUT,
    "UNLOCK_PIN": OUT,
    "LOCKED_PIN": IN,
    "EMERGENCY_STOP_PIN": IN,
    "ENCLOSURE_PIN": IN,
    "EARTH_LOST_PIN": IN,
    "METER_TX_PIN": OUT,
    "METER_RX_PIN": IN,
    "METER_CF_PIN": IN,
    "METER_CF1_PIN": IN,
    "METER_SEL_PIN": OUT,
    "S0_PIN": IN,
    "READER_SCK_PIN": OUT,
    "READER_MOSI_PIN": OUT,
    "READER_MISO_PIN": IN,
    "READER_SELECT_PIN": OUT,
}
NEEDED = ("NAME", "ENABLE_PINS", "PILOT_PIN", "ENABLE_PIN", "PILOT_ADC_PIN", "WATCHDOG_MS")
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-"
LEAST_WATCHDOG_MS = 500  # shorter than flash takes to write a sector


class BoardError(ValueError):
    """A board file that cannot be right.  The text names board, field and what is allowed."""

    def __init__(self, board: str, field: str, wanted: str) -> None:
        super().__init__(f"{board}: {field}: {wanted}")
        self.field = field


def check(names: dict, chip) -> None:
    """names: the board file's globals().  chip: of chips.py.  Raises BoardError."""
    board = names.get("NAME", "board.py")
    for field in NEEDED:
        if field not in names:
            raise BoardError(str(board), field, "is missing; needed are " + ", ".join(NEEDED))
    if type(board) is not str or not 1 <= len(board) <= 32:
        raise BoardError(str(board), "NAME", "wants 1 to 32 characters")
    for letter in board:
        if letter not in LETTERS:
            raise BoardError(board, "NAME", "allowed characters are a-z, 0-9 and -")
    watchdog_ms = names["WATCHDOG_MS"]
    if type(watchdog_ms) is not int or not LEAST_WATCHDOG_MS <= watchdog_ms <= chip.WATCHDOG_MS:
        allowed = f"wants a whole number {LEAST_WATCHDOG_MS} to {chip.WATCHDOG_MS}"
        raise BoardError(board, "WATCHDOG_MS", allowed)
    _check_pins(board, names, chip)


def _check_pins(board: str, names: dict, chip) -> None:
    taken = {}
    enables = []
    for field in sorted(names):
        purpose = purpose_of(field)
        if purpose is None:
            continue
        if purpose == "":
            raise BoardError(board, field, "is no pin; known are " + ", ".join(sorted(PURPOSES)))
        pin = names[field]
        allowed = chip.PINS[purpose]
        if type(pin) is not int or pin not in allowed:
            text = ", ".join([str(number) for number in allowed])
            raise BoardError(board, field, f"{pin!r} is no {purpose} pin; allowed are {text}")
        if pin in taken:
            raise BoardError(board, field, f"{pin} is {taken[pin]} already")
        taken[pin] = field
        if purpose == ENABLE:
            enables.append(pin)
    if sorted(names["ENABLE_PINS"]) != sorted(enables):
        wanted = ", ".join([str(number) for number in sorted(enables)])
        raise BoardError(board, "ENABLE_PINS", f"wants every ENABLE_PIN and no other: {wanted}")


def purpose_of(field: str) -> "str | None":
    """What the pin of this name must do; "" for an unknown pin, None for what is no pin."""
    base, _, number = field.rpartition("_")
    if number.isdigit():
        field = base
    if not field.endswith("_PIN"):
        return None
    return PURPOSES.get(field, "")
