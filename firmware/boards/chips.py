"""What the pins of the chips can do, as far as a charging station asks."""

from boards.check import ANALOGUE, ENABLE, IN, OUT


class Rp2040:
    """Raspberry Pi Pico and Pico W: GPIO 23, 24, 25 and 29 serve the module itself."""

    WATCHDOG_MS = 8_388
    PINS = {
        ANALOGUE: (26, 27, 28),
        IN: tuple(range(23)) + (26, 27, 28),
        OUT: tuple(range(23)) + (26, 27, 28),
        ENABLE: tuple(range(23)),
    }


class Esp32:
    """ESP32 (not S2, S3, C3): 6 to 11 are the flash, 34 to 39 only read, ADC2 belongs to Wi-Fi,
    1 and 3 are the console.  The enable keeps off the strapping pins, which move at boot."""

    WATCHDOG_MS = 60_000
    PINS = {
        ANALOGUE: (32, 33, 34, 35, 36, 37, 38, 39),
        IN: (0, 2, 4, 5) + tuple(range(12, 20)) + (21, 22, 23, 25, 26, 27) + tuple(range(32, 40)),
        OUT: (0, 2, 4, 5) + tuple(range(12, 20)) + (21, 22, 23, 25, 26, 27, 32, 33),
        ENABLE: (4, 13, 14, 16, 17, 18, 19, 21, 22, 23, 25, 26, 27, 32, 33),
    }
