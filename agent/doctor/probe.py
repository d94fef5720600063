"""One visitor at a broker: comes with a name or without, listens, says, and goes."""

import secrets
import threading
import time
from typing import TYPE_CHECKING, Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..config import Mqtt

WAIT_S = 5.0


class Visitor:
    """username "" comes as nobody.  refused: why the broker would not have it, "" while it did."""

    def __init__(self, where: "Mqtt", username: str = "", password: str = "") -> None:
        self._where = where
        self._changed = threading.Condition()
        self._came: list[tuple[str, bytes]] = []
        self._granted: dict[int, bool] = {}
        self._confirmed: dict[int, str] = {}
        self._answer: str | None = None
        self._cut = False
        self.refused = ""
        name = f"borne-doctor-{secrets.token_hex(4)}"  # never the agent's own: it would be cut off
        version = paho.MQTTv5 if where.version == "5" else paho.MQTTv311
        self._client = paho.Client(CallbackAPIVersion.VERSION2, name, protocol=version)
        if username:
            self._client.username_pw_set(username, password)
        if where.ca_file:
            self._client.tls_set(where.ca_file, where.cert_file or None, where.key_file or None)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.on_subscribe = self._on_subscribe
        self._client.on_publish = self._on_publish

    def __enter__(self) -> "Visitor":
        """Raises OSError when there is no broker."""
        self._client.connect_timeout = WAIT_S
        self._client.connect(self._where.host, self._where.port, 15)
        self._client.loop_start()
        if not self._until(lambda: self._answer is not None):
            self._answer = "no answer"
        self.refused = self._answer or ""
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def listen(self, *topics: str) -> bool:
        """False when the broker refuses one of them."""
        mids = [self._client.subscribe(topic, 1)[1] or 0 for topic in topics]
        self._until(lambda: all(mid in self._granted for mid in mids))
        return all(self._granted.get(mid, False) for mid in mids)

    def say(self, topic: str, payload: bytes, retain: bool = False) -> bool:
        """False when the broker says that it does not take it; 3.1.1 never says so."""
        told = self._client.publish(topic, payload, 1, retain)
        self._until(lambda: told.mid in self._confirmed)
        return self._confirmed.get(told.mid, "no answer") == ""

    def hears(self, payload: bytes) -> bool:
        """Whether a message with this payload comes."""
        return self._until(lambda: self._has(payload))

    def heard_before(self, payload: bytes, fence: bytes) -> bool:
        """Whether payload came before fence, which the broker was given later.  True too when
        neither came in time; a broker that cuts the connection instead has refused."""
        fenced = self._until(lambda: self._has(fence) or self._cut)
        with self._changed:
            return self._has(payload) or not fenced

    def _has(self, payload: bytes) -> bool:
        return any(said == payload for _, said in self._came)

    def _until(self, holds: "Callable[[], bool]") -> bool:
        end_s = time.monotonic() + WAIT_S
        with self._changed:
            while not holds():
                left_s = end_s - time.monotonic()
                if left_s <= 0:
                    return False
                self._changed.wait(left_s)
        return True

    def _on_connect(self, _c: Any, _d: Any, _f: Any, code: Any, _p: Any) -> None:
        with self._changed:
            self._answer = str(code) if code.is_failure else ""
            self._changed.notify_all()

    def _on_disconnect(self, *_: Any) -> None:
        with self._changed:
            self._cut = True
            self._changed.notify_all()

    def _on_message(self, _c: Any, _d: Any, message: Any) -> None:
        with self._changed:
            self._came.append((message.topic, bytes(message.payload)))
            self._changed.notify_all()

    def _on_subscribe(self, _c: Any, _d: Any, mid: int, codes: Any, _p: Any) -> None:
        with self._changed:
            self._granted[mid] = not any(code.is_failure for code in codes)
            self._changed.notify_all()

    def _on_publish(self, _c: Any, _d: Any, mid: int, code: Any, _p: Any) -> None:
        with self._changed:
            self._confirmed[mid] = str(code) if code is not None and code.is_failure else ""
            self._changed.notify_all()
