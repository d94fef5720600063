"""What an agent keeps: in files of its own, or with other agents in PostgreSQL.  Wiring."""

from typing import TYPE_CHECKING, Any, NamedTuple

from .audit import Audit
from .config import ConfigError
from .history.reader import Reader
from .history.store import History
from .outbox import Outbox

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .config import Config
    from .intake import Accepted

_MIB = 1 << 20


class Stores(NamedTuple):
    outbox: Any  # outbox.Outbox, or its like
    audit: Any
    history: Any
    past: Reader

    def close(self) -> None:
        for each in self:
            each.close()


class AlreadyKept:
    """The history of a shared store: written in the outbox's own transaction."""

    alarm = ""

    def take(self, messages: "Sequence[Accepted]") -> bool:
        return True

    def close(self) -> None: ...


def open_stores(folder: "Path", config: "Config") -> Stores:
    """Raises ConfigError, OSError, sqlite3.Error."""
    if config.postgres.enabled:
        return _shared(config)
    store = config.store
    outbox = Outbox(
        folder / "outbox.sqlite",
        telemetry_bytes=store.telemetry_mib * _MIB,
        record_bytes=store.record_mib * _MIB,
        reserve_bytes=store.reserve_mib * _MIB,
    )
    history = History(folder / "history.sqlite", config.history)
    return Stores(outbox, Audit(folder / "audit.sqlite"), history, Reader(history.path))


def shared_reader(config: "Config") -> Reader:
    """Of the history in PostgreSQL.  Raises ConfigError."""
    try:  # an agent of its own needs no psycopg
        from .postgres.reader import SharedReader  # noqa: PLC0415
    except ImportError as error:
        raise ConfigError(f"postgres: {error}; pip install 'borne[postgres]'") from None
    return SharedReader(config.postgres)


def _shared(config: "Config") -> Stores:
    past = shared_reader(config)
    from .postgres.audit import SharedAudit  # noqa: PLC0415
    from .postgres.outbox import SharedOutbox  # noqa: PLC0415

    outbox = SharedOutbox(config, config.site.client_id)
    return Stores(outbox, SharedAudit(config.postgres), AlreadyKept(), past)
