"""Fields that several messages share, and the reason record.  See messages.py."""

from .codes import FAULT_CODES, OWNERS, STATES, WHYS
from .fields import MAX_INT, Choice, Integer, ListOf, Name, Record, Text

ID = Name(1, 36)  # of a command
SESSION = Name(0, 24)  # "" without a session
USER = Name(0, 36)
CARD = Name(32, 32)  # a card's hash, never its number: card.py
CONFIG_VALUE = Text(0, 64)
MAX_FAULTS = 4  # in a reason: with more, the longest state would not fit a payload
MAX_FAULT_COUNT = 999_999  # a count stays there

POSITIVE = Integer(1, MAX_INT)
COUNT = Integer(0, MAX_INT)
HEAD = (("boot_id", POSITIVE), ("seq", POSITIVE), ("uptime_ms", COUNT))
RECORD_HEAD = HEAD + (("prev", COUNT), ("time_s", COUNT))
COMMAND_HEAD = (("id", ID), ("boot_id", POSITIVE), ("expires_ms", COUNT))
MILLIAMPERE = Integer(0, 80_000)

# What one owner allows.
LIMIT = Record(
    (
        ("owner", Choice(OWNERS)),  # in whose name
        ("limit_ma", MILLIAMPERE),  # 0 pauses
        ("expires_s", Integer(0, 86_400)),  # it ends after this long; 0: it stands until changed
    )
)
# A fault that stands.
FAULT = Record(
    (
        ("code", Choice(FAULT_CODES)),  # which
        ("age_s", COUNT),  # since it last came up
        ("count", Integer(0, MAX_FAULT_COUNT)),  # how often it came up since boot
    )
)
# Why a connector is in its state: the first question of everybody who stands before it.
REASON = Record(
    (
        ("state", Choice(STATES)),  # of the control pilot, IEC 61851-1
        ("why", Choice(WHYS)),  # the first reason that applies
        ("age_s", COUNT),  # in this state for so long
        ("limited_by", Choice(OWNERS + ("none",))),  # whose limit is the least
        ("limits", ListOf(LIMIT, 0, len(OWNERS))),  # all that are set, the least first
        ("faults", ListOf(FAULT, 0, MAX_FAULTS)),  # the first that stand; events tell them all
    )
)
