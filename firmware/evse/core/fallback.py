"""Limits that time alone moves: when the link has been silent, and after an outage.

Both step a slot of limits.py every tick and know nothing of links or meters; the
app says when it heard from its backend, and when to start a ramp.
"""

from .limits import FALLBACK, RAMP, Limits
from .timer import Timer
from .units import MIN_OFFER_MA

KEEP = 0  # go on by the other limits
REDUCE = 1  # to a current agreed beforehand
PAUSE = 2
POLICY_NAMES = ("keep", "reduce", "pause")

RAMP_STEP_MA = 1_000
RAMP_STEP_MS = 60_000  # 1 A a minute, as the Austrian grid code has it


class Fallback:
    """What to do when nobody has spoken for silence_ms.

    in_force: the policy limits now.  Starts as if the link had spoken at power-up.
    """

    def __init__(self, limits: Limits, policy: int, reduced_ma: int, silence_ms: int) -> None:
        """silence_ms: 1..86_400_000; reduced_ma counts for REDUCE only."""
        self.in_force = False
        self._limits = limits
        self._policy = policy
        self._reduced_ma = reduced_ma if policy == REDUCE else 0
        self._silence_ms = silence_ms
        self._alive = True  # heard since the last step
        self._patience = Timer()

    def link_alive(self) -> None:
        """The backend has been heard.  Safe while a tick runs in an interrupt."""
        self._alive = True

    def step(self, now_ms: int) -> bool:
        """Every tick; True when the policy has come into force or gone out of it."""
        if self._alive:
            self._alive = False
            self._patience.start(now_ms, self._silence_ms)
            if not self.in_force:
                return False
            self.in_force = False
            self._limits.clear(FALLBACK)
            return True
        if not self._patience.ends(now_ms) or self._policy == KEEP:
            return False
        self.in_force = True
        self._limits.set(FALLBACK, self._reduced_ma, now_ms)
        return True


class Ramp:
    """Lets the current back in slowly: from 6 A up, 1 A a minute."""

    def __init__(self, limits: Limits) -> None:
        self.running = False
        self._limits = limits
        self._now_ma = 0
        self._full_ma = 0
        self._next = Timer()

    def start(self, now_ms: int, full_ma: int) -> None:
        """Begin at 6 A; be done at full_ma."""
        self.running = True
        self._now_ma = MIN_OFFER_MA
        self._full_ma = full_ma
        self._limits.set(RAMP, self._now_ma, now_ms)
        self._next.start(now_ms, RAMP_STEP_MS)

    def step(self, now_ms: int) -> None:
        """Every tick."""
        if not self.running or self._next.runs(now_ms):
            return
        self._now_ma += RAMP_STEP_MA
        if self._now_ma >= self._full_ma:
            self.running = False
            self._limits.clear(RAMP)
            return
        self._limits.set(RAMP, self._now_ma, now_ms)
        self._next.start(now_ms, RAMP_STEP_MS)
