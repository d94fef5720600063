"""A fleet that speaks the protocol through a broker: real messages, no firmware behind them."""

import time
from typing import Any

from protocol import topics
from protocol.message import Message
from protocol.messages import Birth, Condition, Death, Event, Meter, State
from tests.agent.brokers import Client
from tests.web import fleet

BOOT = 41
SELDOM_S = 3_600  # they are not to fall silent by themselves

# What a connector can be, the tags the page owes it, and the group of its card.
ROLES: dict[str, tuple[dict[str, Any], tuple[str, ...], str]] = {
    "welded": ({"why": "fault", "faults": (fleet.fault("contactor-welded"),)}, ("fault",), "need"),
    "faulted": ({"why": "fault", "faults": (fleet.fault("over-current"),)}, ("fault",), "need"),
    "derated": (
        {"why": "charging", "offer": 6, "drawn": (5.9,), "limits": (fleet.limit("fallback", 6),)},
        ("limited", "charging"),
        "need",
    ),
    "warned": (
        {
            "why": "charging",
            "offer": 16,
            "drawn": (9.5,),
            "faults": (fleet.fault("meter-silent"),),
        },
        ("charging",),
        "need",
    ),
    "held": (
        {
            "why": "charging",
            "offer": 10,
            "drawn": (9.8,),
            "limits": (fleet.limit("operator", 10, 900),),
        },
        ("limited", "charging"),
        "use",
    ),
    "waiting": ({"why": "waiting-for-vehicle", "offer": 32}, ("waiting",), "use"),
    "charging": ({"why": "charging", "offer": 32, "drawn": (31.2,)}, ("charging",), "use"),
    "free": ({"why": "no-vehicle"}, ("free",), "free"),
}
_KNOWN_OF_THE_SILENT = ("fault", "limited")  # whether it still charges nobody knows


class Crowd(Client):
    """roles: what each station last said it is.  gone: those the broker lost.  told_ms: Unix time
    of a station's last news, taken just before they were said."""

    def __init__(self, port: int, names: list[str]) -> None:
        super().__init__("crowd", port)
        self.paho.max_inflight_messages_set(1_000)
        self.roles = dict.fromkeys(names, "")
        self.gone: set[str] = set()
        self.told_ms: dict[str, float] = {}
        self._seq = dict.fromkeys(names, 0)
        self._will = dict.fromkeys(names, 0)
        self._record = dict.fromkeys(names, 0)

    def say(self, name: str, role: str, interval_s: int = SELDOM_S) -> None:
        """A station becomes that, and tells it; with "" it is lost."""
        self.told_ms[name] = time.time() * 1_000
        if role == "":
            self.gone.add(name)
            self._send(name, Death, {"seq": self._will[name]})
            return
        before, self.roles[name] = self.roles[name], role
        if before == "" or name in self.gone:
            self.gone.discard(name)
            self._birth(name, interval_s)
        one = fleet.connector(1, **ROLES[role][0])
        for kind, cls in (("state", State), ("meter", Meter)):
            self._send(name, cls, one[kind])
        if before == "":
            self._send(name, Condition, one["condition"])

    def truth(self, name: str, role: str | None = None) -> tuple[list[str], str]:
        """(tags, the first is the tone; group) that the page owes a station, or would owe it."""
        _, tags, group = ROLES[role or self.roles[name]]
        if role == "" or (role is None and name in self.gone):
            known = [tag for tag in tags if tag in _KNOWN_OF_THE_SILENT]
            order = ["fault", "silent", "limited"]
            return sorted([*known, "silent"], key=order.index), "need"
        return list(tags), group

    def record(self, name: str, what: str, code: str) -> None:
        """An event for the log."""
        more = {"prev": self._record[name], "time_s": 0, "what": what, "code": code, "value": 0}
        self._record[name] = self._send(name, Event, more)

    def _birth(self, name: str, interval_s: int) -> None:
        self._will[name] = self._seq[name] = self._seq[name] + 1
        birth = fleet.station(name)["birth"] | {"will_seq": self._will[name]}
        self._send(name, Birth, birth | {"interval_s": interval_s})

    def _send(self, name: str, cls: type[Message], values: dict[str, Any]) -> int:
        seq = self._seq[name] = self._seq[name] + 1
        head = {"boot_id": BOOT, "seq": seq, "uptime_ms": seq * 100}
        if cls is Death:
            head["seq"] = values["seq"]
        said = {field: (values | head)[field] for field, _ in cls.FIELDS}
        number = 1 if cls.PER_CONNECTOR else -1
        where = topics.topic(name, True, cls.KIND, number)
        self.publish(where, cls(**said).encode(), cls.QOS, cls.RETAINED)
        return seq
