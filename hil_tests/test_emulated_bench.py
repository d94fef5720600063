"""The emulated bench where it cannot be had."""

from pathlib import Path

from hil_tests.emulator.bench import missing


def test_without_an_image_it_says_where_users_get_one() -> None:
    assert "micropython.org" in str(missing(""))


def test_an_image_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = str(tmp_path / "rp2.uf2")
    assert str(missing(path)).startswith(f"{path}: no such file")
