"""IEEE 754 single precision as it comes off a wire, to whole numbers without a float.

A board's own floats have too few bits to carry a meter's register, and cost heap.  The products
here pass 2**30, so this is for the meter's poll, never for the control tick.
"""

NEAREST = 0  # a meter's single is the one nearest to its display: this gives the display back
UP = 1  # away from zero: currents, so that a limit is never missed by rounding

_LIMIT = 1 << 30
_BIAS = 150  # 127 for the exponent, 23 for the mantissa's bits


def scaled(data: "bytes | bytearray", at: int, scale: int, rounding: int = NEAREST) -> int | None:
    """The big-endian float at data[at : at + 4] times scale, as a whole number.

    None for NaN, infinity, and what does not fit into 30 bits.
    """
    exponent = (data[at] & 0x7F) << 1 | data[at + 1] >> 7
    if exponent == 0xFF:
        return None
    mantissa = (data[at + 1] & 0x7F) << 16 | data[at + 2] << 8 | data[at + 3]
    if exponent:
        mantissa |= 0x800000
    else:
        exponent = 1
    value = _shifted(mantissa * scale, exponent - _BIAS, rounding)
    if value >= _LIMIT:
        return None
    return -value if data[at] & 0x80 else value


def _shifted(product: int, shift: int, rounding: int) -> int:
    """product * 2**shift, not negative; _LIMIT stands for anything larger."""
    if not product:
        return 0
    if shift >= 0:
        return product << shift if shift < 30 else _LIMIT
    rest = (1 << -shift) - 1
    if rounding == UP:
        return (product + rest) >> -shift
    return (product + (rest + 1 >> 1)) >> -shift
