"""The doctor finds what is wrong with a set-up, tried on a good one and on bad ones."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from agent.broker import STATION_ACL, _hashed
from agent.cli import app
from agent.config import Config, Mqtt, load
from agent.doctor import FAIL, PASS, SKIP, Finding, probe
from agent.doctor.brokers import Account, broker
from agent.doctor.database import database as check_database
from agent.doctor.host import host
from tests.agent.brokers import Mosquitto

BOARD = Account("st-1", "board-secret")
AGENT_ACL = (
    "user borne-agent\ntopic read evse/1/+/up/#\ntopic write evse/1/+/down/#\n\n"
    "user borne-uplink\ntopic write evse/1/+/up/#\ntopic read evse/1/+/down/#\n\n"
)
GOOD_ACL = STATION_ACL + "\n" + AGENT_ACL
USERS = {"borne-agent": "agent-secret", "borne-uplink": "up-secret", "st-1": "board-secret"}


class Site:
    """mosquitto as somebody set it up, and the agent's side of it."""

    def __init__(self, folder: Path, acl: str = GOOD_ACL, more: str = "") -> None:
        folder.mkdir(mode=0o755)
        self.folder = folder
        passwords = self.write(
            "passwords", "".join(f"{name}:{_hashed(word)}\n" for name, word in USERS.items())
        )
        rules = [f"password_file {passwords}"]
        if acl:
            rules.append(f"acl_file {self.write('acl', acl)}")
        self.broker = Mosquitto(folder / "broker", "\n".join([*rules, more]) + "\n")
        config = self.broker.config
        if "allow_anonymous" not in more:
            config.write_text(config.read_text().replace("allow_anonymous true\n", ""))
        self.broker.start()

    def write(self, name: str, text: str, mode: int = 0o644) -> Path:
        path = self.folder / name
        path.write_text(text)
        path.chmod(mode)
        return path

    def mqtt(self, name: str = "borne-agent", **more: Any) -> Mqtt:
        secret = self.write(f"{name}.secret", USERS[name], 0o600)
        told: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": self.broker.port,
            "username": name,
            "password_file": str(secret),
        }
        return Mqtt(**(told | more))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    made: list[Site] = []

    def start(acl: str = GOOD_ACL, more: str = "") -> Site:
        made.append(Site(tmp_path / f"site-{len(made)}", acl, more))
        return made[-1]

    yield start
    for each in made:
        each.broker.kill()


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "WAIT_S", 2.0)


def wrong(findings: list[Finding]) -> set[str]:
    for each in findings:
        assert each.remedy if each.verdict == FAIL else not each.remedy, each
    return {each.what for each in findings if each.verdict == FAIL}


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_a_good_broker_passes_every_check(site: Any, version: str) -> None:
    made = site()
    findings = broker("site", made.mqtt(version=version), BOARD)
    assert wrong(findings) == set()
    assert {each.verdict for each in findings} == {PASS}
    assert len(findings) == 13
    above = broker("upstream", made.mqtt("borne-uplink", version=version), None)
    assert {each.verdict for each in above} == {PASS}


BAD = {
    "anybody gets in": (
        GOOD_ACL,
        "allow_anonymous true",
        {"site anonymous"},
    ),
    "no access list at all": (
        "",
        "",
        {"foreign topics", "foreign names", "commands"},
    ),
    "everybody may everything": (
        "topic readwrite #\n" + GOOD_ACL + "user st-1\ntopic readwrite #\n",
        "",
        {"foreign topics", "foreign names", "commands"},
    ),
    "a station hears the others": (
        GOOD_ACL + "user st-1\ntopic read evse/1/+/down/#\n",
        "",
        {"foreign topics"},
    ),
    "a station speaks for the others": (
        GOOD_ACL + "user st-1\ntopic write evse/1/+/up/#\n",
        "",
        {"foreign names"},
    ),
    "a station commands": (
        GOOD_ACL + "user st-1\ntopic write evse/1/st-1/down/#\n",
        "",
        {"commands"},
    ),
    "the agent is deaf": (
        GOOD_ACL.replace("topic read evse/1/+/up/#\n", ""),
        "",
        {"station is heard"},
    ),
    "the agent is mute": (
        GOOD_ACL.replace("topic write evse/1/+/down/#\n", ""),
        "",
        {"station hears"},
    ),
    "the station's pattern is missing": (
        AGENT_ACL,
        "",
        {"station is heard", "station hears"},
    ),
    "messages may not be large enough": (
        GOOD_ACL,
        "message_size_limit 512",
        {"largest message"},
    ),
    "nothing is retained": (
        GOOD_ACL,
        "retain_available false",
        {"states are kept"},
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_broker_is_seen_for_what_it_is(site: Any, case: str) -> None:
    acl, more, wanted = BAD[case]
    findings = broker("site", site(acl, more).mqtt(version="3.1.1"), BOARD)
    assert wrong(findings) == wanted


def test_a_broker_without_passwords_lets_everybody_guess(brokers: Any, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    where = Mqtt(host="127.0.0.1", port=brokers().port, username="a", password_file=str(secret))
    assert wrong(broker("site", where, None)) == {"site anonymous", "site wrong password"}


def test_a_wrong_password_of_the_agent_is_named(site: Any) -> None:
    made = site()
    where = made.mqtt()
    Path(where.password_file).write_text("not the one")
    assert wrong(broker("site", where, BOARD)) == {"site login"}
    assert wrong(broker("site", made.mqtt(), Account("st-1", "wrong"))) == {"station login"}


def test_an_upstream_that_takes_nothing_is_named(site: Any) -> None:
    made = site(STATION_ACL + "\nuser borne-uplink\ntopic read evse/1/+/down/#\n")
    assert wrong(broker("upstream", made.mqtt("borne-uplink", version="5"), None)) == {
        "upstream rights"
    }


def test_a_broker_that_is_not_there_is_named(tmp_path: Path) -> None:
    where = Mqtt(host="127.0.0.1", port=1)
    assert wrong(broker("site", where, None)) == {"site reachable"}
    assert wrong(broker("site", replace(where, password_file="missing"), None)) == {"site"}
    assert [each.verdict for each in broker("site", Mqtt(), None)] == [SKIP]


def test_without_a_station_its_rights_are_left_out_and_said_so(site: Any) -> None:
    findings = broker("site", site().mqtt(), None)
    assert [each.what for each in findings if each.verdict == SKIP] == ["site rights"]


def test_a_password_across_a_network_in_clear_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from agent.doctor.brokers import _cipher

    far = Mqtt(host="broker.example")
    assert _cipher("site", far).verdict == FAIL
    assert _cipher("site", replace(far, ca_file="ca.pem")).verdict == PASS
    assert _cipher("site", replace(far, host="::1")).verdict == PASS


def config_of(tmp_path: Path, text: str = "") -> Config:
    path = tmp_path / "agent.toml"
    path.write_text("[store]\ntelemetry_mib = 1\nrecord_mib = 1\nreserve_mib = 0\n" + text)
    return load(path, {})


def test_a_good_machine_passes(tmp_path: Path) -> None:
    findings = host(config_of(tmp_path, "[web]\nport = 0\n"), tmp_path / "state")
    assert wrong(findings) == set()
    assert [each.what for each in findings] == [
        "state folder",
        "disk space",
        "disk speed",
        "clock",
        "port 0",
        "page",
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('[[serial]]\nport = "/dev/ttyNOPE"\n', {"serial /dev/ttyNOPE"}),
        ('[[serial]]\nport = "/dev/null"\n', set()),
        ('[site]\npassword_file = "missing"\n', {"site.password_file"}),
        ('[history]\ntimezone = "Mars/Base"\n', {"history.timezone"}),
        ("[homeassistant]\nenabled = true\n", {"upstream"}),
        ('[alerts]\nmqtt_topic = "a"\n', {"upstream"}),
        ('[alerts]\nurls_file = "missing"\n', {"alerts", "alerts.urls_file"}),
        ('[web]\nhost = "0.0.0.0"\nport = 0\n', {"page"}),
        ('[web]\nhost = "192.0.2.1"\nport = 0\nreading = "open"\n', {"page"}),
    ],
)
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
def test_what_is_wrong_with_a_machine_is_named(
    tmp_path: Path, text: str, wanted: set[str]
) -> None:
    findings = host(config_of(tmp_path, text), tmp_path / "state")
    assert wrong(findings) - {"port 8180"} == wanted


def test_a_folder_others_can_read_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    folder.chmod(0o755)
    assert wrong(host(config_of(tmp_path, "[web]\nport = 0\n"), folder)) == {"state folder"}


def test_a_secret_others_can_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("x")
    path.chmod(0o644)
    told = config_of(tmp_path, f'[web]\nport = 0\n[site]\npassword_file = "{path}"\n')
    assert wrong(host(told, tmp_path / "state")) == {"site.password_file"}
    path.chmod(0o600)
    assert wrong(host(told, tmp_path / "state")) == set()


def test_a_disk_too_small_is_named(tmp_path: Path) -> None:
    told = config_of(tmp_path, "[web]\nport = 0\n")
    big = replace(told, store=replace(told.store, telemetry_mib=1 << 40))
    assert wrong(host(big, tmp_path / "state")) == {"disk space"}


def test_a_clock_that_cannot_be_right_is_named() -> None:
    from agent.doctor.host import _clock

    assert _clock(lambda: 0).verdict == FAIL
    assert _clock(lambda: 200_000_000).verdict == PASS


def test_a_port_somebody_has_is_named_unless_it_is_ours(tmp_path: Path) -> None:
    import socket

    from agent.running import announce

    taken = socket.create_server(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    told = config_of(tmp_path, f"[web]\nport = {port}\n")
    folder = tmp_path / "state"
    assert wrong(host(told, folder)) == {f"port {port}"}
    announce(folder, f"http://127.0.0.1:{port}")
    (folder / "token").write_text("t")
    assert wrong(host(told, folder)) == set()
    taken.close()


def test_the_command_prints_a_line_a_check_and_says_how_many_are_wrong(
    site: Any, tmp_path: Path
) -> None:
    made = site()
    secret = made.write("board.secret", "board-secret\n", 0o600)
    where = made.mqtt()
    config = tmp_path / "agent.toml"
    config.write_text(
        f'[web]\nport = 0\n[store]\ntelemetry_mib = 1\n[site]\nhost = "127.0.0.1"\n'
        f'port = {where.port}\nusername = "borne-agent"\n'
        f'password_file = "{where.password_file}"\n'
    )
    words = ["doctor", "--config", str(config), "--state", str(tmp_path / "state")]
    words += ["--station", "st-1", "--station-password-file", str(secret)]
    done = CliRunner().invoke(app, words)
    lines = done.stdout.splitlines()
    assert done.exit_code == 0, done.stdout
    assert lines[-1] == "nothing wrong"
    assert "PASS  foreign topics: # brings a station nothing of another" in lines
    assert "board-secret" not in done.stdout and "agent-secret" not in done.stdout
    made.broker.kill()
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 1
    assert done.stdout.splitlines()[-1] == "1 wrong"
    assert any(line.startswith("      start the broker") for line in done.stdout.splitlines())


def test_a_good_database_and_broker_pass_and_nothing_is_left_there(
    database: Any, brokers: Any
) -> None:
    shared = database.settings("doctored")
    config = Config(postgres=shared, site=Mqtt(host="127.0.0.1", port=brokers().port))
    found = check_database(config)
    assert wrong(found) == {"postgres durable"}, "the tests' own database takes its ease"
    assert "site shared subscription" in {each.what for each in found if each.verdict == PASS}
    names = database.rows("select count(*) from pg_namespace where nspname = 'doctored'")
    assert names == [(0,)]
    assert [each.verdict for each in check_database(Config())] == [SKIP]


@pytest.mark.parametrize(
    ("wrongly", "says"),
    [
        ({"host": "/nowhere"}, "No such file"),
        ({"user": "stranger"}, 'role "stranger" does not exist'),
        ({"dbname": "absent"}, 'database "absent" does not exist'),
        ({"password_file": "missing"}, "missing: cannot be read"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_with_its_reason(
    database: Any, wrongly: dict[str, str], says: str
) -> None:
    config = Config(postgres=replace(database.settings(), **wrongly), site=Mqtt(host="127.0.0.1"))
    (first, *_) = check_database(config)
    assert first.verdict == FAIL and says in first.detail and first.remedy


def test_a_schema_of_somebody_else_is_told(database: Any) -> None:
    nowhere = Mqtt(host="127.0.0.1", port=1)
    database.do("create schema others_own; drop role if exists guest; create role guest login")
    shared = replace(database.settings("others_own"), user="guest")
    assert "postgres schema others_own" in wrong(
        check_database(Config(postgres=shared, site=nowhere))
    )
    shared = replace(database.settings("new_one"), user="guest")
    assert "postgres schema new_one" in wrong(
        check_database(Config(postgres=shared, site=nowhere))
    )


def test_a_configuration_that_does_not_load_is_said_before_anything_is_tried(
    tmp_path: Path,
) -> None:
    config = tmp_path / "agent.toml"
    config.write_text("[web]\nprt = 1\n")
    done = CliRunner().invoke(app, ["doctor", "--config", str(config)])
    assert done.exit_code == 2
    assert "web.prt: no such key" in done.stderr
    assert os.listdir(tmp_path) == ["agent.toml"]
