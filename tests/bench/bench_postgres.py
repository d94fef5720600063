"""Agents that share PostgreSQL: messages stored for good each second, all tables in one commit.

Every message is one of a station's own: half meter values, half states, one in a hundred a record.
Each agent is a process, as on machines of their own; the database has fsync on.
"""

import multiprocessing
import time
from typing import TYPE_CHECKING

from agent.config import Config
from agent.intake import Accepted
from agent.postgres.connection import connect
from agent.postgres.outbox import SharedOutbox
from agent.postgres.schema import SLOTS, migrate
from agent.postgres.waiting import SharedWaiting
from agent.sections import Postgres
from tests.agent.database import Database
from tests.agent.said import Meter, State, accepted, record
from tests.agent.waiting import until

if TYPE_CHECKING:
    from multiprocessing.queues import Queue

STATIONS, ROUNDS = 4_000, 3
SIZES = ((1, 10), (1, 100), (1, 1_000), (2, 1_000))  # agents, messages a commit


def batches(agent: int, agents: int, size: int) -> list[list[Accepted]]:
    """What this agent takes in, ready made."""
    mine = range(agent, STATIONS, agents)
    made = []
    for turn in range(ROUNDS):
        seq = turn + 1
        for number in mine:
            name = f"station-{number:06d}"
            if number % 100 == 99:
                made.append(record(seq, seq - 1, station=name))
            else:
                kind = State if (number + turn) % 2 else Meter
                made.append(accepted(kind, 1, seq, station=name))
    return [made[start : start + size] for start in range(0, len(made), size)]


def agent(
    shared: Postgres, which: int, agents: int, size: int, done: "Queue[tuple[float, float]]"
) -> None:
    work = batches(which, agents, size)
    box = SharedOutbox(Config(postgres=shared), f"agent-{which}")
    slots = frozenset(range(which, SLOTS, agents))
    waiting = SharedWaiting(shared, f"agent-{which}", lambda: slots)
    box.put(work[0])  # connected, and planned for
    began_s, cpu_s = time.perf_counter(), time.process_time()
    sent: list[int] = []
    for batch in work[1:]:
        box.put(batch, sent)
        sent = [row.id for row in waiting.after(1, len(batch))]
    done.put((time.perf_counter() - began_s, time.process_time() - cpu_s))
    waiting.reopen()
    box.close()


def wal_bytes(database: Database) -> int:
    return int(database.rows("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn")[0][0])


def measured(database: Database, agents: int, size: int) -> dict[str, object]:
    shared = database.settings(f"bench_{agents}_{size}")
    with connect(shared, "bench") as db:
        migrate(db, shared.schema)
    done: Queue[tuple[float, float]] = multiprocessing.Queue()
    running = [
        multiprocessing.Process(target=agent, args=(shared, which, agents, size, done))
        for which in range(agents)
    ]
    before_s, before_bytes = database.cpu_s(), wal_bytes(database)
    for each in running:
        each.start()
    told = [done.get(timeout=300) for _ in running]
    for each in running:
        each.join()
    until("its connections have ended", lambda: database.sessions() == 0)
    count = ROUNDS * STATIONS - agents * size
    return {
        "agents": agents,
        "messages a commit": size,
        "msg/s": round(count / max(wall_s for wall_s, _ in told)),
        "agent µs/msg": round(sum(cpu_s for _, cpu_s in told) / count * 1e6),
        "database µs/msg": round((database.cpu_s() - before_s) / count * 1e6),
        "WAL bytes/msg": round((wal_bytes(database) - before_bytes) / count),
    }


def main() -> list[dict[str, object]]:
    database = Database(fsync="on", max_wal_size="4GB", shared_buffers="256MB")
    database.start()
    try:
        return [measured(database, *each) for each in SIZES]
    finally:
        database.stop()
