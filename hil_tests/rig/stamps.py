"""Edges of pins, each with its cycle: a state machine counts, DMA keeps, nobody is in a hurry.

Machines that are started together share a time base, so the difference of two pins' stamps is
good to 16 ns.
"""

import rp2
import uctypes
from machine import Pin, mem32

from hil_tests.rig.programs import (
    ALL_ONES,
    CYCLES_PER_US,
    EDGE_CYCLES,
    LOOK_CYCLES,
    edges,
)

WORDS = 256  # of a ring
COUNT = 0x0FFF_FFFF  # edges until a ring stands still
PIO0_ENABLE = 0x5020_2000  # its bits are set, the others stay
PIO0_RX = 0x5020_0020
DREQ_PIO0_RX = 4
MARGIN = 1_000  # looks: the microsecond clock is read a little before or after


class Stamps:
    """number: a state machine of the first block.  Stopped until start()."""

    def __init__(self, number: int, pin: Pin, clock) -> None:
        self.number = number
        self._clock = clock
        self._machine = rp2.StateMachine(number, edges, jmp_pin=pin)
        size = 4 * WORDS
        self._memory = bytearray(2 * size)
        self._start = (uctypes.addressof(self._memory) + size - 1) // size * size
        self._dma = rp2.DMA()
        self._began_us = 0
        self._seen = 0
        self._place = 0

    def stop(self) -> None:
        self._machine.active(0)
        self._dma.active(0)

    def prepare(self) -> None:
        """Empty, and ready for start()."""
        self.stop()
        self._machine.restart()
        while self._machine.rx_fifo():
            self._machine.get()
        self._seen = 0
        self._place = 0
        control = self._dma.pack_ctrl(
            size=2,
            inc_read=False,
            inc_write=True,
            ring_size=10,
            ring_sel=True,
            treq_sel=DREQ_PIO0_RX + self.number,
        )
        source = PIO0_RX + 4 * self.number
        self._dma.config(read=source, write=self._start, count=COUNT, ctrl=control, trigger=True)
        self._began_us = self._clock.now_us()

    def new(self) -> list:
        """(level, cycles since the start) of every edge since the last asking, which must be
        within a minute and before the ring is full."""
        end = (self._dma.write - self._start) // 4 % WORDS  # pyright: ignore
        if end == self._place:
            return []
        found = []
        elapsed_us = self._clock.now_us() - self._began_us
        while self._place != end:
            left = mem32[self._start + 4 * self._place] & ALL_ONES
            looks = elapsed_us * CYCLES_PER_US - self._seen * EDGE_CYCLES
            most = looks // LOOK_CYCLES + MARGIN
            count = most - ((most - (ALL_ONES - left)) & ALL_ONES)
            cycles = count * LOOK_CYCLES + self._seen * EDGE_CYCLES
            found.append((1 - self._seen % 2, cycles))
            self._seen += 1
            self._place = (self._place + 1) % WORDS
        return found

    def at_us(self, cycles: int) -> int:
        """The rig's clock then."""
        return self._began_us + cycles // CYCLES_PER_US


def start(*stamps) -> None:
    """All in the same cycle."""
    bits = 0
    for one in stamps:
        one.prepare()
        bits |= 1 << one.number
    mem32[PIO0_ENABLE] = bits
