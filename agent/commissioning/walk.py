"""What the steps of a test are made of: show, wait, close, judge."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from . import limits
from .limits import FAIL, PASS, SKIP, Limit
from .rig import Refused, Rig
from .station import Station

PIECE_MS = 5_000  # between two hellos
SETTLE_MS = 1_500
CLOSE_MS = 60_000  # a closing may have to wait for the one before, or for a fault to end
OPEN_MS = 2_000
RECOVER_MS = 400_000  # for a fault that ends by itself: five minutes, and some


@dataclass(frozen=True, slots=True)
class Result:
    """step: of words.STEPS, with what was shown or asked for in detail.  value: in the limit's
    unit, None where nothing was measured.  note: why, as a key of words.NOTES or as the rig said.
    """

    step: str
    verdict: str
    detail: str = ""
    value: float | None = None
    limit: Limit | None = None
    note: str = ""


class Operator(Protocol):
    """The person in front of the station."""

    def number(self, what: str) -> float | None:
        """A measured value; None where there is none."""

    def done(self, what: str) -> bool:
        """Whether the person has done it."""


class Walk:
    """socket: whether cables are coded.  say: told each result as it comes."""

    def __init__(
        self,
        rig: Rig,
        station: Station | None,
        operator: Operator,
        say: Callable[[Result], None],
        *,
        socket: bool = False,
    ) -> None:
        self._rig = rig
        self._station = station
        self._operator = operator
        self._say = say
        self._socket = socket
        self.results: list[Result] = []

    def _from_charge(self, step: str, part: str, cause: str, end: str) -> None:
        """part: of the rig, which makes the cause and takes it away."""
        if not self._has(part, "contactor"):
            self._skip(step, "no-part")
            return
        self._close()
        began_us = self._rig.number(cause, "us")
        try:
            self._judge_opening(step, began_us, limits.OPEN)
        finally:
            self._rig.ask(end)
        self._recover()

    def _close(self) -> None:
        """Charge.  Refused when the contactor does not close."""
        self._show("B")
        self._wait(SETTLE_MS)
        self._show("C")
        for _ in range(CLOSE_MS // PIECE_MS):
            answer = self._rig.ask(f"until coil 1 {PIECE_MS}", PIECE_MS / 1_000)
            self._keep_alive()
            if answer["level"] == 1:
                self._wait(SETTLE_MS)
                return
        raise Refused("not-closed")

    def _recover(self) -> None:
        """Give a fault the time it takes to end by itself, until something is offered again."""
        self._unplug()
        self._show("B")
        for _ in range(RECOVER_MS // PIECE_MS):
            self._wait(PIECE_MS)
            if self._station is not None:
                self._station.clear_faults()
            if self._has("analyser") and self._rig.ask("meas pwm 5")["n"]:
                break
        self._unplug()

    def _judge_opening(self, step: str, began_us: float, limit: Limit) -> None:
        answer = self._rig.ask(f"until coil 0 {OPEN_MS}", OPEN_MS / 1_000)
        if answer["level"] != 0:
            self._add(Result(step, FAIL, limit=limit, note="not-opened"))
            return
        self._judge(step, (answer["us"] - began_us) / 1_000, limit)

    def _contact(self, step: str, found: dict[str, list[float | None]]) -> None:
        """The contact itself, for the record: how late it may be depends on the contactor."""
        times = [us / 1_000 for us in found["contact_us"] if us is not None]
        if times:
            self._add(Result(step, PASS, value=round(max(times), 3), limit=Limit("ms")))

    def _level(self, state: str) -> None:
        step = f"level-{state}"
        if not self._has("pilot-volts"):
            self._skip(step, "no-part")
            return
        found = self._rig.ask("meas cp")
        high = found["high_mv"]
        if high is None:
            self._add(Result(step, FAIL, limit=limits.HIGH[state], note="no-high-side"))
        else:
            self._judge(step, high / 1_000, limits.HIGH[state])
        if state != "A":
            low = found["low_mv"]
            if low is None:
                self._add(Result("low-side", FAIL, state, limit=limits.LOW, note="no-offer"))
            else:
                self._judge("low-side", low / 1_000, limits.LOW, state)

    def _unplug(self, cable: str = "32") -> None:
        self._show("A")
        if self._socket and "proximity" in self._rig.parts:
            self._rig.ask("pp open")
            self._wait(SETTLE_MS)
            self._rig.ask(f"pp {cable}")
        self._wait(SETTLE_MS)

    def _leave(self) -> None:
        """Unplugged, whatever happened.  A rig that is gone cannot be told."""
        try:
            self._show("A")
            if "proximity" in self._rig.parts:
                self._rig.ask("pp open")
        except Refused:
            pass

    def _show(self, state: str) -> None:
        self._rig.ask(f"cp {state}")

    def _wait(self, ms: int) -> None:
        while ms > 0:
            piece_ms = min(ms, PIECE_MS)
            self._rig.ask(f"wait {piece_ms}", piece_ms / 1_000)
            ms -= piece_ms
            self._keep_alive()

    def _keep_alive(self) -> None:
        if self._station is not None:
            self._station.hear()
            if self._station.name:
                self._station.hello()

    def _has(self, *parts: str) -> bool:
        return all(part in self._rig.parts for part in parts)

    def _judge(self, step: str, value: float, limit: Limit, detail: str = "") -> None:
        verdict = PASS if limit.holds(value) else FAIL
        self._add(Result(step, verdict, detail, round(value, 3), limit))

    def _skip(self, step: str, note: str) -> None:
        self._add(Result(step, SKIP, note=note))

    def _add(self, result: Result) -> None:
        self.results.append(result)
        self._say(result)
