"""The page's files by themselves: words complete, nothing from elsewhere, readable colours."""

import json
import re
from pathlib import Path

import pytest

from evse.core import faults
from protocol import codes
from protocol.message import Message
from protocol.messages import Birth, Condition, Event, Health, Meter, Session, State
from tests.web import fleet

STATIC = Path(__file__).resolve().parents[2] / "agent" / "web" / "static"
SCRIPTS = sorted(path for path in STATIC.glob("*.js"))
STYLES = sorted(STATIC.glob("*.css"))
LANGUAGES = ("en", "fr", "ar")
# What the agent answers or reports in its own words: keys made from a code at run time.
MADE = """
tile-fault tile-silent tile-limited tile-waiting tile-charging tile-free
about-fault about-silent about-limited about-waiting about-charging about-free
by-timeout by-offline by-suspended by-not-allowed by-unknown-station
answer-ok answer-no answer-timeout answer-token answer-lost answer-agent
group-need group-use group-free group-all sort-need sort-name sort-power sort-wear
scheme-auto scheme-light scheme-dark fresh-unheard stale-unheard offline-unheard
fresh stale offline live connecting lost mqtt serial clock-agent clock-none
boot-went-back two-connections records-full disk-full disk-error
"""


def page_words(language: str) -> dict[str, str]:
    source = (STATIC / "words" / f"{language}.js").read_text(encoding="utf-8")
    found = re.findall(r'^  "?([\w-]+)"?:\s*"((?:[^"\\]|\\.)*)",$', source, re.MULTILINE)
    assert len(found) == len(re.findall(r'^  "?[\w-]+"?:', source, re.MULTILINE))
    return dict(found)


def places(sentence: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", sentence))


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_the_page_says_the_same_things_in_every_language(language: str) -> None:
    english, other = page_words("en"), page_words(language)
    assert list(other) == list(english)
    for key, sentence in english.items():
        assert other[key].strip() or key == "colon", key
        assert places(other[key]) == places(sentence), key


def test_every_key_the_page_asks_for_has_words_and_every_word_is_asked_for() -> None:
    known = set(page_words("en"))
    quoted = set(MADE.split())
    for path in [*SCRIPTS, STATIC / "index.html"]:
        source = path.read_text(encoding="utf-8")
        quoted |= set(re.findall(r'"([a-z][a-z-]*)"', source))
        asked = re.findall(r'\b(?:t|say|tell|tally)\(\s*"([a-z-]+)"', source)
        asked += re.findall(r'data-(?:t|label)="([a-z-]+)"', source)
        assert set(asked) <= known, path.name
    assert set(MADE.split()) <= known
    assert known - quoted == set()


def test_nothing_comes_from_elsewhere_and_no_text_is_ever_parsed_as_markup() -> None:
    for path in [*SCRIPTS, *STYLES, STATIC / "index.html"]:
        source = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|//cdn|@import|url\(", source), path.name
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|Function\(",
            source,
        ), path.name


def test_the_page_runs_under_a_policy_without_inline_script_or_style() -> None:
    html = (STATIC / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|<style|\son\w+=", html)
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)


def test_the_layout_mirrors_itself_because_no_property_names_a_side() -> None:
    sided = re.compile(r"(?:margin|padding|border|inset)-(?:left|right)|align:\s*(?:left|right)")
    for path in STYLES:
        source = re.sub(r"env\(.*?\)", "", path.read_text(encoding="utf-8"))
        assert not sided.search(source), path.name
        assert not re.search(r"^\s+(?:left|right|float):", source, re.MULTILINE), path.name


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(scheme: int) -> None:
    source = (STATIC / "base.css").read_text(encoding="utf-8")
    found = re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", source)
    colours = {name: pair[scheme] for name, *pair in found}
    pairs = [(text, back) for text in ("ink", "dim") for back in ("paper", "surface", "raised")]
    for tone in ("fault", "silent", "limited", "waiting", "charging", "free"):
        pairs += [(tone, "surface"), (tone, f"{tone}-tint"), ("ink", f"{tone}-tint")]
    pairs += [("on-brand", "brand"), ("brand", "surface"), ("surface", "fault")]
    pairs += [("dim", "fault-tint")]
    for text, back in pairs:
        assert contrast(colours[text], colours[back]) >= 4.5, (text, back)


def fields_of(message: type[Message], values: dict[str, object]) -> None:
    """Raises where values lack a field of that message, or hold an unfit one."""
    message(**{name: values[name] for name, _ in message.FIELDS})


def test_the_canned_fleet_speaks_the_protocol() -> None:
    for one in fleet.fleet():
        fields_of(Birth, one["birth"])
        fields_of(Health, one["health"])
        for said in one["connectors"]:
            fields_of(State, said["state"])
            fields_of(Meter, said["meter"])
            fields_of(Condition, said["condition"])
            if said["session"] is not None:
                fields_of(Session, said["session"])
        for event in one["events"]:
            fields_of(Event, {"prev": 0} | event)
    for refusal in fleet.counters()["last_refusals"]:
        assert refusal["reason"] in codes.REFUSALS


def test_the_page_knows_which_faults_stop_nothing() -> None:
    source = (STATIC / "picture.js").read_text(encoding="utf-8")
    told = re.search(r"WARNINGS = (\[[^\]]*\])", source)
    assert told is not None
    warning = [rule[0] for rule in faults.RULES if rule[2] == faults.WARNS]
    assert sorted(json.loads(told[1])) == sorted(warning)
