"""What a chip does to the firmware: time, a timer, a watchdog, resets, power.

Time passes in step() alone, a millisecond at a time.  The firmware reaches it by resting
(board.idle()), by hanging (burn()), or not at all.  A reset is the exception Reset, which unwinds
the firmware; what it does on its way out reaches no wire, because the enable is dead by then.
"""

from evse.core.units import TICKS_PERIOD

TICK_MS = 10
WATCHDOG_MS = 1_000
BOOT_MS = 120  # from the end of a reset to the first line of main.py


class Reset(BaseException):
    """The chip was reset.  reason: as board.reset_reason says it after the boot."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Chip:
    """powered, held: the supply is there; the reset pin is low.  boots: since the bench began.

    dead: it is being reset, and what the firmware still does is no longer done.

    timer: whether the board can run the tick from a timer, as RP2040 does; else the main loop
    does.  rig.each_ms() runs in every step, before the chip does anything.
    """

    def __init__(self, wires, rig, timer: bool, start_ms: int) -> None:
        self.wires = wires
        self.rig = rig
        self.powered = True
        self.held = False
        self.boots = 0
        self.can_time = timer
        self._start_ms = start_ms
        self.reason = "power"
        self._born_us = wires.now_us
        self._tick = None
        self._tick_us = -1  # due then; -1 no timer runs
        self._fed_us = -1  # -1: the watchdog is not started
        self.dead = True
        self.deaf = False  # interrupts are off
        self._ticking = False
        self.trouble = ""  # what ended the firmware without a reset

    def running(self) -> bool:
        return self.powered and not self.held

    def start(self) -> None:
        """The firmware begins: clock, timer and watchdog as after a reset."""
        self.boots += 1
        self._born_us = self.wires.now_us
        self._tick = None
        self._tick_us = self._fed_us = -1
        self.dead = False
        self._ticking = self.deaf = False
        self.trouble = ""
        self.wires.enable.dead = False

    def ticks_ms(self) -> int:
        return (self._start_ms + (self.wires.now_us - self._born_us) // 1_000) % TICKS_PERIOD

    def start_timer(self, tick) -> bool:
        if not self.can_time:
            return False
        self._tick = tick
        self._tick_us = self.wires.now_us + TICK_MS * 1_000
        return True

    def stop_timer(self) -> None:
        self._tick_us = -1

    def start_watchdog(self) -> None:
        self._fed_us = self.wires.now_us

    def feed(self) -> None:
        if self._fed_us >= 0:
            self._fed_us = self.wires.now_us

    def soft_reset(self) -> None:
        """The interpreter starts again: PWM, timers and state machines stop; pins stay."""
        if not self.dead:
            self.dead = True
            self.wires.lose_chip()
            raise Reset("soft")

    def reset(self, reason: str) -> None:
        """Reset now, unless that is what is happening already."""
        if self.dead:
            return
        self.dead = True
        self.wires.lose_chip()
        raise Reset(reason)

    def burn(self) -> None:
        """Be busy for ever, as an endless loop is: only timer and watchdog go on."""
        while True:
            self.step()

    def stand_still(self, ms: int) -> None:
        """No code runs, no interrupt either: a flash erase, a hard fault."""
        self.deaf = True
        self.pass_ms(ms)
        self.deaf = False

    def pass_ms(self, ms: int) -> None:
        for _ in range(ms):
            self.step()

    def step(self) -> None:
        """One millisecond, whoever spends it."""
        self.rig.await_time()
        self.wires.step()
        self.rig.each_ms()
        if self.dead:
            return
        if not self.powered or self.held:
            self.reset("power")
        now_us = self.wires.now_us
        if self._fed_us >= 0 and now_us - self._fed_us >= WATCHDOG_MS * 1_000:
            self.reset("watchdog")
        if 0 <= self._tick_us <= now_us and not self._ticking and not self.deaf:
            self._tick_us += TICK_MS * 1_000
            if self._tick_us <= now_us:  # some were missed; they do not come again
                self._tick_us = now_us + TICK_MS * 1_000
            self._interrupt()

    def _interrupt(self) -> None:
        """As a hard timer: an exception is told and the timer never runs again."""
        self._ticking = True
        try:
            self._tick(self.ticks_ms())
        except Exception as error:
            self.trouble = f"tick: {type(error).__name__}"
            self._tick_us = -1
        self._ticking = False
