"""The rules of the house that can be checked: who may import whom, and what a file may hold."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from tests.needs import ROOT, need

# What MicroPython has of the standard library on every port we run on.
BOARD_STDLIB = {
    "array",
    "binascii",
    "collections",
    "errno",
    "gc",
    "hashlib",
    "io",
    "json",
    "micropython",
    "os",
    "random",
    "math",
    "select",
    "socket",
    "ssl",
    "struct",
    "sys",
    "time",
    "tls",
}
CHIP = {"machine", "network", "rp2", "esp32", "uctypes", "vfs"}
TOP_LEVEL = {
    ".ci",
    ".gitignore",
    "CHANGELOG.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "agent",
    "firmware",
    "hil_tests",
    "protocol",
    "pyproject.toml",
    "tests",
}
MOST_LINES = 300


HOST_ONLY = (
    "protocol/docs.py",
    "protocol/asyncapi.py",
    "firmware/flash.py",
)  # beside the rest, run on a computer

# The longest prefix that fits a path -> the only things the file may import.
MAY_IMPORT = {
    "hil_tests/rig/": {"hil_tests.rig"} | BOARD_STDLIB | CHIP,
    "protocol/": {"protocol", "json", "binascii"},
    "protocol/card.py": {"protocol", "binascii", "hashlib"},
    "firmware/": {"boards", "board", "evse", "protocol"} | BOARD_STDLIB,
    "firmware/boot.py": {"board", "evse"} | BOARD_STDLIB | CHIP,
    "firmware/boards/": {"boards", "evse", "protocol"} | BOARD_STDLIB | CHIP,
    "firmware/boards/virtual/": {"boards", "evse", "protocol", "tty"} | BOARD_STDLIB,
    "firmware/evse/core/": {"evse.core"},
    "firmware/evse/drivers/": {"evse.core", "evse.drivers", "array", "struct"},
    "firmware/evse/drivers/flash_store.py": {"evse.core", "binascii", "os"},
    "firmware/evse/drivers/journal.py": {"evse.core", "binascii"},
    "firmware/evse/link/": {"evse.core", "evse.link", "protocol"} | BOARD_STDLIB,
    "firmware/evse/app/": {"evse.core", "evse.link", "evse.app", "evse.VERSION", "protocol"}
    | BOARD_STDLIB - {"socket", "select", "ssl", "tls"},
}

# prefix of the path -> what none of its files may import
FORBIDDEN = {
    "agent/": {"evse", "boards", "board", "machine", "tests"},
    "protocol/": {"evse", "boards", "board", "machine", "agent", "tests"},
    "firmware/": {"agent", "tests"},
    "hil_tests/": {"tests"},
}


def may_import(path: str) -> set[str] | None:
    """The only things a file may import, as prefixes; None where only FORBIDDEN rules."""
    fitting = [prefix for prefix in MAY_IMPORT if path.startswith(prefix)]
    return MAY_IMPORT[max(fitting, key=len)] if fitting and path not in HOST_ONLY else None


def imports(tree: ast.Module, path: str) -> set[str]:
    """What a file imports when it runs, in full names; not what only type checkers import."""
    package = Path(path.removeprefix("firmware/")).with_suffix("").parts[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            node.body = []
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            module = ".".join(base + ([node.module] if node.module else []))
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return found


def under(name: str, prefixes: set[str]) -> bool:
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


def python_files(*folders: str) -> list[str]:
    return [
        str(path.relative_to(ROOT))
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
    ]


def tree_of(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), path)


def tracked() -> list[str]:
    listed = subprocess.run(
        [need("git"), "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    )
    return [name for name in listed.stdout.decode().split("\0") if (ROOT / name).is_file()]


OURS = python_files("firmware", "protocol", "agent", "hil_tests")
BOARD = [
    path for path in python_files("firmware", "protocol", "hil_tests/rig") if path not in HOST_ONLY
]


@pytest.mark.parametrize("path", OURS)
def test_imports_stay_inside_the_layer(path: str) -> None:
    names = imports(tree_of(path), path)
    allowed = may_import(path)
    if allowed is not None:
        assert {name for name in names if not under(name, allowed)} == set()
    for prefix, forbidden in FORBIDDEN.items():
        if path.startswith(prefix):
            assert {name for name in names if under(name, forbidden)} == set()


@pytest.mark.parametrize(
    ("line", "path", "name"),
    [
        ("from . import units", "firmware/evse/core/pilot.py", "evse.core.units"),
        ("from .units import elapsed_ms", "firmware/evse/core/a.py", "evse.core.units.elapsed_ms"),
        ("from ..app import run", "firmware/evse/core/pilot.py", "evse.app.run"),
        ("import machine", "firmware/evse/core/pilot.py", "machine"),
        ("from .fields import Field", "protocol/messages.py", "protocol.fields.Field"),
        ("from evse import core", "firmware/evse/app/run.py", "evse.core"),
    ],
)
def test_an_import_is_read_as_the_module_it_names(line: str, path: str, name: str) -> None:
    assert imports(ast.parse(line), path) == {name}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("machine", "firmware/evse/core/pilot.py"),
        ("machine", "firmware/evse/drivers/contactor.py"),
        ("machine", "firmware/evse/app/run.py"),
        ("machine", "firmware/boards/virtual/pin.py"),
        ("machine", "firmware/main.py"),
        ("time", "firmware/evse/core/pilot.py"),
        ("evse.app", "firmware/evse/core/pilot.py"),
        ("boards.virtual", "firmware/evse/app/run.py"),
        ("evse.drivers", "firmware/evse/app/run.py"),
        ("evse.app.run", "firmware/evse/link/line.py"),
        ("evse.core.units", "protocol/messages.py"),
        ("typing", "protocol/messages.py"),
    ],
)
def test_the_layer_rule_refuses_what_it_is_there_to_refuse(name: str, path: str) -> None:
    allowed = may_import(path)
    assert allowed is not None
    assert not under(name, allowed)


@pytest.mark.parametrize("path", OURS)
def test_a_file_is_short_enough_to_read_in_one_sitting(path: str) -> None:
    assert len((ROOT / path).read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", [p for p in BOARD if p.startswith("firmware/evse/core/")])
def test_the_core_counts_in_whole_numbers_and_waits_for_nothing(path: str) -> None:
    found = []
    for node in ast.walk(tree_of(path)):
        division = isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)
        number = isinstance(node, ast.Constant) and isinstance(node.value, float | complex)
        convert = isinstance(node, ast.Name) and node.id == "float"
        wait = isinstance(
            node, ast.Await | ast.AsyncFunctionDef | ast.AsyncFor | ast.AsyncWith | ast.Yield
        )
        if division or number or convert or wait:
            found.append(f"{path}:{node.lineno}: {ast.unparse(node)[:60]}")
    assert found == []


# Python that CPython runs and MicroPython does not, and that its compiler lets through.
ABSENT_NAMES = {"removeprefix", "removesuffix", "casefold", "fromisoformat", "perf_counter"}


@pytest.mark.parametrize("path", BOARD)
def test_board_code_keeps_to_what_micropython_has(path: str) -> None:
    found = []
    for node in ast.walk(tree_of(path)):
        name = isinstance(node, ast.Attribute) and node.attr in ABSENT_NAMES
        strict = (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "zip"
            and bool(node.keywords)
        )
        metaclass = isinstance(node, ast.ClassDef) and bool(node.keywords)
        match = isinstance(node, ast.Match)
        if name or strict or metaclass or match:
            found.append(f"{path}:{node.lineno}: {ast.unparse(node).splitlines()[0][:60]}")
    assert found == []


def test_nothing_new_stands_at_the_top_level() -> None:
    assert {name.split("/")[0] for name in tracked()} <= TOP_LEVEL


def test_no_file_names_a_machine_it_was_written_on() -> None:
    folders = "|".join(("tmp", "root", "home", "work", "Users"))
    hosts = "|".join(("pythonhosted", r"pypi\.org", r"registry\.npmjs", r"deb\.debian"))
    pattern = re.compile(rf"(?<![\w.<>$}}/-])/({folders})/|{hosts}")
    found = []
    for name in tracked():
        data = (ROOT / name).read_bytes()
        if b"\0" in data or name == "tests/test_layers.py":
            continue
        for number, line in enumerate(data.decode("utf-8").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{name}:{number}: {line.strip()[:80]}")
    assert found == []


def test_every_text_file_ends_its_last_line_and_only_its_last() -> None:
    found = []
    for name in tracked():
        data = (ROOT / name).read_bytes()
        if not data or b"\0" in data or name.endswith((".svg", ".min.js")):
            continue
        if b"\r\n" in data or not data.endswith(b"\n") or data.endswith(b"\n\n"):
            found.append(name)
    assert found == []
