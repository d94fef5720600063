"""A PN532 card reader on an I2C bus of its own: writeto(), readfrom() for the firmware's driver,
show() and take_away() for the scene.

It answers the three commands the driver uses, by the chip's user manual; what a strict chip makes
of a driver is tests/drivers/pn532_chip.py.
"""

_ANSWER_MS = 12  # from a command to its answer
_ACK = b"\x00\x00\xff\x00\xff\x00"
_LIST = 0x4A


class VirtualReader:
    """deaf: it answers nothing, as with a broken wire."""

    def __init__(self) -> None:
        self.deaf = False
        self._card = b""
        self._until_ms = -1
        self._now_ms = 0
        self._out = []  # (from when on, frame)

    def show(self, card: bytes, for_ms: int = 0) -> None:
        """Hold a card before it, for so long or, with 0, until it is taken away."""
        self._card = card
        self._until_ms = self._now_ms + for_ms if for_ms else -1

    def take_away(self) -> None:
        self._card = b""

    def step(self, now_ms: int) -> None:
        self._now_ms = now_ms
        if self._until_ms >= 0 and now_ms >= self._until_ms:
            self._until_ms = -1
            self._card = b""

    def writeto(self, _address: int, frame: bytes) -> int:
        if self.deaf:
            raise OSError(19)
        code = frame[6]
        self._out = [
            (self._now_ms + 1, _ACK),
            (self._now_ms + _ANSWER_MS, _frame(code + 1, self._answer(code))),
        ]
        return len(frame)

    def readfrom(self, _address: int, n: int) -> bytes:
        if self.deaf:
            raise OSError(19)
        if not self._out or self._now_ms < self._out[0][0]:
            return bytes(n)
        if n == 1:
            return b"\x01"
        return (b"\x01" + self._out.pop(0)[1] + bytes(n))[:n]

    def _answer(self, code: int) -> bytes:
        if code != _LIST:
            return b""
        if not self._card:
            return b"\x00"
        return b"\x01\x01\x00\x04\x08" + bytes((len(self._card),)) + self._card


def _frame(code: int, data: bytes) -> bytes:
    body = bytes((0xD5, code)) + data
    head = b"\x00\x00\xff" + bytes((len(body), -len(body) & 0xFF))
    return head + body + bytes((-sum(body) & 0xFF, 0))
