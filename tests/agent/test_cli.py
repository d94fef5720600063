"""The commands as a person runs them: real processes, real brokers, real virtual stations."""

import hmac
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from agent.cli import app
from agent.running import AlreadyRunning, Lock, find
from tests.agent.waiting import until
from tests.needs import ROOT, need

BORNE = [sys.executable, "-m", "agent.cli"]
runner = CliRunner()


def borne(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*BORNE, *words],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("words", [[], ["up"], ["agent"], ["sim"], ["send"], ["card"]])
def test_every_command_explains_itself(words: list[str]) -> None:
    shown = runner.invoke(app, [*words, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert shown.exit_code == 0
    assert "Usage:" in shown.output
    if not words:
        assert all(name in shown.output for name in ("up", "agent", "sim", "send"))


@pytest.mark.parametrize(
    "written", ["04A1B2C3D4E5F6", "04:a1:b2:c3:d4:e5:f6", "04 a1 b2 c3 d4 e5 f6"]
)
def test_a_cards_hash_is_that_of_the_station(written: str, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("a secret of the site\n")
    shown = runner.invoke(app, ["card", written, "--key", str(tmp_path / "key")])
    told = hmac.new(b"a secret of the site", bytes.fromhex("04a1b2c3d4e5f6"), "sha256")
    assert shown.output.strip() == told.hexdigest()[:32]
    bare = hmac.new(b"", bytes.fromhex("04a1b2c3d4e5f6"), "sha256").hexdigest()[:32]
    assert runner.invoke(app, ["card", written]).output.strip() == bare


@pytest.mark.parametrize("written", ["", "04", "04A1B2C3D4", "nonsense", "04A1B2C3 04A1B2C3"])
def test_what_is_no_cards_id_is_told(written: str) -> None:
    shown = runner.invoke(app, ["card", written])
    assert shown.exit_code == 2
    assert "4, 7 or 10 bytes in hexadecimal" in shown.output


def test_sending_without_an_agent_says_how_to_start_one(tmp_path: Path) -> None:
    done = borne("send", "st-1", "stop", "--state", str(tmp_path))
    assert done.returncode == 2
    assert "no agent runs on" in done.stderr and "borne up" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_configuration_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text("[web]\nport = 99999\n")
    done = borne("agent", "--config", str(path), "--state", str(tmp_path))
    assert done.returncode == 2
    said = " ".join(done.stderr.split())
    assert "web.port: wants a whole number 0..65535, got 99999" in said
    assert "Traceback" not in done.stderr


def test_one_state_folder_belongs_to_one_agent(tmp_path: Path) -> None:
    held = Lock(tmp_path)
    with pytest.raises(AlreadyRunning, match=str(os.getpid())):
        Lock(tmp_path)
    held.release()
    Lock(tmp_path).release()


class Up:
    """`borne up` as a person starts it."""

    def __init__(self, state: Path, *more: str) -> None:
        self.state = state
        self.process = subprocess.Popen(
            [*BORNE, "up", "--state", str(state), "--port", "0", "--stations", "2", *more],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.told: dict[str, str] = {}
        assert self.process.stdout is not None
        for line in self.process.stdout:
            name, _, rest = line.partition(" ")
            self.told[name] = rest.strip()
            if name == "try":
                break

    def stations(self) -> list[dict[str, Any]]:
        address = find(self.state)
        assert address is not None
        with urllib.request.urlopen(f"{address.url}/api/stations", timeout=10) as answer:
            found: list[dict[str, Any]] = json.load(answer)["stations"]
        return found

    def children(self) -> set[int]:
        listed = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return {int(pid) for path in listed for pid in path.read_text().split()}

    def end(self, how: signal.Signals = signal.SIGINT) -> int:
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    need("mosquitto")
    made = Up(tmp_path / "state")
    yield made
    if made.process.poll() is None:
        made.end(signal.SIGKILL)


def runs(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_one_command_starts_a_whole_site_and_ctrl_c_ends_all_of_it(up: Up) -> None:
    until("both stations are fresh", lambda: fresh(up) == ["st-1", "st-2"], 60)
    assert up.told["page"].startswith("http://127.0.0.1:")
    token = up.told["page"].partition("#token=")[2]
    assert token == (up.state / "token").read_text().strip()
    done = borne("send", "st-1", "set-limit", "10", "--for", "10m", "--state", str(up.state))
    assert done.returncode == 0, done.stderr
    assert "st-1: Done." in done.stderr
    until("the limit is shown", lambda: ("operator", 10_000) in limits_of(up, "st-1"), 30)
    children = up.children()
    assert len(children) == 3, "two brokers and the fleet"
    assert up.end() == 0
    until("no child is left", lambda: not any(runs(pid) for pid in children))
    assert find(up.state) is None


def test_children_do_not_outlive_a_killed_site(up: Up) -> None:
    children = up.children()
    up.end(signal.SIGKILL)
    until("no child is left", lambda: not any(runs(pid) for pid in children))


def fresh(up: Up) -> list[str]:
    return [each["station"] for each in up.stations() if each["freshness"] == "fresh"]


def limits_of(up: Up, name: str) -> list[tuple[str, int]]:
    for station in up.stations():
        if station["station"] == name and station["connectors"]:
            reason = station["connectors"][0]["state"]["reason"]
            return [(each["owner"], each["limit_ma"]) for each in reason["limits"]]
    return []
