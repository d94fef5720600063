"""MFRC522 card reader by NXP on SPI: ids of ISO 14443 A cards.

The chip sends what is put into its FIFO and keeps what the card answers; its own timer ends the
wait.  Finding an id takes a wake-up and, for each 4 bytes of it, an anticollision and a selection
(ISO 14443-3, 6.5): one exchange a poll, so that none waits.  Registers: data sheet 9.3.
"""

from evse.core.units import elapsed_ms
from evse.drivers.reader import LOOK_MS, Reader

COMMAND = 0x01
COM_IRQ = 0x04
ERROR = 0x06
FIFO_DATA = 0x09
FIFO_LEVEL = 0x0A
BIT_FRAMING = 0x0D
MODE = 0x11
TX_CONTROL = 0x14
TX_ASK = 0x15
T_MODE = 0x2A
T_PRESCALER = 0x2B
T_RELOAD_HIGH = 0x2C
T_RELOAD_LOW = 0x2D
VERSION = 0x37

IDLE = 0x00
TRANSCEIVE = 0x0C
SOFT_RESET = 0x0F

RECEIVED = 0x20  # bits of COM_IRQ
TIMED_OUT = 0x01
_FAILED = 0x1B  # of ERROR: overflow, collision, parity, protocol
_FLUSH = 0x80
_START_SEND = 0x80

# After a reset: timer by itself after each sending, 40 kHz, 25 ms; full modulation; CRC preset
# 6363; antenna on.
_SETTINGS = (
    (T_MODE, 0x80),
    (T_PRESCALER, 0xA9),
    (T_RELOAD_HIGH, 0x03),
    (T_RELOAD_LOW, 0xE8),
    (TX_ASK, 0x40),
    (MODE, 0x3D),
    (TX_CONTROL, 0x83),
)
VERSIONS = (0x88, 0x90, 0x91, 0x92, 0xB2)  # NXP's and the usual copies

WAKE_UP = b"\x52"  # 7 bits; unlike REQA it also wakes a card that was halted
HALT = b"\x50\x00"
_LEVELS = (0x93, 0x95, 0x97)
_CASCADE = 0x88  # in place of an id's first byte: there is more to come

RESET_MS = 50
EXCHANGE_MS = 60  # the chip's timer ends it after 25


def crc_a(data: bytes) -> bytes:
    """ISO 14443-3 annex B, as sent: low byte first."""
    check = 0x6363
    for byte in data:
        low = (byte ^ check) & 0xFF
        low = (low ^ low << 4) & 0xFF
        check = check >> 8 ^ low << 8 ^ low << 3 ^ low >> 4
    return bytes((check & 0xFF, check >> 8 & 0xFF))


class Rc522(Reader):
    """spi: write(bytes), read(n), as machine.SPI.  select: its pin, low while it listens."""

    def __init__(self, spi, select) -> None:
        super().__init__()
        self._spi = spi
        self._select = select
        self._select.value(1)
        self._step = self._reset
        self._since_ms = -1
        self._rest_ms = 0
        self._level = 0
        self._card = b""
        self._part = b""

    def poll(self, now_ms: int) -> bytes | None:
        self.listen(now_ms)
        if self._since_ms < 0:
            self._since_ms = now_ms
        if elapsed_ms(now_ms, self._since_ms) < self._rest_ms:
            return None
        return self._step(now_ms)

    def _go(self, now_ms: int, step, rest_ms: int = 0) -> None:
        self._step = step
        self._since_ms = now_ms
        self._rest_ms = rest_ms

    # Steps: each does a little and says which one is next

    def _reset(self, now_ms: int) -> None:
        self._put(COMMAND, SOFT_RESET)
        self._go(now_ms, self._set_up, RESET_MS)

    def _set_up(self, now_ms: int) -> None:
        for register, value in _SETTINGS:
            self._put(register, value)
        self._go(now_ms, self._look)

    def _look(self, now_ms: int) -> None:
        """Begin a round; a chip that lost its settings, or is not there, is reset."""
        if self._get(VERSION) not in VERSIONS or self._get(TX_ASK) != 0x40:
            self._go(now_ms, self._reset, LOOK_MS)
            return
        self.heard(now_ms)
        self._card = b""
        self._level = 0
        self._exchange(WAKE_UP, 7)
        self._go(now_ms, self._woken)

    def _woken(self, now_ms: int) -> None:
        answer = self._answer(now_ms)
        if answer is not None:
            self._next(now_ms, len(answer) == 2, self._anticollision)

    def _anticollision(self, now_ms: int) -> None:
        self._exchange(bytes((_LEVELS[self._level], 0x20)))
        self._go(now_ms, self._part_read)

    def _part_read(self, now_ms: int) -> None:
        part = self._answer(now_ms)
        if part is not None:
            good = len(part) == 5 and part[0] ^ part[1] ^ part[2] ^ part[3] == part[4]
            self._part = part
            self._next(now_ms, good, self._select_card)

    def _select_card(self, now_ms: int) -> None:
        message = bytes((_LEVELS[self._level], 0x70)) + self._part
        self._exchange(message + crc_a(message))
        self._go(now_ms, self._selected)

    def _selected(self, now_ms: int) -> bytes | None:
        answer = self._answer(now_ms)
        if answer is None:
            return None
        if len(answer) != 3 or crc_a(answer[:1]) != answer[1:]:
            self._go(now_ms, self._look, LOOK_MS)
            return None
        more = answer[0] & 4 != 0
        if more != (self._part[0] == _CASCADE) or (more and self._level == 2):
            self._go(now_ms, self._look, LOOK_MS)
            return None
        self._card += self._part[1:4] if more else self._part[:4]
        if more:
            self._level += 1
            self._go(now_ms, self._anticollision)
            return None
        self._exchange(HALT + crc_a(HALT))  # no card answers to it
        self._go(now_ms, self._look, LOOK_MS)
        return self._card

    def _next(self, now_ms: int, good: bool, step) -> None:
        self._go(now_ms, step if good else self._look, 0 if good else LOOK_MS)

    # Exchanges with the card

    def _exchange(self, data: bytes, bits: int = 0) -> None:
        """Send data, of the last byte so many bits (0: all)."""
        self._put(COMMAND, IDLE)
        self._put(COM_IRQ, 0x7F)
        self._put(FIFO_LEVEL, _FLUSH)
        self._tell(bytes((FIFO_DATA << 1,)) + data)
        self._put(BIT_FRAMING, bits)
        self._put(COMMAND, TRANSCEIVE)
        self._put(BIT_FRAMING, bits | _START_SEND)

    def _answer(self, now_ms: int) -> bytes | None:
        """What the card answered, b"" when it did not or could not be understood, None while it
        may still come."""
        happened = self._get(COM_IRQ)
        if happened & RECEIVED:
            if self._get(ERROR) & _FAILED:
                return b""
            count = self._get(FIFO_LEVEL) & 0x7F
            return self._take(FIFO_DATA, min(count, 16))
        if happened & TIMED_OUT or elapsed_ms(now_ms, self._since_ms) >= EXCHANGE_MS:
            return b""
        return None

    # Registers

    def _tell(self, data: bytes) -> None:
        self._select.value(0)
        self._spi.write(data)
        self._select.value(1)

    def _put(self, register: int, value: int) -> None:
        self._tell(bytes((register << 1, value)))

    def _get(self, register: int) -> int:
        self._select.value(0)
        self._spi.write(bytes((0x80 | register << 1,)))
        value = self._spi.read(1)[0]
        self._select.value(1)
        return value

    def _take(self, register: int, count: int) -> bytes:
        return bytes([self._get(register) for _ in range(count)])
