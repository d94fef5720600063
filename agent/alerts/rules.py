"""What is wrong now, from the picture the API shows.  Pure; knows no time and no yesterday."""

from dataclasses import dataclass
from typing import Any

GAPS = 10  # missing numbers of a boot: a few are lost on any radio
WEAR_PPM = 900_000  # of a contactor's life
_DERATING = ("heat", "fallback")  # limits nobody asked for


@dataclass(frozen=True, slots=True, order=True)
class Trouble:
    """station "": the agent itself.  connector 0: the whole station.  code: which fault, limit
    owner or alarm, may be empty."""

    rule: str
    station: str = ""
    connector: int = 0
    code: str = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """standing: what is wrong.  blind: stations about whose connectors nothing can be said."""

    standing: frozenset[Trouble]
    blind: frozenset[str]


def look(
    stations: list[dict[str, Any]],
    links: list[dict[str, Any]],
    counters: dict[str, Any],
    upstream: dict[str, Any],
) -> Sight:
    """As the agent's stations(), links(), counters() and upstream() tell it."""
    found = set(_of_agent(links, counters, upstream))
    site_lost = any(each["link"] == "mqtt" and not each["up"] for each in links)
    blind = set()
    for station in stations:
        name = station["station"]
        if station["freshness"] != "fresh":
            blind.add(name)
            if not (site_lost and station["link"] == "mqtt"):  # one cause, one alert
                found.add(Trouble(_SILENCE[station["freshness"]], name))
            continue
        found.update(_of_station(station))
        for connector in station["connectors"]:
            found.update(_of_connector(name, connector))
    return Sight(frozenset(found), frozenset(blind))


_SILENCE = {"offline": "offline", "stale": "silent"}


def _of_agent(
    links: list[dict[str, Any]], counters: dict[str, Any], upstream: dict[str, Any]
) -> list[Trouble]:
    found = [Trouble("agent", code="link-lost") for each in links if not each["up"]]
    if counters["alarm"]:
        found.append(Trouble("agent", code=counters["alarm"]))
    if upstream["configured"] and not upstream["connected"]:
        found.append(Trouble("agent", code="upstream-lost"))
    return found


def _of_station(station: dict[str, Any]) -> list[Trouble]:
    name, found = station["station"], []
    if station["conflict"]:
        found.append(Trouble("conflict", name))
    if station["gaps"] >= GAPS:
        found.append(Trouble("gap", name))
    return found


def _of_connector(name: str, connector: dict[str, Any]) -> list[Trouble]:
    number, state, meter = connector["connector"], connector["state"], connector["meter"]
    found = []
    if state is not None:
        reason = state.reason
        found += [Trouble("fault", name, number, each.code) for each in reason.faults]
        if reason.limited_by in _DERATING:
            found.append(Trouble("derated", name, number, reason.limited_by))
    silent = Trouble("fault", name, number, "meter-silent")
    if meter is not None and meter.quality == "silent" and silent not in found:
        found.append(Trouble("meter", name, number))
    condition = connector["condition"]
    if condition is not None and condition.wear_ppm >= WEAR_PPM:
        found.append(Trouble("wear", name, number))
    return found
