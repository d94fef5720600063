"""What a connector keeps on flash about its energy and its session, for the boot after this one.

The meter's own register carries the energy across a power cut: kept is the register as it was,
and how much had been counted then.  Charge.py says when it is written.
"""

import json

from evse.core import session
from protocol.fields import MessageError
from protocol.messages import Session

_MAX = (1 << 30) - 1
_FIELDS = (
    "total_wh",
    "register_wh",
    "known",
    "boot_id",
    "number",
    "start_wh",
    "duration_s",
    "charging_s",
    "stop",
    "granted",
    "told_boot_id",
    "told_seq",
)


class Kept:
    """total_wh counted when the meter's register said register_wh (known: it had said anything).

    boot_id, number: of the running session, 0 and 0 without one; start_wh, duration_s, charging_s,
    stop (session.STOP_*), granted (1: somebody's start was given), user: its own.
    told_boot_id, told_seq: of the newest session record this takes account of.
    """

    def __init__(self) -> None:
        self.total_wh = self.register_wh = self.known = 0
        self.told_boot_id = self.told_seq = 0
        self.end_session()

    def end_session(self) -> None:
        self.boot_id = self.number = self.start_wh = 0
        self.duration_s = self.charging_s = 0
        self.stop = session.STOP_NONE
        self.granted = 0
        self.user = ""

    def pack(self) -> bytes:
        return json.dumps([[getattr(self, field) for field in _FIELDS], self.user]).encode()

    def unpack(self, stored: "bytes | None") -> None:
        """Take over what was kept; a blob that is not ours counts as nothing."""
        if stored is None:
            return
        try:
            row, user = json.loads(str(stored, "utf-8"))
            good = len(row) == len(_FIELDS) and type(user) is str
            if not good or not all(type(value) is int and 0 <= value <= _MAX for value in row):
                return
        except (ValueError, TypeError):
            return
        for field, value in zip(_FIELDS, row):
            setattr(self, field, value)
        self.user = user
        self.start_wh = min(self.start_wh, self.total_wh)

    def catch_up(self, payload: "bytes | None") -> None:
        """payload: this connector's newest session record on flash.  It is newer than what was
        kept when the power was cut between the two: then it is right."""
        try:
            if payload is None:
                return
            record = Session.decode(payload)
            boot_id, _, number = [int(word) for word in record.session.split("-")]
        except (MessageError, ValueError):
            return
        if (record.boot_id, record.seq) <= (self.told_boot_id, self.told_seq):
            return
        self.told_boot_id, self.told_seq = record.boot_id, record.seq
        if record.phase == "end":
            self.end_session()
            return
        if (boot_id, number) != (self.boot_id, self.number):
            self.end_session()
        self.boot_id, self.number = boot_id, number
        self.start_wh = record.start_wh
        self.duration_s, self.charging_s = record.duration_s, record.charging_s
        self.user = record.user
