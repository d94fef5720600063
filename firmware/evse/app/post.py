"""Numbers messages and hands them to a link.

One counter a boot for all kinds, so that a missing number is a loss.  Telemetry that no link takes
is counted and forgotten: the next state says all.  Records wait in records.py.
"""

from evse.app.clock import Clock
from evse.app.record import Record
from evse.app.records import END, EVENT, SESSION, Records
from evse.core.units import TICKS_PERIOD
from protocol.messages import Death, Event, Session
from protocol.topics import topic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from protocol.message import Message

LAST_SEQ = (1 << 30) - 1
LOGGED = 32


class Post:
    """station: name on every topic.  boot_id: of this boot.  new_boot: called for a fresh boot_id
    when the numbers of this one are used up.  skipped: telemetry no link took, since boot."""

    def __init__(
        self, station: str, boot_id: int, new_boot: "Callable[[], int]", journal=None
    ) -> None:
        """journal: where records outlive a reboot, or None."""
        self.station = station
        self.boot_id = boot_id
        self._new_boot = new_boot
        self._seq = 0
        self.records = Records(station, journal)
        self.links = []  # in order of preference
        self.skipped = 0
        self.now_ms = 0
        self.log = []  # the newest events, for the console
        self.clock = Clock()
        self._will = None
        self.will_seq = 0

    def stamp(self) -> int:
        """The next message's seq.  boot_id may change with it."""
        if self._seq >= LAST_SEQ:
            self.boot_id = self._new_boot()
            self._seq = 0
            self.records.last_seq = 0
        self._seq += 1
        return self._seq

    def link(self):
        """The link in use: the first that is ready, or None."""
        for link in self.links:
            if link.ready:
                return link
        return None

    def send(self, cls: "type[Message]", connector: int, fields: dict, link=None) -> bool:
        """Number and send one message that is not a record.

        False: no link is ready or has room; no number is used up, and it may be tried again.
        """
        taker = link or self.link()
        if taker is None or not taker.ready or (cls.QOS and link is None and not taker.room()):
            return False
        seq = self.stamp()
        message = cls(boot_id=self.boot_id, seq=seq, uptime_ms=self.now_ms, **fields)
        name = topic(self.station, True, cls.KIND, connector)
        if taker.send(name, message.encode(), cls.QOS, cls.RETAINED):
            return True
        self.skipped += 1
        return False

    def record_session(self, connector: int, fields: dict) -> bool:
        """Keep a session's start, checkpoint or end until a receipt.  False: no room, counted."""
        likes = END if fields["phase"] == "end" else SESSION
        return self._record(Session, connector, fields, likes)

    def record_event(self, connector: int, what: str, code: str = "", value: int = 0) -> bool:
        """Keep an event until a receipt.  False: no room, counted."""
        return self._record(Event, connector, {"what": what, "code": code, "value": value}, EVENT)

    def _record(self, cls: "type[Message]", connector: int, fields: dict, likes: int) -> bool:
        records = self.records
        if not records.has_room(likes):
            records.missed()
            return False
        if records.untold and records.has_room(EVENT):
            missing = records.untold
            records.untold = 0
            self.record_event(0, "records-dropped", "", missing)
        seq = self.stamp()
        message = cls(
            boot_id=self.boot_id,
            seq=seq,
            uptime_ms=self.now_ms,
            prev=records.last_seq,
            time_s=self.clock.now_s(),
            **fields,
        )
        if likes == EVENT:
            entry = (self.now_ms, connector, fields["what"], fields["code"], fields["value"])
            self.log.append(entry)
            if len(self.log) > LOGGED:
                self.log.pop(0)
        record = Record((self.boot_id, seq), connector, cls.KIND, message.encode())
        records.add(record, likes, self.now_ms)
        return True

    def will(self) -> "tuple[str, bytes]":
        """The last will of a connection about to be made; its birth says will_seq."""
        self.will_seq = self.stamp()
        death = Death(boot_id=self.boot_id, seq=self.will_seq, uptime_ms=self.now_ms)
        self._will = (topic(self.station, True, Death.KIND), death.encode())
        return self._will

    def say_goodbye(self) -> None:
        """The same words the broker would say for us."""
        link = self.link()
        if link is not None and self._will is not None:
            link.send(self._will[0], self._will[1], 1, True)

    def pump(self) -> None:
        """Send records that wait."""
        link = self.link()
        if link is not None:
            self.records.pump(self.now_ms, link)


def ahead_ms(later_ms: int, now_ms: int) -> int:
    """How far later_ms lies ahead of now_ms on the board's clock; huge when it is past."""
    return (later_ms - now_ms) & (TICKS_PERIOD - 1)
