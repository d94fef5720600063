"""What the agent is told at start: one TOML file, then BORNE_* variables on top.

A key nobody knows, or a value out of range, is an error that names the file, the key and what
would have been allowed.  Passwords never stand in the file: it names files that hold them.
"""

import os
import re
import tomllib
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from .sections import Alerts, History, HomeAssistant, Postgres
from .sections import key as _key

PREFIX = "BORNE_"
COMMANDS = (
    "set-limit",
    "start",
    "stop",
    "clear-fault",
    "reboot",
    "identify",
    "get-config",
    "set-config",
    "set-card",
    "clear-card",
)
Section = TypeVar("Section")


class ConfigError(ValueError):
    """A key or value the agent cannot start with."""


@dataclass(frozen=True)
class Mqtt:
    """One broker connection.  An empty host means: not used.  client: fast is for fleets and
    speaks MQTT 5; where the broker does not, paho takes its place."""

    host: str = _key("")
    port: int = _key(1883, low=1, high=65_535)
    client_id: str = _key("borne-agent", pattern=r"[A-Za-z0-9-]{1,64}")
    username: str = _key("")
    password_file: str = _key("")
    client: str = _key("paho", choices=("paho", "fast"))
    version: str = _key("5", choices=("5", "3.1.1"))
    keepalive_s: int = _key(15, low=2, high=3_600)
    window: int = _key(1_000, low=1, high=65_535)
    ca_file: str = _key("")
    cert_file: str = _key("")
    key_file: str = _key("")


# On the site 3.1.1 costs paho half as much a message; upstream 5 says why a message was refused,
# where 3.1.1 has the broker drop it in silence.
_OF_SITE: dict[str, Any] = {"version": "3.1.1"}
_OF_UPSTREAM: dict[str, Any] = {"client_id": "borne-uplink"}
_DEFAULTS = {"site": _OF_SITE, "upstream": _OF_UPSTREAM}


@dataclass(frozen=True)
class Serial:
    """One board on a serial line.  An empty station takes whichever board is there."""

    port: str = _key(MISSING)
    station: str = _key("", pattern=r"([a-z0-9-]{4,32})?")
    baud: int = _key(115_200, low=1_200, high=4_000_000)


@dataclass(frozen=True)
class Store:
    """The outbox on disk."""

    telemetry_mib: int = _key(256, low=1, high=1_048_576)
    record_mib: int = _key(64, low=1, high=1_048_576)
    reserve_mib: int = _key(16, low=0, high=65_536)
    station_per_s: int = _key(100, low=1, high=1_000_000)
    keep_s: int = _key(120, low=0, high=86_400)
    queue: int = _key(10_000, low=100, high=1_000_000)


@dataclass(frozen=True)
class Commands:
    """What may go down to a board from the upstream broker, and how fast.  spread_s: over what
    time a command for a fleet goes out, unless it says."""

    upstream: list[str] = field(
        default_factory=lambda: [
            "set-limit",
            "start",
            "stop",
            "clear-fault",
            "identify",
            "get-config",
            "set-card",
            "clear-card",
        ],
        metadata={"choices": COMMANDS},
    )
    per_s: int = _key(5, low=1, high=1_000)
    burst: int = _key(20, low=1, high=1_000)
    timeout_s: int = _key(10, low=1, high=600)
    spread_s: int = _key(600, low=0, high=1_800)


@dataclass(frozen=True)
class Web:
    """The page and its API.  reading: whether looking needs a token; auto: unless host is this
    machine alone."""

    host: str = _key("127.0.0.1")
    port: int = _key(8180, low=0, high=65_535)
    allowed_hosts: list[str] = field(default_factory=list)
    reading: str = _key("auto", choices=("auto", "open", "token"))
    requests_per_s: int = _key(20, low=1, high=100_000)
    burst: int = _key(100, low=1, high=1_000_000)


@dataclass(frozen=True)
class Config:
    """All of it.  stations: the only ones taken in; empty takes every one."""

    state_dir: str = _key("")
    log: str = _key("text", choices=("text", "json"))
    log_level: str = _key("info", choices=("debug", "info", "warning", "error"))
    stations: list[str] = field(default_factory=list, metadata={"pattern": r"[a-z0-9-]{4,32}"})
    site: Mqtt = field(default_factory=lambda: Mqtt(**_OF_SITE))
    upstream: Mqtt = field(default_factory=lambda: Mqtt(**_OF_UPSTREAM))
    store: Store = field(default_factory=Store)
    commands: Commands = field(default_factory=Commands)
    web: Web = field(default_factory=Web)
    history: History = field(default_factory=History)
    postgres: Postgres = field(default_factory=Postgres)
    homeassistant: HomeAssistant = field(default_factory=HomeAssistant)
    alerts: Alerts = field(default_factory=Alerts)
    serial: list[Serial] = field(default_factory=list)


_SECTIONS: dict[str, type] = {
    "site": Mqtt,
    "upstream": Mqtt,
    "store": Store,
    "commands": Commands,
    "web": Web,
    "history": History,
    "postgres": Postgres,
    "homeassistant": HomeAssistant,
    "alerts": Alerts,
}


def load(path: Path | None, environ: "dict[str, str] | os._Environ[str]" = os.environ) -> Config:
    """Read path (None: nothing but defaults) and the environment.  Raises ConfigError."""
    values: dict[str, Any] = {}
    if path is not None:
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path}: is not TOML: {error}") from None
    where = str(path) if path else "configuration"
    config = _config(values, where)
    overrides = _overrides(environ)
    config = _config(_merged(values, overrides), where) if overrides else config
    _check_together(config, where)
    return config


def _check_together(config: Config, where: str) -> None:
    """What no key says alone."""
    if config.postgres.enabled and not config.site.host:
        raise ConfigError(f"{where}: postgres.enabled: wants a site.host whose messages to share")
    if config.postgres.enabled and config.serial:
        raise ConfigError(f"{where}: serial: a line is one agent's alone; not with [postgres]")


def _config(values: dict[str, Any], where: str) -> Config:
    values = dict(values)
    for name, section in _SECTIONS.items():
        if name in values:
            given = _table(values[name], where, name)
            given = _DEFAULTS.get(name, {}) | given
            values[name] = build(section, given, where, name + ".")
    lines = values.get("serial", [])
    if not isinstance(lines, list):
        raise ConfigError(f"{where}: serial: wants [[serial]] tables")
    values["serial"] = [
        build(Serial, _table(line, where, "serial"), where, f"serial[{index}].")
        for index, line in enumerate(lines)
    ]
    return build(Config, values, where, "")


def build(cls: type[Section], values: dict[str, Any], where: str, prefix: str) -> Section:
    """One section from its table, every key checked."""
    known: dict[str, Field[Any]] = {entry.name: entry for entry in fields(cls)}  # type: ignore[arg-type]
    for name in values:
        if name not in known:
            raise ConfigError(
                f"{where}: {prefix}{name}: no such key; there are {', '.join(sorted(known))}"
            )
    for name, entry in known.items():
        if name in values:
            _check(entry, values[name], f"{where}: {prefix}{name}")
        elif entry.default is MISSING and entry.default_factory is MISSING:
            raise ConfigError(f"{where}: {prefix}{name}: must be there")
    return cls(**values)


def _table(value: Any, where: str, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ConfigError(f"{where}: {name}: wants a table")
    return value


def _check(entry: "Field[Any]", value: Any, where: str) -> None:
    rule = entry.metadata
    if entry.type is int:
        low, high = rule["low"], rule["high"]
        if type(value) is not int or not low <= value <= high:
            raise ConfigError(f"{where}: wants a whole number {low}..{high}, got {value!r}")
    elif entry.type is bool:
        if type(value) is not bool:
            raise ConfigError(f"{where}: wants true or false, got {value!r}")
    elif entry.type is str:
        _check_word(rule, value, where)
    elif entry.type == list[str]:
        if not isinstance(value, list):
            raise ConfigError(f"{where}: wants a list, got {value!r}")
        for word in value:
            _check_word(rule, word, where)


def _check_word(rule: Any, value: Any, where: str) -> None:
    if not isinstance(value, str):
        raise ConfigError(f"{where}: wants text, got {value!r}")
    if "choices" in rule and value not in rule["choices"]:
        raise ConfigError(f"{where}: wants one of {', '.join(rule['choices'])}, got {value!r}")
    if "pattern" in rule and not re.fullmatch(rule["pattern"], value):
        raise ConfigError(f"{where}: wants {rule['pattern']}, got {value!r}")


def _overrides(environ: "dict[str, str] | os._Environ[str]") -> dict[str, Any]:
    """BORNE_WEB_PORT=8181 is web.port; BORNE_LOG=json is log.  Lists are separated by commas."""
    found: dict[str, Any] = {}
    for variable in sorted(environ):
        if not variable.startswith(PREFIX):
            continue
        rest = variable[len(PREFIX) :].lower()
        head, _, tail = rest.partition("_")
        section = head if head in _SECTIONS and tail else ""
        name = tail if section else rest
        cls = _SECTIONS.get(section, Config)
        known = {entry.name: entry for entry in fields(cls)}
        if name not in known or (not section and name in {*_SECTIONS, "serial"}):
            raise ConfigError(f"environment: {variable}: no such key")
        value = _parsed(known[name], environ[variable])
        _check(known[name], value, f"environment: {variable}")
        (found.setdefault(section, {}) if section else found)[name] = value
    return found


def _parsed(entry: "Field[Any]", text: str) -> Any:
    if entry.type is int:
        return int(text) if re.fullmatch(r"-?\d{1,12}", text) else text
    if entry.type is bool:
        return {"true": True, "false": False}.get(text.strip().lower(), text)
    if entry.type == list[str]:
        return [word.strip() for word in text.split(",") if word.strip()]
    return text


def _merged(values: dict[str, Any], overrides: dict[str, Any]) -> dict[str, Any]:
    merged = dict(values)
    for name, value in overrides.items():
        merged[name] = {**merged.get(name, {}), **value} if name in _SECTIONS else value
    return merged


def state_dir(config: Config) -> Path:
    """Where the agent keeps what must survive: state_dir, else the user's XDG state folder."""
    if config.state_dir:
        return Path(config.state_dir)
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "borne"


def secret(path: str) -> str:
    """The password in a file, without its line end."""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
