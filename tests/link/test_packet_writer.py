"""Packets into bytes: as the standard has them, whole or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.link.mqtt_config import MqttConfig
from evse.link.packet_writer import AGAIN, QOS_1, RETAIN, PacketWriter
from tests.link.bench import Published, number, packet, packets, text


def written(writer: PacketWriter) -> bytes:
    data = bytes(writer.head())
    writer.wrote(len(data))
    return data


def test_connect_carries_will_and_credentials_in_the_order_of_the_standard() -> None:
    writer = PacketWriter(256)
    config = MqttConfig("st-0001", username="st-0001", password="s3cret", keepalive_s=258)
    assert writer.connect(config, ("up/death", b"{}"), False)
    ((kind, flags, body),) = packets(written(writer))
    assert (kind, flags) == (1, 0)
    assert body == (
        text("MQTT")
        + b"\x04"  # 3.1.1
        + b"\xec"  # user, password, will retained, will QoS 1, will; session kept
        + number(258)
        + text("st-0001")
        + text("up/death")
        + text("{}")
        + text("st-0001")
        + text("s3cret")
    )


def test_connect_without_will_or_user_asks_for_nothing_more_than_a_session() -> None:
    writer = PacketWriter(256)
    assert writer.connect(MqttConfig("b1", password="unused"), None, True)
    ((_, _, body),) = packets(written(writer))
    assert body == text("MQTT") + b"\x04\x02" + number(30) + text("b1")


def test_the_small_packets_are_those_of_the_standard() -> None:
    writer = PacketWriter(256)
    assert writer.subscribe(10, b"a/b")
    assert writer.puback(0x1234)
    assert writer.pingreq()
    assert writer.disconnect()
    assert written(writer) == (b"\x82\x08\x00\x0a\x00\x03a/b\x01\x40\x02\x12\x34\xc0\x00\xe0\x00")


@given(
    topic=st.binary(min_size=1, max_size=80),
    payload=st.binary(max_size=300),
    flags=st.sampled_from([0, RETAIN, QOS_1, QOS_1 | RETAIN, QOS_1 | AGAIN]),
    pid=st.integers(1, 65_535),
)
def test_a_publish_reads_back_as_it_was_written(
    topic: bytes, payload: bytes, flags: int, pid: int
) -> None:
    topic = bytes(byte & 0x7F for byte in topic)
    writer = PacketWriter(512)
    assert writer.publish(topic, payload, flags, pid)
    ((_, head, body),) = packets(written(writer))
    message = Published(head, body)
    assert message.topic == topic.decode()
    assert message.payload == payload
    assert (message.retain, message.qos, message.again) == (
        bool(flags & RETAIN),
        1 if flags & QOS_1 else 0,
        bool(flags & AGAIN),
    )
    assert message.pid == (pid if flags & QOS_1 else 0)


@given(
    sizes=st.lists(st.integers(0, 250), max_size=20),
    takes=st.lists(st.integers(0, 100), min_size=1, max_size=60),
)
def test_what_leaves_is_whole_packets_in_order_however_little_the_transport_takes(
    sizes: list[int], takes: list[int]
) -> None:
    writer = PacketWriter(256)
    expected, left = [], b""
    waiting = [bytes([index % 256]) * size for index, size in enumerate(sizes)]
    offered = b""
    for take in takes:
        while waiting and writer.publish(b"t", waiting[0], 0, 0):
            expected.append(waiting.pop(0))
        head = bytes(writer.head())
        if offered:
            assert head == offered, "TLS must be offered the same bytes again"
        count = min(take, len(head))
        left += head[:count]
        offered = head[count:]
        writer.wrote(count)
    left += bytes(writer.head())
    writer.wrote(len(writer.head()))
    left += bytes(writer.head())
    assert [Published(flags, body).payload for _, flags, body in packets(left)] == expected


def test_a_packet_that_does_not_fit_leaves_nothing_behind() -> None:
    writer = PacketWriter(256)
    assert writer.publish(b"t", b"x" * 200, 0, 0)
    assert not writer.publish(b"t", b"y" * 60, 0, 0)
    assert writer.publish(b"t", b"z" * 44, 0, 0)
    assert [body[-1:] for _, _, body in packets(written(writer))] == [b"x", b"z"]
    assert writer.publish(b"t", b"y" * 60, 0, 0)


@pytest.mark.parametrize("length", [3, 127, 128, 129, 16_383, 16_384])
def test_a_packet_that_fits_to_the_byte_is_taken_and_one_byte_less_is_not_enough(
    length: int,
) -> None:
    size = len(packet(0x30, bytes(length)))
    payload = b"x" * (length - 3)
    exact, short = PacketWriter(size), PacketWriter(size - 1)
    assert exact.publish(b"t", payload, 0, 0)
    assert written(exact) == packet(0x30, text("t") + payload)
    assert not short.publish(b"t", payload, 0, 0)
    assert short.waiting() == 0
