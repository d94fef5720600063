"""When the offer begins at 6 A and gains 1 A a minute (core/ramp.py), by the setting `ramp`.

"outage": once the board has started and once the mains are good again, so that the vehicles of a
street do not all come back at once.  "start": whenever an offer begins.  Loaded only where one of
them is set.
"""

from evse.core import faults, states
from evse.core.ramp import Ramp

SUPPLY = faults.FAULT_UNDER_VOLTAGE | faults.FAULT_OVER_VOLTAGE | faults.FAULT_FREQUENCY


class SlowRise:
    """mode: "outage" or "start".  full_ma: where it ends.  ramp: steps in the tick."""

    def __init__(self, limits, mode: str, full_ma: int) -> None:
        self.mode = mode
        self.ramp = Ramp(limits)
        self._full_ma = full_ma
        self._held = True
        self.ramp.hold(0)

    def poll(self, now_ms: int, pilot, active: int) -> None:
        """Outside the tick.  active: FAULT_* bits.  It is held from before there is an offer."""
        holds = active & SUPPLY != 0
        if self.mode == "start":
            holds = pilot.drive != states.DRIVE_PWM
        if holds and not self._held:
            self.ramp.hold(now_ms)
        elif self._held and not holds:
            self.ramp.start(now_ms, self._full_ma)
        self._held = holds
