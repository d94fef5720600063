"""The people: when a car comes, how long it stays, and which car comes next.

Repeats under its seed.  A considerate driver lets the car stop before pulling the plug; a rude
profile is unplugged under load.
"""

from boards.virtual import profiles
from boards.virtual.chance import Chance

_AWAY = 0
_PARKED = 1
_LEAVING = 2  # told the car to stop, waits for it
_PATIENCE_MS = 10_000


class Visits:
    """Moves one vehicle in and out.

    away_ms, stay_ms: (shortest, longest).  bad_permille: how often a bad car comes.
    """

    def __init__(
        self,
        vehicle,
        proximity,
        seed: int = 1,
        *,
        away_ms: "tuple[int, int]" = (5_000, 120_000),
        stay_ms: "tuple[int, int]" = (600_000, 3_600_000),
        bad_permille: int = 0,
        good: "tuple" = profiles.GOOD,
        bad: "tuple" = profiles.BAD,
        cable_ohm: int = 220,
    ) -> None:
        self._vehicle = vehicle
        self._proximity = proximity
        self._chance = Chance(seed)
        self._away_ms = away_ms
        self._stay_ms = stay_ms
        self._bad_permille = bad_permille
        self._good = good
        self._bad = bad
        self._cable_ohm = cable_ohm
        self._where = _AWAY
        self._next_ms = self._chance.between(0, away_ms[1])
        self.count = 0

    def step(self, now_ms: int) -> None:
        if now_ms < self._next_ms:
            return
        if self._where == _AWAY:
            self._arrive(now_ms)
        elif self._where == _PARKED:
            self._prepare(now_ms)
        else:
            self._leave(now_ms)

    def _arrive(self, now_ms: int) -> None:
        chance = self._chance
        kinds = self._bad if chance.happens(self._bad_permille) else self._good
        profile = kinds[chance.below(len(kinds))]
        vehicle = self._vehicle
        vehicle.become(profile, profile.capacity_wh * chance.between(100, 850) // 1000)
        vehicle.want = True
        self._proximity.ohm = self._cable_ohm
        vehicle.plug()
        self.count += 1
        self._where = _PARKED
        self._next_ms = now_ms + chance.between(*self._stay_ms)

    def _prepare(self, now_ms: int) -> None:
        if self._vehicle.profile.rude:
            self._leave(now_ms)
            return
        self._vehicle.want = False
        self._where = _LEAVING
        self._next_ms = now_ms + _PATIENCE_MS

    def _leave(self, now_ms: int) -> None:
        self._vehicle.unplug()
        self._proximity.ohm = -1
        self._where = _AWAY
        self._next_ms = now_ms + self._chance.between(*self._away_ms)
