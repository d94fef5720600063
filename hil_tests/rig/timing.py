"""The verb `time`: from a pilot step to the coil, at no particular moment, in steps of 16 ns."""

from hil_tests.rig.commands import RigError
from hil_tests.rig.lines import to_us
from hil_tests.rig.programs import NS_PER_CYCLE

STEADY_CLOSED_MS = 500  # before a step that opens
STEADY_OPEN_MS = 6_000  # before one that closes: no closing comes sooner than 5 s after another
ANYWHERE_US = 20_000  # two ticks: the step falls anywhere in them
MOST_TIME_MS = 60_000  # for one opening or closing
CONTACT_MS = 100  # after the coil, for a contact that does not follow


class Timing:
    """Looked at until it has its times."""

    def __init__(self, clock, lines, pilot, chance, before: str, after: str, count: int) -> None:
        if before == after:
            raise RigError("time wants two different states")
        self._clock = clock
        self._lines = lines
        self._pilot = pilot
        self._chance = chance
        self._states = (before, after)
        self._wanted = 1 if before == "C" else 0
        self._count = count
        self._ns = []
        self._contact_us = []
        self._go_back()

    def _go_back(self) -> None:
        now_us = self._clock.now_us()
        self._stepped = False
        self._pilot.show(self._states[0])
        steady_ms = STEADY_CLOSED_MS if self._wanted else STEADY_OPEN_MS
        self._steady_us = steady_ms * 1_000 + self._chance.below(ANYWHERE_US)
        self._from_us = now_us + self._steady_us
        self._until_us = now_us + MOST_TIME_MS * 1_000

    def look(self):
        now_us = self._clock.now_us()
        if now_us > self._until_us:
            coil = "energised" if self._lines.levels["coil"] else "open"
            raise RigError(f"the coil did not move; at {self._states[0]} it is {coil}")
        if not self._stepped:
            self._wait_steady(now_us)
        elif self._lines.levels["coil"] != self._wanted and self._contact_followed(now_us):
            if len(self._ns) == self._count:
                return {"ns": self._ns, "contact_us": self._contact_us}
            self._go_back()
        return None

    def _wait_steady(self, now_us: int) -> None:
        lines = self._lines
        steady_us = max(self._from_us, lines.changed_us["coil"] + self._steady_us)
        if lines.levels["coil"] == self._wanted and now_us >= steady_us:
            self._contact = lines.levels["contact"]
            self._stepped = True
            self._pilot.show(self._states[1])

    def _contact_followed(self, now_us: int) -> bool:
        lines = self._lines
        moved = lines.levels["contact"] != self._contact
        if not moved and now_us < lines.changed_us["coil"] + CONTACT_MS * 1_000:
            return False
        self._ns.append(lines.since_step("coil") * NS_PER_CYCLE)
        self._contact_us.append(to_us(lines.since_step("contact")) if moved else None)
        return True
