"""Stations as devices of Home Assistant: who is told what, and when.

A station is available while this agent is connected and finds it fresh, and every value expires
by itself.  Commands go the way of every command: checked, slowed, written down.  What is said is
in discovery.py.
"""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from .announcer import OFFLINE, ONLINE, Publish
from .discovery import Discovery

if TYPE_CHECKING:
    from collections.abc import Callable

    from .downlink import Answer, Order
    from .sections import HomeAssistant as Settings

PERIOD_S = 2.0


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
        self._said: dict[str, bytes] = {}  # topic -> payload, on this connection
        self._next_s = 0.0
        self._pool = ThreadPoolExecutor(4, "home-assistant")

    def filters(self) -> list[str]:
        if not self._settings.commands:
            return []
        return [f"{self._settings.topic}/+/+/+/set"]

    def joined(self) -> None:
        self._said.clear()
        self._next_s = 0.0

    def speak(self, publish: Publish) -> None:
        now_s = time.monotonic()
        if now_s < self._next_s:
            return
        self._next_s = now_s + PERIOD_S
        for topic, payload in self._due(self._stations()):
            if self._said.get(topic) != payload and publish(topic, payload, 1, True):
                self._said[topic] = payload

    def heard(self, topic: str, payload: bytes, retained: bool) -> None:
        order = None if retained else self._discovery.order(topic, payload)
        if order is not None and self._settings.commands:
            self._pool.submit(self._command, order)

    def stop(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _due(self, stations: list[dict[str, Any]]) -> list[tuple[str, bytes]]:
        told = []
        for each in stations:
            name = each["station"]
            if each["birth"] is not None:
                config = self._discovery.config(name, each["birth"])
                told.append((self._discovery.config_topic(name), json.dumps(config).encode()))
            available = ONLINE if each["freshness"] == "fresh" else OFFLINE
            told.append((self._discovery.availability_topic(name), available))
        return told
