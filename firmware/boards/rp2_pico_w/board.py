"""Raspberry Pi Pico W: one connector, pilot on GP2, PIO dead-man on GP3.

Wiring: boards/README.md.  The tick runs from a hard timer; PWM, PIO and watchdog go on whatever
Python does.
"""

import array
import gc
import time

import machine
import network
import rp2
from machine import ADC, PWM, UART, WDT, Pin, Timer

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
METER_TX_PIN, METER_RX_PIN = 8, 9
METER_BAUD = 9_600
ENABLE_PINS = (ENABLE_PIN,)
TICK_MS = 10
WATCHDOG_MS = 1_000
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


class PilotBurst:
    """Reads the pilot's ADC as fast as Python goes: about 100 samples over one period."""

    def __init__(self, pin: int) -> None:
        self._read = ADC(Pin(pin)).read_u16

    def __call__(self, buffer: "array.array[int]") -> None:
        read = self._read
        for index in range(len(buffer)):
            buffer[index] = read()


class Board:
    name = NAME

    def __init__(self) -> None:
        self.reset_reason = "watchdog" if machine.reset_cause() == machine.WDT_RESET else "power"
        self.store = FlashStore("data")
        self.console = Stdio()
        uart = UART(1, METER_BAUD, tx=Pin(METER_TX_PIN), rx=Pin(METER_RX_PIN), timeout=0)
        self.connectors = [
            Socket(
                PilotBurst(PILOT_ADC_PIN),
                PWM(Pin(PILOT_PIN)),
                DeadMan(ENABLE_PIN),
                feedback=Pin(FEEDBACK_PIN, Pin.IN, Pin.PULL_UP),
                proximity=ADC(Pin(PROXIMITY_ADC_PIN)),
                meter_uart=uart,
            )
        ]
        self._watchdog = None
        self._timer = Timer(-1)
        self._tick = None

    def console_write(self, text: str) -> None:
        self.console.write(text.encode())

    def identify(self, duration_s: int) -> None:
        """No lamp on this board yet: the station's display or buzzer would be driven here."""

    def make_network(self):
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
