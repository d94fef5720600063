"""What the boards on a chip have in common: flash, console, watchdog, clock, heap, restart.

Each family adds its reset reasons, its tick and its pins (pico.py, esp32_devkit/board.py).
"""

import gc
import time

import machine
from machine import WDT

from boards.flash import make_journal
from boards.stdio import Stdio
from evse.drivers.flash_store import FlashStore


class ChipBoard:
    """Everything of a board but its tick, its network and its connectors."""

    def __init__(self, resets: dict) -> None:
        """resets: machine's reset causes and our words for them."""
        self.reset_reason = resets.get(machine.reset_cause(), "unknown")
        self.store = FlashStore("data")
        self.journal = make_journal("data")
        self.console = Stdio()
        self._watchdog = None

    def console_write(self, text: str) -> None:
        self.console.write(text.encode())

    def identify(self, duration_s: int) -> None:
        """No lamp on this board yet: the station's display or buzzer would be driven here."""

    def start_watchdog(self, timeout_ms: int) -> None:
        self._watchdog = WDT(timeout=timeout_ms)

    def feed(self) -> None:
        if self._watchdog is not None:
            self._watchdog.feed()

    def ticks_ms(self) -> int:
        return time.ticks_ms()  # pyright: ignore[reportReturnType]  the stubs hide that it is an int

    def heap_free(self) -> int:
        return gc.mem_free()

    def idle(self) -> None:
        time.sleep_ms(1)

    def reset(self) -> None:
        machine.reset()
