"""What must hold after anything: the oracle knows every record the boards made."""

import contextlib
import json
import sqlite3
from pathlib import Path

from tests.agent.proof.site import Site


def records(site: Site) -> list[tuple[str, bytes]]:
    """(topic, bytes) of the records that reached the backend, as often as they came."""
    kinds = ("/event", "/session")
    return [(topic, said) for topic, said in list(site.sink.came) if topic.endswith(kinds)]


def judge(site: Site, *, ordered: bool = True, lost: int = 0) -> None:
    """Complete but for `lost`, nothing invented or changed, each station in order."""
    made, came = site.made(), records(site)
    missing = made - {said for _, said in came}
    assert len(missing) <= lost, f"{len(missing)} of {len(made)} records were lost"
    invented = {said for _, said in came} - made
    assert not invented, f"{len(invented)} records were invented or changed"
    for board in site.boards if ordered else ():
        mine = [said for topic, said in came if topic.split("/")[2] == board.name]
        order = [json.loads(said)["seq"] for said in dict.fromkeys(mine)]
        assert order == sorted(order), f"{board.name} came out of order"


def figures(state: Path) -> dict[str, int]:
    """The outbox's own counters, from its file."""
    path = state / "outbox.sqlite"
    with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        return dict(db.execute("select name, value from counters"))
