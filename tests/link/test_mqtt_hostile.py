"""A broker that does everything wrong: each wrong has its name and count, and poll() survives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.link import mqtt
from evse.link.reasons import FAULTS, NOTES
from tests.link.bench import (
    CONNACK,
    CONNECT,
    PINGRESP,
    PUBACK,
    SUBSCRIBE,
    Bench,
    number,
    packet,
    packets,
    puback,
    publish,
    suback,
)
from tests.link.test_packet_reader import BAD, STREAMS

STOP = b"evse/1/st-0001/down/1/stop"


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    made.up()
    return made


@pytest.mark.parametrize(("data", "reason"), BAD.values(), ids=BAD)
def test_untrustworthy_bytes_end_the_connection_by_name(
    bench: Bench, data: bytes, reason: str
) -> None:
    if reason == "too-big" and len(data) > 100:
        data = data[:1] + b"\xff\xff\x03" + data[3:] + b"x" * 49_154  # too big for this reader
    bench.wire.say(data)
    bench.run_until(lambda: not bench.wire.is_open)
    assert bench.count(reason) == 1
    assert bench.link.last_error == reason
    assert bench.link.state == mqtt.WAITING
    bench.up()
    assert bench.link.subscribed


GREETINGS = {
    "refused, protocol": (b"\x20\x02\x00\x01", "refused-protocol"),
    "refused, client id": (b"\x20\x02\x00\x02", "refused-client-id"),
    "refused, unavailable": (b"\x20\x02\x00\x03", "refused-unavailable"),
    "refused, credentials": (b"\x20\x02\x00\x04", "refused-credentials"),
    "refused, not authorised": (b"\x20\x02\x00\x05", "refused-not-authorised"),
    "refused, a code of the future": (b"\x20\x02\x00\x06", "refused-unknown"),
    "refused, 255": (b"\x20\x02\x00\xff", "refused-unknown"),
    "reserved flags": (b"\x20\x02\x02\x00", "bad-connack"),
    "a message first": (publish(STOP, b"{}", qos=1, pid=1), "unexpected-packet"),
    "an acknowledgement first": (puback(1), "unexpected-packet"),
    "a ping answer first": (PINGRESP, "unexpected-packet"),
    "HTTP": (b"HTTP/1.1 400 Bad Request\r\n\r\n", "bad-flags"),
    "TLS": (b"\x15\x03\x01\x00\x02\x02\x16", "unexpected-packet"),
    "SSH": (b"SSH-2.0-OpenSSH_9.2\r\n", "unexpected-packet"),
}


@pytest.mark.parametrize(("data", "reason"), GREETINGS.values(), ids=GREETINGS)
def test_a_greeting_that_is_none_ends_the_connection_by_name(data: bytes, reason: str) -> None:
    bench = Bench()
    bench.connect(data)
    assert bench.count(reason) == 1
    assert not bench.wire.is_open
    assert bench.got == []
    assert bench.ups == []


def test_a_second_greeting_ends_the_connection(bench: Bench) -> None:
    bench.answer(CONNACK)
    assert bench.count("unexpected-packet") == 1
    assert not bench.wire.is_open


@pytest.mark.parametrize("ack", [puback(9), puback(0), suback(9), PINGRESP])
def test_an_acknowledgement_of_nothing_is_counted_and_ignored(bench: Bench, ack: bytes) -> None:
    token = bench.link.send("t", b"{}")
    bench.answer(ack)
    assert bench.count("unknown-ack") == 1
    assert bench.link.up
    assert bench.delivered == []
    bench.answer(puback(token))
    assert bench.delivered == [token]


def test_the_same_acknowledgement_twice_delivers_once(bench: Bench) -> None:
    token = bench.link.send("t", b"{}")
    bench.answer(puback(token) + puback(token))
    assert bench.delivered == [token]
    assert bench.count("unknown-ack") == 1


def test_an_acknowledgement_from_before_the_connection_delivers_nothing(bench: Bench) -> None:
    bench.wire.room = 0
    tokens = [bench.link.send("t", b"x" * 900) for _ in range(2)]
    bench.answer(puback(tokens[1]))  # it waits for room: nobody can have it
    assert bench.delivered == []
    assert bench.count("unknown-ack") == 1


def test_the_subscription_acknowledged_under_a_wrong_id_is_not_granted() -> None:
    bench = Bench()
    said = bench.connect()
    assert said[1][0] == SUBSCRIBE
    bench.answer(suback(int.from_bytes(said[1][2][:2], "big") + 1))
    assert not bench.link.subscribed
    assert bench.count("unknown-ack") == 1


@pytest.mark.parametrize("topic", [b"\xff\xfe", b"a/+/b", b"", b"a\x00", b"x" * 200])
def test_a_message_with_a_topic_that_is_none_is_got_rid_of(bench: Bench, topic: bytes) -> None:
    """Unacknowledged it would come back on every connection, for ever."""
    bench.answer(publish(topic, b"{}", qos=1, pid=8) + publish(STOP, b"next", qos=1, pid=9))
    assert [payload for _, payload, _ in bench.got] == [b"next"]
    assert bench.said(PUBACK) == [(0, number(8)), (0, number(9))]
    assert bench.count("bad-topic") == 1


@pytest.mark.parametrize("retained", [0, 1])
def test_a_message_too_big_to_keep_is_read_past_and_got_rid_of(
    bench: Bench, retained: int
) -> None:
    big = publish(STOP, b"x" * 20_000, qos=1, pid=8, flags=retained)
    bench.answer(big + publish(STOP, b"next", qos=1, pid=9))
    assert [payload for _, payload, _ in bench.got] == [b"next"]
    assert bench.said(PUBACK) == [(0, number(8)), (0, number(9))]
    assert bench.count("skipped-too-big") == 1
    assert bench.link.up


def test_after_a_packet_too_big_to_skip_the_broker_is_asked_to_forget(bench: Bench) -> None:
    bench.answer(b"\x32\xff\xff\xff\x7f")
    assert bench.connect()[0][2][7] == 0x02
    bench.lose()
    assert bench.connect()[0][2][7] == 0x00


def test_an_announcement_of_268_megabytes_takes_no_memory(bench: Bench) -> None:
    import tracemalloc

    bench.wire.say(b"\x30\xff\xff\xff\x7f")
    tracemalloc.start()
    bench.run(50)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert bench.count("too-big") == 1
    assert peak < 20_000


def test_a_packet_that_never_ends_does_not_block(bench: Bench) -> None:
    bench.answer(b"\x32\x40\x00\x05")
    token = bench.link.send("t", b"{}")
    bench.run(50)
    assert [message.pid for message in bench.published()] == [token]


def test_a_flood_is_read_a_little_at_each_poll(bench: Bench) -> None:
    bench.wire.say(publish(STOP, b"") * 10_000)
    for polls in range(1, 50):
        bench.run(10)
        assert len(bench.got) <= 4 * polls


def test_a_message_seen_twice_is_handed_over_twice_and_acknowledged_twice(bench: Bench) -> None:
    """Once only is the application's affair: it knows the command's id."""
    bench.answer(publish(STOP, b"{}", qos=1, pid=8) + publish(STOP, b"{}", qos=1, pid=8, flags=8))
    assert len(bench.got) == 2
    assert len(bench.said(PUBACK)) == 2


def test_a_broker_that_hangs_up_without_a_word_is_named() -> None:
    bench = Bench()
    bench.link.start(0)
    bench.run_until(lambda: bench.link.state == mqtt.GREETING)
    bench.wire.hung_up = True
    bench.run(20)
    assert bench.link.last_error == "closed"
    bench.up()
    bench.wire.hung_up = True
    bench.run(20)
    assert bench.count("closed") == 2


def test_the_last_words_before_a_hang_up_are_heard() -> None:
    bench = Bench()
    bench.link.start(0)
    bench.run_until(lambda: bench.link.state == mqtt.GREETING)
    bench.wire.say(b"\x20\x02\x00\x05")
    bench.wire.hung_up = True
    bench.run(20)
    assert bench.link.last_error == "refused-not-authorised"


def test_running_out_of_memory_drops_the_connection_and_nothing_else(bench: Bench) -> None:
    def none_left(_buffer: bytearray) -> int:
        raise MemoryError

    healthy, bench.wire.read = bench.wire.read, none_left
    bench.run(10)
    assert bench.count("no-memory") == 1
    bench.wire.read = healthy
    bench.up()


SCRIPTS = st.lists(
    st.one_of(
        STREAMS,
        st.just(CONNACK),
        st.builds(suback, st.integers(0, 4)),
        st.builds(puback, st.integers(0, 12)),
        st.builds(packet, st.integers(0, 255), st.binary(max_size=9)),
        st.just("hang up"),
        st.just("break"),
        st.just("wait"),
        st.just("stall"),
        st.just("send"),
        st.just("refuse"),
    ),
    max_size=25,
)


@given(script=SCRIPTS, slice_=st.integers(1, 300))
def test_no_script_of_bytes_and_breaks_gets_anything_out_of_poll_but_counts(
    script: list[bytes | str], slice_: int
) -> None:
    bench = Bench(rx_bytes=256, tx_bytes=256, window=3)
    bench.wire.slice = slice_
    bench.link.start(0)
    for step in script:
        if type(step) is bytes:
            bench.wire.say(step)
        elif step == "hang up":
            bench.wire.hung_up = True
        elif step == "break":
            bench.wire.broken = True
        elif step == "stall":
            bench.wire.room = 0 if bench.wire.room else 40
        elif step == "send":
            bench.link.send("evse/1/st-0001/up/state", b"{}" * 40)
        elif step == "refuse":
            bench.takes = not bench.takes
        else:
            bench.run(9_000)
        bench.run(30)
        assert bench.link.under_way() <= 3
    assert set(bench.link.counts) == set(FAULTS + NOTES)
    # and with a decent broker, all is well again
    bench.takes = True
    bench.wire.room = bench.wire.slice = 1 << 20
    bench.lose() if bench.wire.is_open else None
    said = bench.connect()
    assert said[0][0] == CONNECT
    assert bench.link.up
    for kind, _, body in said:
        if kind == SUBSCRIBE:
            bench.answer(suback(int.from_bytes(body[:2], "big")))
    assert bench.link.subscribed
    assert packets(bench.wire.heard()) is not None
