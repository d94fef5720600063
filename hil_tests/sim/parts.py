"""Parts of the simulated station that the virtual board has not, or not so breakable."""

from array import array

from boards.virtual.pin import VirtualPin

ANSWER_MS = 120  # of a good residual-current device, from the test current to the trip
RELEASE_MS = 200


class Rcd:
    """trip: its output, 1 while tripped.  test: its test input.  mood: ok, none, stuck.

    tripped: a real residual current stands.  answer_ms: to a test current.
    """

    def __init__(self) -> None:
        self.trip = VirtualPin(0)
        self.test = VirtualPin(0)
        self.mood = "ok"
        self.answer_ms = ANSWER_MS
        self.tripped = False
        self._tested_ms = 0
        self._releasing_ms = 0
        self._asked = False

    def step(self, ms: int) -> None:
        """Let ms pass."""
        if self.test.level and not self._asked:
            self._tested_ms = 1
        self._asked = self.test.level == 1
        if self._tested_ms and self.mood != "none":
            self._tested_ms += ms
            if self._tested_ms > self.answer_ms:  # a late device answers a test that is over
                self._tested_ms = 0
                self._releasing_ms = RELEASE_MS
        if self._releasing_ms and not self.test.level and self.mood != "stuck":
            self._releasing_ms = max(0, self._releasing_ms - ms)
        self.show()

    def show(self) -> None:
        self.trip.level = 1 if self.tripped or self._releasing_ms else 0


class Load:
    """What flows through the contactor: the same in every phase."""

    def __init__(self, mains) -> None:
        self.ma = 0  # asked for
        self.current_ma = array("i", (0, 0, 0))
        self.power_w = 0
        self._mains = mains

    def step(self, closed: bool) -> None:
        power_w = 0
        for phase in range(3):
            ma = self.ma if closed and self._mains.mv[phase] else 0
            self.current_ma[phase] = ma
            power_w += (self._mains.mv[phase] // 100) * (ma // 10) // 1000
        self.power_w = power_w


class Enable:
    """The contactor enable, with an eye on it.  dead: the chip is in reset, nothing is kicked.

    worst_gap_us: longest time between two kicks with no drop() in between.  see(line, live) is
    told what the coil does.
    """

    def __init__(self, enable, clock, see) -> None:
        self._enable = enable
        self._clock = clock
        self._see = see
        self.dead = False
        self.coil_broken = False
        self.worst_gap_us = 0
        self._kicked_us = -1

    def kick(self) -> None:
        if self.dead:
            return
        now_us = self._clock()
        if self._kicked_us >= 0:
            self.worst_gap_us = max(self.worst_gap_us, now_us - self._kicked_us)
        self._kicked_us = now_us
        self._enable.kick()

    def drop(self) -> None:
        self._kicked_us = -1
        self._enable.drop()

    def live(self, now_ms: int) -> bool:
        """Asked by the contactor once a step: whether its coil has current."""
        live = self._enable.live(now_ms) and not self.coil_broken
        self._see("coil", live)
        return live


class Wlan:
    """A Wi-Fi interface, as network.WLAN.  mood: ok, gone, refuses, hangs (raises OSError)."""

    def __init__(self) -> None:
        self.mood = "gone"
        self._asked = False

    def active(self, on: "bool | None" = None) -> bool:
        self._try()
        return True

    def connect(self, _name: str, _password: str) -> None:
        self._try()
        self._asked = True

    def disconnect(self) -> None:
        self._try()
        self._asked = False

    def isconnected(self) -> bool:
        self._try()
        return self._asked and self.mood == "ok"

    def status(self) -> int:
        self._try()
        return {"ok": 3, "gone": -2, "refuses": -3}[self.mood]

    def _try(self) -> None:
        if self.mood == "hangs":
            raise OSError(110)
