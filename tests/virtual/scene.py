"""A world without firmware: the test plays the station's part, tick by tick."""

from boards.virtual.profiles import Profile
from boards.virtual.world import World

TICK_MS = 10


class Scene:
    """offer(duty) and close() are what a station would do; run() lets time pass."""

    def __init__(self, profile: Profile, seed: int = 1, model: str = "sdm630") -> None:
        self.world = World(seed, 1, model)
        self.bay = self.world.bays[0]
        self.vehicle = self.bay.vehicle
        self.now_ms = 0
        self._closed = False
        self.world.step(0)
        self.bay.plug(profile)

    def offer(self, duty_ppm: int) -> None:
        self.bay.pwm.duty_ns(duty_ppm)

    def x1(self) -> None:
        self.bay.pwm.duty_u16(65_535)

    def f(self) -> None:
        self.bay.pwm.duty_u16(0)

    def close(self) -> None:
        self._closed = True

    def open(self) -> None:
        self._closed = False
        self.bay.contactor.enable.drop()

    def run(self, ms: int) -> None:
        for _ in range(ms // TICK_MS):
            self.tick()

    def tick(self) -> None:
        if self._closed:
            self.bay.contactor.enable.kick()
        self.now_ms += TICK_MS
        self.world.step(self.now_ms)

    def until(self, true, most_ms: int = 60_000) -> int:
        """How long until true() says so, in ms.  AssertionError after most_ms."""
        passed_ms = 0
        while not true():
            assert passed_ms < most_ms, f"not within {most_ms} ms"
            self.tick()
            passed_ms += TICK_MS
        return passed_ms

    def charge(self, duty_ppm: int = 266_666) -> None:
        """Offer, wait until it asks, close, wait until it draws all it may."""
        self.offer(duty_ppm)
        self.until(lambda: self.vehicle.asking)
        self.close()
        self.run(8_000)

    @property
    def ma(self) -> int:
        return self.vehicle.current_ma[0]
