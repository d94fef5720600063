"""What must never happen, said without the firmware: the judge of a random walk (soak.py).

It is told what was done to the station and when, and what the coil did, and knows only this: why
power must go and within which time, what power needs before it may come, and that it comes when
nothing stands against it.
"""

from dataclasses import dataclass, field
from typing import Any

OPEN_US = 112_000  # IEC 61851-1 Table A.6: 100 ms, and the grain of tick and rig
LINGER_US = 6_300_000  # after X1
SEEN_US = 40_000  # what stands for so long the station has surely seen
SETTLED_US = 480_000  # a vehicle has asked for so long before power comes
RECLOSE_US = 4_990_000
COMES_MS = 330_000  # protective earth and residual current wait 5 minutes

# What stands against power, as key -> the value that is good, and the time to go.
GOOD = {
    "vehicle": ("C", OPEN_US),
    "diode": ("ok", OPEN_US),
    "short": ("none", OPEN_US),
    "earth": (True, OPEN_US),
    "rcd": (False, OPEN_US),
    "emergency-stop": (0, OPEN_US),
    "enclosure": (0, OPEN_US),
    "powered": (True, OPEN_US),
    "crashed": (False, OPEN_US),
    "limit": ("some", LINGER_US),
    "stopped": (False, LINGER_US),
}


class Violation(AssertionError):
    """A rule was broken; the text says which, when and what stood against it."""


@dataclass
class Oracle:
    """tell() what is done, saw() what the coil did, judge() up to a time.  Times in us.

    Keys are those of GOOD, and "boot": the station starts again, then or a little later.
    """

    now: dict[str, Any] = field(default_factory=lambda: {k: row[0] for k, row in GOOD.items()})
    since_us: dict[str, int] = field(default_factory=dict)  # bad keys -> since when
    coil: int = 0
    closed_us: int = -RECLOSE_US
    asking_us: int = 0
    left_us: int = 0
    closings: int = 0
    _events: list[tuple[int, int, str, Any]] = field(default_factory=list)
    _order: int = 0

    def tell(self, at_us: int, key: str, value: Any) -> None:
        """From at_us on key has this value; at_us may lie ahead."""
        self._order += 1
        self._events.append((at_us, self._order, key, value))

    def saw(self, at_us: int, level: int) -> None:
        self._order += 1
        self._events.append((at_us, self._order, "coil", level))

    def judge(self, up_to_us: int) -> None:
        """Go through everything told up to then.  Raises Violation."""
        due = sorted(event for event in self._events if event[0] <= up_to_us)
        self._events = [event for event in self._events if event[0] > up_to_us]
        for at_us, _, key, value in due:
            self._stands(at_us)
            if key == "coil":
                self._coil(at_us, value)
            elif key == "boot":  # stops, limits and the last closing are forgotten
                self.closed_us = at_us - RECLOSE_US
                self._change(at_us, "limit", "some")
                self._change(at_us, "stopped", False)
            else:
                self._change(at_us, key, value)
        self._stands(up_to_us)

    def _change(self, at_us: int, key: str, value: Any) -> None:
        if key == "vehicle" and (value == "C") != (self.now["vehicle"] == "C"):
            if value != "C":
                self.left_us = at_us
            elif at_us - self.left_us >= SEEN_US:  # a shorter pause may not have been seen
                self.asking_us = at_us
        self.now[key] = value
        if value == GOOD[key][0]:
            self.since_us.pop(key, None)
        else:
            self.since_us.setdefault(key, at_us)

    def _stands(self, at_us: int) -> None:
        if not self.coil:
            return
        at_x1 = "limit" in self.since_us or "stopped" in self.since_us
        for key, since_us in self.since_us.items():
            most_us = GOOD[key][1]
            if key == "diode" and at_x1:  # without PWM there is no low side to see it by
                most_us = LINGER_US
            if at_us - since_us > most_us:
                raise Violation(
                    f"closed {(at_us - since_us) / 1000:.0f} ms after {key} is {self.now[key]!r}"
                )

    def _coil(self, at_us: int, level: int) -> None:
        self.coil = level
        if not level:
            return
        against = [key for key, since_us in self.since_us.items() if at_us - since_us > OPEN_US]
        if against:
            raise Violation(f"closes while {against[0]} is {self.now[against[0]]!r}")
        if at_us - self.asking_us < SETTLED_US:
            raise Violation(f"closes {(at_us - self.asking_us) / 1000:.0f} ms after C")
        if at_us - self.closed_us < RECLOSE_US:
            raise Violation(f"closes {(at_us - self.closed_us) / 1000:.0f} ms after it closed")
        self.closed_us = at_us
        self.closings += 1
