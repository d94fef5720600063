"""Bytes that are no message, whatever the kind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.codes import REFUSALS
from protocol.fields import MessageError
from protocol.message import MAX_PAYLOAD, parse
from protocol.messages import DOWN_MESSAGES, SetLimit


def code(payload: bytes) -> str:
    with pytest.raises(MessageError) as caught:
        parse(payload)
    assert caught.value.field == ""
    return caught.value.code


@pytest.mark.parametrize("payload", [b"", b" ", b"{", b"set limit", b'{"a":1}{}', b"{'a':1}"])
def test_what_is_not_json_is_refused(payload: bytes) -> None:
    assert code(payload) == "not-json"


@pytest.mark.parametrize("payload", [b"[]", b"1", b"null", b'"text"', b"[{}]", b"true"])
def test_what_is_not_an_object_is_refused(payload: bytes) -> None:
    assert code(payload) == "not-object"


@pytest.mark.parametrize(
    "payload",
    [
        b'{"a":"\xff"}',
        b"\x80",
        b'{"a":"\xc3"}',
        b'{"a":"\xc0\x80"}',  # over-long zero
        b'{"a":"\xed\xa0\x80"}',  # half a pair
        b'{"a":"\xf5\x80\x80\x80"}',  # beyond Unicode
        '{"a":"é"}'.encode(),
        b"\xef\xbb\xbf{}",
        '{"a":1}'.encode("utf-16"),
    ],
)
def test_what_is_not_ascii_is_refused(payload: bytes) -> None:
    assert code(payload) == "not-text"


def test_a_payload_may_be_as_long_as_it_may_be_and_no_longer() -> None:
    fits = b'{"a":1}' + b" " * (MAX_PAYLOAD - 7)
    assert parse(fits) == {"a": 1}
    assert code(fits + b" ") == "too-long"


def test_a_megabyte_is_refused_before_it_is_read() -> None:
    assert code(b"\xff" * 1_000_000) == "too-long"
    assert code(b"[" * 1_000_000) == "too-long"


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
def test_deep_nesting_is_refused(opening: bytes) -> None:
    assert code(opening * (MAX_PAYLOAD // len(opening))) == "not-json"


def test_a_payload_of_nothing_but_values_is_refused() -> None:
    assert code(b'{"a":[' + b"1," * 500 + b"1]}") == "not-json"


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_a_payload_may_be_any_buffer(kind: type) -> None:
    assert parse(kind(b'{"a":[1,"b"]}')) == {"a": [1, "b"]}


@given(st.one_of(st.binary(max_size=200), st.text(max_size=100).map(str.encode)))
def test_any_bytes_are_refused_with_a_reason(payload: bytes) -> None:
    for cls in DOWN_MESSAGES:
        with pytest.raises(MessageError) as caught:
            cls.decode(payload)
        assert caught.value.code in REFUSALS


def test_a_refusal_reads_as_a_sentence() -> None:
    with pytest.raises(MessageError) as caught:
        SetLimit.decode(
            b'{"id":"a","boot_id":1,"expires_ms":0,"owner":"operator","limit_ma":-1,"valid_s":1}'
        )
    assert str(caught.value) == "bad-field: limit_ma: wants a whole number 0..80000, got -1"
