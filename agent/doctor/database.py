"""Checks of PostgreSQL, as an agent that shares it would use it.  Nothing is changed there."""

import statistics
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from protocol import topics

from ..config import ConfigError, secret
from . import Finding, failed, passed, skipped
from .brokers import KIND
from .probe import Visitor

if TYPE_CHECKING:
    from ..config import Config, Mqtt
    from ..sections import Postgres

WHAT = "postgres"
OLDEST = 140_000  # server_version_num: idle_session_timeout frees what a frozen agent holds
CONNECTIONS = 7  # of one agent
_SYNCS = 15
_NOBODY = "borne-doctor"  # a station that is not there
_SLOW_MS = 50
_TOLD = """
select current_setting('server_version'), current_setting('server_version_num')::int,
    current_setting('fsync'), current_setting('full_page_writes'),
    current_setting('max_connections')::int, inet_server_addr(),
    (select ssl from pg_stat_ssl where pid = pg_backend_pid()),
    exists (select from pg_extension where extname = 'timescaledb'),
    exists (select from pg_namespace where nspname = %s),
    has_database_privilege(current_database(), 'create')
"""


def database(config: "Config") -> list[Finding]:
    """Every check, for an agent with this configuration."""
    if not config.postgres.enabled:
        return [skipped(WHAT, "postgres.enabled is false")]
    return [*_store(config.postgres), split(config.site)]


def split(site: "Mqtt") -> Finding:
    """Whether the broker lets agents share a subscription, which they split a fleet by."""
    what = "site shared subscription"
    try:
        password = secret(site.password_file) if site.password_file else ""
        with Visitor(replace(site, version="5"), site.username, password) as visitor:
            if visitor.refused:
                return failed(what, visitor.refused, "the broker must speak MQTT 5")
            if not visitor.listen(f"$share/borne-doctor/{topics.topic(_NOBODY, True, KIND)}"):
                return failed(what, "refused", "allow $share/<group>/evse/1/+/up/# to the agent")
    except (ConfigError, OSError) as error:
        return skipped(what, str(error))
    return passed(what, "granted over MQTT 5")


def _store(shared: "Postgres") -> list[Finding]:
    try:
        from ..postgres.connection import connect, said  # noqa: PLC0415  needs psycopg
    except ImportError as error:
        return [failed(WHAT, str(error), "pip install 'borne[postgres]'")]
    try:
        db: Any = connect(shared, "doctor")
    except ConfigError as error:
        return [failed(WHAT, str(error), "create it, readable by this user alone")]
    except Exception as error:
        remedy = "check host, user, password and pg_hba.conf; create the database: createdb borne"
        return [failed(WHAT, said(error), remedy)]
    try:
        return _look(db, shared)
    except Exception as error:
        return [failed(WHAT, said(error), "see the server's log")]
    finally:
        db.close()


def _look(db: Any, shared: "Postgres") -> list[Finding]:
    version, number, fsync, pages, most, address, is_secret, timescale, there, may = db.execute(
        _TOLD, (shared.schema,)
    ).fetchone()
    store = "minutes and hours in TimescaleDB" if timescale else "plain tables"
    found = [passed(WHAT, f"PostgreSQL {version}, {store}")]
    if number < OLDEST:
        found = [failed(WHAT, f"PostgreSQL {version}", "14 or newer is needed")]
    found.append(_rights(db, shared.schema, there=there, may=may))
    if "off" in (fsync, pages):
        detail = (
            f"fsync is {fsync}, full_page_writes {pages}: a power cut loses what was receipted"
        )
        found.append(failed("postgres durable", detail, "turn both on"))
    else:
        found.append(passed("postgres durable", "fsync and full_page_writes are on"))
    if address is not None and not is_secret and not _is_near(str(address)):
        remedy = "set postgres.sslmode to verify-full and postgres.ca_file"
        found.append(failed("postgres encryption", f"none on the way to {address}", remedy))
    if most < 2 * CONNECTIONS + 10:
        detail = f"max_connections is {most}; each agent takes {CONNECTIONS}"
        found.append(failed("postgres connections", detail, "raise it"))
    found.append(_speed(db))
    return found


def _rights(db: Any, schema: str, *, there: bool, may: bool) -> Finding:
    what = f"postgres schema {schema}"
    if not there:
        remedy = f"as an administrator: create schema {schema} authorization <the agent's user>"
        return passed(what, "will be made") if may else failed(what, "cannot be made", remedy)
    (is_ours,) = db.execute("select has_schema_privilege(%s, 'create')", (schema,)).fetchone()
    if not is_ours:
        return failed(what, "belongs to others", f"grant all on schema {schema} to the agent")
    return passed(what, "may be used")


def _speed(db: Any) -> Finding:
    """How long a commit takes: agents take turns at it."""
    times_ms = []
    for _ in range(_SYNCS):
        began_s = time.perf_counter()
        db.execute("select pg_logical_emit_message(true, 'borne', repeat('x', 4096))")
        times_ms.append((time.perf_counter() - began_s) * 1_000)
    typical_ms = statistics.median(times_ms)
    detail = f"{typical_ms:.1f} ms typical, {max(times_ms):.1f} ms longest"
    if typical_ms > _SLOW_MS:
        return failed("postgres speed", detail, "put its WAL on a faster disk, or move it nearer")
    return passed("postgres speed", detail)


def _is_near(address: str) -> bool:
    return address.startswith("127.") or address == "::1"
