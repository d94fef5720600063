"""Server-sent events: a snapshot, then whatever changes.

A slow reader never makes a queue: each round it gets the newest picture of what changed since the
last one it took.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from ..process import Agent

PERIOD_S = 0.25
COUNTERS_S = 1.0
HEARTBEAT_S = 2.0


def event(kind: str, data: Any) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (kind.encode(), msgspec.json.encode(data))


def whole(agent: "Agent") -> dict[str, Any]:
    """Everything the page starts with."""
    return {
        "stations": agent.stations(),
        "links": agent.links(),
        "counters": agent.counters(),
        "upstream": agent.upstream(),
        "now_ms": time.time_ns() // 1_000_000,
    }


async def events(agent: "Agent", stopping: threading.Event) -> AsyncIterator[bytes]:
    """Until the reader or the server goes."""
    marks = agent.marks()
    yield event("snapshot", whole(agent))
    told_counters: dict[str, Any] = {}
    counters_s = heartbeat_s = time.monotonic()
    while not stopping.is_set():
        await asyncio.sleep(PERIOD_S)
        now_s = time.monotonic()
        now_marks = agent.marks()
        for name, mark in now_marks.items():
            if marks.get(name) != mark:
                yield event("station", agent.station(name))
        marks = now_marks
        if now_s - counters_s >= COUNTERS_S:
            counters_s = now_s
            told = {
                "counters": agent.counters(),
                "upstream": agent.upstream(),
                "links": agent.links(),
            }
            if told != told_counters:
                told_counters = told
                yield event("counters", told)
        if now_s - heartbeat_s >= HEARTBEAT_S:
            heartbeat_s = now_s
            yield event("heartbeat", {"now_ms": time.time_ns() // 1_000_000})
