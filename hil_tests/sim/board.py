"""The simulated board, by the contract of firmware/boards/README.md.

Made anew at each boot by the firmware's main.py; what it is made of outlives it (wires.py).
"""

from boards.socket import Socket
from evse.drivers.guard import emergency_stop, enclosure, protective_earth

NAME = "simulated"


class Board:
    """chip, wires: what it runs on.  store: its flash.  uart: the serial line."""

    name = NAME

    def __init__(self, chip, wires, store, uart, wlan) -> None:
        self.reset_reason = chip.reason
        self.store = store
        self.console = uart
        self._chip = chip
        self._wires = wires
        self._wlan = wlan
        self.station = None
        self.connectors = [
            Socket(
                self._burst,
                wires.pwm,
                wires.enable,
                feedback=wires.contactor.mirror,
                guard_rows=(
                    emergency_stop(wires.emergency_stop),
                    enclosure(wires.enclosure),
                    protective_earth(wires.earth_lost),
                ),
                rcd_trip=wires.rcd.trip,
                rcd_test=wires.rcd.test,
                lock_pins=wires.lock.pins,
                proximity=wires.proximity,
                thermistor=wires.thermistor,
                meter_uart=wires.meter_uart,
            )
        ]

    def _burst(self, buffer) -> None:
        self._wires.sampler.burst(buffer)

    def console_write(self, text: str) -> None:
        self.console.write(text.encode())

    def identify(self, duration_s: int) -> None:
        """A simulated board has no lamp."""

    def make_network(self):
        return self._wlan

    def start_tick(self, tick) -> bool:
        self._chip.start_watchdog()
        return self._chip.start_timer(tick)

    def feed(self) -> None:
        self._chip.feed()

    def ticks_ms(self) -> int:
        return self._chip.ticks_ms()

    def heap_free(self) -> int:
        try:
            import gc

            return gc.mem_free()
        except AttributeError:
            return 0

    def idle(self) -> None:
        """A main loop without the tick in it may take its time."""
        self._chip.pass_ms(5 if self._chip.can_time else 1)

    def reset(self) -> None:
        self._chip.reset("watchdog")  # as on RP2040, where both come through the watchdog
