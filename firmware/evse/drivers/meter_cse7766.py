"""CSE7766, a metering chip that talks without being asked: 24 bytes, 4800 baud, even parity.

Each figure is a coefficient over the length of a cycle; energy comes as a counter of pulses, which
begins again at 0 with the chip, so import_wh counts from the board's start.  The chip stands on
mains potential: between it and the board belongs an opto-coupler.  Frame: CSE's data sheet, as
Tasmota and ESPHome read it.
"""

from evse.core.units import elapsed_ms
from evse.drivers.meter import CURRENT, IMPORT, TOTAL, VOLTAGE, Meter

ROUND_MS = 500
_FRAME = 24
_ROOM = 96
_GOOD = 0x55
_UNCALIBRATED = 0xAA
_FLAGS = 0xF0  # then the low half says which cycle is out of range
_NO_VOLTAGE, _NO_CURRENT, _NO_POWER, _BAD_MEMORY = 8, 4, 2, 1
_HAS_VOLTAGE, _HAS_CURRENT, _HAS_POWER = 0x40, 0x20, 0x10
_NOISE_MA = 50
_MOST_MA = 32_000
_UJ_PER_WH = 3_600_000_000
_WRAP_WH = 1 << 30
_MOST_PULSES = 0x4000  # between two good frames: more is a chip that began again


class MeterCse7766(Meter):
    """uart: any(), read(n).  skipped: bytes that belonged to no good frame."""

    def __init__(self, uart) -> None:
        super().__init__(1, _MOST_MA, _WRAP_WH)
        self.skipped = 0
        self._uart = uart
        self._received = b""
        self._began = False
        self._round_ms = 0
        self._taken = False
        self._doubted = False
        self._pulses = -1
        self._rest_uj = 0

    def poll(self, now_ms: int) -> None:
        """Listen, take over.  Never blocks."""
        if not self._began:
            self._began = True
            self._round_ms = now_ms
            self.started(now_ms)
        if self._uart.any():
            self._received = (self._received + (self._uart.read(_ROOM) or b""))[-_ROOM:]
            self._read_frames()
        if elapsed_ms(now_ms, self._round_ms) >= ROUND_MS:
            self._round_ms = now_ms
            self.grow_old(now_ms)
            self.round_ended(now_ms, self._taken, self._doubted)
            self._taken = self._doubted = False

    def _read_frames(self) -> None:
        data = self._received
        while len(data) >= _FRAME:
            if is_frame(data):
                self._take_frame(data)
                data = data[_FRAME:]
            else:
                data = data[1:]
                self.skipped = (self.skipped + 1) & 0x3FFFFFFF
        self._received = data

    def _take_frame(self, frame: bytes) -> None:
        head, adjust = frame[0], frame[20]
        flags = head & 15 if head & _FLAGS == _FLAGS else 0
        if head == _UNCALIBRATED or flags & _BAD_MEMORY:
            self._doubt()
            return
        self._taken = True
        if flags & _NO_VOLTAGE:
            self._doubt()
        elif adjust & _HAS_VOLTAGE:
            self._keep(VOLTAGE, _ratio(frame, 2, 1_000))
        if flags & _NO_CURRENT:
            self._keep(CURRENT, 0)
        elif adjust & _HAS_CURRENT:
            current_ma = _ratio(frame, 8, 1_000)
            self._keep(CURRENT, current_ma if current_ma >= _NOISE_MA else 0)
        if flags & _NO_POWER:
            self._keep(TOTAL, 0)
        elif adjust & _HAS_POWER:
            power_w = _ratio(frame, 14, 1)
            if power_w > self.volt_amps() * 13 // 10 + 100:
                self._doubt()
            else:
                self._keep(TOTAL, power_w)
        self._count(frame[21] << 8 | frame[22], _three(frame, 14))

    def _count(self, pulses: int, pulse_uj: int) -> None:
        """Energy: one pulse is as many microjoules as the power coefficient says."""
        if self._pulses >= 0:
            more = (pulses - self._pulses) & 0xFFFF
            if more > _MOST_PULSES:
                self._doubt()
                more = 0
            self._rest_uj += more * pulse_uj
        self._pulses = pulses
        more_wh = self._rest_uj // _UJ_PER_WH
        self._rest_uj %= _UJ_PER_WH
        self.take(IMPORT, 0, (self.import_wh + more_wh) % _WRAP_WH)

    def _keep(self, what: int, value: int) -> None:
        if not self.take(what, 0, value):
            self._doubt()

    def _doubt(self) -> None:
        self._doubted = True
        self.refuse()


def is_frame(data: "bytes | bytearray") -> bool:
    """Whether the first 24 bytes are a frame whose check fits."""
    head = data[0]
    if data[1] != 0x5A or not (head == _GOOD or head == _UNCALIBRATED or head & _FLAGS == _FLAGS):
        return False
    return sum(data[2:23]) & 0xFF == data[23]


def _three(frame: bytes, at: int) -> int:
    return frame[at] << 16 | frame[at + 1] << 8 | frame[at + 2]


def _ratio(frame: bytes, at: int, scale: int) -> int:
    """Coefficient over cycle, rounded up; 2**30 - 1 where the cycle is 0."""
    cycle = _three(frame, at + 3)
    if not cycle:
        return (1 << 30) - 1
    return min((_three(frame, at) * scale + cycle - 1) // cycle, (1 << 30) - 1)
