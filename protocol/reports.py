"""What a board says, in the order of a charging session.  See messages.py."""

from .codes import (
    AGENT_ANSWERS,
    ANSWERS,
    CLOCKS,
    EVENTS,
    METER_QUALITIES,
    PHASES,
    RCDS,
    RESETS,
    STOP_REASONS,
)
from .fields import MAX_INT, Choice, Flag, Integer, ListOf, Name, Text
from .kinds import COUNT, HEAD, ID, MILLIAMPERE, REASON, RECORD_HEAD, SESSION, USER
from .message import Message


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

    FIELDS = HEAD + (
        ("firmware", Text(1, 24)),
        ("protocol", Integer(1, 99)),
        ("board", Text(1, 32)),
        ("connectors", Integer(1, 4)),
        ("interval_s", Integer(1, 3_600)),
        ("reset", Choice(RESETS)),
        ("will_seq", COUNT),
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

    FIELDS = HEAD


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

    FIELDS = HEAD + (
        ("reason", REASON),
        ("offer_ma", MILLIAMPERE),
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

    FIELDS = HEAD + (
        ("quality", Choice(METER_QUALITIES)),
        ("age_ms", COUNT),
        ("voltage_mv", ListOf(Integer(0, 600_000), 1, 3)),
        ("current_ma", ListOf(Integer(-200_000, 200_000), 1, 3)),
        ("power_w", Integer(-200_000, 200_000)),
        ("frequency_mhz", Integer(0, 100_000)),
        ("register_wh", COUNT),
        ("session_wh", COUNT),
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
    time_s: int  # seconds since 2020-01-01 UTC by the board's clock; 0 while it is not set
    session: str  # id, the same across reboots: boot and count of its beginning
    phase: str  # start, checkpoint or end
    user: str  # who was authorised: of a start, or a card's hash; empty for free charging
    start_wh: int  # meter register when the session began
    register_wh: int  # meter register now
    energy_wh: int  # delivered so far
    duration_s: int  # since plug-in
    charging_s: int  # of these with the contactor closed
    reason: str  # why it ended; none until it has

    FIELDS = RECORD_HEAD + (
        ("session", Name(1, 24)),
        ("phase", Choice(PHASES)),
        ("user", USER),
        ("start_wh", COUNT),
        ("register_wh", COUNT),
        ("energy_wh", COUNT),
        ("duration_s", COUNT),
        ("charging_s", COUNT),
        ("reason", Choice(STOP_REASONS)),
    )


class Event(Message):
    """A record: something happened.  Connector 0 is the station itself.

    card-refused: value 0, the card is not on the list; 1, it is, but a fault stands or somebody
    else charges.  reader-silent: its code is the setting `reader`.
    """

    KIND = "event"
    PER_CONNECTOR = True
    RECORD = True

    boot_id: int  # see Birth
    seq: int  # number of this message within the boot
    uptime_ms: int  # board clock
    prev: int  # seq of the record before this one in the boot; 0 for the first
    time_s: int  # seconds since 2020-01-01 UTC by the board's clock; 0 while it is not set
    what: str  # kind of event
    code: str  # fault code, command kind, limit owner, configuration key, card hash; or empty
    value: int  # amount that goes with it: milliampere, a count; 0 where there is none

    FIELDS = RECORD_HEAD + (
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
    clock: str  # where the board's time comes from: agent, or none
    clock_age_s: int  # since it was last set; 0 while it is not

    FIELDS = HEAD + (
        ("heap_free", COUNT),
        ("worst_gap_ms", COUNT),
        ("held", COUNT),
        ("dropped", COUNT),
        ("skipped", COUNT),
        ("refused", COUNT),
        ("refusal", Text(0, 64)),
        ("connects", COUNT),
        ("clock", Choice(CLOCKS)),
        ("clock_age_s", COUNT),
    )


class Condition(Message):
    """How worn the parts of one connector are.  After a connect, and when something in it has
    changed, but not more often than every interval_s; retained.

    The counts are kept on flash and begin again when a technician fits a new contactor.
    """

    KIND = "condition"
    PER_CONNECTOR = True
    RETAINED = True

    boot_id: int  # see Birth
    seq: int  # number of this message within the boot
    uptime_ms: int  # board clock
    cold_cycles: int  # the contactor closed and opened again without load, since it was fitted
    hot_cycles: int  # it opened with current flowing, since it was fitted
    wear_ppm: int  # of its life used; 1000000: it is due
    rcd: str  # residual-current device as last tested; tripped: it has cut the power off
    rcd_age_s: int  # since its last self-test, at uptime_ms; 0 while there was none since boot
    rcd_trips: int  # how often it has tripped, since the count began

    FIELDS = HEAD + (
        ("cold_cycles", COUNT),
        ("hot_cycles", COUNT),
        ("wear_ppm", Integer(0, 1_000_000)),
        ("rcd", Choice(RCDS)),
        ("rcd_age_s", COUNT),
        ("rcd_trips", COUNT),
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

    FIELDS = HEAD + (
        ("id", ID),
        ("ok", Flag()),
        ("code", Choice(ANSWERS)),
        ("field", Text(0, 40)),
        ("value", Text(0, 512)),
    )


class Refusal(Message):
    """The agent's answer to a command that it did not pass on: no board has heard of it, and none
    will answer.  Said by the agent to the backend alone, never by a board.

    A command whose id cannot be read gets none.
    """

    KIND = "refusal"

    id: str  # of the command
    field: str  # the field at fault, empty where none is
    code: str  # why it went no further

    FIELDS = (
        ("id", ID),
        ("field", Text(0, 40)),
        ("code", Choice(ANSWERS + AGENT_ANSWERS)),
    )
