"""The pilot's output, as the firmware sees it: machine.PWM's freq(), duty_u16() and duty_ns().

What it is told goes to the circuit as high time in parts per million.
"""

from boards.virtual.circuit import FULL_PPM

_FULL_U16 = 65_535


class VirtualPwm:
    def __init__(self, circuit) -> None:
        self._circuit = circuit
        self._hz = 1_000
        self._duty_ns = -1  # as last told; -1 while duty_u16 rules

    def freq(self, hz: int | None = None) -> int | None:
        if hz is None:
            return self._hz
        self._hz = hz
        if self._duty_ns >= 0:
            self.duty_ns(self._duty_ns)
        return None

    def duty_u16(self, duty: int | None = None) -> int | None:
        if duty is None:
            return self._circuit.duty_ppm * _FULL_U16 // FULL_PPM
        self._duty_ns = -1
        self._circuit.drive(duty * FULL_PPM // _FULL_U16)
        return None

    def duty_ns(self, high_ns: int | None = None) -> int | None:
        if high_ns is None:
            return self._circuit.duty_ppm * 1_000 // self._hz
        self._duty_ns = high_ns
        self._circuit.drive(min(FULL_PPM, high_ns * self._hz // 1_000))
        return None
