"""The station's serial line: a UART on the firmware's side, a port on the host's, faults between.

Bytes of the host are taken in when the host says how many it has sent (sync), and now and
then while time passes; the former makes runs repeat to the byte.
"""

from boards.virtual.chance import Chance

MOST_WAITING = 8_192  # as the chips' buffers, more is lost
_LOOK_US = 20_000


class Line:
    """uart: any(), read(n), write(data) for the firmware.  sent: bytes given to the host so far.
    got: bytes taken from it."""

    def __init__(self, port, wires) -> None:
        self._port = port
        self._wires = wires
        self._chance = Chance(7)
        self._mode = "pass"
        self._value = 0
        self._inbox = b""
        self._late = []  # (us, to the station, data)
        self.sent = 0
        self.got = 0

    def treat(self, mode: str, value: int) -> None:
        """From now on: "pass", "drop", "flip" (ppm of bytes), "delay" (ms)."""
        self._mode = mode
        self._value = value

    def forget(self) -> None:
        """The station lost its chip: what it had not read is gone."""
        self._inbox = b""
        self._late = []

    def any(self) -> int:
        return len(self._inbox)

    def read(self, most: int) -> "bytes | None":
        data, self._inbox = self._inbox[:most], self._inbox[most:]
        return data or None

    def write(self, data: bytes) -> int:
        self._carry(bytes(data), False)
        return len(data)

    def step(self) -> None:
        """A millisecond has passed."""
        if not self._wires.now_us % _LOOK_US:  # sync() is for those who want it sooner
            self._take(self._port.read())
            self._port.pump()
        while self._late and self._late[0][0] <= self._wires.now_us:
            _, to_station, data = self._late.pop(0)
            self._arrive(data, to_station)

    def sync(self, total: int) -> None:
        """Wait until the host's bytes are all here, total of them since the bench began."""
        while self.got < total:
            self._take(self._port.read(-1))

    def pump(self) -> None:
        self._port.pump()

    def _take(self, data: bytes) -> None:
        if data:
            self.got += len(data)
            self._carry(data, True)

    def _carry(self, data: bytes, to_station: bool) -> None:
        mode = self._mode
        if mode == "drop":
            return
        if mode == "flip":
            data = self._flip(data)
        if mode == "delay":
            self._late.append((self._wires.now_us + self._value * 1_000, to_station, data))
        else:
            self._arrive(data, to_station)

    def _flip(self, data: bytes) -> bytes:
        spoilt = bytearray(data)
        for index in range(len(spoilt)):
            if self._chance.below(1_000_000) < self._value:
                spoilt[index] ^= 1 << self._chance.below(8)
        return bytes(spoilt)

    def _arrive(self, data: bytes, to_station: bool) -> None:
        if to_station:
            self._inbox = (self._inbox + data)[:MOST_WAITING]
        else:
            self.sent += len(data)
            self._port.write(data)
