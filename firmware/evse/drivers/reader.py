"""What every card reader offers to the rest of the firmware.

poll(now_ms) -> the id of a card in the field, 4, 7 or 10 bytes, or None; it never blocks and may
be called as often as one likes.  A card that lies there is seen again and again.  Who the card
belongs to is app/authorisation.py's.
"""

from evse.core.units import elapsed_ms

LOOK_MS = 200  # between two looks for a card
SILENT_MS = 5_000
_OLDEST_MS = 1 << 29


class Reader:
    """silent: it has not answered for 5 s, or not at all yet."""

    def __init__(self) -> None:
        self.silent = False
        self._heard_ms = -1

    # For drivers

    def heard(self, now_ms: int) -> None:
        """It answered as it should."""
        self._heard_ms = now_ms
        self.silent = False

    def listen(self, now_ms: int) -> None:
        """Call with each poll: time passes without an answer."""
        if self._heard_ms < 0:
            self._heard_ms = now_ms
        waited_ms = elapsed_ms(now_ms, self._heard_ms)
        if waited_ms >= SILENT_MS:
            self.silent = True
        if waited_ms > _OLDEST_MS:  # before the clock comes round
            self._heard_ms = now_ms
