"""The pilot measured: duty, frequency and jitter by its edges' stamps, volts by the converter."""

import math

import rp2
from machine import ADC, Pin

from hil_tests.rig import pins
from hil_tests.rig.commands import RigError
from hil_tests.rig.pilot import pilot_mv
from hil_tests.rig.programs import ALL_ONES, GAP_HZ, NS_PER_CYCLE, gaps
from hil_tests.rig.stamps import Stamps, start

PWM_MACHINE = 3
GAPS_MACHINE = 6
STILL_US = 20_000  # without an edge: the pilot is steady
START_CYCLES = 8
PERIOD_CYCLES = 125_000
PATIENCE_US = 1_000
MOST_GAP_US = 60_000  # longer ones are an open contactor
SAMPLES = 400
REFERENCE_MV = 3_300


class Periods:
    """Sums over periods in cycles, without keeping them."""

    def __init__(self) -> None:
        self.n = 0
        self.high = 0
        self.all = 0
        self.least = 0
        self.most = 0
        self._squares = 0  # of what differs from a whole millisecond

    def add(self, high: int, period: int) -> None:
        self.least = period if not self.n else min(self.least, period)
        self.most = max(self.most, period)
        self.n += 1
        self.high += high
        self.all += period
        self._squares += (period - PERIOD_CYCLES) ** 2

    def told(self) -> dict:
        off = self.all - self.n * PERIOD_CYCLES
        variance = max(0, self._squares * self.n - off * off) / (self.n * self.n)
        return {
            "duty_ppm": (self.high * 1_000_000 + self.all // 2) // self.all,
            "mhz": (self.n * 125_000_000_000 + self.all // 2) // self.all,
            "jitter_ns": (self.most - self.least) * NS_PER_CYCLE,
            "min_ns": self.least * NS_PER_CYCLE,
            "max_ns": self.most * NS_PER_CYCLE,
            "sd_ns": round(math.sqrt(variance) * NS_PER_CYCLE),
            "n": self.n,
        }


class Measure:
    """The verb `meas pwm`: looked at until it has its periods, or the pilot has been still."""

    def __init__(self, stamps: Stamps, pin: Pin, clock, count: int) -> None:
        self._stamps = stamps
        self._pin = pin
        self._clock = clock
        self._count = count
        self._periods = Periods()
        self._rise = -1
        self._fall = -1
        start(stamps)
        self._heard_us = clock.now_us()

    def look(self):
        now_us = self._clock.now_us()
        for level, cycles in self._stamps.new():
            self._heard_us = now_us
            if not level:
                self._fall = cycles
                continue
            if self._rise >= 0:
                self._periods.add(self._fall - self._rise, cycles - self._rise)
            # A machine that starts while the pin is high calls that a rise: it is none.
            self._rise = cycles if cycles > START_CYCLES else -1
            if self._periods.n == self._count:
                self._stamps.stop()
                return self._periods.told()
        if now_us - self._heard_us > STILL_US:
            self._stamps.stop()
            ppm = 1_000_000 * self._pin.value()
            return {"duty_ppm": ppm, "mhz": 0, "jitter_ns": 0, "n": 0}
        return None


class Analyser:
    """The PWM pin, the enable's pauses, the pilot's volts."""

    def __init__(self, clock) -> None:
        self._clock = clock
        self.pwm = Pin(pins.PWM, Pin.IN, Pin.PULL_DOWN)
        self._stamps = Stamps(PWM_MACHINE, self.pwm, clock)
        self._gaps = rp2.StateMachine(
            GAPS_MACHINE, gaps, freq=GAP_HZ, jmp_pin=Pin(pins.ENABLE, Pin.IN, Pin.PULL_DOWN)
        )
        self._gaps.put(PATIENCE_US)
        self._gaps.active(1)
        self._worst_gap_us = 0
        self._sense = ADC(Pin(pins.SENSE))

    def serve(self) -> None:
        while self._gaps.rx_fifo():
            gap_us = PATIENCE_US + (ALL_ONES - (self._gaps.get() & ALL_ONES))
            if self._worst_gap_us < gap_us <= MOST_GAP_US:
                self._worst_gap_us = gap_us

    def gap_us(self) -> int:
        """The longest since the last asking."""
        gap_us, self._worst_gap_us = self._worst_gap_us, 0
        return gap_us

    def measure(self, count: int):
        return Measure(self._stamps, self.pwm, self._clock, count).look

    def node_mv(self) -> int:
        """The pilot's node now."""
        return self._sense.read_u16() * REFERENCE_MV // 65_536

    def volts(self) -> dict:
        """Both sides of the pilot, each the middle of its samples; None for one that is not."""
        found = ([], [])
        for _ in range(SAMPLES):
            level = self.pwm.value()
            counts = self._sense.read_u16()
            if self.pwm.value() == level:
                found[level].append(counts)
        sides = []
        for counts in found:
            counts.sort()
            middle = counts[len(counts) // 2] if counts else None
            sides.append(None if middle is None else pilot_mv(middle * REFERENCE_MV // 65_536))
        if sides == [None, None]:
            raise RigError("no sample of the pilot was steady")
        return {"high_mv": sides[1], "low_mv": sides[0]}
