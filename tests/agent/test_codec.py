"""msgspec and the protocol give the same verdict, and the agent speaks with the protocol's."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent import codec
from protocol.fields import MessageError
from protocol.message import MAX_PAYLOAD, Message
from tests.protocol.samples import (
    MESSAGES,
    compact,
    limits,
    messages,
    payload,
    payload_without,
    places,
    spelt,
    unfit,
    values,
)

CODECS = {**codec.UP, **codec.DOWN}
PLACES = [(cls, path, kind) for cls in MESSAGES for path, kind in places(cls.FIELDS)]
IDS = [f"{cls.KIND}-{spelt(path)}" for cls, path, _ in PLACES]


def verdict_of_protocol(cls: type[Message], said: bytes) -> object:
    try:
        message = cls.decode(said)
    except MessageError as error:
        return error.code, error.field
    return {name: getattr(message, name) for name, _ in cls.FIELDS}


def verdict_of_agent(cls: type[Message], said: bytes) -> object:
    try:
        found = CODECS[cls.KIND].decode(said)
    except MessageError as error:
        return error.code, error.field
    return codec.plain_fields(found)


def test_every_message_has_a_codec() -> None:
    assert set(CODECS) == {cls.KIND for cls in MESSAGES}


@given(messages())
def test_what_a_board_can_say_is_read_as_it_was_meant(message: Message) -> None:
    said = message.encode()
    assert verdict_of_agent(type(message), said) == verdict_of_protocol(type(message), said)


@pytest.mark.parametrize(("cls", "path", "kind"), PLACES, ids=IDS)
def test_a_field_beyond_its_bounds_is_refused_by_name(cls, path, kind) -> None:
    for text in unfit(kind):
        said = payload(cls, path, text)
        if len(said) <= MAX_PAYLOAD:
            assert verdict_of_agent(cls, said) == verdict_of_protocol(cls, said), text
            assert isinstance(verdict_of_agent(cls, said), tuple), text


@pytest.mark.parametrize(("cls", "path", "kind"), PLACES, ids=IDS)
def test_a_field_at_its_bounds_is_taken(cls, path, kind) -> None:
    for value in limits(kind):
        said = payload(cls, path, compact(value))
        assert verdict_of_agent(cls, said) == verdict_of_protocol(cls, said)


@pytest.mark.parametrize(("cls", "path", "kind"), PLACES, ids=IDS)
def test_a_missing_field_is_named(cls, path, kind) -> None:
    if not isinstance(path[-1], int):
        assert verdict_of_agent(cls, payload_without(cls, path)) == ("missing-field", spelt(path))


@settings(max_examples=500)
@given(
    st.sampled_from(MESSAGES),
    st.integers(0, 400),
    st.integers(0, 60),
    st.binary(max_size=4) | st.sampled_from([b"NaN", b"1e999", b'"x":1,', b"\xff", b"[", b"-0"]),
)
@example(MESSAGES[0], 1, 0, b'"seq":"x",')
def test_damaged_bytes_get_the_protocols_verdict(cls, at, gone, put) -> None:
    said = compact(values(cls)).encode()
    damaged = said[:at] + put + said[at + gone :]
    assert verdict_of_agent(cls, damaged) == verdict_of_protocol(cls, damaged)


@pytest.mark.parametrize("cls", MESSAGES, ids=lambda cls: cls.KIND)
def test_a_key_that_comes_twice_is_refused_although_both_values_are_fit(cls) -> None:
    said = compact(values(cls)).encode()
    name = cls.FIELDS[0][0]
    again = said[:-1] + b"," + compact({name: values(cls)[name]}).encode()[1:]
    assert verdict_of_agent(cls, again) == ("not-json", "") == verdict_of_protocol(cls, again)


@given(messages())
def test_spaces_and_another_order_change_no_verdict(message: Message) -> None:
    whole = json.loads(message.encode())
    said = json.dumps(dict(reversed(whole.items())), indent=1).encode()
    assert verdict_of_agent(type(message), said) == verdict_of_protocol(type(message), said)


def test_unknown_fields_are_dropped_whatever_they_hold() -> None:
    for cls in MESSAGES:
        said = compact(values(cls) | {"newer": {"deep": [1.5, None, "é"]}}).encode()
        assert verdict_of_agent(cls, said) == verdict_of_protocol(cls, said)
