"""One payload per message, byte for byte: what is on the wire today must not change by accident.

A change here breaks every board and backend in the field.  Add fields and messages; to change or
drop one is a new version of the protocol.  The README shows the same payloads.
"""

import json
from pathlib import Path

import pytest

from protocol import VERSION, messages, topics
from tests.protocol.samples import MESSAGES, compact

GOLDEN = json.loads(Path(__file__).with_name("golden.json").read_text())


def test_every_message_has_its_payload() -> None:
    assert list(GOLDEN) == [cls.KIND for cls in MESSAGES]


@pytest.mark.parametrize("kind", GOLDEN)
def test_the_bytes_on_the_wire_have_not_changed(kind: str) -> None:
    station, up, connector, found = topics.split(GOLDEN[kind]["topic"])
    cls = messages.find(up, found)
    assert cls is not None
    assert (found, station, connector >= 1) == (kind, "yard-07", cls.PER_CONNECTOR)
    payload = compact(GOLDEN[kind]["payload"]).encode()
    assert cls.decode(payload).encode() == payload


def test_the_version_on_the_topic_is_the_protocols() -> None:
    assert f"evse/{VERSION}" == topics.ROOT


def test_how_each_message_travels_has_not_changed() -> None:
    travels = {cls.KIND: (cls.QOS, cls.RETAINED, cls.RECORD) for cls in MESSAGES}
    assert {kind for kind, (_, retained, _) in travels.items() if retained} == {
        "birth",
        "death",
        "state",
        "condition",
    }
    assert {kind for kind, (qos, _, _) in travels.items() if qos == 0} == {
        "meter",
        "health",
        "hello",
    }
    assert {kind for kind, (_, _, record) in travels.items() if record} == {"session", "event"}
