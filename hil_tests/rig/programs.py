"""What the rig's state machines do.  Cycles are of the system clock, 8 ns at 125 MHz.

edges stamps a pin's edges, steps changes the pilot, gaps looks for pauses, mains makes 50 Hz.
"""

import rp2

TYPE_CHECKING = False
if TYPE_CHECKING:  # words of the PIO assembler, which asm_pio gives its function
    from rp2.asm_pio import (
        block,
        invert,
        isr,
        jmp,
        label,
        mov,
        noblock,
        null,
        osr,
        out,
        pin,
        pins,
        pull,
        push,
        set,
        wrap,
        wrap_target,
        x,
        x_dec,
    )

CLOCK_HZ = 125_000_000
NS_PER_CYCLE = 8
CYCLES_PER_US = 125
LOOK_CYCLES = 2  # between two looks at the pin: 16 ns
EDGE_CYCLES = 4  # from the look that sees an edge to the next look
ALL_ONES = 0xFFFF_FFFF


@rp2.asm_pio(fifo_join=rp2.PIO.JOIN_RX)
def edges():
    # x counts looks down from all ones; each edge pushes it, the first is a rise.
    mov(x, invert(null))
    wrap_target()
    label("low")
    jmp(pin, "rose")
    jmp(x_dec, "low")
    jmp("low")
    label("rose")
    mov(isr, x)
    push(noblock)[1]
    label("high")
    jmp(pin, "stays")
    jmp("fell")
    label("stays")
    jmp(x_dec, "high")
    jmp("high")
    label("fell")
    mov(isr, x)
    push(noblock)
    wrap()


HOLD_CYCLES = 8  # of one round of a step's hold
STEP_CYCLES = 26  # of a step without a hold, to the next one
MOST_HOLD = (1 << 28) - 1  # rounds: 17 s


@rp2.asm_pio(
    out_init=[rp2.PIO.OUT_LOW] * 4,
    sideset_init=rp2.PIO.OUT_LOW,
    out_shiftdir=rp2.PIO.SHIFT_RIGHT,
    fifo_join=rp2.PIO.JOIN_TX,
)
def steps():
    # A word is four pins and how long they stay at least; the trigger rises with the pins.
    wrap_target()
    pull(block).side(0)
    out(pins, 4).side(1)
    out(x, 28).side(1)[15]
    label("hold")
    jmp(x_dec, "hold").side(0)[7]
    wrap()


GAP_HZ = 2_000_000  # two cycles a look: microseconds


@rp2.asm_pio(fifo_join=rp2.PIO.JOIN_NONE)
def gaps():
    # Quiet while rises come within the patience that was put; else pushes what came on top of it.
    pull(block)
    wrap_target()
    label("again")
    mov(x, osr)
    label("high")
    jmp(pin, "stays")
    jmp("low")
    label("stays")
    jmp(x_dec, "high")
    jmp("long")
    label("low")
    jmp(pin, "again")
    jmp(x_dec, "low")
    label("long")
    mov(x, invert(null))
    label("falls")
    jmp(pin, "up")
    jmp("dead")
    label("up")
    jmp(x_dec, "falls")
    label("dead")
    jmp(pin, "tell")
    jmp(x_dec, "dead")
    label("tell")
    mov(isr, x)
    push(noblock)
    wrap()


MAINS_HZ = 2_000  # 40 cycles a period


@rp2.asm_pio(set_init=rp2.PIO.OUT_LOW)
def mains():
    set(pins, 1)[19]
    set(pins, 0)[19]
