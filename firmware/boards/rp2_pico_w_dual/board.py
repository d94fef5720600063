"""Raspberry Pi Pico W, or a Pico without Wi-Fi: two connectors with tethered cables that share one
supply (supply_limit_ma), pilots on GP2 and GP6, PIO dead-men on GP3 and GP7.

Three analogue inputs: two pilots and the thermistor, so there is none for the proximity contact of
a socket, and no lock.  Two Modbus meters hang on one line, with addresses one after the other.
Wiring: boards/README.md, each block twice.
"""

import time

from machine import PWM, UART, Pin

from boards.check import check
from boards.chips import Rp2040
from boards.edges import Edges
from boards.native import scan
from boards.pico import AdcRing, DeadMan, Pico, PilotBurst, RingInput
from boards.socket import Socket
from evse.drivers.guard import switches

NAME = "rp2-pico-w-dual"
PILOT_PIN, PILOT_PIN_2 = 2, 6  # even ones, of two PWM slices
ENABLE_PIN, ENABLE_PIN_2 = 3, 7
FEEDBACK_PIN, FEEDBACK_PIN_2 = 4, 10  # low while the mirror contact says closed
PILOT_ADC_PIN, PILOT_ADC_PIN_2 = 26, 27
THERMISTOR_ADC_PIN = 28  # of the enclosure, for both
RCD_TRIP_PIN, RCD_TRIP_PIN_2 = 14, 0  # high while the residual-current device has tripped
RCD_TEST_PIN, RCD_TEST_PIN_2 = 15, 1  # its test input; used where the settings say it is fitted
EARTH_LOST_PIN = 5  # low while the earth monitor sees the earth; where the settings say so
EMERGENCY_STOP_PIN, ENCLOSURE_PIN = 20, 21  # closed switches to ground; where the settings say so
S0_PIN, S0_PIN_2 = 13, 12  # pulled up; an S0 output pulls it low
METER_TX_PIN, METER_RX_PIN = 8, 9
METER_BAUD = 9_600
ENABLE_PINS = (ENABLE_PIN, ENABLE_PIN_2)
WATCHDOG_MS = 1_000


class Board(Pico):
    name = NAME

    def __init__(self) -> None:
        check(globals(), Rp2040)
        super().__init__(WATCHDOG_MS)
        uart = UART(1, METER_BAUD, tx=Pin(METER_TX_PIN), rx=Pin(METER_RX_PIN), timeout=0)
        ring = AdcRing()
        thermistor = RingInput(ring, THERMISTOR_ADC_PIN)
        rows = switches(
            Pin(EARTH_LOST_PIN, Pin.IN, Pin.PULL_UP),
            Pin(EMERGENCY_STOP_PIN, Pin.IN, Pin.PULL_UP),
            Pin(ENCLOSURE_PIN, Pin.IN, Pin.PULL_UP),
        )

        def make(number: int, pilot: int, adc: int, enable: int, inputs: "tuple[int, ...]"):
            feedback, rcd_trip, rcd_test, pulses = inputs
            return Socket(
                PilotBurst(ring, pilot, adc),
                PWM(Pin(pilot)),
                DeadMan(enable, number),
                scan=scan,
                feedback=Pin(feedback, Pin.IN, Pin.PULL_UP),
                fitted_rows=rows,
                rcd_trip=Pin(rcd_trip, Pin.IN, Pin.PULL_DOWN),
                rcd_test=Pin(rcd_test, Pin.OUT, value=0),
                thermistor=thermistor,
                meter_uart=uart,
                meter_pulses=Edges(Pin(pulses, Pin.IN, Pin.PULL_UP), time.ticks_ms),
            )

        inputs = (FEEDBACK_PIN, RCD_TRIP_PIN, RCD_TEST_PIN, S0_PIN)
        inputs_2 = (FEEDBACK_PIN_2, RCD_TRIP_PIN_2, RCD_TEST_PIN_2, S0_PIN_2)
        self.connectors = [
            make(0, PILOT_PIN, PILOT_ADC_PIN, ENABLE_PIN, inputs),
            make(1, PILOT_PIN_2, PILOT_ADC_PIN_2, ENABLE_PIN_2, inputs_2),
        ]
