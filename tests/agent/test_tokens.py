"""Tokens: kept as hashes, told once, worthless at once when removed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.cli import app
from agent.tokens import ROLES, Holder, TokenError, Tokens


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tokens.json"


def test_without_making_one_nobody_has_a_token(path: Path) -> None:
    tokens = Tokens(path)
    for guess in ("", "admin", "operator", "changeme", "0" * 64):
        assert tokens.find(guess) is None


@pytest.mark.parametrize("role", ROLES)
def test_a_token_is_found_with_its_name_and_role(path: Path, role: str) -> None:
    tokens = Tokens(path)
    found = tokens.find(tokens.add("desk", role))
    assert found is not None
    assert (found.name, found.role) == ("desk", role)


def test_only_a_hash_is_kept_in_a_private_file(path: Path) -> None:
    token = Tokens(path).add("desk", "operator")
    assert token not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(token) >= 43


def test_a_hash_is_no_token(path: Path) -> None:
    tokens = Tokens(path)
    tokens.add("desk", "admin")
    (digest,) = json.loads(path.read_text())
    assert tokens.find(digest) is None


def test_what_another_process_adds_or_removes_counts_at_once(path: Path) -> None:
    running, typed = Tokens(path), Tokens(path)
    token = typed.add("desk", "viewer")
    assert running.find(token) is not None
    typed.remove("desk")
    assert running.find(token) is None


def test_a_role_may_what_the_lesser_ones_may() -> None:
    may = {role: [Holder("x", role, 0).may(wanted) for wanted in ROLES] for role in ROLES}
    assert may == {
        "viewer": [True, False, False],
        "operator": [True, True, False],
        "admin": [True, True, True],
    }


def test_the_token_of_this_machines_own_user_is_an_admin(path: Path) -> None:
    tokens = Tokens(path, "secret-of-the-state-folder")
    found = tokens.find("secret-of-the-state-folder")
    assert found is not None and found.may("admin") and found.name == "local"
    assert tokens.all() == []


@pytest.mark.parametrize("name", ["", "A", "a b", "../x", "x" * 33, "cli", "page", "local", "é"])
def test_a_name_that_could_be_taken_for_another_is_refused(path: Path, name: str) -> None:
    with pytest.raises(TokenError):
        Tokens(path).add(name, "viewer")


def test_a_name_has_one_token_and_a_role_that_exists(path: Path) -> None:
    tokens = Tokens(path)
    tokens.add("desk", "viewer")
    with pytest.raises(TokenError, match="remove it first"):
        tokens.add("desk", "admin")
    with pytest.raises(TokenError, match="viewer, operator, admin"):
        tokens.add("other", "root")
    with pytest.raises(TokenError, match="has no token"):
        tokens.remove("nobody")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"x": 1}', '{"x": {"name": "y"}}'])
def test_a_file_that_cannot_be_read_lets_nobody_in(path: Path, text: str) -> None:
    tokens = Tokens(path)
    token = tokens.add("desk", "admin")
    path.write_text(text)
    assert tokens.find(token) is None


def test_a_token_is_made_listed_and_removed_by_command(tmp_path: Path) -> None:
    def borne(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["token", *words, "--state", str(tmp_path)])
        return done.exit_code, done.stdout

    code, said = borne("add", "desk", "--role", "operator")
    token = said.strip().splitlines()[-1]
    assert code == 0
    found = Tokens(tmp_path / "tokens.json").find(token)
    assert found is not None and found.role == "operator"
    assert "desk" in borne("list")[1] and token not in borne("list")[1]
    assert borne("add", "desk", "--role", "viewer")[0] == 2
    assert borne("remove", "desk")[0] == 0
    assert borne("remove", "desk")[0] == 2
