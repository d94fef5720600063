"""Connections to PostgreSQL, and what its errors mean here."""

import threading
from typing import TYPE_CHECKING, Any

import psycopg

from ..config import secret

if TYPE_CHECKING:
    from ..sections import Postgres

PATIENCE_MS = 10_000
_SERVER = {
    "statement_timeout": PATIENCE_MS,
    "lock_timeout": PATIENCE_MS,
    # A frozen agent must not hold up the others.
    "idle_in_transaction_session_timeout": PATIENCE_MS,
    # A machine that is gone is noticed, and what it held becomes free.
    "tcp_keepalives_idle": 3,
    "tcp_keepalives_interval": 2,
    "tcp_keepalives_count": 3,
    "tcp_user_timeout": PATIENCE_MS,
    "client_min_messages": "warning",
    "synchronous_commit": "on",
}

Db = psycopg.Connection[tuple[Any, ...]]


def connect(config: "Postgres", what: str, **more: object) -> Db:
    """An open connection in autocommit.  What the configuration leaves empty comes from the PG*
    variables.  more: settings of the session.  Raises psycopg.Error, ConfigError."""
    told: dict[str, Any] = {
        "host": config.host,
        "port": config.port or "",
        "dbname": config.dbname,
        "user": config.user,
        "sslmode": config.sslmode,
        "sslrootcert": config.ca_file,
        "password": secret(config.password_file) if config.password_file else "",
    }
    options = {"search_path": config.schema} | _SERVER | more
    return psycopg.connect(
        **{name: value for name, value in told.items() if value},
        autocommit=True,
        connect_timeout=5,
        keepalives_idle=3,
        keepalives_interval=2,
        keepalives_count=3,
        tcp_user_timeout=PATIENCE_MS,
        application_name=f"borne {what}",
        options=" ".join(f"-c {name}={value}" for name, value in options.items()),
    )


class Asker:
    """Statements from any thread over one connection, which is made when one comes; where it is
    lost, the statement is tried once more over another."""

    def __init__(self, config: "Postgres", what: str) -> None:
        self._config, self._what = config, what
        self._lock = threading.Lock()
        self._db: Db | None = None

    def rows(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """Raises psycopg.Error, ConfigError."""
        with self._lock:
            for again in (True, False):
                try:
                    if self._db is None:
                        self._db = connect(self._config, self._what)
                    return self._db.execute(statement, values).fetchall()
                except psycopg.Error:
                    self._forget()
                    if not again:
                        raise
        raise AssertionError

    def close(self) -> None:
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None


def is_full(error: psycopg.Error) -> bool:
    return (error.sqlstate or "").startswith("53")


def said(error: Exception) -> str:
    """One line for a log; libpq's errors hold no password."""
    return " ".join(str(error).split()) or type(error).__name__
