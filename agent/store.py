"""The outbox's file: opening, moving a damaged one aside, and the disk's last reserve.

It knows no message.  Read on in outbox.py.
"""

import logging
import os
import sqlite3
import time
from pathlib import Path

log = logging.getLogger("borne.store")

SCHEMA = """
create table if not exists stations (id integer primary key, name text not null unique);
create table if not exists outbox (
    id integer primary key autoincrement,  -- also the order; never used twice
    station integer not null,
    boot_id integer not null,
    seq integer not null,
    kind text not null,
    is_record integer not null,
    topic text not null,
    payload blob not null,         -- the board's bytes, untouched
    crc32 integer not null,
    received_ms integer not null   -- agent wall clock, Unix ms; never decides anything
);
create unique index if not exists outbox_key on outbox (station, boot_id, seq, crc32);
create index if not exists outbox_telemetry on outbox (id) where is_record = 0;
create table if not exists seen (  -- records stored, sent on or not
    station integer not null,
    boot_id integer not null,
    seq integer not null,
    crc32 integer not null,
    prev integer not null,
    primary key (station, boot_id, seq, crc32)
) without rowid;
create table if not exists boots (
    station integer not null,
    boot_id integer not null,
    up_to integer not null,
    holes integer not null,
    primary key (station, boot_id)
) without rowid;
create table if not exists counters (name text primary key, value integer not null) without rowid;
"""


def connect(path: Path, *, readonly: bool = False) -> sqlite3.Connection:
    """One connection; isolation is by hand.  Raises sqlite3.Error."""
    if readonly:
        db = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=5,
        )
    else:
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
        db.execute("pragma journal_mode=wal")
        db.execute("pragma synchronous=full")
        db.execute("pragma wal_autocheckpoint=2000")
        db.execute("pragma journal_size_limit=16777216")
    return db


def open_or_start_over(path: Path) -> tuple[sqlite3.Connection, bool]:
    """(database, whether a damaged one had to be moved aside)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        db = connect(path)
        try:
            db.executescript(SCHEMA)
            verdict = db.execute("pragma quick_check(1)").fetchone()[0]
            if verdict != "ok":
                raise sqlite3.DatabaseError(verdict)
        except BaseException:
            db.close()
            raise
        return db, False
    except sqlite3.DatabaseError as error:
        if is_full(error) or is_passing(error):
            raise
        set_aside(path, str(error))
    db = connect(path)
    db.executescript(SCHEMA)
    return db, True


def set_aside(path: Path, why: str) -> Path:
    """Move a damaged database and its log away, keeping them for whoever wants to look."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    aside = path.with_name(f"{path.name}.damaged-{stamp}-{time.monotonic_ns() % 1_000_000:06d}")
    for suffix in ("-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    if path.exists():
        path.rename(aside)
    log.error("%s was damaged (%s) and moved to %s", path.name, why, aside.name)
    return aside


def is_full(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL


def is_passing(error: sqlite3.Error) -> bool:
    """Nothing is wrong with the file, only with writing to it, now."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_PERM,
    )


class Reserve:
    """A file that only takes room, given back when the disk is full so that records still fit."""

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._size = size

    def take(self) -> None:
        """Occupy the room, when there is any.  No room now is no error: it is tried again."""
        if self._size == 0 or self.is_held():
            return
        try:
            with self._path.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, self._size)
        except OSError:
            self._path.unlink(missing_ok=True)

    def is_held(self) -> bool:
        try:
            return self._path.stat().st_size >= self._size
        except OSError:
            return False

    def give_back(self) -> bool:
        """True when that freed anything."""
        held = self._size > 0 and self.is_held()
        self._path.unlink(missing_ok=True)
        return held
