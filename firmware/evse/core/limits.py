"""How much current may be offered, and whose limit binds.

A slot an owner; the least of the set ones counts, and no limit at all means no
current.  Owners differ in trust: a remote one (operator, backend) must say how
long its limit is meant, so that silence ends it.

set(), clear() and after() may be called while a tick runs in an interrupt: see the
order of the stores in set().  Who sets what: station, from the configuration;
cable, proximity.py; supply, the site's load balancing; heat, heat.py; fallback,
fallback.py; ramp, ramp.py.
"""

from .units import past_ms

STATION = 0
CABLE = 1
SUPPLY = 2
HEAT = 3
OPERATOR = 4
BACKEND = 5
FALLBACK = 6
RAMP = 7
COUNT = 8
NONE = 8  # binding: no limit is set
OWNER_NAMES = ("station", "cable", "supply", "heat", "operator", "backend", "fallback", "ramp")
REMOTE_OWNERS = (OPERATOR, BACKEND)

NO_LIMIT = -1
MAX_VALID_MS = 86_400_000  # one day
MAX_LIMIT_MA = 1_000_000


class Limits:
    """The limits on one connector.

    Read after least(): binding, the owner whose limit counts (the lowest number among
    equals), or NONE; expired[owner], whether its limit has ended by itself since it was
    set.
    """

    def __init__(self) -> None:
        self.binding = NONE
        self.expired = [False] * COUNT
        self._limit_ma = [0] * COUNT
        self._since_ms = [0] * COUNT
        self._valid_ms = [0] * COUNT
        self._after_ma = [NO_LIMIT] * COUNT
        self._is_set = [False] * COUNT

    def set(self, owner: int, limit_ma: int, now_ms: int, valid_ms: int = 0) -> bool:
        """Limit the current to limit_ma for valid_ms, or for good where that is 0.

        False, and nothing done, for an owner, current (0..1 000 A) or time (0..24 h,
        never 0 for a remote owner) out of bounds.
        """
        if not 0 <= owner < COUNT or not 0 <= limit_ma <= MAX_LIMIT_MA:
            return False
        if not 0 <= valid_ms <= MAX_VALID_MS:
            return False
        if valid_ms == 0 and owner in REMOTE_OWNERS:
            return False
        # A tick may come between any two of these.  The start goes first, so that the
        # old limit cannot end in between; _is_set goes last, so that a slot that was
        # empty counts only when whole.  Each tick sees the old limit or the new one.
        self._since_ms[owner] = now_ms
        self._valid_ms[owner] = valid_ms
        self._limit_ma[owner] = limit_ma
        self._is_set[owner] = True
        self.expired[owner] = False
        return True

    def clear(self, owner: int) -> None:
        """Take a limit away."""
        self._is_set[owner] = False
        self.expired[owner] = False

    def after(self, owner: int, limit_ma: int) -> None:
        """What limits once owner's limit has ended: limit_ma, or NO_LIMIT for nothing.

        A budget that must be renewed says 0 here (then the offer is withdrawn).
        """
        self._after_ma[owner] = limit_ma

    def least(self, now_ms: int) -> int:
        """The current in mA that every owner allows at now_ms.  Every tick."""
        least_ma = MAX_LIMIT_MA + 1
        binding = NONE
        for owner in range(COUNT):
            if self._is_set[owner]:
                if self._valid_ms[owner] and self._has_ended(owner, now_ms):
                    self._end(owner)
                if self._is_set[owner] and self._limit_ma[owner] < least_ma:
                    least_ma = self._limit_ma[owner]
                    binding = owner
        self.binding = binding
        return 0 if binding == NONE else least_ma

    def limit_ma(self, owner: int) -> int:
        """What owner allows, NO_LIMIT if it does not limit."""
        return self._limit_ma[owner] if self._is_set[owner] else NO_LIMIT

    def remaining_ms(self, owner: int, now_ms: int) -> int:
        """How long owner's limit still counts; 0 for one that has no end, or is none."""
        valid_ms = self._valid_ms[owner]
        if not self._is_set[owner] or valid_ms == 0:
            return 0
        return max(valid_ms - past_ms(now_ms, self._since_ms[owner]), 0)

    def _has_ended(self, owner: int, now_ms: int) -> bool:
        # past_ms, not elapsed_ms: set() may have read the clock a moment after the tick.
        return past_ms(now_ms, self._since_ms[owner]) >= self._valid_ms[owner]

    def _end(self, owner: int) -> None:
        """Mark the slot, so that a clock that wraps cannot bring the limit back."""
        self.expired[owner] = True
        if self._after_ma[owner] == NO_LIMIT:
            self._is_set[owner] = False
        else:
            self._limit_ma[owner] = self._after_ma[owner]
            self._valid_ms[owner] = 0
