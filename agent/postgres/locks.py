"""Advisory locks of one session: gone with it, whatever ends it."""

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .connection import Db

WRITERS, HERE, NAMES, PARTS, HEIRS = "writers", "here", "names", "parts", "heirs"
_HELD = """
select objid::bigint from pg_locks where locktype = 'advisory' and granted and objsubid = 2
    and database = (select oid from pg_database where datname = current_database())
    and classid::bigint = %s
"""


def space(schema: str, what: str) -> int:
    """The first number of a lock: fleets in one database do not meet."""
    return zlib.crc32(f"{schema} {what}".encode()) & 0x7FFF_FFFF


def number(name: str) -> int:
    """The second one, for a name."""
    return zlib.crc32(name.encode()) & 0x7FFF_FFFF


class Locks:
    def __init__(self, db: "Db", schema: str) -> None:
        self.db, self._schema = db, schema

    def take(self, what: str, which: int) -> bool:
        """False when somebody else has it."""
        asked = (space(self._schema, what), which)
        row = self.db.execute("select pg_try_advisory_lock(%s, %s)", asked).fetchone()
        return row is not None and bool(row[0])

    def give_back(self, what: str, which: int) -> None:
        self.db.execute("select pg_advisory_unlock(%s, %s)", (space(self._schema, what), which))

    def held(self, what: str) -> set[int]:
        """By anybody."""
        found = self.db.execute(_HELD, (space(self._schema, what),))
        return {which for (which,) in found}
