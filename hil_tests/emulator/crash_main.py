"""The station's main.py with a fuse: levels that the rig puts on spare pins make it fail.

Only for crashes that cannot be made from outside the chip; everything else runs main.py.
"""

import gc

import board
import machine
from machine import Pin

from boards.assembly import make_station
from boards.links import add_links
from evse.app.run import run, stays_in_service

TICK_RAISES, TICK_HANGS, MAIN_RAISES, MAIN_HANGS, SOFT_RESETS = [
    Pin(number, Pin.IN, Pin.PULL_DOWN).value for number in (16, 17, 18, 19, 20)
]


class Fused(board.Board):
    def start_tick(self, tick):
        def fused(now_ms):
            if TICK_RAISES():
                raise ValueError("the rig blew the fuse")
            while TICK_HANGS():
                pass
            tick(now_ms)

        return super().start_tick(fused)

    def idle(self):
        if MAIN_RAISES():
            raise ValueError("the rig blew the fuse")
        if SOFT_RESETS():
            machine.soft_reset()
        while MAIN_HANGS():
            pass
        super().idle()


hardware = Fused()
if not stays_in_service(hardware):
    station = make_station(hardware)
    add_links(hardware, station)
    gc.collect()
    gc.threshold(-1)
    run(hardware, station)
