"""Real MQTT brokers and clients for tests: mosquitto as a site has it, and who uses it."""

import random
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from agent.children import free_port
from protocol import topics
from protocol.messages import Birth, Event, Session
from tests.agent.program import Program
from tests.agent.said import payload, topic
from tests.agent.waiting import until
from tests.needs import need

if TYPE_CHECKING:
    from collections.abc import Callable


RESENT = 20  # records a board sends again at once


class Mosquitto(Program):
    """One broker on one port, that keeps what it knows on disk."""

    def __init__(self, folder: Path, more: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o777)
        self.port = free_port()
        self.config = folder / "mosquitto.conf"
        super().__init__([need("mosquitto"), "-c", str(self.config)])
        self.database = folder / "mosquitto.db"
        self.config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\nuser root\n"
            f"persistence true\npersistence_location {folder}/\nautosave_interval 1\n"
            "max_queued_messages 0\nmax_inflight_messages 1000\nlog_type none\n" + more
        )

    def start(self) -> None:
        super().start()
        until("mosquitto listens", self._listens)

    def _listens(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1):
                return True
        except OSError:
            return False


class Client:
    """A plain MQTT client that comes back by itself, in paho's own thread."""

    def __init__(self, name: str, port: int, *, keep: bool = False, user: str = "") -> None:
        self.paho = paho.Client(CallbackAPIVersion.VERSION2, name, clean_session=not keep)
        if user:
            self.paho.username_pw_set(name, user)
        self.paho.reconnect_delay_set(1, 1)
        self.paho.on_connect = self._on_connect
        self.paho.on_message = lambda _c, _d, message: self.arrived(message)
        self.up = threading.Event()
        self.refused = ""
        self._port = port

    def start(self) -> None:
        self.paho.connect_async("127.0.0.1", self._port, 5)
        self.paho.loop_start()
        until("the client is connected", lambda: self.up.is_set() or bool(self.refused))

    def stop(self) -> None:
        self.paho.disconnect()
        self.paho.loop_stop()

    def connected(self) -> None:
        """After every connect."""

    def arrived(self, message: Any) -> None:
        """A message."""

    def publish(self, where: str, said: bytes, qos: int = 1, retain: bool = False) -> Any:
        return self.paho.publish(where, said, qos, retain)

    def _on_connect(self, _client: Any, _data: Any, _flags: Any, code: Any, _more: Any) -> None:
        if code.is_failure:
            self.refused = str(code)
            return
        self.connected()
        self.up.set()


class Sink(Client):
    """The backend: every message that reached it, in order."""

    def __init__(self, port: int, filters: str = topics.UP_FILTER) -> None:
        super().__init__("backend", port, keep=True)
        self._filter = filters
        self.came: list[tuple[str, bytes]] = []

    def connected(self) -> None:
        self.paho.subscribe(self._filter, 1)

    def arrived(self, message: Any) -> None:
        self.came.append((message.topic, message.payload))

    def payloads(self) -> set[bytes]:
        return {said for _, said in list(self.came)}


class Board(Client):
    """A station reduced to its duty: it holds each record until a receipt covers it."""

    def __init__(self, name: str, port: int, resend_s: float = 2.0) -> None:
        super().__init__(name, port)
        self.name = name
        self.seq = self.prev = 0
        self.held: list[tuple[int, str, bytes]] = []
        self.made: list[bytes] = []
        self.told: list[tuple[str, bytes, bool]] = []
        self.answer: Callable[[Any], None] = lambda _message: None
        self._guard = threading.Lock()
        self._ending = threading.Event()
        self._resend_s = resend_s
        self._thread = threading.Thread(target=self._resend, daemon=True)
        self._caught_up = False  # what is held has gone out on this connection
        self.paho.on_socket_open = lambda *_: self._fall_behind()
        birth = payload(Birth, 1, 1, interval_s=5)
        self.paho.will_set(topics.topic(name, True, "death"), birth, 1)

    def start(self) -> None:
        super().start()
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        self._thread.join(5)
        super().stop()

    def connected(self) -> None:
        self.paho.subscribe(topics.down_filter(self.name), 1)
        with self._guard:
            self.seq += 2
            said = payload(Birth, 1, self.seq, will_seq=self.seq - 1, interval_s=5)
        self.publish(topic(Birth, self.name), said, retain=True)
        self.send_held()

    def _fall_behind(self) -> None:
        with self._guard:
            self._caught_up = False

    def arrived(self, message: Any) -> None:
        self.told.append((message.topic, message.payload, bool(message.retain)))
        if message.topic.endswith("/receipt"):
            up_to = int(message.payload.split(b":")[-1].rstrip(b"}"))
            with self._guard:
                self.held = [each for each in self.held if each[0] > up_to]
        else:
            self.answer(message)

    def record(self, kind: "type[Event | Session]" = Event) -> bytes:
        """Something happened, or a session went on; it is kept, and sent."""
        value = random.randrange(1_000_000)
        more: dict[str, Any] = {"what": "limit-set", "value": value}
        if kind is Session:
            more = {"session": "1-1", "phase": "checkpoint", "energy_wh": value}
        where = topic(kind, self.name, 1)
        with self._guard:
            self.seq += 1
            said = payload(kind, 1, self.seq, prev=self.prev, **more)
            self.prev = self.seq
            self.held.append((self.seq, where, said))
            self.made.append(said)
            if self._caught_up:  # else it would overtake what is held
                self.publish(where, said)
        return said

    def send_held(self, most: int = 1 << 30) -> None:
        with self._guard:
            for _, where, said in self.held[:most]:
                self.publish(where, said)
            self._caught_up = True

    def _resend(self) -> None:
        while not self._ending.wait(self._resend_s):
            if self._caught_up:
                self.send_held(RESENT)
