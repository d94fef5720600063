"""Code words: each once, each fit for the wire, and the same in the firmware's core."""

import re

import pytest

from evse.core import faults, limits, reason, states
from protocol import codes, messages
from protocol.fields import Choice, ListOf, Record

LISTS = {
    name: words
    for name, words in vars(codes).items()
    if name.isupper() and isinstance(words, tuple) and isinstance(words[0], str)
}
FIELDS = dict(messages.Event.FIELDS)


@pytest.mark.parametrize("name", LISTS)
def test_no_word_comes_twice(name: str) -> None:
    assert len(set(LISTS[name])) == len(LISTS[name])


@pytest.mark.parametrize("name", sorted(set(LISTS) - {"STATES"}))
def test_a_word_is_small_letters_and_hyphens(name: str) -> None:
    for word in LISTS[name]:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", word), word


def test_what_an_event_is_about_fits_its_code() -> None:
    commands = [cls.KIND for cls in messages.DOWN_MESSAGES]
    for word in (*codes.FAULT_CODES, *codes.OWNERS, *commands, *codes.ANSWERS):
        assert FIELDS["code"].check("code", word) == word


def test_every_refusal_is_an_answer() -> None:
    assert codes.ANSWERS[0] == "ok"
    assert set(codes.REFUSALS) < set(codes.ANSWERS)


def test_a_remote_owner_is_an_owner() -> None:
    assert set(codes.REMOTE_OWNERS) < set(codes.OWNERS)


def test_a_chargex_number_is_two_letters_and_three_digits() -> None:
    for code, number in codes.FAULTS:
        assert re.fullmatch(r"(CX0\d\d)?", number), code


def test_every_choice_on_the_wire_is_one_of_the_lists() -> None:
    known = {*LISTS.values(), (*codes.OWNERS, "none")}

    def choices(kind: object) -> "list[tuple[str, ...]]":
        if isinstance(kind, Choice):
            return [kind.words]
        if isinstance(kind, ListOf):
            return choices(kind.kind)
        if isinstance(kind, Record):
            return [words for _, inner in kind.fields for words in choices(inner)]
        return []

    for cls in messages.UP_MESSAGES + messages.DOWN_MESSAGES:
        assert set(choices(Record(cls.FIELDS))) <= known


def test_the_core_has_the_same_words() -> None:
    assert states.NAMES == codes.STATES
    assert reason.NAMES == codes.WHYS
    assert limits.OWNER_NAMES == codes.OWNERS
    assert tuple(map(faults.code, range(faults.COUNT))) == codes.FAULT_CODES
