"""Units, and the few sums on them: current, duty, time.

The core speaks whole numbers only: mA, mV, ms, Wh, and duty in parts per million
of the period (duty_ppm), because the pilot runs at 1 kHz and 1 ppm is then 1 ns
of high time.  Every number stays under 2**30, so that no sum in the control tick
touches the heap of a 32-bit board.  Every name that holds a quantity ends in its
unit.

Knows nothing of pins or states.  Next: states.py, then pilot.py.
"""

TICKS_PERIOD = 1 << 30  # clocks wrap here, every 12.4 days
_MASK = TICKS_PERIOD - 1
_HALF = TICKS_PERIOD >> 1

X1_PPM = 1_000_000  # steady +12 V: no offer
F_PPM = 0  # steady -12 V: station not available
DIGITAL_PPM = 50_000  # 5 %: the current is agreed by digital communication

MIN_OFFER_MA = 6_000
MAX_OFFER_MA = 80_000
NO_OFFER_MA = 0
DIGITAL_MA = -1  # what offer_ma_for() answers for 3 % to 7 %

_LEAST_MA = 5_900  # 5.9 A to 6.1 A are one offer: sums of limits round about 6 A
_LOW_SIX_MA = 6_100
_KNEE_MA = 51_000  # the scale is steeper above; 51 A to 52.5 A have no duty of their own
_STEEP_MA = 52_500
_OVER_MA = 80_100


def elapsed_ms(now_ms: int, since_ms: int) -> int:
    """Milliseconds from since_ms to now_ms, 0..2**30 - 1, right across one wrap."""
    return (now_ms - since_ms) & _MASK


def past_ms(now_ms: int, since_ms: int) -> int:
    """As elapsed_ms, but 0 where since_ms lies ahead of now_ms (by under 6.2 days)."""
    passed_ms = (now_ms - since_ms) & _MASK
    return passed_ms if passed_ms < _HALF else 0


def duty_ppm_for(offer_ma: int) -> int:
    """The duty that offers offer_ma; X1_PPM where the pilot has no duty for it.

    IEC 61851-1 Annex A: 0.6 A per percent up to 51 A, 2.5 A per percent above.
    Rounded down, so that a vehicle never reads more than was meant; the two
    exceptions are 5.9 A to 6 A, read as 6 A, and 80 A to 80.1 A, read as 80 A.
    """
    if offer_ma < _LEAST_MA or offer_ma > _OVER_MA:
        return X1_PPM
    if offer_ma <= _LOW_SIX_MA:
        return 100_000
    if offer_ma <= _KNEE_MA:
        return offer_ma * 50 // 3
    if offer_ma < _STEEP_MA:
        return 850_000
    if offer_ma <= MAX_OFFER_MA:
        return offer_ma * 4 + 640_000
    return 970_000


def offer_ma_for(duty_ppm: int) -> int:
    """The current in mA a vehicle reads from duty_ppm.

    NO_OFFER_MA where it may not charge, DIGITAL_MA from 3 % to 7 %.
    """
    if 80_000 <= duty_ppm < 100_000:
        return MIN_OFFER_MA
    if 100_000 <= duty_ppm <= 850_000:
        return duty_ppm * 3 // 50
    if 850_000 < duty_ppm <= 960_000:
        return (duty_ppm - 640_000) // 4
    if 960_000 < duty_ppm <= 970_000:
        return MAX_OFFER_MA
    if 30_000 <= duty_ppm <= 70_000:
        return DIGITAL_MA
    return NO_OFFER_MA
