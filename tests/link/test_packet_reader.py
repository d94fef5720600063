"""Packets out of bytes: what is read, what is refused, and that slicing changes nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.link.packet_reader import CONNACK, PINGRESP, PUBACK, PUBLISH, SUBACK, PacketReader
from tests.link import bench

SIZE = 128


def read(data: bytes, cuts: list[int] = []) -> tuple[list[tuple[object, ...]], str]:  # noqa: B006
    """All packets of data fed in slices that end at cuts, and the fault if there is one."""
    reader = PacketReader(SIZE, 80)
    found = []
    ends = [*sorted({cut for cut in cuts if cut < len(data)}), len(data)]
    at = 0
    for end in ends:
        while at < end and not reader.fault:
            at = reader.take(data, at, end)
            assert at == end or reader.ready or reader.fault
            if reader.ready:
                found.append(
                    (
                        reader.kind,
                        reader.retained,
                        reader.qos,
                        reader.pid,
                        reader.cut,
                        reader.topic,
                        b"" if reader.cut or reader.kind != PUBLISH else reader.payload(),
                    )
                )
                reader.next()
    assert len(reader.buffer) == SIZE
    return found, reader.fault


def one(data: bytes) -> tuple[object, ...]:
    found, fault = read(data)
    assert (len(found), fault) == (1, "")
    return found[0]


def test_a_message_comes_with_topic_payload_and_flags() -> None:
    assert one(bench.publish(b"evse/1/x", b"{}", qos=1, pid=258, flags=1)) == (
        PUBLISH,
        True,
        1,
        258,
        False,
        "evse/1/x",
        b"{}",
    )


def test_a_message_may_be_empty() -> None:
    assert one(bench.publish(b"t", b""))[6] == b""


def test_acknowledgements_carry_their_packet_id() -> None:
    assert one(bench.puback(513))[:4] == (PUBACK, False, 0, 513)
    assert one(bench.suback(7))[:4] == (SUBACK, False, 0, 7)


def test_a_greeting_and_a_ping_answer_are_whole_packets() -> None:
    assert one(bench.CONNACK)[0] == CONNACK
    assert one(bench.PINGRESP)[0] == PINGRESP


@pytest.mark.parametrize("size", [SIZE - 1, SIZE, SIZE + 1, 5000, 65_535])
def test_a_message_is_kept_up_to_the_buffer_and_read_past_beyond_it(size: int) -> None:
    data = bench.publish(b"t/1", b"x" * (size - 7), qos=1, pid=9) + bench.PINGRESP
    (message, after), fault = read(data)
    assert message[4] == (size > SIZE)
    assert message[3] == 9
    assert after[0] == PINGRESP
    assert fault == ""


BAD = {
    "65 536 bytes announced": (b"\x30\x80\x80\x04", "too-big"),
    "268 435 455 bytes announced": (b"\x30\xff\xff\xff\x7f", "too-big"),
    "a length of five bytes": (b"\x30\xff\xff\xff\xff", "bad-length"),
    "a long greeting": (b"\x20\x03", "bad-length"),
    "a huge acknowledgement": (b"\x40\xff\xff\xff\x7f", "bad-length"),
    "a ping answer with a body": (b"\xd0\x01", "bad-length"),
    "a message of one byte": (b"\x30\x01\x00", "bad-length"),
    "an empty message packet": (b"\x30\x00", "bad-length"),
    "a topic longer than its packet": (b"\x30\x04\x00\x05ab", "bad-length"),
    "no room for the packet id": (b"\x32\x05\x00\x02ab\x00", "bad-length"),
    "an oversized packet whose id is out of reach": (
        b"\x32\xff\x7f\x3f\x00" + b"x" * 16_381,
        "too-big",
    ),
    "packet id 0": (b"\x32\x06\x00\x01t\x00\x00x", "bad-pid"),
    "QoS 2": (b"\x34", "bad-qos"),
    "QoS 3": (b"\x36", "bad-qos"),
    "kind 0": (b"\x00", "bad-kind"),
    "kind 15": (b"\xf0", "bad-kind"),
    "flags on a greeting": (b"\x21", "bad-flags"),
    "flags on an acknowledgement": (b"\x42", "bad-flags"),
    "CONNECT from a broker": (b"\x10", "unexpected-packet"),
    "PUBREC": (b"\x50", "unexpected-packet"),
    "PUBREL": (b"\x62", "unexpected-packet"),
    "PUBCOMP": (b"\x70", "unexpected-packet"),
    "SUBSCRIBE from a broker": (b"\x82", "unexpected-packet"),
    "UNSUBACK": (b"\xb0", "unexpected-packet"),
    "PINGREQ from a broker": (b"\xc0", "unexpected-packet"),
    "DISCONNECT from a broker": (b"\xe0", "unexpected-packet"),
}


@pytest.mark.parametrize(("data", "reason"), BAD.values(), ids=BAD)
def test_bytes_that_cannot_be_trusted_are_refused_by_name(data: bytes, reason: str) -> None:
    good = bench.publish(b"t", b"before")
    found, fault = read(good + data + good)
    assert [message[6] for message in found] == [b"before"]
    assert fault == reason


@pytest.mark.parametrize(
    "topic",
    [
        b"",
        b"a\x00b",
        b"a+",
        b"#",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"caf\xc3\xa9",
        b"\x7f",
        b"x" * 81,
    ],
)
def test_a_topic_no_board_ever_has_leaves_the_stream_intact(topic: bytes) -> None:
    found, fault = read(bench.publish(topic, b"{}", qos=1, pid=3) + bench.PINGRESP)
    assert [(message[0], message[3], message[5]) for message in found] == [
        (PUBLISH, 3, ""),
        (PINGRESP, 0, ""),
    ]
    assert fault == ""


PACKETS = st.one_of(
    st.builds(
        bench.publish,
        st.one_of(st.just(b"evse/1/st-0001/down/stop"), st.binary(max_size=90)),
        st.binary(max_size=200),
        st.integers(0, 1),
        st.integers(1, 65_535),
        st.sampled_from([0, 1, 8, 9]),
    ),
    st.builds(bench.puback, st.integers(0, 65_535)),
    st.builds(bench.suback, st.integers(0, 65_535), st.integers(0, 255)),
    st.just(bench.CONNACK),
    st.just(bench.PINGRESP),
)
STREAMS = st.builds(
    lambda parts, tail: b"".join(parts) + tail,
    st.lists(st.one_of(PACKETS, st.binary(max_size=12)), max_size=8),
    st.binary(max_size=300),
)


@given(data=STREAMS, cuts=st.lists(st.integers(1, 600), max_size=30))
def test_packets_do_not_depend_on_how_the_stream_is_sliced(data: bytes, cuts: list[int]) -> None:
    assert read(data, cuts) == read(data)


@given(data=STREAMS)
def test_a_stream_byte_by_byte_is_the_same_stream(data: bytes) -> None:
    assert read(data, list(range(len(data)))) == read(data)


@given(parts=st.lists(PACKETS, max_size=8))
def test_well_formed_packets_are_never_refused(parts: list[bytes]) -> None:
    found, fault = read(b"".join(parts))
    assert (len(found), fault) == (len(parts), "")
