"""What a board is told.  See messages.py."""

from .codes import FAULT_CODES, REMOTE_OWNERS
from .fields import Choice, Flag, Integer, Text
from .kinds import CARD, COMMAND_HEAD, CONFIG_VALUE, COUNT, MILLIAMPERE, POSITIVE, USER
from .message import Message


class Hello(Message):
    """The agent is there.  Every minute by MQTT, every 10 s over a serial line, where it also
    makes the board speak; on a line the station in the topic may be `anyone`.

    Silence longer than the station's link_loss_after_s makes it fall back as configured.
    """

    KIND = "hello"
    UP = False
    QOS = 0

    interval_s: int  # the next one comes within this time
    time_s: int  # seconds since 2020-01-01 UTC; 0 when the agent does not trust its own clock
    begins: bool  # true on a line until a birth was heard: the board tells everything again

    FIELDS = (("interval_s", Integer(1, 3_600)), ("time_s", COUNT), ("begins", Flag()))


class Receipt(Message):
    """The agent's word that every record up to up_to_seq of that boot is on its disk."""

    KIND = "receipt"
    UP = False

    boot_id: int  # whose records
    up_to_seq: int  # the board may forget records up to this one

    FIELDS = (("boot_id", POSITIVE), ("up_to_seq", POSITIVE))


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

    FIELDS = COMMAND_HEAD + (
        ("owner", Choice(REMOTE_OWNERS)),
        ("limit_ma", MILLIAMPERE),
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

    FIELDS = COMMAND_HEAD + (("user", USER),)


class Stop(Message):
    """End the charge: offer withdrawn at once, contactor open within 6 s."""

    KIND = "stop"
    UP = False
    PER_CONNECTOR = True

    id: str  # see SetLimit
    boot_id: int  # see SetLimit
    expires_ms: int  # see SetLimit
    owner: str  # in whose name

    FIELDS = COMMAND_HEAD + (("owner", Choice(REMOTE_OWNERS)),)


class ClearFault(Message):
    """Clear a latched fault that an operator may clear."""

    KIND = "clear-fault"
    UP = False
    PER_CONNECTOR = True

    id: str  # see SetLimit
    boot_id: int  # see SetLimit
    expires_ms: int  # see SetLimit
    code: str  # which fault

    FIELDS = COMMAND_HEAD + (("code", Choice(FAULT_CODES)),)


class Reboot(Message):
    """Restart the board.  Refused while a contactor is closed."""

    KIND = "reboot"
    UP = False

    id: str  # see SetLimit
    boot_id: int  # see SetLimit
    expires_ms: int  # see SetLimit

    FIELDS = COMMAND_HEAD


class Identify(Message):
    """Blink, so that a person finds the station."""

    KIND = "identify"
    UP = False

    id: str  # see SetLimit
    boot_id: int  # see SetLimit
    expires_ms: int  # see SetLimit
    duration_s: int  # for how long

    FIELDS = COMMAND_HEAD + (("duration_s", Integer(1, 600)),)


class GetConfig(Message):
    """Read one setting.  The ack's value has it; an empty key lists the keys."""

    KIND = "get-config"
    UP = False

    id: str  # see SetLimit
    boot_id: int  # see SetLimit
    expires_ms: int  # see SetLimit
    key: str  # which setting; empty for the list of keys

    FIELDS = COMMAND_HEAD + (("key", Text(0, 32)),)


class SetConfig(Message):
    """Change one setting.  Refused while charging, and for keys only the service port may set."""

    KIND = "set-config"
    UP = False

    id: str  # see SetLimit
    boot_id: int  # see SetLimit
    expires_ms: int  # see SetLimit
    key: str  # which setting
    value: str  # what it shall be; whole numbers in decimal

    FIELDS = COMMAND_HEAD + (
        ("key", Text(1, 32)),
        ("value", CONFIG_VALUE),
    )


class SetCard(Message):
    """Allow a card to start charges at the station.  Refused while charging, when the list is
    full, and where no reader is fitted.  Only the hash travels (card.py): that of an unknown card
    stands in the event card-refused, `borne card ID` prints it, and it is the user of the sessions
    that the card starts."""

    KIND = "set-card"
    UP = False

    id: str  # see SetLimit
    boot_id: int  # see SetLimit
    expires_ms: int  # see SetLimit
    card: str  # its hash: the HMAC of its id under the site's card key

    FIELDS = COMMAND_HEAD + (("card", CARD),)


class ClearCard(Message):
    """Take a card off the station's list.  Refused while charging.  What it started goes on."""

    KIND = "clear-card"
    UP = False

    id: str  # see SetLimit
    boot_id: int  # see SetLimit
    expires_ms: int  # see SetLimit
    card: str  # see SetCard

    FIELDS = COMMAND_HEAD + (("card", CARD),)
