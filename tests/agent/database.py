"""A real PostgreSQL of the tests' own: a cluster in a temporary folder, on a socket in it."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psycopg

from agent.sections import Postgres
from tests.agent.waiting import until
from tests.needs import need

OWNER = "postgres"
# Nothing here outlives the machine; the processes that are killed are ours, not the kernel.
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "log_min_messages": "fatal",
    "autovacuum_naptime": "5",
}


class Database:
    """One cluster.  As root it belongs to the user postgres, which it will not run without."""

    def __init__(self, **settings: str) -> None:
        self._programs = need("postgresql")
        self.folder = Path(tempfile.mkdtemp(prefix="borne-pg-"))
        self.user = OWNER
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            shutil.chown(self.folder, OWNER, OWNER)
            self._as = {"user": OWNER, "group": OWNER, "extra_groups": []}
        self._settings = _SETTINGS | settings
        self._data = self.folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-D", str(self._data), "-U", OWNER, "--auth=trust", "--no-sync", "-N")

    def start(self) -> None:
        told = self._settings | {"unix_socket_directories": str(self.folder)}
        words = [f"-c{name}={value}" for name, value in told.items()]
        self._process = subprocess.Popen(
            [f"{self._programs}/postgres", "-D", str(self._data), *words],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self._as,
        )
        until("PostgreSQL answers", self._answers)

    def stop(self) -> None:
        """At once, and for good."""
        self.kill(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """SIGQUIT ends every connection at once and saves nothing but what was committed."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(20)
            self._process = None

    def cpu_s(self) -> float:
        """Processor time of the server and of every connection that has ended."""
        assert self._process is not None
        told = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, told[11:15])) / os.sysconf("SC_CLK_TCK")

    def sessions(self) -> int:
        """Connections of clients, but for the one that asks."""
        asked = "select count(*) - 1 from pg_stat_activity where backend_type = 'client backend'"
        return int(self.rows(asked)[0][0])

    def settings(self, schema: str = "borne", **more: Any) -> Postgres:
        """How an agent gets there."""
        told = {"host": str(self.folder), "user": self.user, "dbname": "postgres"}
        return Postgres(enabled=True, schema=schema, **(told | more))

    def toml(self, schema: str = "borne") -> str:
        return (
            f'[postgres]\nenabled = true\nhost = "{self.folder}"\nuser = "{self.user}"\n'
            f'dbname = "postgres"\nschema = "{schema}"\n'
        )

    def rows(self, statement: str, schema: str = "borne") -> list[tuple[Any, ...]]:
        """Ask it, beside the agents."""
        with self._connect(schema) as db:
            return db.execute(statement).fetchall()

    def do(self, statement: str) -> None:
        with self._connect("public") as db:
            db.execute(statement)

    def _connect(self, schema: str) -> "psycopg.Connection[tuple[Any, ...]]":
        return psycopg.connect(
            host=str(self.folder),
            user=self.user,
            dbname="postgres",
            options=f"-csearch_path={schema}",
            autocommit=True,
        )

    def _answers(self) -> bool:
        try:
            self._connect("public").close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(
            [f"{self._programs}/{program}", *words],
            cwd=self.folder,
            check=True,
            capture_output=True,
            **self._as,
        )
