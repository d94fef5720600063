"""The station's main.py with a fuse: levels that the rig puts on spare pins make it fail.

Only for crashes that cannot be made from outside the chip; everything else runs main.py.
"""

import gc

import board
import machine
import rp2
from machine import Pin

from boards.assembly import make_station
from boards.links import add_links
from evse.app.run import run, stays_in_service

TICK_RAISES, TICK_HANGS, MAIN_RAISES, MAIN_HANGS, SOFT_RESETS, FLASH_ERASES = [
    Pin(number, Pin.IN, Pin.PULL_DOWN).value for number in (16, 17, 18, 19, 22, 6)
]
BLOCK_COUNT = 4  # rp2.Flash.ioctl(): how many there are


def rewrite_a_block():
    """Erases one and gives it back what stood there."""
    flash = rp2.Flash()
    last = flash.ioctl(BLOCK_COUNT, 0) - 1
    held = bytearray(4_096)
    flash.readblocks(last, held)
    flash.writeblocks(last, held)


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
        if FLASH_ERASES():
            rewrite_a_block()
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
