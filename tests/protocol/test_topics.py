"""Topics: one spelling each, and no name reaches into another station's."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from paho.mqtt.client import topic_matches_sub

from protocol.fields import MessageError
from protocol.message import Message
from protocol.topics import (
    DOWN_FILTER,
    MAX_CONNECTORS,
    MAX_TOPIC,
    UP_FILTER,
    down_filter,
    split,
    topic,
)
from tests.protocol.samples import MESSAGES, NAME_LETTERS

STATIONS = st.text(NAME_LETTERS, min_size=4, max_size=32)
UNFIT = [
    "",
    "abc",
    "a" * 33,
    "+",
    "#",
    "yard+",
    "yard#",
    "+/up",
    "yard/up",
    "../yard",
    "yard\0",
    "yard 1",
    "Yard",
    "yard_1",
    "yard\n",
    "yárd",
    "yard\u0661",
    "ｙａｒｄ",
    "$SYS",
    "=cmd()",
    "\x1b[2J",
    "%u",
]


def refused(text: str) -> tuple[str, str]:
    with pytest.raises(MessageError) as caught:
        split(text)
    return caught.value.code, caught.value.field


@given(STATIONS, st.sampled_from(MESSAGES), st.integers(0, MAX_CONNECTORS))
def test_a_topic_says_where_it_came_from(station: str, cls: type[Message], connector: int) -> None:
    place = connector if cls.PER_CONNECTOR else -1
    text = topic(station, cls.UP, cls.KIND, place)
    assert split(text) == (station, cls.UP, place, cls.KIND)
    assert topic_matches_sub(UP_FILTER, text) == cls.UP
    assert topic_matches_sub(DOWN_FILTER, text) != cls.UP
    assert topic_matches_sub(down_filter(station), text) != cls.UP


def test_topics_look_as_the_readme_says() -> None:
    assert topic("yard-07", True, "birth") == "evse/1/yard-07/up/birth"
    assert topic("yard-07", True, "state", 1) == "evse/1/yard-07/up/1/state"
    assert topic("yard-07", True, "event", 0) == "evse/1/yard-07/up/0/event"
    assert topic("yard-07", False, "set-limit", 2) == "evse/1/yard-07/down/2/set-limit"
    assert down_filter("yard-07") == "evse/1/yard-07/down/#"


@given(
    st.one_of(
        st.text(max_size=100),
        st.lists(
            st.sampled_from(["evse", "1", "yard-07", "up", "down", "0", "4", "", "+", "#", "x"]),
            max_size=8,
        ).map("/".join),
    )
)
@example("evse/1/yard-07/up/")
@example("evse/1/yard-07/up/1/")
@example("evse/1/yard-07/up/1")
@example("evse/1/yard-07/up/#")
def test_any_text_is_refused_or_has_this_one_spelling(text: str) -> None:
    try:
        station, up, connector, kind = split(text)
    except MessageError as error:
        code = error.code
        assert code == "bad-topic"
        return
    assert topic(station, up, kind, connector) == text
    assert topic_matches_sub(f"evse/1/{station}/{'up' if up else 'down'}/#", text)


@pytest.mark.parametrize("station", UNFIT)
def test_a_name_with_another_meaning_is_refused(station: str) -> None:
    for spell in (lambda name: topic(name, False, "stop", 1), down_filter):
        with pytest.raises(MessageError) as caught:
            spell(station)
        assert (caught.value.code, caught.value.field) == ("bad-topic", "station")
    assert refused(f"evse/1/{station}/up/birth")[0] == "bad-topic"
    assert refused(f"evse/1/{station}/up/1/state")[0] == "bad-topic"


@pytest.mark.parametrize(
    "connector", ["", "5", "-1", "01", "+", "#", "1 ", "a", "\u0661", "²", "１", "\0"]
)
def test_a_connector_is_one_digit(connector: str) -> None:
    assert refused(f"evse/1/yard-07/up/{connector}/state") == ("bad-topic", "connector")


@pytest.mark.parametrize("connector", [-2, MAX_CONNECTORS + 1, 10])
def test_no_topic_is_spelt_for_a_connector_that_cannot_be(connector: int) -> None:
    with pytest.raises(MessageError) as caught:
        topic("yard-07", True, "state", connector)
    assert (caught.value.code, caught.value.field) == ("bad-topic", "connector")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "evse",
        "evse/1/yard-07/up",
        "/evse/1/yard-07/up/birth",
        "evse/1/yard-07/up/1/state/more",
        "evse/2/yard-07/up/birth",
        "EVSE/1/yard-07/up/birth",
        "evse/1/yard-07/Up/birth",
        "evse/1/yard-07/+/birth",
        "evse/1/yard-07/#",
        "evse/1/yard-07/up/" + "x" * MAX_TOPIC,
    ],
)
def test_what_is_not_of_this_protocol_is_refused(text: str) -> None:
    assert refused(text) == ("bad-topic", "")
