"""Row numbers of stations and connectors; they never change, so each is asked for once."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..intake import Accepted
    from .connection import Db

_STATIONS = "insert into stations (name) select unnest(%s::text[]) on conflict do nothing"
_PLACES = """
insert into places (station, connector) select * from unnest(%s::text[], %s::int[])
on conflict do nothing
"""


class Places:
    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Another database may be there now."""
        self._stations: dict[str, int] = {}
        self._places: dict[tuple[str, int], int] = {}

    def station(self, name: str) -> int:
        """0 for one not learnt."""
        return self._stations.get(name, 0)

    def of(self, message: "Accepted") -> tuple[int, int]:
        """(station's row, place's row)."""
        place = self._places[message.station, message.connector]
        return self._stations[message.station], place

    def learn(self, db: "Db", messages: "Iterable[Accepted]") -> None:
        """Outside a transaction, so that nothing learnt is rolled back."""
        met = {(each.station, each.connector) for each in messages}
        new = sorted(each for each in met if each not in self._places)
        if not new:
            return
        names = sorted({station for station, _ in new})
        db.execute(_STATIONS, (names,))
        found = db.execute("select name, id from stations where name = any(%s)", (names,))
        self._stations.update((str(name), row) for name, row in found)
        columns = [[station for station, _ in new], [connector for _, connector in new]]
        db.execute(_PLACES, columns)
        asked = db.execute(
            "select station, connector, id from places where station = any(%s)", (names,)
        )
        self._places.update(((station, number), row) for station, number, row in asked)
