"""When to ask the broker for a sign of life, and when to give it up."""

from evse.core.units import elapsed_ms


class Keepalive:
    """Asks after 3/4 of the keepalive without a word from either side, and gives up after 5/4
    without a packet from the broker, which itself waits 3/2 (MQTT 3.1.2.10).

    Any whole packet is a sign of life, not only PINGRESP: on a slow line that may queue behind
    acknowledgements.  Single bytes are none.
    """

    def __init__(self, keepalive_ms: int) -> None:
        self._ask_ms = keepalive_ms * 3 // 4
        self._silent_ms = keepalive_ms * 5 // 4
        self.begin(0)

    def begin(self, now_ms: int) -> None:
        """A connection starts."""
        self._heard_ms = now_ms
        self._said_ms = now_ms
        self._asked = False  # since the last packet from the broker
        self._pings = 0

    def heard(self, now_ms: int) -> None:
        """A whole packet came."""
        self._heard_ms = now_ms
        self._asked = False

    def said(self, now_ms: int) -> None:
        """Bytes left."""
        self._said_ms = now_ms

    def asked(self, now_ms: int) -> None:
        """PINGREQ is on its way."""
        self._asked = True
        self._said_ms = now_ms
        self._pings += 1

    def answered(self) -> bool:
        """PINGRESP came; False when nobody had asked."""
        if not self._pings:
            return False
        self._pings -= 1
        return True

    def wants_ping(self, now_ms: int) -> bool:
        if elapsed_ms(now_ms, self._said_ms) >= self._ask_ms:
            return True
        return not self._asked and elapsed_ms(now_ms, self._heard_ms) >= self._ask_ms

    def silent(self, now_ms: int) -> bool:
        return elapsed_ms(now_ms, self._heard_ms) >= self._silent_ms
