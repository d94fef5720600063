"""Plants each fault of sabotages.txt in a copy of the core; the core's tests must notice.

    python tests/tools/mutants.py [file.py ...]

Prints a line a sabotage: who noticed, or SURVIVED.  Ends with 1 if any survived or no
longer fits its file.  The tests nearest to the file run first; the first failure counts.
"""

import ast
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import local
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("sabotages.txt")
CORE = "firmware/evse/core"
COPIED = ("firmware/evse", "tests/core", "tests/vectors")
COPIED_FILES = ("pyproject.toml", "tests/needs.py", "tests/conftest.py")
LIMIT_S = 300
# Run in this order after the sabotaged file's own tests, until one fails.
STAGES = ("test_pilot.py", "test_scenarios.py", "test_pilot_stateful.py", ".")


class Mutant(NamedTuple):
    file: str
    old: str
    new: str

    def plant(self, text: str) -> str:
        """The file's text with the fault; empty where it does not fit."""
        if text.count(self.old) != 1:
            return ""
        planted = text.replace(self.old, self.new)
        try:
            ast.parse(planted)
        except SyntaxError:
            return ""
        return planted

    def __str__(self) -> str:
        old, new = (
            " / ".join(line.strip() for line in text.splitlines()) for text in (self.old, self.new)
        )
        return f"{self.file:<15} {old[:48]:<48} -> {new[:40] or '(nothing)':<40}"


class Copy:
    """What the core's tests need, in a folder of its own, to plant one fault at a time in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for name in COPIED:
            shutil.copytree(
                ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        for name in COPIED_FILES:
            shutil.copy(ROOT / name, folder / name)

    def noticed_by(self, mutant: Mutant) -> str:
        """The test that noticed, "" for none."""
        path = self._folder / CORE / mutant.file
        sound = path.read_text(encoding="utf-8")
        path.write_text(mutant.plant(sound), encoding="utf-8")
        try:
            for tests in (f"test_{mutant.file}", *STAGES):
                first = self._first_failure(tests)
                if first:
                    return first
            return ""
        finally:
            path.write_text(sound, encoding="utf-8")

    def _first_failure(self, tests: str) -> str:
        command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "--no-header", "--tb=no"]
        command += ["-p", "no:cacheprovider", "--hypothesis-seed=0", f"tests/core/{tests}"]
        try:
            done = subprocess.run(
                command,
                cwd=self._folder,
                env=dict(os.environ, PYTHONPATH="firmware:."),
                capture_output=True,
                text=True,
                timeout=LIMIT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"{tests} did not end"
        if done.returncode == 0:
            return ""
        for line in done.stdout.splitlines():
            if line.startswith("FAILED"):
                return line.split("::")[-1].split(" - ")[0].strip()
        sys.exit(f"{tests} did not run:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def listed(text: str) -> list[Mutant]:
    """The sabotages of the list."""
    found: list[Mutant] = []
    file = ""
    for block in text.split("\n\n")[2:]:
        lines = block.strip("\n").splitlines()
        if lines and lines[0].startswith("["):
            file = lines[0].strip("[]")
            continue
        old = "\n".join(line[2:] for line in lines if line.startswith("- "))
        new = "\n".join(line[2:] for line in lines if line.startswith("+ "))
        found.append(Mutant(file, old, new))
    return found


def main(files: list[str]) -> int:
    mutants = [m for m in listed(LIST.read_text("utf-8")) if not files or m.file in files]
    unfit = [m for m in mutants if not m.plant((ROOT / CORE / m.file).read_text("utf-8"))]
    for mutant in unfit:
        print(f"UNFIT     {mutant}")
    if unfit or not mutants:
        return 1
    own = local()
    survived = 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as place:

        def judge(mutant: Mutant) -> tuple[Mutant, str]:
            if not hasattr(own, "copy"):
                own.copy = Copy(Path(tempfile.mkdtemp(dir=place)))
            return mutant, own.copy.noticed_by(mutant)

        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            for mutant, test in pool.map(judge, mutants):
                survived += not test
                print(f"{'noticed' if test else 'SURVIVED':<9} {mutant} {test}", flush=True)
    print(f"{len(mutants) - survived} of {len(mutants)} sabotages noticed")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
