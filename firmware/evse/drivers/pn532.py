"""PN532 card reader by NXP, over I2C or a UART: ids of ISO 14443 A cards.

    00 00 FF | LEN | LCS | D4 or D5, command, data | DCS | 00      (user manual 141520, 6.2.1.1)

LEN + LCS and the sum of everything from D4 to DCS are 0 modulo 256.  The chip acknowledges a
command (00 00 FF 00 FF 00) and answers later; both are polled for.  It is told to look for a card
twice and say so when there is none, so that it always answers soon.
"""

from evse.core.units import elapsed_ms
from evse.drivers.reader import LOOK_MS, Reader

ACK = b"\x00\x00\xff\x00\xff\x00"
_START = b"\x00\xff"
_TO_CHIP = 0xD4
_FROM_CHIP = 0xD5

SAM_CONFIGURATION = b"\x14\x01\x00\x00"  # no secure module, no time-out, no interrupt pin
RF_CONFIGURATION = b"\x32\x05\xff\x01\x02"  # retries: the last is for finding a card
IN_LIST_PASSIVE_TARGET = b"\x4a\x01\x00"  # one card, 106 kbit/s type A

ANSWER_MS = 500  # acknowledgement and answer together
REST_MS = 1_000  # after a failure
_ROOM = 64  # the longest answer: a card of 10 bytes with 20 bytes of ATS


def pack(command: bytes) -> bytes:
    """The frame that carries a command and its data to the chip."""
    body = bytes((_TO_CHIP,)) + command
    head = b"\x00\x00\xff" + bytes((len(body), -len(body) & 0xFF))
    return head + body + bytes((-sum(body) & 0xFF, 0))


def unpack(data: bytes, command: int) -> bytes | None:
    """What the chip answers to command, None while there is no whole and sound answer in data."""
    start = data.find(_START)
    while start >= 0 and start + 4 < len(data):
        length = data[start + 2]
        body = data[start + 4 : start + 4 + length]
        whole = length >= 2 and start + 4 + length < len(data)
        if whole and not (length + data[start + 3]) & 0xFF:
            sound = not (sum(body) + data[start + 4 + length]) & 0xFF
            if sound and body[0] == _FROM_CHIP and body[1] == command + 1:
                return body[2:]
        start = data.find(_START, start + 1)
    return None


def card_of(answer: bytes) -> bytes | None:
    """The id in an answer to InListPassiveTarget, None without a card."""
    if len(answer) < 6 or answer[0] != 1:
        return None
    length = answer[5]
    card = answer[6 : 6 + length]
    return card if length in (4, 7, 10) and len(card) == length else None


class I2cWire:
    """i2c: writeto(address, bytes), readfrom(address, n), as machine.I2C."""

    def __init__(self, i2c, address: int = 0x24) -> None:
        self._i2c = i2c
        self._address = address

    def send(self, frame: bytes) -> None:
        self._i2c.writeto(self._address, frame)

    def receive(self, n: int) -> bytes:
        """The next frame in n bytes, nothing while the chip is busy: the first byte of each
        reading says whether it is ready."""
        if not self._i2c.readfrom(self._address, 1)[0] & 1:
            return b""
        return self._i2c.readfrom(self._address, 1 + n)[1:]


class UartWire:
    """uart: any(), read(n), write(bytes), as machine.UART at 115 200 baud."""

    WAKE = b"\x55\x55\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"

    def __init__(self, uart) -> None:
        self._uart = uart
        self._received = b""

    def send(self, frame: bytes) -> None:
        if self._uart.any():
            self._uart.read(_ROOM)
        self._received = b""
        self._uart.write(self.WAKE + frame)

    def receive(self, _n: int) -> bytes:
        """Everything since the last send."""
        if self._uart.any():
            self._received = (self._received + (self._uart.read(_ROOM) or b""))[-2 * _ROOM :]
        return self._received


class Pn532(Reader):
    """wire: an I2cWire or a UartWire."""

    def __init__(self, wire) -> None:
        super().__init__()
        self._wire = wire
        self._ready = 0  # how many of the two configurations were taken
        self._command = b""  # under way
        self._acknowledged = False
        self._since_ms = 0
        self._rest_ms = 0

    def poll(self, now_ms: int) -> bytes | None:
        self.listen(now_ms)
        if not self._command:
            if elapsed_ms(now_ms, self._since_ms) >= self._rest_ms:
                commands = (SAM_CONFIGURATION, RF_CONFIGURATION, IN_LIST_PASSIVE_TARGET)
                self._begin(now_ms, commands[self._ready])
            return None
        answer = None
        try:
            data = self._wire.receive(_ROOM if self._acknowledged else len(ACK))
            if self._acknowledged or data.find(ACK) >= 0:
                self._acknowledged = True
                answer = unpack(data, self._command[0])
        except OSError:
            pass  # it does not answer to its address: asleep, or not there
        if answer is not None:
            return self._answered(now_ms, answer)
        if elapsed_ms(now_ms, self._since_ms) >= ANSWER_MS:
            self._end(now_ms, REST_MS)
            self._ready = 0  # it may have lost its supply: from the beginning
        return None

    def _begin(self, now_ms: int, command: bytes) -> None:
        self._since_ms = now_ms
        self._acknowledged = False
        try:
            self._wire.send(pack(command))
        except OSError:
            self._ready = 0
            self._rest_ms = REST_MS
            return
        self._command = command

    def _answered(self, now_ms: int, answer: bytes) -> bytes | None:
        self.heard(now_ms)
        if self._ready < 2:
            self._ready += 1
            self._end(now_ms, 0)
            return None
        self._end(now_ms, LOOK_MS)
        return card_of(answer)

    def _end(self, now_ms: int, rest_ms: int) -> None:
        self._command = b""
        self._since_ms = now_ms
        self._rest_ms = rest_ms
