"""The agent put together: configuration in, running threads out.  Wiring and nothing else.

Up: links -> intake -> Writer -> Outbox -> Uplink, and Writer -> Live for the page.
Down: Uplink or page -> Downlink -> the link the station was last heard on.
"""

import logging
import threading
import time
from typing import TYPE_CHECKING, Any

from . import config as configuration
from . import view
from .downlink import Answer, Downlink, Order
from .floodgate import Floodgate
from .intake import Intake
from .live import Live
from .mqtt_source import MqttSource
from .outbox import Waiting
from .outlets import Outlets
from .serial_source import SerialSource
from .spread import Spread
from .stores import open_stores
from .uplink import Uplink
from .writer import Item, Writer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .config import Config
    from .intake import Accepted
    from .postgres.cluster import Cluster

log = logging.getLogger("borne.agent")

LATE_BIRTHS = 2  # of a station, where several agents take in what it says
SHARED_FLEET = 200_000  # stations at most


def clock_ms() -> int:
    """The agent's own clock: only forward, no date."""
    return time.monotonic_ns() // 1_000_000


class Agent:
    """One site.  start() and stop() once each; everything else from any thread."""

    def __init__(self, config: "Config") -> None:
        folder = configuration.state_dir(config)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        store = config.store
        self.folder, self.config = folder, config
        self._lock = threading.Lock()
        shared = config.postgres.enabled
        self._live = Live(LATE_BIRTHS if shared else 0)
        self.intake = Intake(config.stations, SHARED_FLEET) if shared else Intake(config.stations)
        self.floodgate = Floodgate(store.station_per_s)
        self.stores = open_stores(folder, config)
        self.outbox, self.audit, self.history, self.past = self.stores
        self._generation = self.outbox.generation
        self.spread = Spread(self.command, clock_ms)
        self.downlink = Downlink(
            self._live,
            self._lock,
            self.audit,
            self._send,
            clock_ms,
            allowed=config.commands.upstream,
            per_s=config.commands.per_s,
            burst=config.commands.burst,
            timeout_s=config.commands.timeout_s,
            answer_up=self._answer_up,
        )
        self.cluster = self._make_cluster(config)
        self.uplink = self._make_uplink(config)
        self.writer = Writer(
            self.outbox,
            room=store.queue,
            forgettable=self.uplink.take_forgettable if self.uplink else list,
            stored=self._stored,
        )
        self.site = self._make_site(config)
        self.lines = {
            f"serial:{line.port}": SerialSource(line, self.intake, self._offer, self._link_changed)
            for line in config.serial
        }

        self.outlets = Outlets(self, clock_ms)

    def start(self) -> None:
        self.writer.start()
        self.spread.start()
        if self.cluster is None:
            self.outlets.start()
        else:
            self.cluster.start(lambda: Outlets(self, clock_ms))
        for thread in self._links():
            thread.start()

    def stop(self) -> None:
        """Take in no more, write what is there, end."""
        self.outlets.stop()
        self.spread.stop()
        if self.cluster is not None:
            self.cluster.stop()
        links = self._links()
        for link in links:
            link.stop()
        for link in links:
            link.join(5)
        self.writer.stop()
        self.writer.join(10)
        if self.cluster is not None:
            self.cluster.close()
        self.stores.close()

    def trouble(self) -> str:
        """Why this agent should be started again, "" while it is well."""
        others = [] if self.cluster is None else self.cluster.threads()
        for thread in (self.writer, *others, *self._links()):
            if not thread.is_alive():
                return f"{thread.name} has ended"
        if not self._lock.acquire(timeout=2):
            return "the picture is held for too long"
        self._lock.release()
        return ""

    def command(self, order: Order) -> Answer:
        """Send one command and wait for its answer."""
        return self.downlink.local(order)

    def marks(self) -> dict[str, tuple[Any, ...]]:
        """What changes when a station's picture does."""
        now_ms = clock_ms()
        with self._lock:
            return {name: view.mark(each, now_ms) for name, each in self._live.stations.items()}

    def station(self, name: str) -> dict[str, Any] | None:
        with self._lock:
            picture = self._live.stations.get(name)
            return None if picture is None else view.station(picture, clock_ms())

    def stations(self) -> list[dict[str, Any]]:
        """One by one, so that nobody waits long for the picture."""
        with self._lock:
            names = sorted(self._live.stations)
        found = (self.station(name) for name in names)
        return [each for each in found if each is not None]

    def counters(self) -> dict[str, Any]:
        """What was taken, refused, stored, dropped; nothing is lost without a number here."""
        return {
            "accepted": self.intake.accepted,
            "refused": dict(self.intake.refused),
            "refused_by_station": dict(self.intake.refused_by),
            "last_refusals": list(self.intake.last_refusals),
            "written": self.writer.figures(),
            "overflowed": self.writer.overflowed,
            "flooded": dict(self.floodgate.dropped),
            "outbox": self.outbox.figures(),
            "alarm": self.outbox.alarm or self.history.alarm,
            "commands": {"passed": self.downlink.passed, "refused": dict(self.downlink.refused)},
        }

    def upstream(self) -> dict[str, Any]:
        uplink = self.uplink
        figures = self.outbox.figures()
        return {
            "configured": uplink is not None,
            "connected": uplink is not None and uplink.connected,
            "trouble": uplink.trouble if uplink else "",
            "queued": figures["telemetry"] + figures["records"] - (uplink.kept if uplink else 0),
            "dropped": figures["dropped_telemetry"],
            "unconfirmed": uplink.unconfirmed if uplink else 0,
            "sent": uplink.sent if uplink else 0,
        }

    def links(self) -> list[dict[str, Any]]:
        """The site broker and the serial lines."""
        found: list[dict[str, Any]] = []
        if self.site is not None:
            found.append({"link": "mqtt", "up": self.site.connected, "trouble": self.site.trouble})
        for name, line in self.lines.items():
            found.append({"link": name, "up": line.trouble == "", "trouble": line.trouble})
        if self.cluster is not None:
            found.append(self.cluster.link())
        return found

    def _make_cluster(self, config: "Config") -> "Cluster | None":
        if not config.postgres.enabled:
            return None
        from .postgres.cluster import Cluster  # noqa: PLC0415  needs psycopg

        return Cluster(config, self.intake, self._offer, self._recall, self._heard)

    def _make_uplink(self, config: "Config") -> Uplink | None:
        if not config.upstream.host:
            return None
        if self.cluster is not None:
            return self.cluster.uplink(self.downlink.from_upstream)
        waiting = Waiting(self.outbox.path, self.outbox.tail)
        return Uplink(config.upstream, waiting, self.downlink.from_upstream, config.store.keep_s)

    def _make_site(self, config: "Config") -> MqttSource | None:
        if not config.site.host:
            return None
        stations = lambda: self._on_link(MqttSource.source)  # noqa: E731
        if self.cluster is not None:
            return self.cluster.site(stations, self._knows)
        return MqttSource(
            config.site,
            self.intake,
            self._offer,
            self._link_changed,
            stations=stations,
            knows=self._knows,
            has_room=self.writer.has_room,
        )

    def _offer(self, item: Item) -> bool:
        message = item.message
        if self.floodgate.lets(message.station, clock_ms(), is_record=message.is_record):
            return self.writer.offer(item)
        item.source.acknowledge([item.token])  # a receipt it does not get
        return True

    def _knows(self, copy: "Accepted") -> bool:
        with self._lock:
            return self._live.knows(copy)

    def _on_link(self, link: str) -> list[str]:
        with self._lock:
            return [name for name, each in self._live.stations.items() if each.link == link]

    def _links(self) -> list[Any]:
        return [each for each in (self.uplink, self.site, *self.lines.values()) if each]

    def _stored(self, items: "list[Item]") -> bool:
        """In the writer's thread, after the commit.  False: no receipts yet."""
        self._show([(item.message, item.source.source) for item in items])
        if self.uplink is not None:
            if self.outbox.generation != self._generation:
                self._generation = self.outbox.generation
                self.uplink.start_over()
            self.uplink.wake()
        return bool(self.history.take([item.message for item in items]))

    def _show(self, heard: "list[tuple[Accepted, str]]") -> None:
        now_ms = clock_ms()
        with self._lock:
            for message, link in heard:
                self._live.take(message, link, now_ms)
        for message, _ in heard:
            if message.kind == "ack" and not message.retained:
                self.downlink.answered(message.station, message.message)

    def _heard(self, messages: "list[Accepted]") -> None:
        """What another agent stored."""
        self._show([(each, MqttSource.source) for each in messages])

    def _recall(self, copies: "Iterable[tuple[Accepted, int]]") -> None:
        """The picture that was stored before this agent looked; age in ms, below 0: unknown."""
        for message, age_ms in copies:
            with self._lock:
                heard_ms = clock_ms() - age_ms if age_ms >= 0 else None
                self._live.recall(message, MqttSource.source, heard_ms)

    def _link_changed(self, link: str, is_up: bool) -> None:
        with self._lock:
            self._live.link_changed(link, is_up)

    def _answer_up(self, topic: str, payload: bytes) -> None:
        if self.uplink is not None:
            self.uplink.publish(topic, payload, 1)

    def _send(self, station: str, topic: str, payload: bytes) -> bool:
        """To the link the station was last heard on."""
        with self._lock:
            picture = self._live.stations.get(station)
            link = picture.link if picture is not None else ""
        if link in self.lines:
            return self.lines[link].send(topic, payload)
        return self.site is not None and self.site.publish(topic, payload, 1) > 0
