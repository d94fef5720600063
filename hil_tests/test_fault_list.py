"""The fault list of the README names tests that there are, and every fault."""

import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


def rows() -> "dict[int, str]":
    found = re.findall(r"^\| F(\d\d) \|(.*)\|$", (HERE / "README.md").read_text(), re.MULTILINE)
    return {int(number): row for number, row in found}


def test_every_fault_has_a_test_or_a_reason() -> None:
    listed = rows()
    assert sorted(listed) == list(range(1, 61))
    assert [number for number, row in listed.items() if len(row.split("|")[1].strip()) < 20] == []


def test_every_test_and_file_of_the_list_exists() -> None:
    sources = "".join(path.read_text() for path in HERE.glob("test_*.py"))
    named = set(re.findall(r"`([\w/.]+)`", "".join(rows().values())))
    tests = {name for name in named if name.startswith("test_") and not name.endswith(".py")}
    assert {name for name in tests if f"def {name}(" not in sources} == set()
    files = {name for name in named - tests if name.endswith(".py")}
    assert {
        name for name in files if not ((ROOT / name).exists() or (HERE / name).exists())
    } == set()
