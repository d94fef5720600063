"""Every message class, by what its own FIELDS say."""

import json
from typing import Any

import pytest
from hypothesis import given

from protocol import messages, topics
from protocol.fields import Choice, Flag, Integer, Kind, ListOf, MessageError, Record, Text
from protocol.message import MAX_PAYLOAD, Message
from tests.protocol.samples import (
    MESSAGES,
    Path,
    compact,
    limits,
    most,
    payload,
    payload_without,
    places,
    spelt,
    unfit,
    values,
)
from tests.protocol.samples import messages as any_message

MessageClass = type[Message]
each_message = pytest.mark.parametrize("cls", MESSAGES, ids=lambda cls: cls.__name__)
UNANSWERED = (messages.Hello, messages.Receipt)
COMMANDS = [cls for cls in messages.DOWN_MESSAGES if cls not in UNANSWERED]

PLACES = [(cls, path, kind) for cls in MESSAGES for path, kind in places(cls.FIELDS)]
each_place = pytest.mark.parametrize(
    ("cls", "path", "kind"), PLACES, ids=[f"{cls.KIND}-{spelt(path)}" for cls, path, _ in PLACES]
)


def refusal(cls: MessageClass, data: bytes) -> tuple[str, str]:
    with pytest.raises(MessageError) as caught:
        cls.decode(data)
    return caught.value.code, caught.value.field


def annotation(kind: Kind) -> str:
    match kind:
        case Integer():
            return "int"
        case Flag():
            return "bool"
        case Text() | Choice():
            return "str"
        case ListOf():
            return f"list[{annotation(kind.kind)}]"
        case Record():
            return "dict[str, object]"
    raise TypeError(kind)


def plain(message: Message) -> dict[str, Any]:
    return {name: getattr(message, name) for name, _ in message.FIELDS}


@each_message
def test_annotations_and_fields_say_the_same(cls: MessageClass) -> None:
    said = [
        (name, hint if isinstance(hint, str) else hint.__name__)
        for name, hint in cls.__annotations__.items()
    ]
    assert said == [(name, annotation(kind)) for name, kind in cls.FIELDS]


@each_message
def test_the_largest_message_fits_a_payload(cls: MessageClass) -> None:
    data = cls(**most(Record(cls.FIELDS))).encode()
    assert len(data) <= MAX_PAYLOAD
    assert cls.decode(data).encode() == data


@each_message
def test_the_longest_topic_fits(cls: MessageClass) -> None:
    connector = topics.MAX_CONNECTORS if cls.PER_CONNECTOR else -1
    name = topics.topic("z" * topics.STATION.most, cls.UP, cls.KIND, connector)
    assert topics.split(name) == ("z" * topics.STATION.most, cls.UP, connector, cls.KIND)


@each_message
def test_a_message_is_found_by_its_kind(cls: MessageClass) -> None:
    assert messages.find(cls.UP, cls.KIND) is cls


def test_a_kind_is_found_only_in_its_own_direction() -> None:
    assert messages.find(False, "state") is None
    assert messages.find(True, "set-limit") is None
    assert messages.find(True, "") is None


def test_every_message_class_is_listed() -> None:
    written = {
        entry
        for entry in vars(messages).values()
        if isinstance(entry, type) and issubclass(entry, Message) and entry is not Message
    }
    assert written == set(MESSAGES)


@pytest.mark.parametrize("cls", messages.UP_MESSAGES, ids=lambda cls: cls.__name__)
def test_what_a_board_says_can_be_ordered(cls: MessageClass) -> None:
    names = [name for name, _ in cls.FIELDS]
    assert names[:3] == ["boot_id", "seq", "uptime_ms"]
    assert ("prev" in names) == cls.RECORD


@pytest.mark.parametrize("cls", COMMANDS, ids=lambda cls: cls.__name__)
def test_a_command_can_be_answered_and_grows_old(cls: MessageClass) -> None:
    assert [name for name, _ in cls.FIELDS][:3] == ["id", "boot_id", "expires_ms"]
    assert cls.QOS == 1


@pytest.mark.parametrize("cls", messages.DOWN_MESSAGES, ids=lambda cls: cls.__name__)
def test_what_a_board_is_told_is_never_retained(cls: MessageClass) -> None:
    assert not cls.RETAINED


def test_a_remote_limit_always_ends() -> None:
    assert dict(messages.SetLimit.FIELDS)["valid_s"].low == 1  # type: ignore[attr-defined]


@given(any_message())
def test_a_message_survives_the_wire(message: Message) -> None:
    data = message.encode()
    back = type(message).decode(data)
    assert plain(back) == plain(message)
    assert back.encode() == data


@given(any_message())
def test_what_is_encoded_is_what_json_reads(message: Message) -> None:
    read = json.loads(message.encode())
    assert read == plain(message)
    assert list(read) == [name for name, _ in message.FIELDS]


@each_place
def test_a_field_takes_its_limits(cls: MessageClass, path: Path, kind: Kind) -> None:
    for value in limits(kind):
        message = cls.decode(payload(cls, path, compact(value)))
        found: Any = plain(message)
        for part in path:
            found = found[part]
        assert found == value and type(found) is type(value)


@each_place
def test_a_field_refuses_what_it_cannot_hold(cls: MessageClass, path: Path, kind: Kind) -> None:
    for text in unfit(kind):
        data = payload(cls, path, text)
        if len(data) <= MAX_PAYLOAD:
            assert refusal(cls, data) == ("bad-field", spelt(path)), text


@each_place
def test_a_field_must_be_there(cls: MessageClass, path: Path, kind: Kind) -> None:
    if isinstance(path[-1], str):
        assert refusal(cls, payload_without(cls, path)) == ("missing-field", spelt(path))


@each_place
def test_a_board_refuses_to_say_what_a_field_cannot_hold(
    cls: MessageClass, path: Path, kind: Kind
) -> None:
    for text in [*unfit(kind), "NaN"]:
        told = json.loads(payload(cls, path, text))
        with pytest.raises(MessageError) as caught:
            cls(**told)
        assert (caught.value.code, caught.value.field) == ("bad-field", spelt(path)), text


@each_place
def test_not_a_number_is_not_json(cls: MessageClass, path: Path, kind: Kind) -> None:
    for text in ("NaN", "Infinity", "-Infinity", "01", "+1", "1.", "0x1", "nul"):
        assert refusal(cls, payload(cls, path, text)) == ("not-json", ""), text


@each_message
def test_a_key_of_a_newer_peer_is_dropped(cls: MessageClass) -> None:
    told = values(cls)
    newer = {"zz_later": [1, {"deep": None}], **told, "": 1e999, "FIELDS": 1, "encode": 2}
    message = cls.decode(json.dumps(newer).encode().replace(b"Infinity", b"1e999"))
    assert plain(message) == told
    assert message.encode() == cls(**told).encode()


def test_a_nested_key_of_a_newer_peer_is_dropped() -> None:
    told = values(messages.State)
    newer = values(messages.State)
    newer["reason"]["later"] = newer["reason"]["limits"][0]["later"] = 1
    message = messages.State.decode(json.dumps(newer).encode())
    assert plain(message) == told


@each_message
def test_an_unknown_field_is_not_said(cls: MessageClass) -> None:
    with pytest.raises(MessageError) as caught:
        cls(**values(cls), zz_later=1)
    assert (caught.value.code, caught.value.field) == ("bad-field", "zz_later")


@each_message
def test_a_key_twice_is_refused(cls: MessageClass) -> None:
    name = cls.FIELDS[0][0]
    value = json.dumps(values(cls)[name]).encode()
    twice = cls(**values(cls)).encode()[:-1] + b',"%s":%s}' % (name.encode(), value)
    assert refusal(cls, twice) == ("not-json", "")


@each_message
def test_a_message_cut_short_is_refused(cls: MessageClass) -> None:
    data = cls(**values(cls)).encode()
    for end in range(len(data)):
        assert refusal(cls, data[:end]) == ("not-json", ""), data[:end]


@each_message
def test_what_a_backend_escapes_is_understood(cls: MessageClass) -> None:
    told = values(cls)
    escaped = "".join(
        f"\\u{ord(char):04X}" if char.isalnum() or char == "_" else char
        for name in told
        for char in f'"{name}": {json.dumps(told[name])},'
        if not isinstance(told[name], dict | list | int)
    )
    rest = json.dumps({n: v for n, v in told.items() if isinstance(v, dict | list | int)})
    whole = f"{{{escaped}{rest[1:]}".replace(",}", "}")
    message = cls.decode(whole.encode())
    assert plain(message) == told


def test_a_detail_never_repeats_a_long_value() -> None:
    with pytest.raises(MessageError) as caught:
        messages.Identify(**{**values(messages.Identify), "id": "x" * 5_000})
    assert len(str(caught.value)) < 200
