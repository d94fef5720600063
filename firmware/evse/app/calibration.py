"""Two known voltages on the pilot: +12 V with nothing plugged in, then -12 V (state F).

It takes the place of the control tick for a second and a half: contactor open, output driven, raw
counts averaged.  What the counts mean is the converter's to say (drivers/pilot_adc.py); what it
says is kept in the store, a blob a connector, and applied at boot.
"""

import json

from evse.core import states

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

HALF = 72  # ticks at each voltage
SETTLE = 8  # of them left out
STEADY_COUNTS = 1_000  # 0.45 V: more between two readings is a vehicle going in, or a broken part


class Calibration:
    """running: ticks go here.  done: the counts are there, finish() is due."""

    def __init__(self, hardware) -> None:
        self.running = False
        self.done = False
        self._hardware = hardware
        self._store: Any = None  # until keep_in()
        self._name = ""
        self._ticks = 0
        self._total = [0, 0]
        self._least = [0, 0]
        self._most = [0, 0]

    def keep_in(self, store, number: int) -> bool:
        """Where the numbers of connector `number` are kept.  Applies what is there; False where
        there is nothing that can be right."""
        self._store = store
        self._name = f"calibration-{number}"
        stored = store.load(self._name)
        if stored is None:
            return False
        try:
            gain_num, offset_mv = json.loads(str(stored, "utf-8"))
        except (ValueError, TypeError):
            return False
        if type(gain_num) is not int or type(offset_mv) is not int:
            return False
        return self._hardware.adc.restore(gain_num, offset_mv)

    def start(self) -> None:
        """From outside the tick, with no vehicle there."""
        self._ticks = 0
        self.done = False
        for half in (0, 1):
            self._total[half] = self._most[half] = 0
            self._least[half] = 65_535
        self.running = True

    def tick(self) -> None:
        """In place of the controller's.  Allocates nothing."""
        hardware = self._hardware
        hardware.contactor.open()
        if self.done:
            return
        half = 0 if self._ticks < HALF else 1
        hardware.pwm.show(states.DRIVE_LOW if half else states.DRIVE_HIGH, 0)
        if self._ticks - half * HALF >= SETTLE:
            self._measure(hardware.adc, half)
        self._ticks += 1
        if self._ticks == 2 * HALF:
            hardware.pwm.show(states.DRIVE_HIGH, 0)
            self.done = True

    def _measure(self, adc, half: int) -> None:
        adc.sample()
        self._total[half] += (adc.max_counts + adc.min_counts) // 2
        self._least[half] = min(self._least[half], adc.min_counts)
        self._most[half] = max(self._most[half], adc.max_counts)

    def finish(self) -> str:
        """Apply and keep what was measured; give the ticks back.  "" or what was wrong."""
        try:
            for half in (0, 1):
                if self._most[half] - self._least[half] > STEADY_COUNTS:
                    return "the pilot was not steady; is a vehicle plugged in?"
            count = HALF - SETTLE
            adc = self._hardware.adc
            numbers = adc.calibrate_at(self._total[0] // count, self._total[1] // count)
            self._store.save(self._name, json.dumps(list(numbers)).encode())
        except ValueError as error:
            return str(error)
        except OSError:
            return "applied until the next boot, but flash did not keep it"
        finally:
            self.running = False
        return ""
