"""ESP32 DevKitC: one connector, pilot on GPIO 25, contactor enable toggled by the tick on GPIO 26.

Wiring: boards/README.md.  This port has no hard timers: the tick is a soft timer's callback, which
waits for the line of Python under way, and the enable is a square wave that only the tick makes.
LEDC and RMT go on after a crash, so they must never drive the enable.
"""

import array
import time

import machine
import network
from machine import ADC, I2C, PWM, SPI, UART, Pin, Timer

from boards.check import check
from boards.chip_board import ChipBoard
from boards.chips import Esp32
from boards.edges import Edges
from boards.native import fill, scan
from boards.socket import Socket
from boards.ticker import PERIOD_MS, Ticker
from evse.drivers.guard import switches

NAME = "esp32-devkit"
PILOT_PIN = 25
ENABLE_PIN = 26
FEEDBACK_PIN = 27  # low while the mirror contact says closed
PILOT_ADC_PIN = 34
PILOT_SAMPLES = 96  # three periods: the shortest high phase still gets three, wherever they fall
PROXIMITY_ADC_PIN = 35
RCD_TRIP_PIN = 14  # high while the residual-current device has tripped
RCD_TEST_PIN = 13  # its test input; used where the settings say it is fitted
LOCK_PIN, UNLOCK_PIN = 18, 19  # the socket's lock, where the settings say it is fitted
LOCKED_PIN = 21  # low while locked
THERMISTOR_ADC_PIN = 33
EARTH_LOST_PIN = 36  # low while the earth monitor sees the earth; where the settings say so
EMERGENCY_STOP_PIN, ENCLOSURE_PIN = 22, 15  # closed switches to ground; where the settings say so
S0_PIN = 23  # pulled up; an S0 output pulls it low
METER_TX_PIN, METER_RX_PIN = 17, 16
METER_BAUD = 9_600
READER_SCK_PIN, READER_MOSI_PIN = 32, 4  # of a card reader on SPI; on I2C, SCL and SDA
READER_MISO_PIN, READER_SELECT_PIN = 39, 5  # on a UART, RX and TX
ENABLE_PINS = (ENABLE_PIN,)
WATCHDOG_MS = 2_000
RESETS = {  # a brown-out shows as power, a panic and machine.reset() as unknown
    machine.PWRON_RESET: "power",
    machine.WDT_RESET: "watchdog",
    machine.SOFT_RESET: "soft",
    machine.DEEPSLEEP_RESET: "deep-sleep",
}


class ToggledEnable:
    """The contactor enable: one edge a kick; a charge pump makes it hold about 60 ms."""

    def __init__(self, pin: int) -> None:
        self._pin = Pin(pin, Pin.OUT, value=0)
        self._level = 0

    def kick(self) -> None:
        self._level = 1 - self._level
        self._pin.value(self._level)

    def drop(self) -> None:
        self._level = 0
        self._pin.value(0)


class PilotBurst:
    """Reads the pilot's ADC as fast as its driver answers, some 30 us each: over three periods."""

    def __init__(self, pin: int) -> None:
        self._read = ADC(Pin(pin), atten=ADC.ATTN_11DB).read_u16

    def __call__(self, buffer: "array.array[int]") -> None:
        fill(self._read, buffer, len(buffer))


class Board(ChipBoard):
    name = NAME

    def __init__(self) -> None:
        check(globals(), Esp32)
        super().__init__(RESETS)
        uart = UART(2, METER_BAUD, tx=METER_TX_PIN, rx=METER_RX_PIN, timeout=0)
        self.connectors = [
            Socket(
                PilotBurst(PILOT_ADC_PIN),
                PWM(Pin(PILOT_PIN), freq=1_000, duty_u16=65_535),
                ToggledEnable(ENABLE_PIN),
                samples=PILOT_SAMPLES,
                scan=scan,
                feedback=Pin(FEEDBACK_PIN, Pin.IN, Pin.PULL_UP),
                fitted_rows=switches(
                    Pin(EARTH_LOST_PIN, Pin.IN),  # has no pull-up
                    Pin(EMERGENCY_STOP_PIN, Pin.IN, Pin.PULL_UP),
                    Pin(ENCLOSURE_PIN, Pin.IN, Pin.PULL_UP),
                ),
                rcd_trip=Pin(RCD_TRIP_PIN, Pin.IN, Pin.PULL_DOWN),
                rcd_test=Pin(RCD_TEST_PIN, Pin.OUT, value=0),
                lock_pins=(
                    Pin(LOCK_PIN, Pin.OUT, value=0),
                    Pin(UNLOCK_PIN, Pin.OUT, value=0),
                    Pin(LOCKED_PIN, Pin.IN, Pin.PULL_UP),
                ),
                thermistor=ADC(Pin(THERMISTOR_ADC_PIN), atten=ADC.ATTN_11DB),
                proximity=ADC(Pin(PROXIMITY_ADC_PIN), atten=ADC.ATTN_11DB),
                meter_uart=uart,
                meter_pulses=Edges(Pin(S0_PIN, Pin.IN, Pin.PULL_UP), time.ticks_ms),
            )
        ]
        self._timer = Timer(0)
        self.ticker = None

    def reader_bus(self, kind: str):
        """Pins of a card reader; at these speeds a poll takes 2 ms at most, a chip that holds the
        I2C clock 5 ms."""
        sck, mosi = Pin(READER_SCK_PIN), Pin(READER_MOSI_PIN)
        miso, select = Pin(READER_MISO_PIN), Pin(READER_SELECT_PIN)
        if kind == "i2c":
            return I2C(0, scl=sck, sda=mosi, freq=400_000, timeout=5_000)
        if kind == "uart":
            return UART(1, 115_200, tx=select, rx=miso, timeout=0)
        spi = SPI(1, baudrate=1_000_000, sck=sck, mosi=mosi, miso=miso)
        return spi, Pin(READER_SELECT_PIN, Pin.OUT, value=1)

    def make_network(self):
        return network.WLAN(network.STA_IF)

    def start_tick(self, tick) -> bool:
        self.ticker = Ticker(tick, time.ticks_ms)
        self.start_watchdog(WATCHDOG_MS)
        self._timer.init(period=PERIOD_MS, mode=Timer.PERIODIC, callback=self.ticker)
        return True
