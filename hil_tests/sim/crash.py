"""Makes the firmware fail, at a moment of the bench's choosing.

It wraps the station's tick() and poll(), where any code of ours could be wrong; the lines of the
tick one by one take CPython's trace.
"""

import gc
import sys


class Planted(Exception):
    """The error that a test asked for."""


class Crash:
    """plan(): what shall happen.  attach(): a new station, after a boot."""

    def __init__(self, chip) -> None:
        self._chip = chip
        self._in_tick = None
        self._in_main = None
        self._ballast = None
        self._line = {}
        self._cells = []
        self._station = None

    def attach(self, station) -> None:
        """Stand between the main loop, or the timer, and the station."""
        self._station = station
        tick, poll = station.tick, station.poll
        self._in_tick = self._in_main = None

        def crashing_tick(now_ms: int) -> None:
            if self._in_tick is not None:
                act, self._in_tick = self._in_tick, None
                act(tick, now_ms)
            else:
                tick(now_ms)

        def crashing_poll(now_ms: int) -> None:
            if self._in_main is not None:
                act, self._in_main = self._in_main, None
                act()
            poll(now_ms)

        station.tick = crashing_tick
        station.poll = crashing_poll

    def plan(self, what: str, value: int):
        """Arrange it; a dict, or a function as commands.py wants them."""
        chip = self._chip
        if what == "timer-dead":
            chip.stop_timer()
        elif what == "heap":
            self._fill(value)
        elif what == "tick-raise":
            self._in_tick = _raise
        elif what == "tick-hang":
            self._in_tick = lambda _tick, _now_ms: chip.burn()
        elif what == "main-raise":
            self._in_main = lambda: _raise(None, 0)
        elif what == "main-hang":
            self._in_main = chip.burn
        elif what == "cpu-dead":
            self._in_main = lambda: chip.stand_still(1 << 30)
        elif what == "flash-erase":
            self._in_main = lambda: chip.stand_still(value)
        elif what == "soft-reset":
            self._in_main = chip.soft_reset
        elif what in ("handler-raise", "cells", "flip", "line", "lines"):
            return self._inside(what, value)
        else:
            return {"ok": False, "error": what + ": no such crash"}
        return {"us": chip.wires.now_us}

    def _inside(self, what: str, value: int):
        if what == "handler-raise":
            self._station.take = self._take_raises
            return {"us": self._chip.wires.now_us}
        if what == "cells":
            self._cells = cells(self._station.controllers[0])
            return {"count": len(self._cells)}
        if what == "flip":
            return {"at": flip(*self._cells[value // 2], 1 << value % 2 * 8)}
        return self._trace(value if what == "line" else -1)

    def _take_raises(self, *_words) -> None:
        del self._station.take
        raise Planted("a message was too much")

    def _fill(self, leave: int) -> None:
        """Take the heap in ever smaller pieces, then give leave bytes back."""
        self._ballast = None
        gc.collect()
        ballast, size = [], 65_536
        reserve = bytearray(leave)
        while size >= 64:
            try:
                ballast.append(bytearray(size))
            except MemoryError:
                size //= 2
        self._ballast = ballast
        del reserve

    def _trace(self, wanted: int):
        """Run the next tick under a trace; raise at line event number wanted, if that is one."""
        self._line = {}
        self._in_tick = lambda tick, now_ms: self._traced(tick, now_ms, wanted)
        return lambda: self._line or None

    def _traced(self, tick, now_ms: int, wanted: int) -> None:
        seen = 0
        at = ""

        def trace(frame, event, _argument):
            nonlocal seen, at
            if event == "line" and "/evse/" in frame.f_code.co_filename:
                if seen == wanted:
                    name = frame.f_code.co_filename.rsplit("/", 1)[1]
                    at = f"{name}:{frame.f_lineno}"
                    raise Planted(at)
                seen += 1
            return trace

        sys.settrace(trace)
        try:
            tick(now_ms)
        finally:
            sys.settrace(None)
            self._line = {"count": seen, "at": at, "us": self._chip.wires.now_us}


def _raise(_tick, _now_ms: int) -> None:
    raise Planted("a test asked for it")


def cells(root) -> list:
    """(object, attribute) of every whole number and truth that the firmware's objects hold, from
    root on.  CPython only."""
    found, seen, ahead = [], set(), [root]
    while ahead:
        thing = ahead.pop(0)
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if type(thing) in (list, tuple):
            ahead += thing
        elif type(thing).__module__.startswith("evse."):
            for name, value in vars(thing).items():
                if type(value) in (int, bool):
                    found.append((thing, name))
                else:
                    ahead.append(value)
    return found


def flip(thing, name: str, bit: int) -> str:
    """Turn one bit over; where."""
    value = getattr(thing, name)
    setattr(thing, name, not value if type(value) is bool else value ^ bit)
    return type(thing).__name__ + "." + name
