"""What was found, for keeping: JSON with a SHA-256 over itself, and a page to print.

The sum is over the record without its field sha256, as JSON with sorted keys and no blanks.  It
shows a change by accident or by hand; it is no signature, for nobody's key is in it.
"""

import hashlib
import html
import json
import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import words
from .limits import FAIL, SKIP
from .walk import Result

FOLDER = "commissioning"
NEEDED = frozenset({"not-measured", "no-part"})  # what a whole record has none of
STYLE = (
    "body{font:15px/1.4 sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#1a2733}"
    "table{border-collapse:collapse;width:100%;margin:1em 0}"
    "td,th{border:1px solid #b8c4ce;padding:.35em .6em;text-align:start}"
    ".PASS{color:#1c6b46}.FAIL{color:#a3161f;font-weight:700}.SKIP,.INCOMPLETE{color:#8a5a00}"
    "code{overflow-wrap:anywhere}"
)


def verdict(results: list[Result]) -> str:
    """FAIL, INCOMPLETE when something was left out that must not be, else PASS."""
    if any(result.verdict == FAIL for result in results):
        return FAIL
    left = any(result.verdict == SKIP and result.note in NEEDED for result in results)
    return "INCOMPLETE" if left else "PASS"


def make(told: dict[str, str], results: list[Result], now: datetime) -> dict[str, Any]:
    """told: station, firmware, rig, operator, language."""
    record: dict[str, Any] = {
        "record": "borne-commissioning",
        "version": 1,
        **told,
        "date": now.astimezone(UTC).isoformat(timespec="seconds"),
        "verdict": verdict(results),
        "results": [asdict(result) for result in results],
    }
    record["sha256"] = digest(record)
    return record


def digest(record: dict[str, Any]) -> str:
    rest = {name: value for name, value in record.items() if name != "sha256"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def intact(record: dict[str, Any]) -> bool:
    """Whether nothing was changed since it was made."""
    return bool(record.get("sha256") == digest(record))


def page(record: dict[str, Any]) -> str:
    """The record as one HTML page."""
    language = record["language"]
    phrases, steps = words.PHRASES[language], words.STEPS[language]
    heads = [(name, record[name]) for name in ("station", "firmware", "rig", "date", "operator")]
    facts = "".join(f"<tr><th>{phrases[name]}<td>{html.escape(text)}" for name, text in heads)
    rows = ""
    for row in record["results"]:
        limit = row["limit"] or {"unit": "", "least": None, "most": None}
        name = steps.get(row["step"], row["step"])
        note = words.NOTES[language].get(row["note"], row["note"])
        cells = (
            " ".join(filter(None, (name, row["detail"]))),
            words.measured(row["value"], limit["unit"]) or note,
            words.bounds(limit["least"], limit["most"], limit["unit"]),
        )
        rows += "<tr>" + "".join(f"<td>{html.escape(cell)}" for cell in cells)
        rows += f"<td class={row['verdict']}>{phrases[row['verdict']]}"
    columns = "".join(f"<th>{phrases[name]}" for name in ("step", "measured", "limit", "verdict"))
    way = "rtl" if language == "ar" else "ltr"
    title = f"{phrases['title']}: {html.escape(record['station'])}"
    whole = record["verdict"]
    return (
        f'<!doctype html><html lang="{language}" dir="{way}"><meta charset="utf-8">'
        f"<title>{title}</title><style>{STYLE}</style><h1>{title}</h1>"
        f"<table>{facts}</table><p class={whole}>{phrases['verdict']}: {phrases[whole]}</p>"
        f"<table><tr>{columns}{rows}</table><p>{phrases['beyond']}</p>"
        f"<p><code>SHA-256 {record['sha256']}</code></p></html>\n"
    )


def keep(record: dict[str, Any], state: Path) -> Path:
    """Into the station's folder under the agent's state; the JSON's path.  OSError."""
    folder = state / FOLDER / str(record["station"])
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = str(record["date"]).replace(":", "").replace("+0000", "Z")
    path = folder / f"{name}.json"
    write(path, json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    write(path.with_suffix(".html"), page(record))
    return path


def write(path: Path, text: str) -> None:
    """Whole or not at all."""
    draft = path.with_name(path.name + ".new")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
