"""Long bursts in machine code: taking one, and finding its plateaux.

For chips whose converter the PWM cannot pace (boards/README.md).  MicroPython's viper compiler
makes it; it allocates nothing.  scan() means what evse/drivers/plateaux.py says.  Only board files
of chips import this: CPython and the WebAssembly port cannot.
"""
# ruff: noqa: PLR0915, PLR1716, PLR1730  viper knows neither max() nor chains, and calls cost

import micropython

TYPE_CHECKING = False
if TYPE_CHECKING:  # viper's own types
    from array import array as ptr16

    ptr32 = ptr16


@micropython.viper
def scan(buf: ptr16, n: int, found: ptr32, flat: int, band: int):
    """As evse.drivers.plateaux.scan()."""
    top = int(buf[0])
    bottom = top
    total = 0
    i = 0
    while i < n:
        counts = int(buf[i])
        total += counts
        if counts > top:
            top = counts
        if counts < bottom:
            bottom = counts
        i += 1
    found[0] = top
    found[1] = bottom
    if top - bottom <= flat:
        mean = (total - top - bottom) // (n - 2)
        found[2] = mean
        found[3] = mean
        found[4] = 0
        found[5] = 0
        return
    middle = (top + bottom) // 2
    high_second = 0
    high_first = 0
    high_n = 0
    low_second = 65535
    low_first = 65535
    i = 0
    while i < n:
        counts = int(buf[i])
        if counts > middle:
            high_n += 1
            if counts > high_second:
                if counts > high_first:
                    high_second = high_first
                    high_first = counts
                else:
                    high_second = counts
        elif counts < low_second:
            if counts < low_first:
                low_second = low_first
                low_first = counts
            else:
                low_second = counts
        i += 1
    low_n = n - high_n
    found[4] = high_n
    found[5] = low_n
    high = high_first if high_n < 3 else high_second
    low = low_first if low_n < 3 else low_second
    high_total = 0
    high_n = 0
    low_total = 0
    low_n = 0
    i = 0
    while i < n:
        counts = int(buf[i])
        if high - band <= counts and counts <= high + band:
            high_total += counts
            high_n += 1
        if low - band <= counts and counts <= low + band:
            low_total += counts
            low_n += 1
        i += 1
    found[2] = high_total // high_n
    found[3] = low_total // low_n


@micropython.viper
def fill(read, buf: ptr16, n: int):
    """n counts from read(), as fast as it answers."""
    i = 0
    while i < n:
        buf[i] = int(read())
        i += 1
