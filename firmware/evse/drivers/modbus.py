"""A Modbus RTU master that is polled and never waits.

One request at a time on one line, whoever asks; a reply is checked before anything is read from
it, and refused with a reason.  Knows frames, not meters: meter_eastron.py says which registers.
"""

from evse.core.units import elapsed_ms

READ_HOLDING = 3
READ_INPUT = 4

PENDING = -1
OK = 0
CRC = 1  # the check does not fit: noise
SHORT = 2  # the reply broke off
ADDR = 3  # another unit answered
EXCEPTION = 4  # the unit refuses: exception_code says why
FORMAT = 5  # a sound frame that does not answer the question
TIMEOUT = 6  # nothing came
REASONS = ("ok", "crc", "short", "addr", "exception", "format", "timeout")

ILLEGAL_ADDRESS = 2  # exception code: the unit does not have this register

TIMEOUT_MS = 300
_QUIET_MS = 30  # a frame ends where the line falls silent this long
_GAP_MS = 20  # between a reply and the next request; 3.5 characters at 2400 baud are 16 ms
_DEAF_MS = 700  # after a time-out: an answer that late must not pass for the next one's
_TURN_MS = 100  # then others may go before the one whose turn it is
_NOBODY = -1
_ROOM = 272  # the longest frame and an echo of the request before it

_NIBBLES = (
    (0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401)
    + (0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400)
)  # fmt: skip


def crc16(data: "bytes | bytearray") -> int:
    """CRC-16/MODBUS; 0 over a frame that ends in its own check."""
    check = 0xFFFF
    for byte in data:
        check = (check >> 4) ^ _NIBBLES[(check ^ byte) & 15]
        check = (check >> 4) ^ _NIBBLES[(check ^ (byte >> 4)) & 15]
    return check


def read_request(unit: int, function: int, address: int, count: int) -> bytes:
    """The frame that asks unit for count registers from address on."""
    body = bytes((unit, function, address >> 8, address & 0xFF, count >> 8, count & 0xFF))
    check = crc16(body)
    return body + bytes((check & 0xFF, check >> 8))


def check_reply(frame: "bytes | bytearray", unit: int, function: int, count: int) -> int:
    """OK when frame answers a read of count registers, else why not."""
    if len(frame) < 5:
        return SHORT
    if crc16(frame):
        whole = 5 if frame[1] & 0x80 else 5 + 2 * count
        return SHORT if len(frame) < whole else CRC
    if frame[0] != unit:
        return ADDR
    if frame[1] == function | 0x80 and len(frame) == 5:
        return EXCEPTION
    if frame[1] != function or frame[2] != 2 * count or len(frame) != 5 + 2 * count:
        return FORMAT
    return OK


class ModbusMaster:
    """ask(), then poll() until it is no longer PENDING; then data holds the registers' bytes.

    uart: any(), read(n), write(bytes), as machine.UART.  Several meters may share one master:
    ask() refuses while a request is under way or the line needs rest, so each keeps trying.
    counts: how often each of REASONS came.
    """

    def __init__(self, uart, timeout_ms: int = TIMEOUT_MS) -> None:
        self.data = b""
        self.exception_code = 0
        self.counts = [0] * len(REASONS)
        self._uart = uart
        self._timeout_ms = timeout_ms
        self._unit = 0
        self._next = _NOBODY  # whose turn it is when the line is free
        self._function = 0
        self._registers = 0
        self._received = b""
        self._asked_ms = 0
        self._heard_ms = 0
        self._result = OK
        self._rest_ms = 0  # how long the line rests after the last request
        self._rested_ms = 0  # since when

    def ask(self, now_ms: int, unit: int, function: int, address: int, count: int) -> bool:
        """Send a read request; False when the line is not free, and nothing was sent."""
        free_ms = elapsed_ms(now_ms, self._rested_ms) - self._rest_ms
        if self._result == PENDING or free_ms < 0:
            self._queue(unit)
            return False
        if free_ms < _TURN_MS and self._next not in (_NOBODY, unit):
            return False
        self._next = _NOBODY
        self._drain()
        self._unit = unit
        self._function = function
        self._registers = count
        self._received = b""
        self._asked_ms = now_ms
        self._heard_ms = now_ms
        self._result = PENDING
        self._uart.write(read_request(unit, function, address, count))
        return True

    def _queue(self, unit: int) -> None:
        """Let the unit go next that comes after the one being asked: none starves behind a meter
        that never answers."""
        if unit == self._unit:
            return
        if self._next == _NOBODY or (unit - self._unit) & 255 < (self._next - self._unit) & 255:
            self._next = unit

    def poll(self, now_ms: int) -> int:
        """PENDING, or how the last request ended."""
        if self._result != PENDING:
            return self._result
        if self._uart.any():
            self._receive(now_ms)
            if self._try(self._received) == OK:
                return self._end(now_ms, OK, _GAP_MS)
        elif self._received and elapsed_ms(now_ms, self._heard_ms) >= _QUIET_MS:
            return self._end(now_ms, self._judge(), _GAP_MS)
        if elapsed_ms(now_ms, self._asked_ms) >= self._timeout_ms:
            if self._received:
                return self._end(now_ms, self._judge(), _GAP_MS)
            return self._end(now_ms, TIMEOUT, _DEAF_MS)
        return PENDING

    def _drain(self) -> None:
        """Throw away what came unasked; a line that babbles without end is left to the checks."""
        for _ in range(4):
            if not self._uart.any():
                return
            self._uart.read(_ROOM)

    def _receive(self, now_ms: int) -> None:
        self._heard_ms = now_ms
        data = self._uart.read(_ROOM)
        if data:
            self._received = (self._received + data)[:_ROOM]

    def _try(self, frame: bytes) -> int:
        result = check_reply(frame, self._unit, self._function, self._registers)
        if result == OK:
            self.data = frame[3:-2]
        elif result == EXCEPTION:
            self.exception_code = frame[2]
        return result

    def _judge(self) -> int:
        """The line fell silent: what was that?  Noise, or our own echo, may stand before the
        reply, and noise behind it; when no good reply is found, the whole is refused."""
        received = self._received
        for length in (5 + 2 * self._registers, 5):
            if len(received) > length:
                for frame in (received[:length], received[-length:]):
                    result = self._try(frame)
                    if result in (OK, EXCEPTION):
                        return result
        return self._try(received)

    def _end(self, now_ms: int, result: int, rest_ms: int) -> int:
        self._result = result
        self._rest_ms = rest_ms
        self._rested_ms = now_ms
        if self.counts[result] < (1 << 30) - 1:
            self.counts[result] += 1
        return result
