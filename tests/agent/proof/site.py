"""A whole site under test: boards, site broker, agent, upstream broker, backend, and a proxy on
each line between them.  What is done to it is in faults.py, what must hold in judge.py.
"""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.agent.brokers import Board, Mosquitto, Sink
from tests.agent.conftest import settings
from tests.agent.program import Program
from tests.agent.proof.proxy import Proxy
from tests.agent.waiting import until
from tests.needs import ROOT, absent

STATIONS = 3
DISK_MIB = 24
LAUNCHER = Path(__file__).with_name("shifted.py")
MORE = """
[web]
port = 0
[store]
keep_s = 30
telemetry_mib = 2
record_mib = 4
reserve_mib = 2
station_per_s = 10000
"""


class AgentProcess(Program):
    """The agent, which can be given a wrong clock too."""

    def __init__(self, folder: Path, site: int, upstream: int, mqtt: str) -> None:
        settings(folder, site, upstream, MORE, mqtt)
        self._off = folder / "off_s"
        config = folder / f"agent-{site}-{upstream}.toml"
        words = [sys.executable, str(LAUNCHER), str(self._off), "agent", "--config", str(config)]
        super().__init__(words, env=dict(os.environ, PYTHONPATH=str(ROOT)))
        self.state = folder / "state"

    def shift_clock(self, off_s: int) -> None:
        """The wall clock, from now on, against the right one."""
        self._off.write_text(str(off_s))


class Site:
    """between_boards, below, above: the proxies boards-broker, broker-agent, agent-upstream."""

    def __init__(self, folder: Path, mqtt: str) -> None:
        self.broker = Mosquitto(folder / "site")
        self.upstream = Mosquitto(folder / "upstream")
        self.between_boards = Proxy(self.broker.port)
        self.below = Proxy(self.broker.port)
        self.above = Proxy(self.upstream.port)
        self.proxies = [self.between_boards, self.below, self.above]
        self.agent = AgentProcess(folder, self.below.port, self.above.port, mqtt)
        self.sink = Sink(self.upstream.port)
        port = self.between_boards.port
        self.boards = [Board(f"st-{number}", port, 0.5) for number in range(1, STATIONS + 1)]

    def start(self) -> None:
        for part in (self.broker, self.upstream, *self.proxies, self.sink):
            part.start()
        until("the subscription is saved", self.upstream.database.exists)
        self.agent.start()
        for board in self.boards:
            board.start()
        self.settle()

    def stop(self) -> None:
        for board in self.boards:
            board.stop()
        self.agent.kill()
        self.sink.stop()
        for proxy in self.proxies:
            proxy.stop()
        self.upstream.kill()
        self.broker.kill()

    def made(self) -> set[bytes]:
        return {said for board in self.boards for said in board.made}

    def settle(self, within_s: float = 90.0) -> float:
        """Everything works again: a fresh record of each board comes through, then all that is
        held may be forgotten.  Seconds until the fresh ones were through."""
        began_s = time.monotonic()
        fresh = {board.record() for board in self.boards}
        until("a fresh record comes through", lambda: fresh <= self.sink.payloads(), within_s)
        took_s = time.monotonic() - began_s
        held: Callable[[], bool] = lambda: any(board.held for board in self.boards)  # noqa: E731
        until("the boards may forget everything", lambda: not held(), within_s)
        return took_s


@contextlib.contextmanager
def running(folder: Path, mqtt: str = "paho") -> Iterator[Site]:
    """mqtt: which client the agent has."""
    site = Site(folder, mqtt)
    try:
        site.start()
        yield site
    finally:
        site.stop()


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """folder on a file system of DISK_MIB; where none can be mounted the test is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    words = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", str(folder)]
    if subprocess.run(words, check=False, capture_output=True).returncode:
        absent("a small tmpfs (mounting one needs root)")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)
