"""Is this a message of ours?  Pure: no clock, no disk, no socket.

What it lets through is checked to the last field; what it does not is counted under one word of
protocol.codes.REFUSALS.  The board's bytes go on untouched.
"""

from collections import Counter, deque
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from protocol import topics
from protocol.fields import MessageError
from protocol.message import MAX_PAYLOAD
from protocol.messages import AGENT_MESSAGES, DOWN_MESSAGES, Event

from . import codec

_REMEMBERED = 50  # refusals kept for the page
_CACHED = 65_536  # topics whose reading is remembered
_NO_BOARDS = {cls.KIND for cls in DOWN_MESSAGES + AGENT_MESSAGES}  # kinds no board says


@dataclass(slots=True)
class Accepted:
    """A message of a board.  message: its checked fields; payload: its bytes."""

    station: str
    connector: int
    kind: str
    topic: str
    payload: bytes
    message: Any
    retained: bool
    is_record: bool


@dataclass(slots=True, frozen=True)
class Refused:
    """Bytes that were not taken.  reason: one of protocol.codes.REFUSALS."""

    reason: str
    detail: str
    topic: str
    station: str = ""


@dataclass(slots=True, frozen=True)
class _Reading:
    """What a topic says, worked out once."""

    station: str
    connector: int
    codec: codec.Codec | None
    refused: Refused | None = None


def plain(text: str, most: int = 120) -> str:
    """Text fit for logs and pages: control characters and everything outside ASCII escaped."""
    shown = text[:most].encode("unicode_escape").decode("ascii")
    return shown + "..." if len(text) > most else shown


class Intake:
    """stations: the only ones taken in; empty takes every one, up to `most`."""

    def __init__(self, stations: Collection[str] = (), most: int = 20_000) -> None:
        self._stations = frozenset(stations)
        self._met: set[str] = set()
        self._most = most
        self._readings: dict[str, _Reading] = {}
        self.accepted = 0
        self.refused: Counter[str] = Counter()  # by reason
        self.refused_by: Counter[str] = Counter()  # by station, "" where none could be read
        self.last_refusals: deque[dict[str, str]] = deque(maxlen=_REMEMBERED)

    def take(self, topic: str, payload: bytes, retained: bool) -> Accepted | Refused:
        """One message from a link."""
        reading = self._readings.get(topic) or self._read(topic)
        if reading.refused is not None:
            return self._refuse(reading.refused)
        if len(payload) > MAX_PAYLOAD:  # before anything looks inside
            detail = f"{len(payload)} bytes, at most {MAX_PAYLOAD}"
            return self._refuse(Refused("too-long", detail, topic, reading.station))
        taker = reading.codec
        assert taker is not None
        if retained and not taker.cls.RETAINED:
            detail = f"{taker.cls.KIND} is never retained"
            return self._refuse(Refused("retained", detail, topic, reading.station))
        try:
            message = taker.decode(payload)
        except MessageError as error:
            return self._refuse(Refused(error.code, str(error), topic, reading.station))
        self.accepted += 1
        return Accepted(
            reading.station,
            reading.connector,
            taker.cls.KIND,
            topic,
            payload,
            message,
            retained,
            taker.cls.RECORD,
        )

    def refuse(self, reason: str, detail: str, topic: str = "", station: str = "") -> Refused:
        """Count what a link could not even turn into a topic and bytes."""
        return self._refuse(Refused(reason, detail, topic, station))

    def _read(self, topic: str) -> _Reading:
        try:
            reading = self._split(topic)
        except MessageError as error:
            reading = _Reading("", -1, None, Refused(error.code, str(error), topic))
        if len(self._readings) >= _CACHED:
            self._readings.clear()
        self._readings[topic[: topics.MAX_TOPIC + 1]] = reading
        return reading

    def _split(self, topic: str) -> _Reading:
        station, up, connector, kind = topics.split(topic)
        if not self._is_ours(station):
            refused = Refused("foreign-station", f"{station} is not one of ours", topic, "")
            return _Reading(station, connector, None, refused)
        taker = codec.UP.get(kind)
        if not up or kind in _NO_BOARDS:
            refused = Refused("wrong-direction", "is not said by a board", topic, station)
            return _Reading(station, connector, None, refused)
        if taker is None:
            refused = Refused("unknown-kind", f"{plain(kind)} is no message", topic, station)
            return _Reading(station, connector, None, refused)
        least = 0 if taker.cls is Event else 1
        if (connector >= least) != taker.cls.PER_CONNECTOR:
            refused = Refused("bad-topic", "connector where it does not belong", topic, station)
            return _Reading(station, connector, None, refused)
        return _Reading(station, connector, taker)

    def _is_ours(self, station: str) -> bool:
        if self._stations:
            return station in self._stations
        if station not in self._met and len(self._met) < self._most:
            self._met.add(station)
        return station in self._met

    def _refuse(self, refused: Refused) -> Refused:
        self.refused[refused.reason] += 1
        self.refused_by[refused.station] += 1
        self.last_refusals.append(
            {
                "reason": refused.reason,
                "detail": plain(refused.detail),
                "topic": plain(refused.topic, 100),
                "station": refused.station,
            }
        )
        return refused
