"""Our own reading of JSON, held against CPython's."""

import json
import math
from typing import Any, NoReturn

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from protocol.strict_json import DEPTH, VALUES, loads

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**33), 2**33),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
)
JSON_VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
).filter(lambda value: depth(value) <= DEPTH and len(json.dumps(value)) < VALUES)
LETTERS = '{}[]",:\\ \t\r\n0123456789.eE+-truefalsn/u\x0b'


def depth(value: Any) -> int:
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


class Twice(ValueError):
    pass


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise Twice
    return dict(pairs)


def no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def expected(text: str) -> Any:
    """CPython's verdict without its leniences, or ValueError."""
    return json.loads(text, object_pairs_hook=unique, parse_constant=no_constant, strict=False)


def verdict(read: Any, text: Any) -> Any:
    try:
        return "ok", read(text)
    except ValueError:
        return "refused", None


def joined(value: Any) -> Any:
    """Halves of pairs, which we do not join, as CPython joins them."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    if isinstance(value, list):
        return [joined(entry) for entry in value]
    if isinstance(value, dict):
        return {joined(key): joined(entry) for key, entry in value.items()}
    return value


@given(JSON_VALUES, st.sampled_from([None, 0, 1]))
def test_json_is_read_as_cpython_reads_it(value: Any, indent: int | None) -> None:
    assert joined(loads(json.dumps(value, indent=indent).encode())) == value


@given(st.text(LETTERS, max_size=24))
@example("-")
@example("1e")
@example("01")
@example("-0")
@example('{"a":1,}')
@example('{"a":1,"a":1}')
@example("[1 2]")
@example('{"a":1]')
@example('"\\u00g0"')
@example('"\\ud800"')
@example('"\\')
@example('"\\u00')
@example("truex")
def test_any_text_gets_cpythons_verdict(text: str) -> None:
    assert verdict(loads, text.encode()) == verdict(expected, text)


def rounded(value: Any) -> Any:
    """Whole numbers that no field can hold count as the floats they are read as."""
    if isinstance(value, list):
        return [rounded(entry) for entry in value]
    if isinstance(value, dict):
        return {key: rounded(entry) for key, entry in value.items()}
    return float(value) if type(value) is int and abs(value) >= 10**9 else value


def test_a_long_whole_number_is_read_as_the_float_it_stands_for() -> None:
    assert rounded(loads(b"[[0.0], [100000000000000100]]")) == [[0.0], [1.000000000000001e17]]


@given(st.data())
def test_a_spoilt_text_gets_cpythons_verdict(data: st.DataObject) -> None:
    text = json.dumps(data.draw(JSON_VALUES))
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 3))
    spoilt = text[:at] + data.draw(st.text(LETTERS, max_size=2)) + text[at + cut :]
    got, want = verdict(loads, spoilt.encode()), verdict(expected, spoilt)
    if got[0] == "refused" and want[0] == "ok":
        assert depth(want[1]) > DEPTH
    else:
        assert (got[0], rounded(joined(got[1]))) == (want[0], rounded(want[1]))


@given(st.integers(10**11, 10**40))
def test_a_number_no_field_can_hold_is_no_whole_number(number: int) -> None:
    assert type(loads(str(number).encode())) is float


def test_a_number_too_large_to_hold_is_infinite() -> None:
    assert loads(b"1e999") == math.inf
    assert loads(b"9" * 1000) == math.inf


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_nesting_ends_at_its_depth(opening: bytes) -> None:
    closing = b"]" if opening == b"[" else b"}"
    assert depth(loads(opening * DEPTH + b"1" + closing * DEPTH)) == DEPTH
    with pytest.raises(ValueError, match="nested too deep"):
        loads(opening * (DEPTH + 1) + b"1" + closing * (DEPTH + 1))


def test_values_end_at_their_number() -> None:
    assert len(loads(b"[" + b"1," * (VALUES - 2) + b"1]")) == VALUES - 1  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="too many values"):
        loads(b"[" + b"1," * (VALUES - 1) + b"1]")


@pytest.mark.parametrize("data", [b"{}\0", b"\0", b"1\0", b'{"a":1}\0{}', b'"\\n', b'"a\0'])
def test_a_zero_byte_does_not_end_the_text(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        loads(data)
