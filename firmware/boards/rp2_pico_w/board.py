"""Raspberry Pi Pico W, or a Pico without Wi-Fi: one connector, pilot on GP2, PIO dead-man on GP3.

Wiring: boards/README.md.  The tick runs from a hard timer; PWM, sampling, PIO and watchdog go on
whatever Python does.
"""

import gc
import time

import machine
import micropython
import rp2
import uctypes
from machine import ADC, I2C, PWM, SPI, UART, WDT, Pin, Timer, mem16, mem32

from boards.check import check
from boards.chips import Rp2040
from boards.edges import Edges
from boards.flash import make_journal
from boards.native import scan
from boards.socket import Socket
from boards.stdio import Stdio
from evse.drivers.flash_store import FlashStore

TYPE_CHECKING = False
if TYPE_CHECKING:  # words of the PIO assembler, which asm_pio gives its function
    from rp2.asm_pio import block, jmp, label, mov, noblock, osr, pins, pull, set, x, x_dec

NAME = "rp2-pico-w"
PILOT_PIN = 2
ENABLE_PIN = 3
FEEDBACK_PIN = 4  # low while the mirror contact says closed
PILOT_ADC_PIN = 26
PROXIMITY_ADC_PIN = 27
RCD_TRIP_PIN = 14  # high while the residual-current device has tripped
RCD_TEST_PIN = 15  # its test input; used where the settings say it is fitted
LOCK_PIN, UNLOCK_PIN = 10, 11  # the socket's lock, where the settings say it is fitted
LOCKED_PIN = 12  # low while locked
S0_PIN = 13  # pulled up; an S0 output pulls it low
METER_TX_PIN, METER_RX_PIN = 8, 9
METER_BAUD = 9_600
READER_SCK_PIN, READER_MOSI_PIN = 18, 19  # of a card reader on SPI; on I2C, SDA and SCL
READER_MISO_PIN, READER_SELECT_PIN = 16, 17  # on a UART, TX and RX
ENABLE_PINS = (ENABLE_PIN,)
TICK_MS = 10
WATCHDOG_MS = 1_000
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
    """The contactor enable: alive only while kicked."""

    def __init__(self, pin: int) -> None:
        self._machine = rp2.StateMachine(0, _dead_man, freq=1_000_000, set_base=Pin(pin))
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
PWM_SLICE = 0x4005_0000 + 0x14 * (PILOT_PIN // 2 % 8)
ROUNDS = 64  # samples of each input in a pilot period


class AdcRing:
    """Both analogue inputs, sampled 64 times a pilot period for ever, by DMA: no tick waits for a
    converter, and the last whole period is always there.

    The converter's and the PWM's clocks come from one crystal, so a sample stays at its place in
    the period.  The ring holds pairs: pilot, proximity.
    """

    def __init__(self) -> None:
        for pin in (PILOT_ADC_PIN, PROXIMITY_ADC_PIN):
            ADC(Pin(pin))
        mem32[ADC_CS] = 1  # on, and whatever ran before a soft reset stops
        while not mem32[ADC_CS] & ADC_READY:
            pass
        mem32[ADC_FCS] = ADC_OVER | 1
        while mem32[ADC_FCS] >> 16 & 15:
            mem32[ADC_FIFO]
        mem32[ADC_FCS] = 1 << 24 | ADC_OVER | 1 << 3 | 1  # one sample is worth a transfer
        mem32[ADC_DIV] = (48_000_000 // (1_000 * 2 * ROUNDS) - 1) << 8
        size = 4 * ROUNDS
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
                ring_size=8,
                ring_sel=True,
                treq_sel=DREQ_ADC,
                chain_to=next_one,
            )
            channel.config(read=ADC_FIFO, write=self.start, count=size << 12, ctrl=control)
        self.at_work = [0x5000_0004 + 0x40 * number for number in numbers]
        self._channels[0].active(1)
        mem32[ADC_CS] = 0b11 << 16 | 1 << 3 | 1  # both inputs in turn, for ever

    def newest(self) -> int:
        """Address of the last pair."""
        first, second = self.at_work
        offset = mem32[first] + mem32[second] - 2 * self.start
        return self.start + (offset - 4) % (4 * ROUNDS) // 4 * 4


@micropython.viper
def _gather(into: ptr16, half: int, start: int, first: int, second: int):  # noqa: F821
    # Half the samples from the period's high part and half from its low part, each spread over it.
    ring = ptr16(start)  # noqa: F821
    pwm = ptr32(PWM_SLICE)  # noqa: F821
    fcs = ptr32(ADC_FCS)  # noqa: F821
    written = int(ptr32(first)[0]) + int(ptr32(second)[0]) - start - start  # noqa: F821
    top = (int(pwm[4]) & 0xFFFF) + 1
    now = (int(pwm[2]) & 0xFFFF) * 64 // top
    high = (int(pwm[3]) & 0xFFFF) * 64 // top
    rise = (written >> 2) - now  # the sample nearest to the rising edge
    i = 0
    while i < half + half:
        if high < 1 or high > 63:
            place = i * 64 // (half + half)
        elif i < half:
            place = (i + i + 1) * high // (half + half)
        else:
            place = high + (i + i + 1 - half - half) * (64 - high) // (half + half)
        counts = int(ring[(rise + place & 63) << 1])
        into[i] = counts << 4 | counts >> 8
        if int(fcs[0]) & 0x800:  # a sample was lost, so the inputs may have changed places
            into[i] = 0
        i += 1


class PilotBurst:
    """Fills a buffer with samples of the last pilot period; takes no time to speak of."""

    def __init__(self, ring: AdcRing) -> None:
        self._ring = ring
        self._start = ring.start
        self._first, self._second = ring.at_work

    def __call__(self, buffer) -> None:
        _gather(buffer, len(buffer) // 2, self._start, self._first, self._second)


class Proximity:
    """read_u16() of the proximity contact, as machine.ADC's."""

    def __init__(self, ring: AdcRing) -> None:
        self._ring = ring

    def read_u16(self) -> int:
        counts = mem16[self._ring.newest() + 2]
        return counts << 4 | counts >> 8


class Board:
    name = NAME

    def __init__(self) -> None:
        check(globals(), Rp2040)
        self.reset_reason = RESETS.get(machine.reset_cause(), "unknown")
        self.store = FlashStore("data")
        self.journal = make_journal("data")
        self.console = Stdio()
        uart = UART(1, METER_BAUD, tx=Pin(METER_TX_PIN), rx=Pin(METER_RX_PIN), timeout=0)
        ring = AdcRing()
        self.connectors = [
            Socket(
                PilotBurst(ring),
                PWM(Pin(PILOT_PIN)),
                DeadMan(ENABLE_PIN),
                scan=scan,
                feedback=Pin(FEEDBACK_PIN, Pin.IN, Pin.PULL_UP),
                rcd_trip=Pin(RCD_TRIP_PIN, Pin.IN, Pin.PULL_DOWN),
                rcd_test=Pin(RCD_TEST_PIN, Pin.OUT, value=0),
                lock_pins=(
                    Pin(LOCK_PIN, Pin.OUT, value=0),
                    Pin(UNLOCK_PIN, Pin.OUT, value=0),
                    Pin(LOCKED_PIN, Pin.IN, Pin.PULL_UP),
                ),
                proximity=Proximity(ring),
                meter_uart=uart,
                meter_pulses=Edges(Pin(S0_PIN, Pin.IN, Pin.PULL_UP), time.ticks_ms),
            )
        ]
        self._watchdog = None
        self._timer = Timer(-1)
        self._tick = None

    def reader_bus(self, kind: str):
        """Pins of a card reader; at these speeds a poll takes 2 ms at most."""
        sck, mosi = Pin(READER_SCK_PIN), Pin(READER_MOSI_PIN)
        miso, select = Pin(READER_MISO_PIN), Pin(READER_SELECT_PIN)
        if kind == "i2c":
            return I2C(1, sda=sck, scl=mosi, freq=400_000, timeout=5_000)
        if kind == "uart":
            return UART(0, 115_200, tx=miso, rx=select, timeout=0)
        spi = SPI(0, baudrate=1_000_000, sck=sck, mosi=mosi, miso=miso)
        return spi, Pin(READER_SELECT_PIN, Pin.OUT, value=1)

    def console_write(self, text: str) -> None:
        self.console.write(text.encode())

    def identify(self, duration_s: int) -> None:
        """No lamp on this board yet: the station's display or buzzer would be driven here."""

    def make_network(self):
        import network  # a Pico without Wi-Fi has no such module

        return network.WLAN(network.STA_IF)

    def start_tick(self, tick) -> bool:
        self._tick = tick
        self._watchdog = WDT(timeout=WATCHDOG_MS)
        self._timer.init(period=TICK_MS, mode=Timer.PERIODIC, callback=self._on_timer, hard=True)
        return True

    def _on_timer(self, _timer) -> None:
        if self._tick is not None:
            self._tick(time.ticks_ms())

    def feed(self) -> None:
        if self._watchdog is not None:
            self._watchdog.feed()

    def ticks_ms(self) -> int:
        return time.ticks_ms()  # pyright: ignore[reportReturnType]  the stubs hide that it is an int

    def heap_free(self) -> int:
        return gc.mem_free()

    def idle(self) -> None:
        time.sleep_ms(1)

    def reset(self) -> None:
        machine.reset()
