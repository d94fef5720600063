"""The station's serial line through the rig: two UARTs, faults in between, both ways alike."""

from machine import UART, Pin

from hil_tests.rig import pins

BAUD = 115_200
BUFFER = 2_048
MOST_WAITING = 4_096  # bytes that are late; more are lost, and counted


class SerialPass:
    """treat(): "pass", "drop", "flip" (value: ppm of bytes), "delay" (value: ms)."""

    def __init__(self, clock, chance) -> None:
        self._clock = clock
        self.chance = chance
        self._ends = (
            UART(0, BAUD, tx=Pin(pins.TO_STATION), rx=Pin(pins.FROM_STATION), rxbuf=BUFFER),
            UART(1, BAUD, tx=Pin(pins.TO_HOST), rx=Pin(pins.FROM_HOST), rxbuf=BUFFER),
        )
        self._mode = "pass"
        self._value = 0
        self._late = []  # (us, end, data)
        self._waiting = 0
        self.lost = 0

    def treat(self, mode: str, value: int = 0) -> None:
        self._mode = mode
        self._value = value

    def serve(self) -> None:
        for index in (0, 1):
            if self._ends[index].any():
                self._carry(self._ends[index].read() or b"", self._ends[1 - index])
        while self._late and self._late[0][0] <= self._clock.now_us():
            _, end, data = self._late.pop(0)
            self._waiting -= len(data)
            end.write(data)

    def _carry(self, data: bytes, end) -> None:
        if self._mode == "drop":
            return
        if self._mode == "flip":
            data = self._flip(data)
        if self._mode != "delay":
            end.write(data)
        elif self._waiting + len(data) > MOST_WAITING:
            self.lost += len(data)
        else:
            self._waiting += len(data)
            self._late.append((self._clock.now_us() + self._value * 1_000, end, data))

    def _flip(self, data: bytes) -> bytes:
        spoilt = bytearray(data)
        for index in range(len(spoilt)):
            if self.chance.below(1_000_000) < self._value:
                spoilt[index] ^= 1 << self.chance.below(8)
        return bytes(spoilt)
