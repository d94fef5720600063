"""A session: one vehicle from plug-in to unplug, with its energy and its end.

Knows the time, the counted energy and what the pilot machine says; does not know users,
messages or storage.  A session's name is two numbers: the boot it began in, and its
place in that boot.
"""

from .units import elapsed_ms

IDLE = 0  # nothing plugged in
WAITING = 1  # plugged in, no power yet
CHARGING = 2
SUSPENDED_BY_VEHICLE = 3
SUSPENDED_BY_STATION = 4
FINISHING = 5  # stopped, still plugged in
PHASE_NAMES = (
    "idle",
    "waiting",
    "charging",
    "suspended-by-vehicle",
    "suspended-by-station",
    "finishing",
)

STOP_NONE = 0
STOP_UNPLUGGED = 1
STOP_BY_OPERATOR = 2
STOP_BY_BACKEND = 3
STOP_LOCALLY = 4
STOP_FAULT = 5
STOP_POWER_CUT = 6
STOP_NAMES = (
    "none",
    "unplugged",
    "stopped-by-operator",
    "stopped-by-backend",
    "stopped-locally",
    "fault",
    "power-cut",
)

_MAX = (1 << 30) - 1


class Session:
    """The running session, or the last one.  One per connector.

    boot_id, number: its name; 0, 0 before the first.  phase: IDLE..FINISHING.
    start_wh: the count of energy.py when it began; energy_wh: delivered since.
    duration_s, charging_s: since plug-in, and of these with power; they stop at
    2**30 - 1.  stop: why it was stopped or ended, STOP_NONE until then.
    """

    def __init__(self, boot_id: int) -> None:
        self.boot_id = 0
        self.number = 0
        self.phase = IDLE
        self.start_wh = 0
        self.energy_wh = 0
        self.duration_s = 0
        self.charging_s = 0
        self.stop = STOP_NONE
        self._this_boot = boot_id
        self._last_number = 0
        self._resuming = False
        self._has_charged = False
        self._last_ms = 0
        self._part_ms = 0
        self._charging_ms = 0

    def resume(
        self, boot_id: int, number: int, energy_wh: int, times_s: "tuple[int, int]"
    ) -> None:
        """Take up a session that a power cut interrupted, before the first step.

        times_s: its duration and charging time.  The first step goes on with it when a
        vehicle is there, and ends it as STOP_POWER_CUT when not.
        """
        self.boot_id = boot_id
        self.number = number
        self.energy_wh = energy_wh
        self.duration_s, self.charging_s = times_s
        self.stop = STOP_POWER_CUT
        self.phase = WAITING
        self._resuming = True

    def step(
        self, now_ms: int, plugged: bool, offered: bool, powered: bool, total_wh: int
    ) -> bool:
        """Take in what stands at now_ms; return whether the phase changed.

        offered: PWM is on the pilot.  total_wh: EnergyCount.total_wh.  A change to IDLE
        is the end of the session, from IDLE its beginning.
        """
        before = self.phase
        if before == IDLE:
            if plugged:
                self._begin(now_ms, total_wh)
        elif self._resuming:
            self._resuming = False
            self._last_ms = now_ms
            self.start_wh = total_wh - self.energy_wh
            self._has_charged = self.charging_s > 0
            if plugged:
                self.stop = STOP_NONE
        if self.phase == IDLE:
            return False
        self._count(now_ms, powered, total_wh)
        if powered:
            self._has_charged = True
        self.phase = self._phase_for(plugged, offered, powered)
        return self.phase != before

    def stop_for(self, why: int) -> None:
        """Note why the charge is being stopped; the first reason stays."""
        if self.phase != IDLE and self.stop == STOP_NONE:
            self.stop = why

    def go_on(self) -> None:
        """It was started again: it has not been stopped."""
        if self.phase != IDLE:
            self.stop = STOP_NONE

    def _begin(self, now_ms: int, total_wh: int) -> None:
        self._last_number += 1
        self.boot_id = self._this_boot
        self.number = self._last_number
        self.phase = WAITING
        self.start_wh = total_wh
        self.energy_wh = 0
        self.duration_s = 0
        self.charging_s = 0
        self.stop = STOP_NONE
        self._has_charged = False
        self._last_ms = now_ms
        self._part_ms = 0
        self._charging_ms = 0

    def _count(self, now_ms: int, powered: bool, total_wh: int) -> None:
        passed_ms = elapsed_ms(now_ms, self._last_ms)
        self._last_ms = now_ms
        self._part_ms += passed_ms
        self.duration_s = min(self.duration_s + self._part_ms // 1000, _MAX)
        self._part_ms %= 1000
        if powered:
            self._charging_ms += passed_ms
            self.charging_s = min(self.charging_s + self._charging_ms // 1000, _MAX)
            self._charging_ms %= 1000
        self.energy_wh = max(total_wh - self.start_wh, self.energy_wh)

    def _phase_for(self, plugged: bool, offered: bool, powered: bool) -> int:
        if not plugged:
            if self.stop == STOP_NONE:
                self.stop = STOP_UNPLUGGED
            return IDLE
        if powered:
            return CHARGING
        if self.stop != STOP_NONE:
            return FINISHING
        if not self._has_charged:
            return WAITING
        return SUSPENDED_BY_VEHICLE if offered else SUSPENDED_BY_STATION
