"""What is wrong with a set-up, tried out and not guessed: `borne doctor`.

host.py looks at this machine, database.py at PostgreSQL, brokers.py talks to the brokers as the
agent, as a station and as nobody; probe.py is one such visitor.
"""

from dataclasses import dataclass

PASS, FAIL, SKIP = "PASS", "FAIL", "SKIP"


@dataclass(frozen=True, slots=True)
class Finding:
    """verdict: PASS, FAIL or SKIP.  remedy: what to do, where there is something."""

    what: str
    verdict: str
    detail: str = ""
    remedy: str = ""


def passed(what: str, detail: str = "") -> Finding:
    return Finding(what, PASS, detail)


def failed(what: str, detail: str, remedy: str) -> Finding:
    return Finding(what, FAIL, detail, remedy)


def skipped(what: str, detail: str) -> Finding:
    return Finding(what, SKIP, detail)
