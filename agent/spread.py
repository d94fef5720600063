"""Commands for many stations, each after a random wait of its own.

Hundreds of vehicles that begin or end in the same second shake a grid, so a command for a fleet
goes out over a time: whole seconds, every one as likely, drawn for each station by itself.
Nothing is kept on disk: what has not gone out when the agent ends never does.
"""

import heapq
import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .downlink import Answer, Order

if TYPE_CHECKING:
    from random import Random

log = logging.getLogger("borne.spread")

MOST_S = 1_800
_AT_ONCE = 32  # commands waiting for their station's answer
_REMEMBERED = 100  # rounds


@dataclass(slots=True)
class Planned:
    """One command of a round.  delay_s: 0..spread, from when the round was asked for.  code: ""
    until there is an answer; `cancelled` when it never went out."""

    station: str
    connector: int
    delay_s: int
    code: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """What was asked for at once."""

    id: str
    who: str
    kind: str
    spread_s: int
    orders: list[Planned]


class Spread:
    """command: sends one order and waits for its answer.  clock_ms: only forward."""

    def __init__(
        self,
        command: Callable[[Order], Answer],
        clock_ms: Callable[[], int],
        random: "Random | None" = None,
    ) -> None:
        self._command = command
        self._clock_ms = clock_ms
        self._random = random or secrets.SystemRandom()
        self._changed = threading.Condition()
        self._due: list[tuple[int, int, Planned, Order]] = []
        self._count = 0
        self._rounds: OrderedDict[str, Round] = OrderedDict()
        self._stopping = False
        self._pool = ThreadPoolExecutor(_AT_ONCE, "spread")
        self._thread = threading.Thread(target=self._run, name="spread", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            left = len(self._due)
            self._changed.notify()
        if left:
            log.warning("%d commands of a fleet never went out", left)
        if self._thread.ident is not None:
            self._thread.join(5)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def ask(  # noqa: PLR0913, PLR0917  one parameter a word of the request
        self,
        who: str,
        kind: str,
        stations: Sequence[str],
        connector: int,
        values: dict[str, Any],
        spread_s: int,
    ) -> Round:
        """Plan a round.  spread_s: 0..MOST_S."""
        now_ms = self._clock_ms()
        name = secrets.token_hex(8)
        planned = [
            Planned(station, connector, self._random.randint(0, spread_s)) for station in stations
        ]
        found = Round(name, who, kind, spread_s, planned)
        with self._changed:
            for each in planned:
                self._count += 1
                order = Order(who, each.station, connector, kind, dict(values))
                due_ms = now_ms + each.delay_s * 1_000
                heapq.heappush(self._due, (due_ms, self._count, each, order))
            self._rounds[name] = found
            while len(self._rounds) > _REMEMBERED:
                self._rounds.popitem(last=False)
            self._changed.notify()
        return found

    def find(self, name: str) -> Round | None:
        with self._changed:
            return self._rounds.get(name)

    def cancel(self, name: str) -> Round | None:
        """What has not gone out does not."""
        with self._changed:
            found = self._rounds.get(name)
            if found is None:
                return None
            mine = {id(each) for each in found.orders}
            for _, _, each, _ in self._due:
                if id(each) in mine:
                    each.code = "cancelled"
            self._due = [entry for entry in self._due if id(entry[2]) not in mine]
            heapq.heapify(self._due)
            return found

    @property
    def waiting(self) -> int:
        with self._changed:
            return len(self._due)

    def take_due(self) -> list[tuple[Planned, Order]]:
        """What must go out now; each is handed out once."""
        now_ms = self._clock_ms()
        found = []
        with self._changed:
            while self._due and self._due[0][0] <= now_ms:
                _, _, planned, order = heapq.heappop(self._due)
                found.append((planned, order))
        return found

    def send(self, planned: Planned, order: Order) -> None:
        try:
            planned.code = self._command(order).code
        except Exception:  # the others must still go out
            log.exception("%s for %s failed", order.kind, order.station)
            planned.code = "internal"

    def _run(self) -> None:
        while True:
            for planned, order in self.take_due():
                self._pool.submit(self.send, planned, order)
            with self._changed:
                if self._stopping:
                    return
                wait_s = 60.0
                if self._due:
                    wait_s = max(0.0, (self._due[0][0] - self._clock_ms()) / 1_000)
                self._changed.wait(min(wait_s, 60.0))
