"""One board's MQTT 3.1.1 session: what may be said when, and what counts as a broken peer.

Bytes come in through feed(), go out through `writer`; time is an argument.  Knows no socket
and does not reconnect: mqtt.py does.  It lives longer than a connection: begin() starts one,
end() says that it is gone, and the messages under way stay.

What a broker may do wrong falls in two classes, listed in reasons.py.  When it is no longer
certain where the next packet starts, or that this is a broker at all, `fault` names the reason
and the connection is over.  When one message is unfit (too big, a topic that is none) it is
counted and acknowledged, so that one bad retained message cannot keep a board off the air.
"""

from evse.core.timer import Timer
from evse.core.units import elapsed_ms
from protocol.topics import MAX_TOPIC

from .flight import Flight
from .keepalive import Keepalive
from .packet_reader import CONNACK, PINGRESP, PUBACK, PUBLISH, SUBACK, PacketReader
from .packet_writer import QOS_1, RETAIN, PacketWriter
from .reasons import REFUSALS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .mqtt import MqttLink
    from .mqtt_config import MqttConfig
    from .tally import Tally

_RESUBSCRIBE_MS = 60_000


class MqttSession:
    """owner: who has on_message, on_delivered, on_up and will; MqttLink describes them."""

    def __init__(self, config: "MqttConfig", tally: "Tally", owner: "MqttLink") -> None:
        self.writer = PacketWriter(config.tx_bytes)
        self._reader = PacketReader(config.rx_bytes, MAX_TOPIC)
        self._config = config
        self._tally = tally
        self._owner = owner
        self._flight = Flight(config.window)
        self._keepalive = Keepalive(config.keepalive_s * 1000)
        self._ack_ms = config.keepalive_s * 2_000
        self._take_ms = config.keepalive_s * 250
        self._forget = False  # ask the broker once to drop what it keeps for us
        self._resubscribe = Timer()
        self.end()

    def end(self) -> None:
        """The connection is gone."""
        self.up = False  # greeted by the broker
        self.subscribed = False
        self.fault = ""
        self._held = False  # a message is in the reader that on_message has not taken
        self._held_ms = 0
        self._owed_pid = 0  # not 0: taken, but PUBACK has found no room yet
        self._subscribe_pid = 0  # not 0: SUBSCRIBE sent, no SUBACK yet
        self._subscribe_ms = 0
        self._want_subscribe = False
        self._resubscribe.stop()
        self._flight.rewind()
        self._reader.clear()
        self.writer.clear()

    def begin(self, now_ms: int) -> None:
        """A fresh connection can be written to: say CONNECT."""
        self.end()
        self._keepalive.begin(now_ms)
        will = self._tally.call(self._owner.will)
        clean = self._config.clean_session or self._forget
        if not self.writer.connect(self._config, will, clean):
            self.fault = "connect-too-big"

    def under_way(self) -> int:
        """QoS 1 messages accepted and not acknowledged."""
        return self._flight.count

    def send(self, now_ms: int, topic: bytes, payload: bytes, qos: int, retain: bool) -> int:
        """See MqttLink.send()."""
        if type(payload) is not bytes or len(topic) + len(payload) + 7 > self._config.tx_bytes:
            raise ValueError("no bytes, or too many for tx_bytes")
        if not self.up or self.fault or self._flight.full():
            return 0
        flags = (QOS_1 if qos else 0) | (RETAIN if retain else 0)
        pid = self._flight.new_pid(self._subscribe_pid)
        if qos:
            self._flight.add(topic, payload, flags, pid)
            self._write_waiting(now_ms)
        elif self._waiting() or not self.writer.publish(topic, payload, flags, 0):
            return 0  # it must not overtake
        return pid

    def leave(self) -> bool:
        """Say DISCONNECT, after which the broker drops the will; False: no room for it."""
        if not self.up or not self.writer.disconnect():
            return False
        self.up = False
        return True

    def wrote(self, now_ms: int, count: int) -> None:
        """The transport took count bytes of writer.head()."""
        self.writer.wrote(count)
        self._keepalive.said(now_ms)

    def feed(self, now_ms: int, data: "bytearray | memoryview", start: int, end: int) -> int:
        """Use data[start:end] up to the end of one packet and act on it; return where it
        stopped.  It stops at start when a message is waiting to be taken."""
        if self._held or self._owed_pid or self.fault:
            return start
        start = self._reader.take(data, start, end)
        if self._reader.fault:
            self.fault = self._reader.fault
            self._forget = self.fault == "too-big"
        elif self._reader.ready:
            self._keepalive.heard(now_ms)
            self._act(now_ms)
            if not self._held:
                self._reader.next()
        return start

    def tick(self, now_ms: int) -> None:
        """What time brings.  Call after feed(), before writing."""
        if not self.up or self.fault:
            return
        if self._held:
            self._take_message()
            if not self._held:
                self._reader.next()
            elif elapsed_ms(now_ms, self._held_ms) >= self._take_ms:
                self.fault = "not-taken"
        self._check_peer(now_ms)
        if self._resubscribe.ends(now_ms):
            self._want_subscribe = True
        self._write_waiting(now_ms)

    def _check_peer(self, now_ms: int) -> None:
        if self._keepalive.silent(now_ms):
            self.fault = "silent"
        elif self._overdue(now_ms):
            self.fault = "ack-timeout"
        elif self._keepalive.wants_ping(now_ms) and self.writer.pingreq():
            self._keepalive.asked(now_ms)

    def _overdue(self, now_ms: int) -> bool:
        if self._subscribe_pid and elapsed_ms(now_ms, self._subscribe_ms) >= self._ack_ms:
            return True
        if not self._flight.sent:
            return False
        return elapsed_ms(now_ms, self._flight.oldest_sent_ms()) >= self._ack_ms

    def _waiting(self) -> bool:
        """Whether something accepted earlier has not been written yet."""
        return bool(
            self._owed_pid or self._want_subscribe or self._flight.sent < self._flight.count
        )

    def _write_waiting(self, now_ms: int) -> None:
        if self._owed_pid:
            if not self.writer.puback(self._owed_pid):
                return
            self._owed_pid = 0
        if self._want_subscribe:
            pid = self._flight.new_pid()
            if not self.writer.subscribe(pid, self._config.subscribe.encode()):
                return
            self._subscribe_pid = pid
            self._subscribe_ms = now_ms
            self._want_subscribe = False
        while self._flight.sent < self._flight.count:
            if not self._flight.write_next(now_ms, self.writer):
                return

    def _act(self, now_ms: int) -> None:
        kind = self._reader.kind
        if kind == CONNACK:
            self._greeted()
        elif not self.up:
            self.fault = "unexpected-packet"
        elif kind == PUBLISH:
            self._held_ms = now_ms
            self._take_message()
        elif kind == PUBACK:
            self._delivered()
        elif kind == SUBACK:
            self._subscription(now_ms)
        elif kind == PINGRESP and not self._keepalive.answered():
            self._tally.fail("unknown-ack", "PINGRESP")

    def _greeted(self) -> None:
        flags = self._reader.buffer[0]
        code = self._reader.buffer[1]
        if self.up:
            self.fault = "unexpected-packet"
        elif flags > 1:
            self.fault = "bad-connack"
        elif code:
            self.fault = REFUSALS[min(code, len(REFUSALS)) - 1]
        else:
            self.up = True
            self._forget = False
            self._want_subscribe = bool(self._config.subscribe)
            self._tally.call(self._owner.on_up, bool(flags))

    def _subscription(self, now_ms: int) -> None:
        if not self._subscribe_pid or self._reader.pid != self._subscribe_pid:
            self._tally.fail("unknown-ack", "SUBACK")
            return
        self._subscribe_pid = 0
        self.subscribed = self._reader.buffer[2] < 2
        if not self.subscribed:  # stay: what goes up still goes up
            self._tally.fail("subscribe-refused", self._config.subscribe)
            self._resubscribe.start(now_ms, _RESUBSCRIBE_MS)

    def _delivered(self) -> None:
        pid = self._reader.pid
        if not self._flight.acknowledge(pid):
            self._tally.fail("unknown-ack", "PUBACK")
            return
        self._tally.count("delivered")
        self._tally.call(self._owner.on_delivered, pid)

    def _take_message(self) -> None:
        reader = self._reader
        self._held = False
        if reader.cut:
            self._tally.fail("skipped-too-big", f"{reader.length} bytes")
        elif not reader.topic:
            self._tally.fail("bad-topic")
        elif self._offer():
            self._tally.count("received")
        else:
            self._held = True
            return
        if self.up:
            self._owed_pid = reader.pid  # 0 with QoS 0

    def _offer(self) -> bool:
        reader = self._reader
        if self._owner.on_message is None:
            return True
        taken = self._tally.call(
            self._owner.on_message, reader.topic, reader.payload(), reader.retained
        )
        return taken is not False  # None: it raised
