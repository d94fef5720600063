from pathlib import Path

import pytest

from agent.config import Config, ConfigError, load, secret, state_dir


def told(tmp_path: Path, text: str, **environ: str) -> Config:
    path = tmp_path / "site.toml"
    path.write_text(text)
    return load(path, environ)


def test_an_empty_file_is_the_defaults(tmp_path: Path) -> None:
    assert told(tmp_path, "") == Config() == load(None, {})


def test_a_file_says_what_differs(tmp_path: Path) -> None:
    config = told(
        tmp_path,
        'stations = ["st-1"]\n[site]\nhost = "broker"\n[web]\nport = 9000\n'
        '[[serial]]\nport = "/dev/ttyACM0"\nstation = "st-2"\n',
    )
    assert config.stations == ["st-1"]
    assert (config.site.host, config.site.port) == ("broker", 1883)
    assert config.web.port == 9000
    assert (config.serial[0].port, config.serial[0].baud) == ("/dev/ttyACM0", 115_200)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("portt = 1", "portt: no such key; there are"),
        ("[web]\nprt = 1", "web.prt: no such key; there are allowed_hosts, "),
        ("[web]\nport = 70000", "web.port: wants a whole number 0..65535, got 70000"),
        ("[web]\nport = true", "web.port: wants a whole number"),
        ("[web]\nport = 1.0", "web.port: wants a whole number"),
        ('[web]\nport = "80"', "web.port: wants a whole number"),
        ("[web]\nport = -1", "web.port: wants a whole number"),
        ('[site]\nversion = "4"', "site.version: wants one of 5, 3.1.1, got '4'"),
        ('log = "xml"', "log: wants one of text, json, got 'xml'"),
        ('stations = ["ST/1"]', "stations: wants [a-z0-9-]{4,32}, got 'ST/1'"),
        ('stations = "st-1"', "stations: wants a list"),
        ("web = 1", "web: wants a table"),
        ("serial = 1", "serial: wants [[serial]] tables"),
        ("[[serial]]\nbaud = 9600", "serial[0].port: must be there"),
        ('[commands]\nupstream = ["receipt"]', "commands.upstream: wants one of set-limit"),
        ("[web", "is not TOML"),
        ("[postgres]\nenabled = true", "postgres.enabled: wants a site.host"),
        ('[postgres]\nschema = "a;b"', "postgres.schema: wants [a-z_]"),
        ('[postgres]\nsslmode = "maybe"', "postgres.sslmode: wants one of"),
        (
            '[postgres]\nenabled = true\n[site]\nhost = "a"\n[[serial]]\nport = "/dev/x"',
            "serial: a line is one agent's alone",
        ),
    ],
)
def test_a_wrong_key_or_value_is_named_with_its_file_and_what_is_allowed(
    tmp_path: Path, text: str, says: str
) -> None:
    with pytest.raises(ConfigError) as error:
        told(tmp_path, text)
    assert str(tmp_path / "site.toml") in str(error.value)
    assert says in str(error.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "none.toml", {})


def test_the_environment_goes_over_the_file(tmp_path: Path) -> None:
    config = told(
        tmp_path,
        '[site]\nhost = "one"\nport = 1\n',
        BORNE_SITE_HOST="two",
        BORNE_LOG="json",
        BORNE_LOG_LEVEL="debug",
        BORNE_STATIONS="st-1, st-2",
        BORNE_UPSTREAM_CLIENT_ID="mine",
        HOME="/nowhere",
    )
    assert (config.site.host, config.site.port) == ("two", 1)
    assert (config.log, config.log_level) == ("json", "debug")
    assert config.stations == ["st-1", "st-2"]
    assert config.upstream.client_id == "mine"


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("BORNE_WEB_PORTT", "1", "BORNE_WEB_PORTT: no such key"),
        ("BORNE_WEB", "1", "BORNE_WEB: no such key"),
        ("BORNE_WEB_PORT", "x", "BORNE_WEB_PORT: wants a whole number 0..65535"),
        ("BORNE_LOG", "loud", "BORNE_LOG: wants one of text, json"),
    ],
)
def test_a_wrong_variable_is_named(variable: str, value: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        load(None, {variable: value})


def test_the_two_connections_have_client_ids_of_their_own() -> None:
    config = load(None, {})
    assert config.site.client_id != config.upstream.client_id


def test_a_password_comes_from_its_file_without_the_line_end(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("s3cret\n")
    assert secret(str(tmp_path / "password")) == "s3cret"
    with pytest.raises(ConfigError, match="cannot be read"):
        secret(str(tmp_path / "none"))


def test_the_state_folder_follows_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/somewhere")
    assert state_dir(Config()) == Path("/somewhere/borne")
    assert state_dir(Config(state_dir="/else")) == Path("/else")


@pytest.mark.parametrize("given", ['"yes"', "1", '"true"'])
def test_a_switch_is_true_or_false_and_nothing_else(tmp_path: Path, given: str) -> None:
    text = f"[homeassistant]\nenabled = {given}"
    with pytest.raises(ConfigError, match=r"homeassistant\.enabled: wants true or false"):
        told(tmp_path, text)
    assert told(tmp_path, "[homeassistant]\nenabled = true").homeassistant.enabled is True


def test_a_switch_can_be_set_by_the_environment(tmp_path: Path) -> None:
    assert told(tmp_path, "", BORNE_HOMEASSISTANT_ENABLED="true").homeassistant.enabled is True
    assert told(tmp_path, "", BORNE_HOMEASSISTANT_ENABLED="false").homeassistant.enabled is False
    with pytest.raises(ConfigError, match="wants true or false"):
        told(tmp_path, "", BORNE_HOMEASSISTANT_ENABLED="maybe")
