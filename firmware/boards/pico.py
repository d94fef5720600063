"""What every RP2040 board is made of: PIO dead-man, sampling by DMA, tick, watchdog.

A board file beside it (rp2_pico_w/board.py) has the pins and says what hangs on them.  Only
RP2040 boards carry this.
"""
# ruff: noqa: F821  viper's own types

import array
import time

import machine
import micropython
import rp2
import uctypes
from machine import ADC, Pin, Timer, mem16, mem32

from boards.chip_board import ChipBoard

TYPE_CHECKING = False
if TYPE_CHECKING:  # words of the PIO assembler, which asm_pio gives its function
    from rp2.asm_pio import block, jmp, label, mov, noblock, osr, pins, pull, set, x, x_dec

TICK_MS = 10
RESETS = {  # machine.reset() is a watchdog's too: who calls it leaves a word in the store before
    machine.PWRON_RESET: "power",
    machine.WDT_RESET: "watchdog",
}
HOLD_ROUNDS = 1_800  # of 33 us: the enable lives 59 ms after its last kick


@rp2.asm_pio(set_init=rp2.PIO.OUT_LOW)
def _dead_man():
    # Low and waiting until a kick brings a number of rounds; then a square wave for that long.
    set(pins, 0)
    pull(block)
    mov(x, osr)
    label("round")
    set(pins, 1)[7]
    pull(noblock)[7]  # an empty queue gives x back, a kick a fresh number
    mov(x, osr)
    set(pins, 0)[7]
    jmp(x_dec, "round")[7]


class DeadMan:
    """The contactor enable: alive only while kicked.  number: 0..3, one a connector."""

    def __init__(self, pin: int, number: int = 0) -> None:
        self._machine = rp2.StateMachine(number, _dead_man, freq=1_000_000, set_base=Pin(pin))
        self._machine.active(1)
        self._put = self._machine.put

    def kick(self) -> None:
        """59 ms more."""
        self._put(HOLD_ROUNDS)

    def drop(self) -> None:
        """Low within 33 us."""
        self._put(0)


# Registers (RP2040 datasheet 4.9.6 and 4.5.3)
ADC_CS, ADC_FCS, ADC_FIFO, ADC_DIV = 0x4004_C000, 0x4004_C008, 0x4004_C00C, 0x4004_C010
ADC_READY, ADC_OVER, DREQ_ADC = 0x100, 0x800, 36
PWM_SLICES = 0x4005_0000
ROUNDS = 64  # samples of each input in a pilot period
ADC_PINS = (26, 27, 28)
INPUTS = 4  # those and the chip's own temperature, since a ring holds a power of two
ROUND_BYTES = 2 * INPUTS


class AdcRing:
    """All analogue inputs, sampled 64 times a pilot period for ever, by DMA: no tick waits for a
    converter, and the last whole period is always there.

    The converter's and the PWM's clocks come from one crystal, so a sample stays at its place in
    the period.  The ring holds rounds: one sample of each input.
    """

    def __init__(self) -> None:
        for pin in ADC_PINS:
            ADC(Pin(pin))
        mem32[ADC_CS] = 1  # on, and whatever ran before a soft reset stops
        while not mem32[ADC_CS] & ADC_READY:
            pass
        mem32[ADC_FCS] = ADC_OVER | 1
        while mem32[ADC_FCS] >> 16 & 15:
            mem32[ADC_FIFO]
        mem32[ADC_FCS] = 1 << 24 | ADC_OVER | 1 << 3 | 1  # one sample is worth a transfer
        mem32[ADC_DIV] = (48_000_000 << 8) // (1_000 * INPUTS * ROUNDS) - (1 << 8)
        size = self.size = ROUND_BYTES * ROUNDS
        self._memory = bytearray(2 * size)
        self.start = (uctypes.addressof(self._memory) + size - 1) // size * size
        # Two channels take turns without end.  Both come back to the ring's start, so their two
        # places add up to the one of the channel at work.
        self._channels = [rp2.DMA(), rp2.DMA()]  # kept: a collected channel stops
        numbers = [channel.channel for channel in self._channels]  # pyright: ignore
        for channel, next_one in zip(self._channels, reversed(numbers)):
            control = channel.pack_ctrl(
                size=1,
                inc_read=False,
                inc_write=True,
                ring_size=9,  # 2**9 == size
                ring_sel=True,
                treq_sel=DREQ_ADC,
                chain_to=next_one,
            )
            channel.config(read=ADC_FIFO, write=self.start, count=size << 12, ctrl=control)
        self.at_work = [0x5000_0004 + 0x40 * number for number in numbers]
        self._channels[0].active(1)
        mem32[ADC_CS] = 0b10111 << 16 | 1 << 3 | 1  # the inputs in turn, for ever

    def newest(self) -> int:
        """Address of the last whole round."""
        first, second = self.at_work
        offset = mem32[first] + mem32[second] - 2 * self.start
        return self.start + (offset - ROUND_BYTES) % self.size // ROUND_BYTES * ROUND_BYTES


@micropython.viper
def _gather(into: ptr16, half: int, places: ptr32):
    # Half the samples from the period's high part and half from its low part, each spread over it.
    start = int(places[0])
    ring = ptr16(start)
    first = ptr32(int(places[1]))
    second = ptr32(int(places[2]))
    pwm = ptr32(int(places[3]))
    number = int(places[4])
    fcs = ptr32(ADC_FCS)
    written = int(first[0]) + int(second[0]) - start - start
    top = (int(pwm[4]) & 0xFFFF) + 1
    now = (int(pwm[2]) & 0xFFFF) * 64 // top
    high = (int(pwm[3]) & 0xFFFF) * 64 // top
    rise = (written >> 3) - now  # the round nearest to the rising edge
    i = 0
    while i < half + half:
        if high < 1 or high > 63:
            place = i * 64 // (half + half)
        elif i < half:
            place = (i + i + 1) * high // (half + half)
        else:
            place = high + (i + i + 1 - half - half) * (64 - high) // (half + half)
        counts = int(ring[((rise + place & 63) << 2) + number])
        into[i] = counts << 4 | counts >> 8
        if int(fcs[0]) & 0x800:  # a sample was lost, so the inputs may have changed places
            into[i] = 0
        i += 1


class PilotBurst:
    """Fills a buffer with samples of the last pilot period; takes no time to speak of.

    pilot_pin: of the PWM, the even one of its slice.  adc_pin: 26, 27 or 28.
    """

    def __init__(self, ring: AdcRing, pilot_pin: int, adc_pin: int) -> None:
        pwm = PWM_SLICES + 0x14 * (pilot_pin // 2 % 8)
        number = ADC_PINS.index(adc_pin)
        first, second = ring.at_work
        self._places = array.array("L", (ring.start, first, second, pwm, number))

    def __call__(self, buffer) -> None:
        _gather(buffer, len(buffer) // 2, self._places)  # pyright: ignore[reportArgumentType]


class RingInput:
    """read_u16() of an input that changes slowly, as machine.ADC's."""

    def __init__(self, ring: AdcRing, adc_pin: int) -> None:
        self._ring = ring
        self._offset = 2 * ADC_PINS.index(adc_pin)

    def read_u16(self) -> int:
        counts = mem16[self._ring.newest() + self._offset]
        return counts << 4 | counts >> 8


class Pico(ChipBoard):
    """Everything of a board but its pins and its connectors."""

    def __init__(self, watchdog_ms: int) -> None:
        super().__init__(RESETS)
        self._watchdog_ms = watchdog_ms
        self._timer = Timer(-1)
        self._tick = None

    def make_network(self):
        import network  # a Pico without Wi-Fi has no such module

        return network.WLAN(network.STA_IF)

    def start_tick(self, tick) -> bool:
        self._tick = tick
        self.start_watchdog(self._watchdog_ms)
        self._timer.init(period=TICK_MS, mode=Timer.PERIODIC, callback=self._on_timer, hard=True)
        return True

    def _on_timer(self, _timer) -> None:
        if self._tick is not None:
            self._tick(time.ticks_ms())
