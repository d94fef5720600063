"""Stations as devices of Home Assistant: who is told what, and when.

A station is available while this agent is connected and finds it fresh, and every value expires
by itself.  Commands go the way of every command: checked, slowed, written down.  What is said is
in discovery.py.
"""

import json
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from .announcer import OFFLINE, ONLINE, Say
from .discovery import Discovery

if TYPE_CHECKING:
    from collections.abc import Callable

    from .downlink import Answer, Order
    from .sections import HomeAssistant as Settings

PERIOD_S = 2.0
PER_S = 500  # stations looked at in a second of waiting: large fleets less often


class HomeAssistant:
    """Tells the announcer's connection what is new.  stations: as the API shows them; command:
    sends an order and waits for its answer."""

    def __init__(
        self,
        settings: "Settings",
        stations: "Callable[[], list[dict[str, Any]]]",
        command: "Callable[[Order], Answer]",
    ) -> None:
        self._settings = settings
        self._discovery = Discovery(settings)
        self._stations, self._command = stations, command
        self._said: dict[str, Any] = {}  # topic -> what was said on this connection
        self._due: deque[tuple[str, bytes]] = deque()
        self._next_s = 0.0
        self._pool = ThreadPoolExecutor(4, "home-assistant")

    def filters(self) -> list[str]:
        if not self._settings.commands:
            return []
        return [f"{self._settings.topic}/+/+/+/set"]

    def joined(self) -> None:
        self._said.clear()
        self._due.clear()
        self._next_s = 0.0

    def speak(self, say: Say) -> None:
        now_s = time.monotonic()
        if not self._due and now_s >= self._next_s:
            stations = self._stations()
            self._next_s = now_s + max(PERIOD_S, len(stations) / PER_S)
            for each in stations:
                self._look(each)
        while self._due and say(*self._due[0], True):
            self._due.popleft()

    def heard(self, topic: str, payload: bytes, retained: bool) -> None:
        order = None if retained else self._discovery.order(topic, payload)
        if order is not None and self._settings.commands:
            self._pool.submit(self._command, order)

    def stop(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _look(self, station: dict[str, Any]) -> None:
        """What of one station is not said yet."""
        name, birth = station["station"], station["birth"]
        where = self._discovery.config_topic(name)
        if birth is not None and self._said.get(where) is not birth:
            self._said[where] = birth
            config = self._discovery.config(name, birth)
            self._due.append((where, json.dumps(config).encode()))
        where = self._discovery.availability_topic(name)
        available = ONLINE if station["freshness"] == "fresh" else OFFLINE
        if self._said.get(where) != available:
            self._said[where] = available
            self._due.append((where, available))
