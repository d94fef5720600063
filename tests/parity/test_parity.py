"""Every parity script prints on MicroPython what it prints on CPython."""

from functools import cache
from pathlib import Path

import pytest

from tests.needs import absent
from tests.parity.run import SCRIPTS, board_files, compiled, difference, missing, run


@cache
def expected(script: Path) -> str:
    return run("cpython", script)


@pytest.mark.parametrize("interpreter", ["wasm", "unix"])
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_script_prints_the_same_as_on_cpython(script: Path, interpreter: str) -> None:
    package = missing(interpreter)
    if package:
        absent(package)
    assert difference(script, interpreter, expected(script), run(interpreter, script)) == ""


def test_mpy_cross_compiles_every_file_a_board_may_carry() -> None:
    assert [text for text in map(compiled, board_files()) if text] == []
