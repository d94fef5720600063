"""The rest of the simulated rig: its instruments, and faults of single parts of the station."""

from hil_tests.rig.commands import RigError
from hil_tests.sim.rig import MOST_TIME_MS, SimRig

STEADY_CLOSED_MS = 500  # before a step that opens
STEADY_OPEN_MS = 6_000  # before one that closes: no closing comes sooner than 5 s after another


class FullRig(SimRig):
    """Every verb of commands.py that the simulated bench has a part for."""

    def measure(self, periods: int):
        wires = self._wires
        done_us = wires.now_us + periods * 1_000

        def look() -> "dict | None":
            if wires.now_us < done_us:
                return None
            duty_ppm = wires.circuit.duty_ppm
            mhz = wires.pwm_mhz() if 0 < duty_ppm < 1_000_000 else 0
            return {"duty_ppm": duty_ppm, "mhz": mhz, "jitter_ns": 0, "n": periods}

        return look

    def measure_volts(self) -> dict:
        circuit = self._wires.circuit
        high_mv = circuit.high_mv if circuit.duty_ppm else None
        low_mv = circuit.low_mv if circuit.duty_ppm < 1_000_000 else None
        return {"high_mv": high_mv, "low_mv": low_mv}

    def time(self, before: str, after: str, count: int = 1):
        """Go from one state to the other, at no particular moment, and time the coil."""
        if before == after:
            raise RigError("time wants two different states")
        return Timing(self, self._wires, before, after, count).look

    def below(self, n: int) -> int:
        return self._chance.below(n)

    # Faults of the station's own parts

    def rail(self, which: str, mv: int) -> dict:
        high_mv, low_mv = self._wires.rails_mv
        self._wires.rails_mv = (mv, low_mv) if which == "high" else (high_mv, mv)
        return self.show(self._shown)

    def stick_pwm(self, ppm: int) -> dict:
        self._wires.circuit.stick(ppm)
        return self._us()

    def free_pwm(self) -> dict:
        self._wires.circuit.mend()
        return self._us()

    def pwm_clock(self, ppm: int) -> dict:
        self._wires.pwm_clock_ppm = ppm
        return self._us()

    def stick_adc(self, counts: int) -> dict:
        self._wires.sampler.stick(counts)
        return self._us()

    def free_adc(self) -> dict:
        self._wires.sampler.stick()
        return self._us()

    def load(self, ma: int) -> dict:
        self._wires.load.ma = ma
        return self._us()

    def mains(self, mv: int, mhz: int = 50_000) -> dict:
        self._wires.mains.set(mv)
        self._wires.mains.mhz = mhz
        return self._us()

    def meter(self, fault: str) -> dict:
        self._wires.meter.fault = "" if fault == "ok" else fault
        return self._us()

    def meter_register(self, wh: int) -> dict:
        self._wires.meter.set_register(wh)
        return self._us()

    def temperature(self, degrees: int) -> dict:
        self._wires.thermistor.set(degrees)
        return self._us()

    def temperature_broken(self, _how: str) -> dict:
        self._wires.thermistor.break_off()
        return self._us()

    def lock(self, how: str) -> dict:
        lock = self._wires.lock
        lock.stuck = how == "jammed"
        if how == "loose":
            lock.force_open()
        return self._us()

    def wifi(self, mood: str) -> dict:
        self.wlan.mood = mood
        return self._us()


class Timing:
    """The verb `time`: stand in one state until the coil is steady, step, wait for the coil."""

    def __init__(self, rig: FullRig, wires, before: str, after: str, count: int) -> None:
        self._rig = rig
        self._wires = wires
        self._before = before
        self._after = after
        self._count = count
        self._wanted = 1 if before == "C" else 0
        self._ns = []
        self._contact_us = []
        self._stepped_us = -1
        self._contact = 0
        self._go_back()

    def _go_back(self) -> None:
        self._stepped_us = -1
        self._rig.show(self._before)
        # No particular moment: the wait is a random one, of up to two ticks, longer each time.
        steady_ms = STEADY_CLOSED_MS if self._wanted else STEADY_OPEN_MS
        self._steady_us = (steady_ms + self._rig.below(20)) * 1_000
        self._from_us = self._wires.now_us + self._steady_us
        self._until_us = self._wires.now_us + MOST_TIME_MS * 1_000

    def look(self) -> "dict | None":
        wires = self._wires
        if wires.now_us > self._until_us:
            raise RigError("the coil did not move; at " + self._before + " it is " + self._coil())
        coil = wires.levels["coil"]
        if self._stepped_us < 0:
            steady_us = max(self._from_us, wires.changed_us["coil"] + self._steady_us)
            if coil == self._wanted and wires.now_us >= steady_us:
                self._contact = wires.levels["contact"]
                self._stepped_us = wires.now_us
                self._rig.show(self._after)
        elif coil != self._wanted and wires.levels["contact"] != self._contact:
            self._ns.append((wires.changed_us["coil"] - self._stepped_us) * 1_000)
            self._contact_us.append(wires.changed_us["contact"] - self._stepped_us)
            if len(self._ns) == self._count:
                return {"ns": self._ns, "contact_us": self._contact_us}
            self._go_back()
        return None

    def _coil(self) -> str:
        return "energised" if self._wires.levels["coil"] else "open"
