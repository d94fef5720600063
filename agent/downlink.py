"""Commands on their way down: checked, slowed, sent, answered, written down.

It decides whether a command may leave; the board decides whether to obey.  A command of the page
or the command line is built here from the live picture; one from upstream passes untouched.
"""

import logging
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from protocol import topics
from protocol.fields import MessageError
from protocol.message import Message
from protocol.messages import Hello, Receipt, Refusal, find, id_in

from . import codec
from .audit import Entry
from .intake import plain

if TYPE_CHECKING:
    from .audit import Audit
    from .live import Live

log = logging.getLogger("borne.downlink")

ALLOWANCE_MS = 30_000  # how long a local command stays fresh on the board's clock

Send = Callable[[str, str, bytes], bool]  # station, topic, payload -> sent


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.  code: a word of codes.ANSWERS or codes.AGENT_ANSWERS."""

    id: str
    ok: bool
    code: str
    field: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """A command of this house.  who: page, cli or api; connector: -1 where it has none; id: ""
    for a new one."""

    who: str
    station: str
    connector: int
    kind: str
    values: dict[str, Any]
    id: str = ""


@dataclass(slots=True)
class _Pending:
    row: int
    done: threading.Event = field(default_factory=threading.Event)
    answer: Answer | None = None


class Bucket:
    """Tokens: `burst` at once, then per_s each second."""

    def __init__(self, per_s: int, burst: int) -> None:
        self._per_s, self._burst = per_s, burst
        self._tokens, self._at_ms = float(burst), 0

    def take(self, now_ms: int) -> bool:
        tokens = self._filled(now_ms)
        has_one = tokens >= 1
        self._tokens = tokens - 1 if has_one else tokens
        return has_one

    def is_empty(self, now_ms: int) -> bool:
        self._tokens = self._filled(now_ms)
        return self._tokens < 1

    def _filled(self, now_ms: int) -> float:
        tokens = self._tokens + (now_ms - self._at_ms) * self._per_s / 1_000
        self._at_ms = now_ms
        return tokens if tokens < self._burst else float(self._burst)


class Downlink:
    """lock: the one that guards live.  clock_ms: the agent's monotonic clock.  answer_up(topic,
    payload): tells the backend what became of a command that went no further."""

    def __init__(  # noqa: PLR0913  each is one word of wiring
        self,
        live: "Live",
        lock: Any,
        audit: "Audit",
        send: Send,
        clock_ms: Callable[[], int],
        *,
        allowed: Collection[str],
        per_s: int = 5,
        burst: int = 20,
        timeout_s: float = 10,
        answer_up: Callable[[str, bytes], object] = lambda *_: None,
    ) -> None:
        self._live, self._lock, self._audit, self._send = live, lock, audit, send
        self._clock_ms = clock_ms
        self._answer_up = answer_up
        self._allowed = frozenset(allowed)
        self._rate = (per_s, burst)
        self._timeout_s = timeout_s
        self._buckets: dict[str, Bucket] = {}
        self._pending: dict[tuple[str, str], _Pending] = {}
        self._guard = threading.Lock()
        self.refused: Counter[str] = Counter()
        self.passed = 0

    def from_upstream(self, topic: str, payload: bytes, retained: bool) -> str:
        """One command from the backend.  Returns "ok" when it left, else why it did not."""
        station, connector, kind, command_id, field_name = "", -1, "", "", ""
        try:
            station, up, connector, kind = topics.split(topic)
            cls = self._command_class(up, connector, kind, retained)
            if kind not in self._allowed:
                raise MessageError("not-allowed", "", f"{kind} is not taken from upstream")
            message = codec.DOWN[cls.KIND].decode(payload)
            command_id = message.id
            code = self._may_leave(station)
        except MessageError as error:
            code, field_name = error.code, error.field
            command_id = id_in(payload)
        row = self._audit.asked(
            Entry(0, "upstream", station, connector, kind[:32], command_id, _shown(payload))
        )
        if not code:
            self._expect(station, command_id, row)
            code = "" if self._send(station, topic, payload) else "offline"
        if code:
            self._forget(station, command_id)
            self._refuse(row, code, station, kind, field_name)
            if station and command_id:
                refusal = Refusal(id=command_id, code=code, field=plain(field_name)[:40])
                self._answer_up(topics.topic(station, True, Refusal.KIND), refusal.encode())
            return code
        self.passed += 1
        return "ok"

    def local(self, order: Order) -> Answer:
        """One command of this house; waits for the answer.  The same id is not executed twice."""
        if order.id and (known := self._audit.find(order.station, order.id)) and known.code:
            return Answer(order.id, known.code == "ok", known.code, known.field, known.value)
        command_id = order.id or f"{order.who}-{secrets.token_hex(8)}"
        payload, field_name = b"", ""
        try:
            payload = self._build(order, command_id)
            code = self._may_leave(order.station)
        except MessageError as error:
            code, field_name = error.code, error.field
        row = self._audit.asked(
            Entry(
                0,
                order.who,
                order.station[:32],
                order.connector,
                order.kind[:32],
                command_id[:36],
                _shown(payload),
            )
        )
        if code:
            self._refuse(row, code, order.station, order.kind, field_name)
            return Answer(command_id, False, code, field_name)
        pending = self._expect(order.station, command_id, row)
        topic = topics.topic(order.station, False, order.kind, order.connector)
        if not self._send(order.station, topic, payload):
            self._forget(order.station, command_id)
            self._refuse(row, "offline", order.station, order.kind)
            return Answer(command_id, False, "offline")
        self.passed += 1
        pending.done.wait(self._timeout_s)
        self._forget(order.station, command_id)
        if pending.answer is None:
            self._audit.answered(row, "timeout")
            return Answer(command_id, False, "timeout")
        return pending.answer

    def answered(self, station: str, ack: Any) -> None:
        """A board's ack came and is stored."""
        answer = Answer(ack.id, ack.ok, ack.code, ack.field, ack.value)
        pending = self._forget(station, ack.id)
        if pending is not None:
            pending.answer = answer
            self._audit.answered(pending.row, ack.code, ack.field, ack.value)
            pending.done.set()

    def _command_class(self, up: bool, connector: int, kind: str, retained: bool) -> type[Message]:
        cls = find(False, kind)
        if up:
            raise MessageError("wrong-direction", "", "is from a board")
        if cls is None:
            raise MessageError("unknown-kind", "", "no such command")
        if cls in (Receipt, Hello):
            raise MessageError("not-allowed", "", "only this agent says that")
        if retained:
            raise MessageError("retained", "", "a command must not be retained")
        if (connector >= 1) != cls.PER_CONNECTOR:
            raise MessageError("bad-topic", "connector", "where it does not belong")
        return cls

    def _build(self, order: Order, command_id: str) -> bytes:
        cls = self._command_class(False, order.connector, order.kind, False)
        now_ms = self._clock_ms()
        with self._lock:
            picture = self._live.stations.get(order.station)
            if picture is None:
                raise MessageError("unknown-station", "", "never heard of")
            boot_id = picture.boot_id
            expires_ms = picture.board_clock_ms(now_ms, ALLOWANCE_MS)
        if expires_ms is None:
            raise MessageError("offline", "", "not heard since this agent started")
        head = {"id": command_id, "boot_id": boot_id, "expires_ms": expires_ms}
        return cls(**{**order.values, **head}).encode()

    def _may_leave(self, station: str) -> str:
        now_ms = self._clock_ms()
        with self._lock:
            picture = self._live.stations.get(station)
            if picture is None:
                return "unknown-station"
            if picture.suspended(now_ms):
                return "suspended"
            if picture.freshness(now_ms) == "offline":
                return "offline"
        with self._guard:
            bucket = self._buckets.setdefault(station, Bucket(*self._rate))
            return "" if bucket.take(now_ms) else "too-many"

    def _expect(self, station: str, command_id: str, row: int) -> _Pending:
        with self._guard:
            if len(self._pending) > 10_000:
                self._pending.pop(next(iter(self._pending)))
            pending = self._pending[(station, command_id)] = _Pending(row)
            return pending

    def _forget(self, station: str, command_id: str) -> _Pending | None:
        with self._guard:
            return self._pending.pop((station, command_id), None)

    def _refuse(self, row: int, code: str, station: str, kind: str, field_name: str = "") -> None:
        self.refused[code] += 1
        self._audit.answered(row, code, field_name)
        log.warning("command %r for %r refused: %s", kind, station, code)


def _shown(payload: bytes) -> str:
    return plain(payload[:1_024].decode("latin-1"), 1_024)
