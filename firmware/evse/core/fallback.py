"""The limit that silence of the link brings.

Steps a slot of limits.py every tick and knows nothing of links; the app says when it heard from
its backend.
"""

from .limits import FALLBACK, Limits
from .timer import Timer

KEEP = 0  # go on by the other limits
REDUCE = 1  # to a current agreed beforehand
PAUSE = 2
POLICY_NAMES = ("keep", "reduce", "pause")


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
