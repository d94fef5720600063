"""Scores the core's tests: mutmut makes the mutants, the tests nearest to each must notice.

    python tests/tools/score.py [--most N] [file.py ...]

mutmut knows what to change; each changed file is tried in a process forked from one that has
pytest loaded, which is what makes some thousands of them bearable.  --most: so many of each file,
chosen by a fixed seed; 0 for all.  Prints every survivor as a line, then a table for
firmware/evse/core/README.md.  Ends with 1 where under 90 % of all were noticed.
"""

import argparse
import os
import random
import re
import resource
import signal
import sys
from collections.abc import Iterator
from difflib import unified_diff
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import hypothesis
import libcst
import pytest
from libcst.metadata import MetadataWrapper
from mutmut.mutation.file_mutation import create_mutations

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "firmware/evse/core"
TESTS = ROOT / "tests/core"
LIMIT_S = 120  # of processor time; a test that needs more never ends
GOOD_PERCENT = 90
# What the machine's parts are tried with after their own tests; the others know no machine.
WHOLE = ("test_pilot.py", "test_scenarios.py")
LESS = ["-k", "not wrap and not walk"]  # of the scenarios: a survivor costs all of them
ALONE = ("energy", "lock_motor", "rcd", "sharing", "session", "units")
QUICK = ["-x", "-q", "--no-header", "--tb=no", "-p", "no:cacheprovider", "--hypothesis-seed=0"]
QUICK += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # of plugins that are loaded already


class Mutant(NamedTuple):
    """source: of the whole file.  change: the lines that differ, as one."""

    module: str
    source: str
    change: str


class Planted(MetaPathFinder, Loader):
    """Imports the mutant in the place of its file."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(self, name: str, _path: object, _target: object = None) -> ModuleSpec | None:
        if name == f"evse.core.{self._mutant.module}":
            return ModuleSpec(name, self)
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._mutant.source, f"{self._mutant.module}.py", "exec"), vars(module))


def mutants(path: Path) -> Iterator[Mutant]:
    """Every mutant of mutmut's of one file, of module level too; not of words nor of types."""
    source = path.read_text(encoding="utf-8")
    tree, found, _, _ = create_mutations(str(path), source)
    wrapper: libcst.Module = MetadataWrapper(tree, unsafe_skip_copy=True).module
    seen = {source}
    for one in found:
        if isinstance(one.original_node, libcst.SimpleString) or puts_none(one.mutated_node):
            continue
        changed: Any = wrapper.deep_replace(one.original_node, one.mutated_node)
        if changed.code in seen:
            continue
        seen.add(changed.code)
        yield Mutant(path.stem, changed.code, difference(source, changed.code))


def puts_none(node: libcst.CSTNode) -> bool:
    """Whether it puts None where a number belongs: mypy is strict in the core and refuses it."""
    if isinstance(node, libcst.Assign | libcst.AnnAssign):
        return isinstance(node.value, libcst.Name) and node.value.value == "None"
    if isinstance(node, libcst.Call):
        values = [argument.value for argument in node.args]
        return any(isinstance(value, libcst.Name) and value.value == "None" for value in values)
    return False


def difference(old: str, new: str) -> str:
    lines = unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm="")
    words = [
        line[0] + " " + line[1:].strip() for line in lines if not re.match(r"---|\+\+\+|@@", line)
    ]
    return "  ".join(words)


def noticed(mutant: Mutant, alone: bool = False) -> bool:
    """Whether a test fails, in a process of its own.  alone: only the module's own are asked."""
    child = os.fork()
    if child == 0:
        os._exit(0 if _survives(mutant, alone) else 1)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGABRT:
        sys.exit(f"{mutant.module}: pytest does not understand what it is asked")
    return status != 0  # a signal too: of a time-out


def _survives(mutant: Mutant, alone: bool) -> bool:
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_S, LIMIT_S))
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    sys.meta_path.insert(0, Planted(mutant))
    stages = [f"test_{mutant.module}.py"]
    if mutant.module not in ALONE and not alone:
        stages += [name for name in WHOLE if name not in stages]
    for name in stages:
        if (TESTS / name).exists():
            less = LESS if name == "test_scenarios.py" else []
            ended = pytest.main([*QUICK, *less, str(TESTS / name)])
            if ended in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED):
                os.abort()
            if ended != pytest.ExitCode.OK:
                return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="*")
    parser.add_argument("--most", type=int, default=0)
    chosen = parser.parse_args()
    os.chdir(ROOT)
    sys.dont_write_bytecode = True
    sys.path[:0] = [str(ROOT / "firmware"), str(ROOT)]
    hypothesis.settings.register_profile("score", derandomize=True, database=None, max_examples=50)
    hypothesis.settings.load_profile("score")
    rows = []
    for path in sorted(CORE.glob("*.py")):
        if chosen.files and path.name not in chosen.files:
            continue
        every = list(mutants(path))
        if noticed(Mutant(path.stem, path.read_text(encoding="utf-8"), ""), alone=True):
            sys.exit(f"{path.name}: its tests fail as it is")
        tried = every
        if 0 < chosen.most < len(every):
            tried = random.Random(path.name).sample(every, chosen.most)
        survivors = [mutant for mutant in tried if not noticed(mutant)]
        for mutant in survivors:
            print(f"SURVIVED  {path.name}: {mutant.change}", flush=True)
        if tried:
            percent = 100 * (len(tried) - len(survivors)) // len(tried)
            rows.append((path.name, len(every), len(tried), len(survivors), percent))
            print(rows[-1], flush=True)
    print("\n| file | mutants | tried | survived | noticed |\n|---|--:|--:|--:|--:|")
    for name, made, tried_n, survived, percent in rows:
        print(f"| `{name}` | {made} | {tried_n} | {survived} | {percent} % |")
    tried_n, survived = sum(row[2] for row in rows), sum(row[3] for row in rows)
    print(f"{tried_n - survived} of {tried_n} mutants noticed")
    return 0 if survived * 100 <= tried_n * (100 - GOOD_PERCENT) else 1


if __name__ == "__main__":
    sys.exit(main())
