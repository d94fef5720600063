"""An MFRC522 as its data sheet describes it, with ISO 14443 A cards in its field; strict.

It does not import the driver: registers, CRC and the cards' states are built here from the data
sheet and ISO 14443-3.
"""

TIMER_MS = 25


class ChipError(AssertionError):
    """The driver did what the data sheet forbids."""


def crc(data: bytes) -> bytes:
    """CRC_A bit by bit, preset 6363."""
    check = 0x6363
    for byte in data:
        for bit in range(8):
            mix = (check ^ byte >> bit) & 1
            check = check >> 1 ^ (0x8408 if mix else 0)
    return check.to_bytes(2, "little")


class Card:
    """An id of 4, 7 or 10 bytes.  spoil: how it misbehaves."""

    def __init__(self, uid: bytes, spoil: str = "") -> None:
        self.spoil = spoil
        self._levels = []
        rest = uid
        while len(rest) > 4:
            self._levels.append(b"\x88" + rest[:3])
            rest = rest[3:]
        self._levels.append(rest)
        self._level = 0
        self._state = "idle"

    def field_off(self) -> None:
        self._state = "idle"

    def hear(self, data: bytes, bits: int) -> bytes | None:
        """The answer to a frame of which the last byte has so many bits (0: 8)."""
        if bits == 7:
            if data == b"\x52" or (data == b"\x26" and self._state != "halted"):
                self._state, self._level = "ready", 0
                return b"\x44\x00" if self.spoil != "atqa" else b"\x44"
            return None
        if bits:
            raise ChipError(f"{bits} bits")
        return self._hear_frame(data) if self._state != "idle" else None

    def _hear_frame(self, data: bytes) -> bytes | None:
        code = 0x93 + 2 * self._level
        if self._state == "ready" and data == bytes((code, 0x20)):
            part = self._levels[self._level]
            check = part[0] ^ part[1] ^ part[2] ^ part[3]
            return part + bytes((check ^ (1 if self.spoil == "bcc" else 0),))
        if self._state == "ready" and data[:2] == bytes((code, 0x70)):
            return self._select(data)
        if data == b"\x50\x00" + crc(b"\x50\x00"):
            self._state = "halted"
            return None
        self._state = "idle"  # anything unexpected
        return None

    def _select(self, data: bytes) -> bytes | None:
        part = self._levels[self._level]
        bcc = part[0] ^ part[1] ^ part[2] ^ part[3]
        if data[2:7] != part + bytes((bcc,)) or data[7:] != crc(data[:7]):
            self._state = "idle"
            return None
        last = self._level == len(self._levels) - 1
        sak = b"\x08" if last else b"\x04"
        if last:
            self._state = "active"
        else:
            self._level += 1
        answer = sak + crc(sak)
        return answer[:2] + b"\xee" if self.spoil == "crc" else answer


class Rc522Chip:
    """cards: in the field.  dead: MISO stays low.  SPI (write, read) and the select pin are its
    own methods, so that a byte without the chip selected is an error."""

    def __init__(self) -> None:
        self.cards: list[Card] = []
        self.dead = False
        self.now_ms = 0
        self.exchanges = 0
        self._selected = False
        self._reset_until_ms = 0
        self._reading = -1
        self._power_up()

    def _power_up(self) -> None:
        self.registers = {0x14: 0x80, 0x37: 0x92}
        self.fifo = b""
        self._irq = 0
        self._error = 0
        self._answer: bytes | None = None
        self._sent_ms = -1

    # The select pin

    def value(self, level: int) -> None:
        if level == 0 and self._selected:
            raise ChipError("selected twice")
        self._selected = level == 0
        self._reading = -1

    # SPI

    def write(self, data: bytes) -> None:
        if not self._selected:
            raise ChipError("not selected")
        if self.dead:
            return
        if data[0] & 1:
            raise ChipError("bit 0 of an address is 0")
        register = data[0] >> 1 & 0x3F
        if data[0] & 0x80:
            if len(data) != 1:
                raise ChipError("a read has one address")
            self._reading = register
            return
        for value in data[1:]:
            self._put(register, value)

    def read(self, n: int) -> bytes:
        if not self._selected:
            raise ChipError("not selected")
        if self.dead:
            return bytes(n)
        if self._reading < 0:
            raise ChipError("no address before a read")
        return bytes([self._get(self._reading) for _ in range(n)])

    # Registers

    def _put(self, register: int, value: int) -> None:
        if self.now_ms < self._reset_until_ms:
            raise ChipError("still resetting")
        if register == 0x01:
            self._command(value & 0x0F)
        elif register == 0x04:
            if value & 0x80:
                raise ChipError("bit 7 of ComIrqReg sets instead of clearing")
            self._irq &= ~value
        elif register == 0x09:
            self.fifo += bytes((value,))
            if len(self.fifo) > 64:
                raise ChipError("FIFO overflow")
        elif register == 0x0A:
            if value & 0x80:
                self.fifo = b""
                self._error = 0
        elif register == 0x0D:
            self.registers[register] = value & 0x77
            if value & 0x80:
                self._send(value & 7)
        else:
            self.registers[register] = value

    def _get(self, register: int) -> int:
        self._pass()
        if register == 0x04:
            return self._irq
        if register == 0x06:
            return self._error
        if register == 0x09:
            if not self.fifo:
                raise ChipError("FIFO is empty")
            value, self.fifo = self.fifo[0], self.fifo[1:]
            return value
        if register == 0x0A:
            return len(self.fifo)
        return self.registers.get(register, 0)

    def _command(self, command: int) -> None:
        if command == 0x0F:
            self._power_up()
            self._reset_until_ms = self.now_ms + 1
        elif command == 0:
            self._sent_ms = -1
        elif command != 0x0C:
            raise ChipError(f"command {command:#x} is not simulated")
        self.registers[0x01] = command

    def _send(self, bits: int) -> None:
        if self.registers.get(0x01) != 0x0C:
            raise ChipError("StartSend without Transceive")
        for register, value in ((0x2A, 0x80), (0x2B, 0xA9), (0x2C, 3), (0x2D, 0xE8)):
            if self.registers.get(register) != value:
                raise ChipError("the timer is not set up: an exchange would never end")
        if self.registers[0x14] & 3 != 3 or self.registers.get(0x15) != 0x40:
            raise ChipError("the antenna is off, or not fully modulated")
        self.exchanges += 1
        data, self.fifo = self.fifo, b""
        answers = [answer for card in self.cards if (answer := card.hear(data, bits)) is not None]
        self._sent_ms = self.now_ms
        self._answer = answers[0] if answers else None
        self._error = 0x08 if len(set(answers)) > 1 else 0  # CollErr

    def _pass(self) -> None:
        if self._sent_ms < 0:
            return
        if self._answer is not None and self.now_ms >= self._sent_ms + 1:
            self.fifo += self._answer
            self._irq |= 0x20
            self._sent_ms = -1
        elif self.now_ms >= self._sent_ms + TIMER_MS:
            self._irq |= 0x01
            self._sent_ms = -1
