import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from agent.children import Child, free_port, wait_for_port
from tests.agent.waiting import until
from tests.needs import ROOT

FOREVER = [sys.executable, "-c", "import signal; print('up', flush=True); signal.pause()"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "print('up', flush=True)\nwhile True: signal.pause()",
]


def started(tmp_path: Path, command: list[str]) -> Child:
    child = Child("test", command, tmp_path / "log")
    child.start()
    until("it is up", lambda: "up" in child.tail())
    return child


def runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_child_that_ends_is_started_again(tmp_path: Path) -> None:
    child = started(tmp_path, FOREVER)
    first = child.pid
    os.kill(first, signal.SIGKILL)
    until("it runs again", lambda: child.starts == 2 and runs(child.pid))
    assert child.pid != first
    assert child.exit_code == -signal.SIGKILL
    child.stop()
    assert not runs(child.pid)


def test_a_child_that_is_stopped_stays_stopped(tmp_path: Path) -> None:
    child = started(tmp_path, FOREVER)
    child.stop()
    assert not child.is_alive()
    assert not runs(child.pid)
    assert child.starts == 1


def test_a_child_that_does_not_listen_is_killed(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("agent.children._STOP_S", 0.2)
    child = started(tmp_path, STUBBORN)
    child.stop()
    assert child.exit_code == -signal.SIGKILL


def test_a_program_that_is_not_there_is_an_exit_code_and_no_exception(tmp_path: Path) -> None:
    child = Child("test", ["/nowhere/program"], tmp_path / "log", again=False)
    child.start()
    child.join(10)
    assert child.exit_code == -1


def test_children_die_with_an_agent_that_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, signal\nfrom pathlib import Path\nfrom agent.children import Child\n"
        f"child = Child('test', {FOREVER!r}, Path({str(tmp_path / 'log')!r}))\n"
        "child.start()\n"
        "while not child.pid: pass\n"
        "print(child.pid, flush=True)\nsignal.pause()\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert runs(pid)
    parent.kill()
    parent.wait(10)
    parent.stdout.close()
    until("the child is gone too", lambda: not runs(pid))


def test_waiting_for_a_port_ends_when_it_listens_or_the_child_is_gone(tmp_path: Path) -> None:
    port = free_port()
    child = Child("test", [sys.executable, "-c", ""], tmp_path / "log", again=False)
    child.start()
    assert not wait_for_port(port, child)
    with socket.create_server(("127.0.0.1", port)):
        assert wait_for_port(port, child)
