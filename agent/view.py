"""The live picture as the API shows it.  Pure: pictures in, plain objects out."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .live import Station


def station(picture: "Station", now_ms: int) -> dict[str, Any]:
    """One station.  age_ms: since it was heard, None when only retained copies came."""
    return {
        "station": picture.name,
        "link": picture.link.partition(":")[0],
        "freshness": picture.freshness(now_ms),
        "age_ms": _age(picture.heard_ms, now_ms),
        "boot_id": picture.boot_id,
        "gaps": picture.gaps.count(now_ms),
        "conflict": picture.suspended(now_ms),
        "birth": picture.birth,
        "health": picture.health,
        "connectors": [
            {
                "connector": number,
                "state": connector.said.get("state"),
                "meter": connector.said.get("meter"),
                "session": connector.said.get("session"),
                "condition": connector.said.get("condition"),
                "age_ms": _age(connector.said_ms, now_ms),
            }
            for number, connector in sorted(picture.connectors.items())
        ],
        "events": [
            {"connector": number, "boot_id": event.boot_id, "seq": event.seq}
            | {
                "uptime_ms": event.uptime_ms,
                "time_s": event.time_s,
                "what": event.what,
                "code": event.code,
                "value": event.value,
            }
            for number, event in picture.events
        ],
    }


def mark(picture: "Station", now_ms: int) -> tuple[Any, ...]:
    """Changes when the page should hear of it."""
    return (
        picture.version,
        picture.freshness(now_ms),
        picture.gaps.count(now_ms),
        picture.suspended(now_ms),
    )


def _age(since_ms: int | None, now_ms: int) -> int | None:
    return None if since_ms is None else now_ms - since_ms
