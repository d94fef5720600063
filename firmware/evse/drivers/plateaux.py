"""Finds the two plateaux in a burst of raw counts.

This is the reference; boards/native.py has the same in machine code for chips on which a loop of
Python over a hundred samples takes longer than a tick, and tests/parity/ holds the two together.
"""

# What scan() leaves in found, an array('i').  HIGHS, LOWS: samples on each side of the middle,
# both 0 where high and low are the same; then HIGH and LOW are the mean of all.
TOP, BOTTOM, HIGH, LOW, HIGHS, LOWS = range(6)
FOUND = 6


def scan(buf, n: int, found, flat: int, band: int) -> None:
    """Fill found from the n counts in buf.  flat: less between the extremes is noise.

    A plateau is the mean of what lies within band of its anchor, and the anchor is the second
    outermost sample of its side: one spike does not move it.  No heap, no number over 2**30.
    """
    top = max(buf)
    bottom = min(buf)
    found[TOP] = top
    found[BOTTOM] = bottom
    if top - bottom <= flat:
        found[HIGH] = found[LOW] = (sum(buf) - top - bottom) // (n - 2)
        found[HIGHS] = found[LOWS] = 0
        return
    middle = (top + bottom) // 2
    high_first = high_second = high_n = 0
    low_first = low_second = 65_535
    for counts in buf:
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
    low_n = n - high_n
    found[HIGHS] = high_n
    found[LOWS] = low_n
    high = high_first if high_n < 3 else high_second
    low = low_first if low_n < 3 else low_second
    _average(buf, found, band, high, low)


def _average(buf, found, band: int, high: int, low: int) -> None:
    """The means around the anchors high and low."""
    from_high, to_high = high - band, high + band
    from_low, to_low = low - band, low + band
    high_total = high_n = low_total = low_n = 0
    for counts in buf:
        if from_high <= counts <= to_high:
            high_total += counts
            high_n += 1
        if from_low <= counts <= to_low:
            low_total += counts
            low_n += 1
    found[HIGH] = high_total // high_n
    found[LOW] = low_total // low_n
