"""First code after every reset: outputs safe before anything that can fail or take time.

The pins are those of the board file beside it (board.py).  Only hardware protects before this
line runs and while the chip is held in reset: the pull-down and the charge pump of the contactor
enable, which no steady level can hold closed.
"""

import gc

import board
import micropython
from machine import Pin

micropython.alloc_emergency_exception_buf(100)
micropython.kbd_intr(-1)  # a technician's Ctrl-C must not stop the control tick
for _number in board.ENABLE_PINS:
    Pin(_number, Pin.OUT, value=0)
gc.threshold(4_096)  # imports leave holes that nothing big fits in later, unless swept up at once
