"""Raspberry Pi Pico W, or a Pico without Wi-Fi: one connector, pilot on GP2, PIO dead-man on GP3.

Wiring: boards/README.md.  The tick runs from a hard timer; PWM, sampling, PIO and watchdog go on
whatever Python does (boards/pico.py).
"""

import time

from machine import I2C, PWM, SPI, UART, Pin

from boards.check import check
from boards.chips import Rp2040
from boards.edges import Edges
from boards.native import scan
from boards.pico import AdcRing, DeadMan, Pico, PilotBurst, RingInput
from boards.socket import Socket
from evse.drivers.guard import switches

NAME = "rp2-pico-w"
PILOT_PIN = 2  # an even one
ENABLE_PIN = 3
FEEDBACK_PIN = 4  # low while the mirror contact says closed
PILOT_ADC_PIN = 26
PROXIMITY_ADC_PIN = 27
THERMISTOR_ADC_PIN = 28
RCD_TRIP_PIN = 14  # high while the residual-current device has tripped
RCD_TEST_PIN = 15  # its test input; used where the settings say it is fitted
EARTH_LOST_PIN = 5  # low while the earth monitor sees the earth; where the settings say so
EMERGENCY_STOP_PIN, ENCLOSURE_PIN = 20, 21  # closed switches to ground; where the settings say so
LOCK_PIN, UNLOCK_PIN = 10, 11  # the socket's lock, where the settings say it is fitted
LOCKED_PIN = 12  # low while locked
S0_PIN = 13  # pulled up; an S0 output pulls it low
METER_TX_PIN, METER_RX_PIN = 8, 9
METER_BAUD = 9_600
READER_SCK_PIN, READER_MOSI_PIN = 18, 19  # of a card reader on SPI; on I2C, SDA and SCL
READER_MISO_PIN, READER_SELECT_PIN = 16, 17  # on a UART, TX and RX
ENABLE_PINS = (ENABLE_PIN,)
WATCHDOG_MS = 1_000


class Board(Pico):
    name = NAME

    def __init__(self) -> None:
        check(globals(), Rp2040)
        super().__init__(WATCHDOG_MS)
        uart = UART(1, METER_BAUD, tx=Pin(METER_TX_PIN), rx=Pin(METER_RX_PIN), timeout=0)
        ring = AdcRing()
        self.connectors = [
            Socket(
                PilotBurst(ring, PILOT_PIN, PILOT_ADC_PIN),
                PWM(Pin(PILOT_PIN)),
                DeadMan(ENABLE_PIN),
                scan=scan,
                feedback=Pin(FEEDBACK_PIN, Pin.IN, Pin.PULL_UP),
                fitted_rows=switches(
                    Pin(EARTH_LOST_PIN, Pin.IN, Pin.PULL_UP),
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
                proximity=RingInput(ring, PROXIMITY_ADC_PIN),
                thermistor=RingInput(ring, THERMISTOR_ADC_PIN),
                meter_uart=uart,
                meter_pulses=Edges(Pin(S0_PIN, Pin.IN, Pin.PULL_UP), time.ticks_ms),
            )
        ]

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
