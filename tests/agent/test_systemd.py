"""What systemd is told, by a real agent through a real socket."""

import configparser
import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import agent
from agent.cli import app
from agent.systemd import Watchdog, notify
from tests.agent.waiting import until

UNIT = Path(agent.__file__).parent / "examples" / "borne.service"


class Systemd:
    """Listens where systemd would."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(path if not path.startswith("@") else "\0" + path[1:])
        self._socket.setblocking(False)
        self.heard: list[str] = []

    def listen(self) -> list[str]:
        while True:
            try:
                self.heard += self._socket.recv(4_096).decode().splitlines()
            except BlockingIOError:
                return self.heard

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    made = Systemd(str(tmp_path / "notify"))
    yield made
    made.close()


def test_without_systemd_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert notify("READY=1") is False
    monkeypatch.setenv("NOTIFY_SOCKET", "nowhere/at/all")
    assert notify("READY=1") is False


def test_an_abstract_socket_is_found_too(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Systemd(f"@borne-test-{os.getpid()}")
    monkeypatch.setenv("NOTIFY_SOCKET", made.path)
    assert notify("READY=1") is True
    assert made.listen() == ["READY=1"]
    made.close()


def test_the_watchdog_is_fed_only_while_the_agent_is_well(
    systemd: Systemd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", systemd.path)
    monkeypatch.setenv("WATCHDOG_USEC", "3")
    trouble = [""]
    dog = Watchdog(lambda: trouble[0])
    dog.beat()
    assert systemd.listen() == ["WATCHDOG=1", "STATUS=well"]
    trouble[0] = "writer has ended"
    until("a sick beat", lambda: dog.beat() or len(systemd.listen()) > 2)
    assert "STATUS=not well: writer has ended" in systemd.heard
    assert systemd.heard.count("WATCHDOG=1") == 1


@pytest.mark.parametrize(("usec", "pid"), [("", ""), ("x", ""), ("30000000", "1")])
def test_a_watchdog_nobody_asked_for_says_nothing(
    systemd: Systemd, monkeypatch: pytest.MonkeyPatch, usec: str, pid: str
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", systemd.path)
    monkeypatch.setenv("WATCHDOG_USEC", usec)
    if pid:
        monkeypatch.setenv("WATCHDOG_PID", pid)
    Watchdog(lambda: "").beat()
    assert systemd.listen() == []


def test_an_agent_whose_writer_has_ended_is_not_well(agents: Any) -> None:
    made = agents()
    assert made.trouble() == ""
    made.writer.stop()
    made.writer.join(10)
    assert made.trouble() == "writer has ended"


def test_an_agent_that_hangs_is_not_well(agents: Any) -> None:
    made = agents()
    with made._lock:
        assert made.trouble() == "the picture is held for too long"
    assert made.trouble() == ""


def test_a_service_says_ready_alive_and_stopping(systemd: Systemd, tmp_path: Path) -> None:
    config = tmp_path / "agent.toml"
    config.write_text("[web]\nport = 0\n")
    told = os.environ | {"NOTIFY_SOCKET": systemd.path, "WATCHDOG_USEC": "1000000"}
    words = [sys.executable, "-m", "agent.cli", "agent", "--config", str(config)]
    process = subprocess.Popen(
        [*words, "--state", str(tmp_path / "state")],
        env=told,
        stderr=subprocess.DEVNULL,
    )
    try:
        until("it is alive", lambda: "WATCHDOG=1" in systemd.listen(), 60)
        assert systemd.heard[0] == "READY=1"
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert systemd.listen()[-1] == "STOPPING=1"
    finally:
        process.kill()
        process.wait(10)


def test_the_unit_starts_the_command_as_it_is() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(UNIT.read_text())
    service = unit["Service"]
    assert (service["Type"], service["NotifyAccess"]) == ("notify", "main")
    assert int(service["WatchdogSec"]) >= 10
    program, command, *words = shlex.split(service["ExecStart"])
    assert (Path(program).name, command) == ("borne", "agent")
    said = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"}).stdout
    assert [word for word in words if word.startswith("--")] == ["--config", "--state"]
    assert "--config" in said and "--state" in said
