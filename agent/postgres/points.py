"""Telemetry thinned to one row a connector and minute, in the transaction that stores it.

The same message twice, or late, changes nothing: of the power the least and the most stay, of
everything else the newest reading by (boot_id, seq).  Hours are made of minutes by keeper.py.
"""

from typing import TYPE_CHECKING, Any

from ..history.points import COLUMNS, STATE_NUMBERS, is_newer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..intake import Accepted
    from .connection import Db

_METER = ("power_w", "register_wh", "current_ma", "meter_boot", "meter_seq")
_STATE = ("offer_ma", "high_mv", "low_mv", "state", "state_boot", "state_seq")
_ALL = ("place", "at_s", "power_min_w", "power_max_w", *_METER, *_STATE)


def _newest(names: tuple[str, ...], kind: str) -> str:
    newer = (
        f"(excluded.{kind}_boot, excluded.{kind}_seq)"
        f" > (coalesce(m.{kind}_boot, -1), coalesce(m.{kind}_seq, -1))"
    )
    return ", ".join(
        f"{name} = case when {newer} then excluded.{name} else m.{name} end" for name in names
    )


_PUT = f"""
insert into minutes as m ({", ".join(_ALL)})
select * from unnest({", ".join(["%s::int[]", "%s::bigint[]"] + ["%s::int[]"] * (len(_ALL) - 2))})
on conflict (place, at_s) do update set
    power_min_w = least(m.power_min_w, excluded.power_min_w),
    power_max_w = greatest(m.power_max_w, excluded.power_max_w),
    {_newest(_METER, "meter")}, {_newest(_STATE, "state")}
"""

# From minutes into one hour a connector: the last reading that is there, and the bounds.
_LAST = ", ".join(
    f"(array_agg({name} order by at_s desc) filter (where {name} is not null))[1] as {name}"
    if name not in ("power_min_w", "power_max_w")
    else f"{name[6:9]}({name}) as {name}"
    for name in COLUMNS
)
HOUR = f"at_s - at_s %% 3600 as hour_s, {_LAST}"
_ROLL = f"""
insert into hours (place, at_s, {", ".join(COLUMNS)})
select place, {HOUR} from minutes where at_s >= %s and at_s < %s group by place, hour_s
on conflict (place, at_s) do update set
    {", ".join(f"{name} = excluded.{name}" for name in COLUMNS)}
"""


def put(db: "Db", messages: "Iterable[tuple[int, Accepted]]", now_s: int) -> None:
    """messages: each with the place it came from.  now_s: Unix time by the database's clock."""
    found: dict[int, _Minute] = {}
    for place, message in messages:
        if message.retained or message.kind not in ("meter", "state"):
            continue
        if message.kind == "state":
            found.setdefault(place, _Minute()).take_state(message.message)
        elif message.message.quality == "good":
            found.setdefault(place, _Minute()).take_meter(message.message)
    if found:
        at_s = now_s - now_s % 60
        rows = [(place, at_s, *minute.row()) for place, minute in sorted(found.items())]
        db.execute(_PUT, [list(column) for column in zip(*rows, strict=True)])


def roll(db: "Db", from_s: int, to_s: int) -> None:
    """Make the hours of from_s..to_s, to_s excluded, again."""
    db.execute(_ROLL, (from_s, to_s))


class _Minute:
    def __init__(self) -> None:
        self._meter: Any = None
        self._state: Any = None
        self._powers: list[int] = []

    def take_meter(self, said: Any) -> None:
        self._powers.append(said.power_w)
        if self._meter is None or is_newer(said, self._meter):
            self._meter = said

    def take_state(self, said: Any) -> None:
        if self._state is None or is_newer(said, self._state):
            self._state = said

    def row(self) -> tuple[int | None, ...]:
        meter, state = self._meter, self._state
        read: tuple[int | None, ...] = (None,) * (2 + len(_METER))
        shown: tuple[int | None, ...] = (None,) * len(_STATE)
        if meter is not None:
            told = (meter.power_w, meter.register_wh, max(meter.current_ma))
            read = (min(self._powers), max(self._powers), *told, meter.boot_id, meter.seq)
        if state is not None:
            number = STATE_NUMBERS[state.reason.state]
            pilot = (state.offer_ma, state.high_mv, state.low_mv)
            shown = (*pilot, number, state.boot_id, state.seq)
        return (*read, *shown)
