"""What the rig's README and the example benches say is what the code has."""

from pathlib import Path

import pytest

from hil_tests.bench import BenchError
from hil_tests.rig.pins import PINS
from hil_tests.rig_bench import from_file

HERE = Path(__file__).resolve().parent
README = (HERE / "rig" / "README.md").read_text(encoding="utf-8")
REST = {"in": "input", "0": "low", "open": "let go"}


@pytest.mark.parametrize("row", PINS, ids=[row[1] for row in PINS])
def test_every_pin_stands_in_the_wiring_table(row: tuple[int, str, str, str]) -> None:
    number, name, rest, what = row
    lines = [line for line in README.splitlines() if line.startswith(f"| GP{number} |")]
    assert len(lines) == 1
    cells = [cell.strip() for cell in lines[0].strip("|").split("|")]
    assert (cells[1], cells[3], cells[4]) == (name, REST[rest], what)


def test_every_file_of_the_firmware_is_explained() -> None:
    files = {path.name for path in (HERE / "rig").glob("*.py")} - {"clock.py", "commands.py"}
    assert [name for name in sorted(files) if f"`{name}`" not in README] == []


def test_the_ladder_gives_the_levels_it_is_said_to() -> None:
    ohms = [768, 1_000, 499, 499, 1_000, 1_000, 4_020, 1_000]
    for index, pilot_mv in enumerate([12_000, 9_000, 7_500, 6_000, 3_000, 0, -12_000], 1):
        node_mv = 3_300 * sum(ohms[index:]) / sum(ohms)
        assert abs(node_mv - (1_689 + 0.1126 * pilot_mv)) < 5


@pytest.mark.parametrize("path", sorted((HERE / "benches").glob("*.toml")), ids=lambda p: p.stem)
def test_an_example_bench_is_read_up_to_its_ports(path: Path) -> None:
    with pytest.raises(BenchError, match="/dev/serial/by-id/"):
        from_file(str(path))
