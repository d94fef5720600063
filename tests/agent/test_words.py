"""The words of every code, in every language: complete, natural in form, and of use."""

import re
import string

import pytest

from protocol import codes, words
from protocol.messages import DOWN_MESSAGES, Hello, Receipt

KEYS = {
    "states": codes.STATES,
    "whys": codes.WHYS,
    "owners": codes.OWNERS,
    "faults": codes.FAULT_CODES,
    "stop_reasons": codes.STOP_REASONS,
    "session_phases": codes.PHASES,
    "events": codes.EVENTS,
    "commands": [message.KIND for message in DOWN_MESSAGES if message not in (Hello, Receipt)],
    "answers": codes.ANSWERS,
    "qualities": codes.METER_QUALITIES,
    "rcds": codes.RCDS,
    "resets": codes.RESETS,
}

# What a remedy may begin with: an order, in that language.
ORDERS = {
    "en": "Unplug Switch Take Check Inspect Measure Wait Let Push Find Close Note Enter "
    "Disconnect Restart Replace",
    "fr": "Débranchez Coupez Mettez Vérifiez Examinez Mesurez Attendez Laissez Enfoncez Cherchez "
    "Fermez Notez Saisissez Déconnectez Redémarrez Remplacez",
    "ar": "افصل اقطع أخرج افحص قِس انتظر اتركها أدخل اعرف أغلق سجّل انزع أعد استبدل",
}

languages = pytest.mark.parametrize("language", words.LANGUAGES)


def sentences(table: dict[str, str | tuple[str, str]]) -> list[str]:
    found: list[str] = []
    for value in table.values():
        found.extend([value] if isinstance(value, str) else value)
    return found


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@languages
@pytest.mark.parametrize("table", KEYS)
def test_every_code_has_its_words_and_no_word_lacks_a_code(language: str, table: str) -> None:
    assert set(words.tables(language)[table]) == set(KEYS[table])


@languages
def test_no_words_are_empty_or_said_twice_in_one_table(language: str) -> None:
    for name, table in words.tables(language).items():
        said = sentences(table)
        assert all(sentence.strip() for sentence in said), name
        if name != "phrases":  # pieces to join, such as a comma
            assert all(sentence == sentence.strip() for sentence in said), name
        assert len(set(said)) == len(said), name


@languages
def test_a_fault_is_one_sentence_and_its_remedy_begins_with_an_order(language: str) -> None:
    for code, (sentence, remedy) in words.tables(language)["faults"].items():
        assert sentence.endswith("."), code
        assert remedy.endswith("."), code
        assert re.split(r"[\s,،-]", remedy)[0] in ORDERS[language].split(), (code, remedy)
        assert len(sentence) < 110, code
        assert len(remedy) < 260, code


@languages
def test_a_welded_contactor_sends_a_person_to_switch_off_the_supply(language: str) -> None:
    _, remedy = words.tables(language)["faults"]["contactor-welded"]
    switch_off, no_software = {
        "en": ("Switch off", "no software"),
        "fr": ("Coupez", "aucun logiciel"),
        "ar": ("اقطع تغذية", "لا يستطيع أي برنامج"),
    }[language]
    assert remedy.startswith(switch_off)
    assert no_software in remedy


@languages
def test_the_protection_of_people_and_cable_is_said_to_be_hardware(language: str) -> None:
    faults = words.tables(language)["faults"]
    for code, said in (
        ("rcd-trip", {"en": "alone protects", "fr": "Lui seul protège", "ar": "هو وحده يحمي"}),
        ("over-current", {"en": "breaker alone", "fr": "Seul le disjoncteur", "ar": "وحده يحمي"}),
    ):
        assert said[language] in faults[code][1]


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_translation_fills_the_same_places_as_english(language: str) -> None:
    english = words.tables("en")["phrases"]
    translated = words.tables(language)["phrases"]
    assert set(translated) == set(english)
    for name, sentence in english.items():
        assert places(translated[name]) == places(sentence), name


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_translation_is_not_the_english_left_in_place(language: str) -> None:
    for name, table in words.tables("en").items():
        for code, english in table.items():
            if name == "phrases" and len(str(english)) < 13:
                continue  # punctuation and units
            assert words.tables(language)[name][code] != english, (name, code)


def test_arabic_is_written_in_arabic() -> None:
    for name, table in words.tables("ar").items():
        for sentence in sentences(table):
            plain = re.sub(r"\{\w+\}", "", sentence)
            letters = [char for char in plain if char.isalpha()]
            arabic = [char for char in letters if "\u0600" <= char <= "\u06ff"]
            assert len(arabic) * 2 > len(letters) or len(letters) <= 3, (name, sentence)


@languages
def test_words_hold_nothing_a_terminal_or_a_page_could_obey(language: str) -> None:
    for table in words.tables(language).values():
        for sentence in sentences(table):
            assert not re.search(r"[<>&\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", sentence)


def test_an_unknown_language_gets_english() -> None:
    assert words.tables("xx") == words.tables("en")
