"""Tokens of the API: who may look, who may command, who may change settings.

Only a SHA-256 of each is kept; that is enough, because a token is 32 random bytes and cannot be
guessed from its hash.  The file is read again when it changes, so a token that is added or
removed counts at once.  There is no token unless somebody made it.
"""

import hashlib
import json
import os
import re
import secrets
import threading
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from .broker import private

if TYPE_CHECKING:
    from pathlib import Path

ROLES = ("viewer", "operator", "admin")  # each may what those before it may
FILE = "tokens.json"
LOCAL = "local"  # the token of this machine's own user
_NAME = re.compile(r"[a-z0-9-]{1,32}")
_TAKEN = (LOCAL, "page", "cli", "upstream", "api", "home-assistant")


class TokenError(ValueError):
    """A name or role that cannot be, or a name that is taken or not there."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose token it is.  made_s: Unix time."""

    name: str
    role: str
    made_s: int

    def may(self, role: str) -> bool:
        return ROLES.index(self.role) >= ROLES.index(role)


class Tokens:
    """local: the token of this machine's own user, who is an admin; "" for none."""

    def __init__(self, path: "Path", local: str = "") -> None:
        self._path = path
        self._lock = threading.Lock()
        self._version: tuple[int, int, int] = (0, 0, 0)
        self._holders: dict[str, Holder] = {}
        self._local = _digest(local) if local else ""

    def find(self, token: str) -> Holder | None:
        """The holder of a token, None when nobody holds it."""
        digest = _digest(token)
        if self._local and secrets.compare_digest(digest, self._local):
            return Holder(LOCAL, "admin", 0)
        return self._read().get(digest)

    def add(self, name: str, role: str) -> str:
        """A new token; this is the only time it is told.  Raises TokenError."""
        if not _NAME.fullmatch(name) or name in _TAKEN:
            raise TokenError(f"{name}: wants 1..32 of a-z 0-9 -, and none of {', '.join(_TAKEN)}")
        if role not in ROLES:
            raise TokenError(f"{role}: wants one of {', '.join(ROLES)}")
        holders = self._read()
        if any(each.name == name for each in holders.values()):
            raise TokenError(f"{name}: has a token; remove it first")
        token = secrets.token_urlsafe(32)
        self._write({**holders, _digest(token): Holder(name, role, int(time.time()))})
        return token

    def remove(self, name: str) -> None:
        """It counts no more.  Raises TokenError."""
        holders = self._read()
        left = {digest: each for digest, each in holders.items() if each.name != name}
        if len(left) == len(holders):
            raise TokenError(f"{name}: has no token")
        self._write(left)

    def all(self) -> list[Holder]:
        return sorted(self._read().values(), key=lambda each: each.name)

    def _read(self) -> dict[str, Holder]:
        with self._lock:
            try:
                told = os.stat(self._path)
                version = (told.st_mtime_ns, told.st_ino, told.st_size)
                if version != self._version:
                    found = json.loads(self._path.read_text())
                    self._holders = {digest: Holder(**each) for digest, each in found.items()}
                    self._version = version
            except FileNotFoundError:
                self._holders, self._version = {}, (0, 0, 0)
            except (OSError, ValueError, TypeError, AttributeError):
                self._holders, self._version = {}, (0, 0, 0)  # unreadable: nobody gets in
            return dict(self._holders)

    def _write(self, holders: dict[str, Holder]) -> None:
        new = self._path.with_name(self._path.name + ".new")
        told = {digest: asdict(each) for digest, each in holders.items()}
        private(new, json.dumps(told, indent=1) + "\n")
        new.replace(self._path)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
