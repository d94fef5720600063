"""The rig tests itself, station off: each output is driven and read back, and a loop is closed
where the wiring closes one.  The first wrong pin of each check is named.
"""

import time

from machine import PWM, UART, Pin, mem32

from hil_tests.rig import pins
from hil_tests.rig.pilot import LOW_FROM_DAC, MUX, MUX_DAC, node_mv

PULLS_US = 50  # for a pull to win over a metre of wire
SETTLE_MS = 2
NODE_TOLERANCE_MV = 90  # 1 % resistors and the multiplexer's own
CHECK_HZ, CHECK_DUTY_U16 = 1_000, 17_476
CHECK_DUTY_PPM = 266_663  # what the counter makes of it
DUTY_TOLERANCE_PPM = 50
FREQUENCY_TOLERANCE_MHZ = 50
OUTPUTS = pins.CABLE + (pins.RCD_TRIP, pins.MIRROR, pins.RUN, pins.TO_STATION, pins.TO_HOST)
UART_CONTROL = (0x4003_4030, 0x4003_8030)
SET, CLEAR = 0x2000, 0x3000  # a write there sets, or clears, the bits that are 1
LOOPBACK_BIT = 1 << 7
NODES = (("A", 12_000), ("B", 9_000), ("C", 6_000), ("D", 3_000), ("E", 0), ("F", -12_000))


def outputs() -> str:
    """Pins that the rig drives to both levels; "" when all obey."""
    for number in OUTPUTS:
        pin = Pin(number, Pin.OUT, value=0)
        for level in (0, 1):
            pin.value(level)
            time.sleep_us(PULLS_US)
            if pin.value() != level:
                return f"{pins.name_of(number)} stays {1 - level}"
    return ""


def inputs() -> str:
    """Nobody drives these while the station is off: they are low by their pull-down."""
    for number in (pins.ENABLE, pins.COIL, pins.CONTACT, pins.RCD_TEST):
        pin = Pin(number, Pin.IN, Pin.PULL_DOWN)
        time.sleep_us(PULLS_US)
        if pin.value():
            return f"{pins.name_of(number)} is high with the station off"
    return ""


def uarts() -> str:
    """Each UART hears itself when its loop inside the chip is closed."""
    ends = ((0, pins.TO_STATION, pins.FROM_STATION), (1, pins.TO_HOST, pins.FROM_HOST))
    for number, tx, rx in ends:
        uart = UART(number, 115_200, tx=Pin(tx), rx=Pin(rx))
        uart.read()
        mem32[UART_CONTROL[number] | SET] = LOOPBACK_BIT
        uart.write(b"borne")
        time.sleep_ms(SETTLE_MS)
        heard = uart.read()
        mem32[UART_CONTROL[number] | CLEAR] = LOOPBACK_BIT
        if heard != b"borne":
            return f"{pins.name_of(tx)} is not heard by UART{number}"
    return ""


def levels(steps, dac, analyser) -> str:
    """Every level of the multiplexer and the DAC, seen at the pilot's node."""
    if not dac.find():
        return f"{pins.name_of(pins.SDA)}, {pins.name_of(pins.SCL)}: no MCP4725 answers"
    select = Pin(pins.PWM, Pin.OUT, value=1)
    seen = [(MUX[letter], mv, letter) for letter, mv in NODES]
    dac.write(node_mv(7_500))
    seen.append((MUX_DAC, 7_500, "DAC"))
    wrong = []
    for word, mv, name in seen:
        text = _level_off(steps, analyser, word, mv)
        if text:
            wrong.append((word, f"{name} {text}"))
    select.value(0)
    for word, mv, name in ((0, -12_000, "low side"), (LOW_FROM_DAC, 7_500, "low side, DAC")):
        text = _level_off(steps, analyser, word, mv)
        if text:
            wrong.append((LOW_FROM_DAC, f"{name} {text}"))
    steps.put(0)
    return _blame(wrong, len(seen))


def _level_off(steps, analyser, word: int, mv: int) -> str:
    """What the node shows instead of a pilot of mv; "" when it does."""
    steps.put(word)
    time.sleep_ms(SETTLE_MS)
    found_mv, wanted_mv = analyser.node_mv(), node_mv(mv)
    off = abs(found_mv - wanted_mv) > NODE_TOLERANCE_MV
    return f"{found_mv} mV, not {wanted_mv}" if off else ""


def _blame(wrong: list, among: int) -> str:
    """Which address line explains the levels that are wrong."""
    if not wrong:
        return ""
    words = [word for word, _ in wrong]
    suspects = [bit for bit in range(4) if all(word >> bit & 1 for word in words)]
    if len(wrong) >= among:
        where = pins.name_of(pins.SENSE)
    elif suspects:
        where = pins.name_of(pins.PILOT + suspects[0])
    else:
        where = pins.name_of(pins.PILOT) + " or the level's resistors"
    return f"{where}: {wrong[0][1]}"


class SelfCheck:
    """A look for commands.py: the quick checks at once, then the analyser on the rig's own PWM.

    again(): makes every pin what it was, as check ends.
    """

    def __init__(self, steps, dac, analyser, again) -> None:
        self._again = again
        self._found = [["outputs", outputs()], ["inputs", inputs()], ["serial", uarts()]]
        if dac is not None:
            self._found.append(["levels", levels(steps, dac, analyser)])
        self._pwm = PWM(Pin(pins.PWM), freq=CHECK_HZ, duty_u16=CHECK_DUTY_U16)
        self._measure = analyser.measure(20)

    def look(self):
        told = self._measure()
        if told is None:
            return None
        self._pwm.deinit()
        off_ppm = abs(told["duty_ppm"] - CHECK_DUTY_PPM)
        trouble = ""
        off_mhz = abs(told["mhz"] - CHECK_HZ * 1_000)
        if off_mhz > FREQUENCY_TOLERANCE_MHZ or off_ppm > DUTY_TOLERANCE_PPM:
            trouble = f"{pins.name_of(pins.PWM)}: its own {CHECK_HZ} Hz are {told}"
        self._found.append(["analyser", trouble])
        self._again()
        checks = [[name, text or "ok"] for name, text in self._found]
        return {"checks": checks, "good": not any(text for _, text in self._found)}
