"""The journal and the store on the file system that the chips have."""

from pathlib import Path

from tests.needs import need
from tests.parity.run import run

SCRIPT = Path(__file__).parent / "scripts" / "littlefs.py"


def test_a_cut_at_any_block_operation_of_littlefs_loses_nothing_that_was_kept() -> None:
    need("micropython")
    said = run("unix", SCRIPT).splitlines()[
        -1
    ]  # before it: what files left open say when collected
    assert said.endswith(" cuts, all good")
    assert int(said.split()[0]) > 300
