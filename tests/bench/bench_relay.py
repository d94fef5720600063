"""Relay of a board's messages to an upstream broker, QoS 1

Every path in the same run, one after the other: the same broker twice over, mosquitto's own
bridge, a bare paho loop and Node-RED, which store nothing, and the agent with either client, which
stores every message on disk before it confirms one.  CPU is that of the program between the
brokers, and says most where the machine has other work.
"""

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bench import relays
from tests.bench.mqtt_load import Load
from tests.bench.processes import cpu_s

RATES = (1_000, 5_000)  # messages a second when latency is measured
LATENCY_S, ROUNDS, ROUND_S = 4, 3, 1.5
LEAST, MOST = 5_000, 120_000  # messages a round


def main() -> list[dict[str, object]]:
    rows = [
        measure("one broker, no relay", relays.direct),
        measure("mosquitto bridge, in memory", relays.bridge),
        measure("bare paho loop, in memory", relays.paho_loop),
        measure("Node-RED, in memory", relays.node_red),
        measure("agent, paho, on disk", relays.agent),
        measure("agent, fast, on disk", relays.fast_agent),
    ]
    bridge: Any = rows[1].get("msg/s")
    for row in rows:
        mine: Any = row.get("msg/s")
        row["of the bridge"] = mine / bridge if mine and bridge else None
    return rows


def measure(name: str, path: Any) -> dict[str, object]:
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            path(Path(folder)) as way,
        ):
            return row(name, way)
    except relays.CannotRun as missing:
        return {"path": f"{name}: skipped, {missing}", "msg/s": None}


def row(name: str, way: relays.Way) -> dict[str, object]:
    load = Load(way.site, way.upstream)
    lost = 0
    delays: dict[str, object] = {}
    flood(load, LEAST)  # until everybody is awake
    for rate in RATES:
        timed = load.run(rate * LATENCY_S, rate)
        waits = sorted((came - sent) / 1e6 for sent, came in timed if came)
        lost += len(timed) - len(waits)
        delays[f"p50 ms at {rate}/s"] = statistics.median(waits) if waits else None
        delays[f"p99 ms at {rate}/s"] = waits[len(waits) * 99 // 100] if waits else None
    rate = flood(load, LEAST)[0]
    count = int(min(MOST, max(LEAST, rate * ROUND_S)))
    before_s = cpu_s(way.pid)
    rounds = [flood(load, count) for _ in range(ROUNDS)]
    spent_s = cpu_s(way.pid) - before_s
    load.close()
    rates = sorted(each for each, _ in rounds)
    lost += sum(missing for _, missing in rounds)
    return {
        "path": name,
        "msg/s": round(rates[ROUNDS // 2]),
        "lowest": round(rates[0]),
        "highest": round(rates[-1]),
        "of the bridge": None,
        "CPU µs": spent_s / ROUNDS / count * 1e6 if way.pid else None,
        **delays,
        "missing": lost,
    }


def flood(load: Load, count: int) -> tuple[float, int]:
    """(messages a second, how many did not come)."""
    came = [pair for pair in load.run(count) if pair[1]]
    if not came:
        return 0.0, count
    seconds = (max(at for _, at in came) - came[0][0]) / 1e9
    time.sleep(0.2)  # what was acknowledged late belongs to this round
    return len(came) / seconds, count - len(came)
