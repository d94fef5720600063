"""The link to a broker: connects, stays connected, says why it is not.  Start here.

Polled, never waits, raises nothing out of poll().  The bytes are packet_reader.py's and
packet_writer.py's, the protocol is mqtt_session.py's, the socket tcp.py's; this file owns one
thing: when to try, when to give up, when to try again.  line.py's LineLink has the same
send(), poll() and callbacks.
"""

from evse.core.timer import Timer

from .backoff import Backoff
from .mqtt_session import MqttSession
from .reasons import FAULTS, NOTES
from .tally import Tally

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .mqtt_config import MqttConfig
    from .tcp import TcpTransport

STOPPED = 0
WAITING = 1  # for the next attempt
CONNECTING = 2  # TCP
GREETING = 3  # TLS, CONNECT and CONNACK
UP = 4
LEAVING = 5  # DISCONNECT is on its way
STATE_NAMES = ("stopped", "waiting", "connecting", "greeting", "up", "leaving")

_CHUNK = 256  # bytes read in one poll
_MOST_PACKETS = 4  # acted upon in one poll, so that a flood does not delay the control tick
_GOOD_MS = 60_000  # a connection that held for so long makes the next wait short again
_LEAVE_MS = 2_000
_HOPELESS = ("refused-protocol", "refused-client-id", "refused-credentials")


class MqttLink:
    """One broker.  transport: as TcpTransport in tcp.py.  random_below(n): 0..n-1.

    Read at will: state, counts (by the names in reasons.py), last_error (for people).
    Callbacks, set by the application, each None or:

    on_message(topic, payload, retained) -> bool.  True: taken.  False: not now; it is offered
    again at each poll, and nothing else is read until it is taken.  A QoS 1 message is
    acknowledged to the broker only after True.  retained: the broker had kept it; a command
    that comes so must not be obeyed.
    on_delivered(token): the broker has what send() gave this token for.
    on_up(session_present): the broker has greeted us; send the birth now.
    will() -> (topic, payload) or None: asked at each connect; retained, QoS 1.

    What a callback raises is counted as handler-raised and goes no further; a message whose
    handler raised counts as taken.
    """

    def __init__(
        self,
        config: "MqttConfig",
        transport: "TcpTransport",
        random_below: "Callable[[int], int]",
    ) -> None:
        self.on_message = None
        self.on_delivered = None
        self.on_up = None
        self.will = None
        self.state = STOPPED
        self._tally = Tally(FAULTS + NOTES)
        self.counts = self._tally.counts
        self._session = MqttSession(config, self._tally, self)
        self._transport = transport
        self._backoff = Backoff(config.first_wait_ms, config.most_wait_ms, random_below)
        self._connect_ms = config.connect_ms
        self._patience = Timer()  # for connecting, then for leaving
        self._probation = Timer()  # while a new connection has not yet proved itself
        self._chunk = bytearray(_CHUNK)
        self._used = 0  # chunk[used:filled] has been read but not yet acted upon
        self._filled = 0
        self._held = False
        self._now_ms = 0

    @property
    def last_error(self) -> str:
        """ "" or "reason: detail"."""
        return self._tally.last_error

    @property
    def up(self) -> bool:
        """Whether the broker has greeted us and is believed to be there."""
        return self._session.up

    @property
    def subscribed(self) -> bool:
        """Whether the broker has granted the subscription."""
        return self._session.subscribed

    def under_way(self) -> int:
        """QoS 1 messages accepted and not yet acknowledged."""
        return self._session.under_way()

    def start(self, now_ms: int) -> None:
        """Begin to connect.  The first attempt waits a random time too."""
        if self.state == STOPPED:
            self._wait(now_ms)

    def stop(self, now_ms: int) -> None:
        """Say goodbye, so that the broker drops the will, and stay away until start()."""
        if self._session.leave():
            self.state = LEAVING
            self._patience.start(now_ms, _LEAVE_MS)
        else:
            self._rest()

    def send(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> int:
        """Accept a message: a token 1..65535, or 0 for not now (not up, or the window is full):
        the caller keeps it and tries later.

        QoS 1: payload stays the caller's and must not change until on_delivered(token); it is
        sent again after a reconnection.  QoS 0: nothing more will be known of it.  Raises
        ValueError for what could never fit.
        """
        return self._session.send(self._now_ms, topic.encode(), payload, qos, retain)

    def poll(self, now_ms: int) -> None:
        """Do what can be done without waiting.  Call every 10 ms or so."""
        self._now_ms = now_ms
        try:
            if self.state == WAITING:
                self._try(now_ms)
            elif self.state == CONNECTING:
                self._connect(now_ms)
            elif self.state == LEAVING:
                self._leave(now_ms)
            elif self.state != STOPPED:
                self._converse(now_ms)
        except OSError as error:
            self._drop(now_ms, self._transport.stage, error)
        except MemoryError:
            self._drop(now_ms, "no-memory")

    def _try(self, now_ms: int) -> None:
        if self._backoff.waits(now_ms):
            return
        if self._transport.open():
            self._held = False
            self.state = CONNECTING
            self._patience.start(now_ms, self._connect_ms)
        elif not self._held:
            self._held = True
            self._tally.count("held")

    def _connect(self, now_ms: int) -> None:
        if self._transport.connected():
            self.state = GREETING
            self._used = self._filled = 0
            self._session.begin(now_ms)
        elif not self._patience.runs(now_ms):
            self._drop(now_ms, "connect-timeout", "TCP")

    def _converse(self, now_ms: int) -> None:
        session = self._session
        closed = self._read(now_ms)
        session.tick(now_ms)
        if self.state == STOPPED or self.state == LEAVING:  # by a callback
            return
        self._write(now_ms)
        if session.fault:
            self._drop(now_ms, session.fault)
        elif closed:
            self._drop(now_ms, "closed")
        elif self.state == GREETING:
            self._await_greeting(now_ms)
        elif self._probation.ends(now_ms):
            self._backoff.forgive()

    def _leave(self, now_ms: int) -> None:
        self._write(now_ms)
        if not self._session.writer.waiting() or not self._patience.runs(now_ms):
            self._rest()

    def _await_greeting(self, now_ms: int) -> None:
        if self._session.up:
            self.state = UP
            self._tally.count("connects")
            self._transport.proved()
            self._probation.start(now_ms, _GOOD_MS)
        elif not self._patience.runs(now_ms):
            self._drop(now_ms, "connect-timeout", "no CONNACK")

    def _read(self, now_ms: int) -> bool:
        """Read at most a chunk, act on a few packets; True when the broker has closed."""
        closed = False
        if self._used == self._filled:
            count = self._transport.read(self._chunk)
            closed = count < 0
            self._used = 0
            self._filled = max(count, 0)
        for _ in range(_MOST_PACKETS):
            used = self._session.feed(now_ms, self._chunk, self._used, self._filled)
            if used == self._used:
                break
            self._used = used
        return closed

    def _write(self, now_ms: int) -> None:
        writer = self._session.writer
        if writer.waiting():
            count = self._transport.write(writer.head())
            if count:
                self._session.wrote(now_ms, count)

    def _drop(self, now_ms: int, reason: str, detail: object = "") -> None:
        if self.state == LEAVING:
            self._rest()
            return
        self._tally.fail(reason, detail)
        if reason in _HOPELESS:
            self._backoff.distrust()
        self._hang_up()
        self._wait(now_ms)

    def _wait(self, now_ms: int) -> None:
        self._backoff.start(now_ms)
        self.state = WAITING

    def _rest(self) -> None:
        self._hang_up()
        self.state = STOPPED

    def _hang_up(self) -> None:
        self._transport.close()
        self._session.end()
        self._probation.stop()
