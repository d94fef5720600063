"""Every output as it is at rest, before anything else: no vehicle, station off, no fault."""

from machine import Pin

from hil_tests.rig.pins import PINS

for number, _, rest, _ in PINS:
    if rest == "0":
        Pin(number, Pin.OUT, value=0)
    else:
        Pin(number, Pin.IN)
