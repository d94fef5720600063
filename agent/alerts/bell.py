"""The thread that looks at the picture every few seconds and tells what is news."""

import json
import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ..broker import private
from .channels import Addresses, Publish, Topic
from .rules import Trouble, look
from .watch import Watch
from .words import say

if TYPE_CHECKING:
    from ..process import Agent
    from ..sections import Alerts
    from .watch import News

log = logging.getLogger("borne.alerts")

PERIOD_S = 2.0
PER_S = 500  # stations looked at in a second of the thread's waiting: large fleets less often
FILE = "alerts.json"  # what was told and is not over, so that a restart does not repeat it


class Channel(Protocol):
    def tell(self, news: "list[News]") -> None:
        """Pass it on; called every round, also with nothing, so that it can try again."""

    def stop(self) -> None:
        """The agent ends."""


class Bell:
    """clock_ms: only forward."""

    def __init__(
        self,
        agent: "Agent",
        watch: Watch,
        channels: "Iterable[Channel]",
        path: Path,
        clock_ms: Callable[[], int],
    ) -> None:
        self._agent, self._watch, self._path = agent, watch, path
        self._channels = list(channels)
        self._clock_ms = clock_ms
        self._kept = watch.told
        self._period_s = PERIOD_S
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        if self._thread.ident is not None:
            self._thread.join(5)
        for channel in self._channels:
            channel.stop()

    def round(self) -> "list[News]":
        """Look once and tell."""
        agent = self._agent
        stations = agent.stations()
        sight = look(stations, agent.links(), agent.counters(), agent.upstream())
        known = {each["station"] for each in stations}
        news = self._watch.look(sight, known, self._clock_ms())
        self._period_s = max(PERIOD_S, len(stations) / PER_S)
        for each in news:
            log.warning("%s%s", "over: " if each.over else "", " ".join(_words(each.trouble)))
        for channel in self._channels:
            channel.tell(news)
        self._keep()
        return news

    def _keep(self) -> None:
        told = self._watch.told
        if told != self._kept:
            self._kept = told
            private(self._path, json.dumps([astuple(each) for each in sorted(told)]))

    def _run(self) -> None:
        while not self._ending.wait(self._period_s):
            try:
                self.round()
            except Exception:  # the next round must come
                log.exception("a round of alerts failed")


def kept(path: Path) -> list[Trouble]:
    """What the last run told and did not see the end of; what there are words for."""
    try:
        found = [Trouble(*each) for each in json.loads(path.read_text())]
        for each in found:
            say(each, "en")
    except (OSError, ValueError, TypeError, KeyError):
        return []
    return found


def make(agent: "Agent", config: "Alerts", publish: Publish, clock_ms: Callable[[], int]) -> Bell:
    """As configured.  Raises AddressError."""
    path = agent.folder / FILE
    channels: list[Channel] = []
    if config.mqtt_topic:
        channels.append(Topic(config.mqtt_topic, config.language, publish))
    if config.urls_file:
        channels.append(Addresses(config.urls_file, config.language, config.page))
    watch = Watch(config.rules, config.after_s * 1_000, config.over_s * 1_000, kept(path))
    return Bell(agent, watch, channels, path, clock_ms)


def _words(trouble: Trouble) -> list[str]:
    connector = str(trouble.connector) if trouble.connector else ""
    return [each for each in (trouble.rule, trouble.station, connector, trouble.code) if each]
