"""A PN532 as its user manual (141520) describes it, strict about every frame; on I2C and on HSU.

It does not import the driver: frames are checked and built here by the manual's own rules.
"""

ADDRESS = 0x24


class ChipError(AssertionError):
    """The driver did what the manual forbids."""


class Pn532Chip:
    """card: what lies on it, or None.  deaf: it answers nothing.  delay_ms: from the command to
    the answer; the acknowledgement comes within 1 ms.  heard: codes of the commands it took."""

    def __init__(self) -> None:
        self.card: bytes | None = None
        self.sak = 0x08
        self.ats = b""
        self.deaf = False
        self.delay_ms = 12
        self.spoil = ""
        self.heard: list[int] = []
        self.now_ms = 0
        self._configured = False
        self._retries = 0xFF
        self._out: list[tuple[int, bytes]] = []  # (from when on, frame)

    def reset(self) -> None:
        self._configured = False
        self._retries = 0xFF
        self._out = []

    def take(self, frame: bytes) -> None:
        if self.deaf:
            return
        self._out = []  # a new command aborts the old one
        if frame[:3] != b"\x00\x00\xff":
            raise ChipError(f"no start code in {frame.hex()}")
        length, check = frame[3], frame[4]
        if (length + check) & 0xFF or len(frame) != length + 7:
            raise ChipError("LEN and LCS do not agree, or the frame has another length")
        body, dcs, postamble = frame[5 : 5 + length], frame[5 + length], frame[6 + length]
        if (sum(body) + dcs) & 0xFF or postamble != 0 or body[0] != 0xD4:
            raise ChipError("DCS, postamble or TFI")
        self._out = [(self.now_ms + 1, b"\x00\x00\xff\x00\xff\x00")]
        if self.spoil == "no acknowledgement":
            self._out = []
        answer = self._obey(body[1], body[2:])
        if answer is not None:
            self._out.append((self.now_ms + self.delay_ms, self._frame(body[1] + 1, answer)))

    def _obey(self, code: int, data: bytes) -> bytes | None:
        self.heard.append(code)
        if code == 0x14:  # SAMConfiguration: mode, time-out, IRQ
            if len(data) not in (2, 3) or data[0] != 1:
                raise ChipError("SAMConfiguration wants normal mode")
            self._configured = True
            return b""
        if not self._configured:
            raise ChipError("the first command must configure the SAM")
        if code == 0x32:  # RFConfiguration, item 5: retries
            if data[0] != 5 or len(data) != 4:
                raise ChipError("RFConfiguration: only MaxRetries is simulated")
            self._retries = data[3]
            return b""
        if code == 0x4A:  # InListPassiveTarget: one card, 106 kbit/s type A
            if data != b"\x01\x00":
                raise ChipError("InListPassiveTarget: one card of type A is simulated")
            if self.card is None:
                return b"\x00" if self._retries != 0xFF else None  # 0xFF: until one comes
            sens = b"\x00\x44" if len(self.card) == 7 else b"\x00\x04"
            found = b"\x01\x01" + sens + bytes((self.sak, len(self.card))) + self.card
            return found + (bytes((len(self.ats) + 1,)) + self.ats if self.ats else b"")
        raise ChipError(f"command {code:#x} is not simulated")

    def _frame(self, code: int, data: bytes) -> bytes:
        body = bytes((0xD5, code)) + data
        length = len(body)
        dcs = -sum(body) & 0xFF
        if self.spoil == "check":
            dcs ^= 1
        frame = b"\x00\x00\xff" + bytes((length, -length & 0xFF)) + body + bytes((dcs, 0))
        return frame[:-3] if self.spoil == "short" else frame

    def ready(self) -> bytes | None:
        """The frame that waits to be read."""
        if self._out and self.now_ms >= self._out[0][0] and not self.deaf:
            return self._out[0][1]
        return None

    def fetched(self) -> None:
        self._out.pop(0)


class ChipI2c:
    """As machine.I2C, with only the chip on the bus."""

    def __init__(self, chip: Pn532Chip) -> None:
        self._chip = chip

    def writeto(self, address: int, data: bytes) -> int:
        if address != ADDRESS or self._chip.deaf:
            raise OSError(19)
        self._chip.take(bytes(data))
        return len(data)

    def readfrom(self, address: int, n: int) -> bytes:
        if address != ADDRESS or self._chip.deaf:
            raise OSError(19)
        frame = self._chip.ready()
        if frame is None:
            return bytes(n)
        if n == 1:
            return b"\x01"  # a look at the status takes nothing away
        if n - 1 < len(frame) and not self._chip.spoil:
            raise ChipError("read too short: the rest of the frame is lost")
        self._chip.fetched()
        return (b"\x01" + frame + bytes(n))[:n]


class ChipUart:
    """As machine.UART.  The chip sleeps until a long preamble wakes it."""

    def __init__(self, chip: Pn532Chip) -> None:
        self._chip = chip
        self._arrived = b""

    def write(self, data: bytes) -> int:
        if not data.startswith(b"\x55\x55" + bytes(10)):
            raise ChipError("asleep: no wake-up before the frame")
        self._chip.take(b"\x00\x00" + data[data.index(b"\xff") :])
        return len(data)

    def any(self) -> int:
        while (frame := self._chip.ready()) is not None:
            self._arrived += frame
            self._chip.fetched()
        return len(self._arrived)

    def read(self, n: int) -> bytes | None:
        self.any()
        data, self._arrived = self._arrived[:n], self._arrived[n:]
        return data or None
