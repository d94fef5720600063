"""Sections of the configuration for what stands beside delivery.  Read on in config.py.

Each key has its rule: low and high for whole numbers, choices, or a pattern.
"""

from dataclasses import MISSING, dataclass, field
from typing import Any

from protocol.words import LANGUAGES


def key(default: Any = MISSING, **rule: Any) -> Any:
    """One key with its rule."""
    return field(default=default, metadata=rule)


RULES = ("agent", "conflict", "derated", "fault", "gap", "meter", "offline", "silent", "wear")


@dataclass(frozen=True)
class History:
    """What is kept for plots and bills.  Bounds are counts, so no clock can empty it.

    sites: "name=pattern", the first pattern that fits a station names its site.
    """

    minutes: int = key(10_080, low=60, high=1_000_000)  # points a connector: a week
    hours: int = key(17_520, low=24, high=1_000_000)  # points a connector: two years
    sessions: int = key(1_000_000, low=1_000, high=100_000_000)
    events: int = key(1_000_000, low=1_000, high=100_000_000)
    timezone: str = key("", pattern=r"([A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*)?")
    sites: list[str] = field(
        default_factory=list, metadata={"pattern": r"[^=]{1,64}=[a-z0-9*?-]{1,32}"}
    )


@dataclass(frozen=True)
class Postgres:
    """The store that several agents share; what is empty comes from the PG* variables.

    group: agents of one group split the messages of the site broker.
    """

    enabled: bool = key(False)
    host: str = key("")  # a name, or the folder of a socket
    port: int = key(0, low=0, high=65_535)
    dbname: str = key("", pattern=r"[A-Za-z0-9_-]{0,63}")
    user: str = key("", pattern=r"[A-Za-z0-9_.@-]{0,63}")
    password_file: str = key("")
    sslmode: str = key(
        "", choices=("", "disable", "prefer", "require", "verify-ca", "verify-full")
    )
    ca_file: str = key("")
    schema: str = key("borne", pattern=r"[a-z_][a-z0-9_]{0,40}")
    group: str = key("borne", pattern=r"[A-Za-z0-9_-]{1,32}")


@dataclass(frozen=True)
class HomeAssistant:
    """Discovery for Home Assistant, on the upstream broker.  topic: under which the agent says
    what is available and takes commands.  page: the address of the agent's page."""

    enabled: bool = key(False)
    discovery_prefix: str = key("homeassistant", pattern=r"[A-Za-z0-9_-]{1,64}")
    topic: str = key("borne", pattern=r"[A-Za-z0-9_-]{1,64}(/[A-Za-z0-9_-]{1,64})*")
    page: str = key("", pattern=r"(https?://[!-~]{1,200})?")
    commands: bool = key(False)


@dataclass(frozen=True)
class Alerts:
    """Whom to tell what is wrong.  urls_file: one address a line, as Apprise writes them.
    after_s: what stands shorter is not told; over_s: what is gone shorter is not over."""

    rules: list[str] = field(default_factory=lambda: list(RULES), metadata={"choices": RULES})
    language: str = key("en", choices=LANGUAGES)
    mqtt_topic: str = key("", pattern=r"([A-Za-z0-9_-]{1,64}(/[A-Za-z0-9_-]{1,64})*)?")
    urls_file: str = key("")
    after_s: int = key(60, low=0, high=86_400)
    over_s: int = key(60, low=0, high=86_400)
    page: str = key("", pattern=r"(https?://[!-~]{1,200})?")
