"""Every message, one class each: first what a board says, then what it is told.

A class says its fields twice: the annotations with their comments are for readers and for the
generated documents (docs.py), FIELDS is for the wire.  Every message carries boot_id and seq: one
counter a boot for all kinds, so (station, boot_id, seq) names a message for ever and a missing
number is a loss.  Clocks are the board's own: uptime_ms wraps every 2**30 ms (12.4 days).
"""

from .codes import (
    ANSWERS,
    EVENTS,
    FAULT_CODES,
    METER_QUALITIES,
    OWNERS,
    PHASES,
    REMOTE_OWNERS,
    RESETS,
    STATES,
    STOP_REASONS,
    WHYS,
)
from .fields import MAX_INT, Choice, Flag, Integer, ListOf, Name, Record, Text
from .message import Message

ID = Name(1, 36)  # of a command
SESSION = Name(0, 24)  # "" without a session
USER = Name(0, 36)
CONFIG_VALUE = Text(0, 64)
MAX_FAULTS = 4  # in a reason: with more, the longest state would not fit a payload
MAX_FAULT_COUNT = 999_999  # a count stays there

_POSITIVE = Integer(1, MAX_INT)
_COUNT = Integer(0, MAX_INT)
_HEAD = (("boot_id", _POSITIVE), ("seq", _POSITIVE), ("uptime_ms", _COUNT))
_RECORD_HEAD = _HEAD + (("prev", _COUNT),)
_COMMAND_HEAD = (("id", ID), ("boot_id", _POSITIVE), ("expires_ms", _COUNT))
_MA = Integer(0, 80_000)

# What one owner allows.
LIMIT = Record(
    (
        ("owner", Choice(OWNERS)),  # in whose name
        ("limit_ma", _MA),  # 0 pauses
        ("expires_s", Integer(0, 86_400)),  # it ends after this long; 0: it stands until changed
    )
)
# A fault that stands.
FAULT = Record(
    (
        ("code", Choice(FAULT_CODES)),  # which
        ("age_s", _COUNT),  # since it last came up
        ("count", Integer(0, MAX_FAULT_COUNT)),  # how often it came up since boot
    )
)
# Why a connector is in its state: the first question of everybody who stands before it.
REASON = Record(
    (
        ("state", Choice(STATES)),  # of the control pilot, IEC 61851-1
        ("why", Choice(WHYS)),  # the first reason that applies
        ("age_s", _COUNT),  # in this state for so long
        ("limited_by", Choice(OWNERS + ("none",))),  # whose limit is the least
        ("limits", ListOf(LIMIT, 0, len(OWNERS))),  # all that are set, the least first
        ("faults", ListOf(FAULT, 0, MAX_FAULTS)),  # the first that stand; events tell them all
    )
)


class Birth(Message):
    """The board is there.  Sent first after every connect, retained."""

    KIND = "birth"
    RETAINED = True

    boot_id: int  # grows by one at every boot, kept on flash
    seq: int  # number of this message within the boot
    uptime_ms: int  # board clock
    firmware: str  # version of the firmware
    protocol: int  # version of this protocol
    board: str  # which board file runs
    connectors: int  # how many sockets or cables
    interval_s: int  # a state comes at least this often; silence beyond twice this is stale
    reset: str  # why the board last reset
    will_seq: int  # seq of the death that ends this connection; 0 on a line without last will

    FIELDS = _HEAD + (
        ("firmware", Text(1, 24)),
        ("protocol", Integer(1, 99)),
        ("board", Text(1, 32)),
        ("connectors", Integer(1, 4)),
        ("interval_s", Integer(1, 3_600)),
        ("reset", Choice(RESETS)),
        ("will_seq", _COUNT),
    )


class Death(Message):
    """The broker lost the board (last will, retained), or the board said goodbye.

    It ends the connection whose birth names it in will_seq.  A station is gone when its last
    death has the boot_id of its last birth and a seq of at least that birth's will_seq, in
    whatever order the two arrived; any other death is old news.
    """

    KIND = "death"
    RETAINED = True

    boot_id: int  # of the boot that ended or lost its link
    seq: int  # what the birth of that connection says in will_seq
    uptime_ms: int  # board clock when the connection was made

    FIELDS = _HEAD


class State(Message):
    """One connector, whole.  On every change, and every interval_s without one; retained."""

    KIND = "state"
    PER_CONNECTOR = True
    RETAINED = True

    boot_id: int  # see Birth
    seq: int  # number of this message within the boot
    uptime_ms: int  # board clock
    reason: "dict[str, object]"  # why the connector is in its state: the reason record
    offer_ma: int  # current offered to the vehicle; 0 without an offer
    duty_ppm: int  # high part of the pilot's period; 1000000 steady +12 V, 0 steady -12 V
    contactor: bool  # true: commanded closed
    high_mv: int  # pilot's high plateau
    low_mv: int  # pilot's low plateau
    session: str  # id of the running session, empty without one

    FIELDS = _HEAD + (
        ("reason", REASON),
        ("offer_ma", _MA),
        ("duty_ppm", Integer(0, 1_000_000)),
        ("contactor", Flag()),
        ("high_mv", Integer(-20_000, 20_000)),
        ("low_mv", Integer(-20_000, 20_000)),
        ("session", SESSION),
    )


class Meter(Message):
    """What the meter of one connector reads.  Every interval_s, every 5 s while charging."""

    KIND = "meter"
    PER_CONNECTOR = True
    QOS = 0

    boot_id: int  # see Birth
    seq: int  # number of this message within the boot
    uptime_ms: int  # board clock
    quality: str  # good, stale (no answer lately), silent (none for long), none (no meter fitted)
    age_ms: int  # since the values were read
    voltage_mv: "list[int]"  # phase to neutral, one entry a phase
    current_ma: "list[int]"  # one entry a phase
    power_w: int  # all phases; negative flows back
    frequency_mhz: int  # of the mains, in thousandths of a hertz; 0 where the meter has none
    register_wh: int  # the meter's import register, never decreasing
    session_wh: int  # energy of the running or last session

    FIELDS = _HEAD + (
        ("quality", Choice(METER_QUALITIES)),
        ("age_ms", _COUNT),
        ("voltage_mv", ListOf(Integer(0, 600_000), 1, 3)),
        ("current_ma", ListOf(Integer(-200_000, 200_000), 1, 3)),
        ("power_w", Integer(-200_000, 200_000)),
        ("frequency_mhz", Integer(0, 100_000)),
        ("register_wh", _COUNT),
        ("session_wh", _COUNT),
    )


class Session(Message):
    """A record: one vehicle from plug-in to unplug.  Start, checkpoints every 5 minutes, end."""

    KIND = "session"
    PER_CONNECTOR = True
    RECORD = True

    boot_id: int  # see Birth
    seq: int  # number of this message within the boot
    uptime_ms: int  # board clock
    prev: int  # seq of the record before this one in the boot; 0 for the first
    session: str  # id, the same across reboots: boot and count of its beginning
    phase: str  # start, checkpoint or end
    user: str  # who was authorised; empty for free charging
    start_wh: int  # meter register when the session began
    register_wh: int  # meter register now
    energy_wh: int  # delivered so far
    duration_s: int  # since plug-in
    charging_s: int  # of these with the contactor closed
    reason: str  # why it ended; none until it has

    FIELDS = _RECORD_HEAD + (
        ("session", Name(1, 24)),
        ("phase", Choice(PHASES)),
        ("user", USER),
        ("start_wh", _COUNT),
        ("register_wh", _COUNT),
        ("energy_wh", _COUNT),
        ("duration_s", _COUNT),
        ("charging_s", _COUNT),
        ("reason", Choice(STOP_REASONS)),
    )


class Event(Message):
    """A record: something happened.  Connector 0 is the station itself."""

    KIND = "event"
    PER_CONNECTOR = True
    RECORD = True

    boot_id: int  # see Birth
    seq: int  # number of this message within the boot
    uptime_ms: int  # board clock
    prev: int  # seq of the record before this one in the boot; 0 for the first
    what: str  # kind of event
    code: str  # fault code, command kind, limit owner or configuration key; may be empty
    value: int  # amount that goes with it: milliampere, a count; 0 where there is none

    FIELDS = _RECORD_HEAD + (
        ("what", Choice(EVENTS)),
        ("code", Name(0, 32)),
        ("value", Integer(-MAX_INT, MAX_INT)),
    )


class Health(Message):
    """How the board itself is.  Every interval_s."""

    KIND = "health"
    QOS = 0

    boot_id: int  # see Birth
    seq: int  # number of this message within the boot
    uptime_ms: int  # board clock
    heap_free: int  # bytes; 0 where the interpreter cannot tell
    worst_gap_ms: int  # longest time between two control ticks since the last health message
    held: int  # records waiting for a receipt
    dropped: int  # records lost to a full store since boot
    skipped: int  # telemetry not sent because the link was down or full, since boot
    refused: int  # messages refused since boot
    refusal: str  # why the last of them was refused; empty without one
    connects: int  # connections made since boot

    FIELDS = _HEAD + (
        ("heap_free", _COUNT),
        ("worst_gap_ms", _COUNT),
        ("held", _COUNT),
        ("dropped", _COUNT),
        ("skipped", _COUNT),
        ("refused", _COUNT),
        ("refusal", Text(0, 64)),
        ("connects", _COUNT),
    )


class Ack(Message):
    """The one answer to a command.  The same id again gets the same answer, no second effect."""

    KIND = "ack"

    boot_id: int  # see Birth
    seq: int  # number of this message within the boot
    uptime_ms: int  # board clock
    id: str  # of the command
    ok: bool  # true: done
    code: str  # ok, or why not
    field: str  # the field at fault, empty where none is
    value: str  # what was asked for (get-config), else empty

    FIELDS = _HEAD + (
        ("id", ID),
        ("ok", Flag()),
        ("code", Choice(ANSWERS)),
        ("field", Text(0, 40)),
        ("value", Text(0, 512)),
    )


class Hello(Message):
    """The agent is there.  Every minute by MQTT, every 10 s over a serial line, where it also
    makes the board speak; on a line the station in the topic may be `anyone`.

    Silence longer than the station's link_loss_after_s makes it fall back as configured.
    """

    KIND = "hello"
    UP = False
    QOS = 0

    interval_s: int  # the next one comes within this time

    FIELDS = (("interval_s", Integer(1, 3_600)),)


class Receipt(Message):
    """The agent's word that every record up to up_to_seq of that boot is on its disk."""

    KIND = "receipt"
    UP = False

    boot_id: int  # whose records
    up_to_seq: int  # the board may forget records up to this one

    FIELDS = (("boot_id", _POSITIVE), ("up_to_seq", _POSITIVE))


class SetLimit(Message):
    """Lower what a connector may offer, for a while.  The board offers the least of all limits."""

    KIND = "set-limit"
    UP = False
    PER_CONNECTOR = True

    id: str  # chosen by the sender, comes back in the ack
    boot_id: int  # of the boot it is meant for; another boot refuses it
    expires_ms: int  # board clock after which the command is refused, at most 10 minutes ahead
    owner: str  # in whose name
    limit_ma: int  # 0 pauses; below 5900 no current can be offered
    valid_s: int  # the limit ends by itself after this long

    FIELDS = _COMMAND_HEAD + (
        ("owner", Choice(REMOTE_OWNERS)),
        ("limit_ma", _MA),
        ("valid_s", Integer(1, 86_400)),
    )


class Start(Message):
    """Ask for a charge to begin.  The board decides when its preconditions stand."""

    KIND = "start"
    UP = False
    PER_CONNECTOR = True

    id: str  # see SetLimit
    boot_id: int  # see SetLimit
    expires_ms: int  # see SetLimit
    user: str  # for whom; empty for free charging

    FIELDS = _COMMAND_HEAD + (("user", USER),)


class Stop(Message):
    """End the charge: offer withdrawn at once, contactor open within 6 s."""

    KIND = "stop"
    UP = False
    PER_CONNECTOR = True

    id: str  # see SetLimit
    boot_id: int  # see SetLimit
    expires_ms: int  # see SetLimit
    owner: str  # in whose name

    FIELDS = _COMMAND_HEAD + (("owner", Choice(REMOTE_OWNERS)),)


class ClearFault(Message):
    """Clear a latched fault that an operator may clear."""

    KIND = "clear-fault"
    UP = False
    PER_CONNECTOR = True

    id: str  # see SetLimit
    boot_id: int  # see SetLimit
    expires_ms: int  # see SetLimit
    code: str  # which fault

    FIELDS = _COMMAND_HEAD + (("code", Choice(FAULT_CODES)),)


class Reboot(Message):
    """Restart the board.  Refused while a contactor is closed."""

    KIND = "reboot"
    UP = False

    id: str  # see SetLimit
    boot_id: int  # see SetLimit
    expires_ms: int  # see SetLimit

    FIELDS = _COMMAND_HEAD


class Identify(Message):
    """Blink, so that a person finds the station."""

    KIND = "identify"
    UP = False

    id: str  # see SetLimit
    boot_id: int  # see SetLimit
    expires_ms: int  # see SetLimit
    duration_s: int  # for how long

    FIELDS = _COMMAND_HEAD + (("duration_s", Integer(1, 600)),)


class GetConfig(Message):
    """Read one setting.  The ack's value has it; an empty key lists the keys."""

    KIND = "get-config"
    UP = False

    id: str  # see SetLimit
    boot_id: int  # see SetLimit
    expires_ms: int  # see SetLimit
    key: str  # which setting; empty for the list of keys

    FIELDS = _COMMAND_HEAD + (("key", Text(0, 32)),)


class SetConfig(Message):
    """Change one setting.  Refused while charging, and for keys only the service port may set."""

    KIND = "set-config"
    UP = False

    id: str  # see SetLimit
    boot_id: int  # see SetLimit
    expires_ms: int  # see SetLimit
    key: str  # which setting
    value: str  # what it shall be; whole numbers in decimal

    FIELDS = _COMMAND_HEAD + (
        ("key", Text(1, 32)),
        ("value", CONFIG_VALUE),
    )


UP_MESSAGES = (Birth, Death, State, Meter, Session, Event, Health, Ack)
DOWN_MESSAGES = (
    Hello,
    Receipt,
    SetLimit,
    Start,
    Stop,
    ClearFault,
    Reboot,
    Identify,
    GetConfig,
    SetConfig,
)


def find(up: bool, kind: str) -> "type[Message] | None":
    """The class of a message, or None."""
    for cls in UP_MESSAGES if up else DOWN_MESSAGES:
        if kind == cls.KIND:
            return cls
    return None
