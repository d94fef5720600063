"""The chains of records, over what all agents stored.  Inside outbox.py's transaction.

While one agent's transaction runs no other's does, so what is read here stands.
"""

from typing import TYPE_CHECKING

from ..chain import Chain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .connection import Db

Key = tuple[int, int]  # station's row, boot_id

_KEYS = "unnest(%s::int[], %s::int[]) as k (station, boot_id)"
_SAVE = """
insert into boots
select * from unnest(%s::int[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[],
    %s::bigint[])
on conflict (station, boot_id) do update set up_to = excluded.up_to, holes = excluded.holes,
    waited_seq = excluded.waited_seq, waited_times = excluded.waited_times,
    waited_ms = excluded.waited_ms
"""


def load(db: "Db", keys: "Iterable[Key]") -> dict[Key, Chain]:
    """Those of keys, with every record that is in seen."""
    wanted = list(keys)
    columns = _columns(wanted)
    chains = {key: Chain() for key in wanted}
    waited: dict[Key, tuple[int, int, int]] = {}
    for station, boot_id, up_to, holes, *rest in db.execute(
        "select station, boot_id, up_to, holes, waited_seq, waited_times, waited_ms"
        f" from boots join {_KEYS} using (station, boot_id)",
        columns,
    ):
        chains[station, boot_id] = Chain(up_to, holes)
        waited[station, boot_id] = (rest[0], rest[1], rest[2])
    for station, boot_id, seq, prev in db.execute(
        f"select seen.station, seen.boot_id, seen.seq, seen.prev from {_KEYS}"
        " left join boots using (station, boot_id)"
        " join seen on seen.station = k.station and seen.boot_id = k.boot_id"
        " and seen.seq > coalesce(boots.up_to, 0) order by seen.seq",
        columns,
    ):
        chains[station, boot_id].add(seq, prev, 0)
    for key, chain in chains.items():
        chain.waited = waited.get(key, (0, 0, 0))
    return chains


def save(db: "Db", chains: dict[Key, Chain]) -> None:
    rows = [(*key, each.up_to, each.holes, *each.waited) for key, each in chains.items()]
    db.execute(_SAVE, [list(column) for column in zip(*rows, strict=True)])


def _columns(keys: list[Key]) -> list[list[int]]:
    return [[station for station, _ in keys], [boot_id for _, boot_id in keys]]
