"""The link on pretended time: connecting, sending, receiving, staying alive."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.link import mqtt
from evse.link.mqtt_config import MqttConfig
from tests.link.bench import (
    CONNACK_PRESENT,
    CONNECT,
    DISCONNECT,
    FILTER,
    PINGREQ,
    PINGRESP,
    PUBACK,
    PUBLISH,
    SUBSCRIBE,
    Bench,
    Published,
    number,
    packets,
    puback,
    publish,
    suback,
    text,
)

STOP = b"evse/1/st-0001/down/1/stop"


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    made.up()
    return made


def test_a_board_connects_and_subscribes_before_it_says_anything_else() -> None:
    bench = Bench()
    bench.link.on_up = lambda _: bench.link.send("t", b"birth", 1, True)
    said = bench.connect()
    assert [kind for kind, _, _ in said] == [CONNECT, SUBSCRIBE, PUBLISH]
    assert said[1][2][2:] == text(FILTER) + b"\x01"
    assert bench.link.up
    assert not bench.link.subscribed
    bench.answer(suback(int.from_bytes(said[1][2][:2], "big")))
    assert bench.link.subscribed
    assert bench.wire.was_proved == 1


def test_the_last_will_is_made_anew_for_each_connection() -> None:
    bench = Bench()
    wills = [b'{"seq":7}', b'{"seq":90}']
    bench.link.will = lambda: ("up/death", wills.pop(0))
    first = bench.connect()[0][2]
    bench.lose()
    second = bench.connect()[0][2]
    assert text("up/death") + text('{"seq":7}') in first
    assert text("up/death") + text('{"seq":90}') in second


def test_the_application_hears_whether_the_broker_remembers_it() -> None:
    bench = Bench()
    bench.connect()
    bench.lose()
    bench.connect(CONNACK_PRESENT)
    assert bench.ups == [False, True]
    assert bench.count("connects") == 2


def test_a_message_is_delivered_when_the_broker_acknowledges_it(bench: Bench) -> None:
    token = bench.link.send("up/1/state", b"{}", 1, True)
    bench.run(20)
    (message,) = bench.published()
    assert (message.topic, message.payload, message.retain) == ("up/1/state", b"{}", True)
    assert (message.qos, message.pid, message.again) == (1, token, False)
    assert bench.delivered == []
    bench.answer(puback(token))
    assert bench.delivered == [token]
    assert bench.link.under_way() == 0


def test_a_qos_0_message_leaves_at_once_and_is_forgotten(bench: Bench) -> None:
    assert bench.link.send("up/1/meter", b"{}", 0)
    bench.run(20)
    assert [(m.qos, m.payload) for m in bench.published()] == [(0, b"{}")]
    assert bench.link.under_way() == 0


def test_nothing_is_accepted_while_the_link_is_down() -> None:
    bench = Bench()
    assert bench.link.send("t", b"{}") == 0
    bench.connect()
    bench.lose()
    assert bench.link.send("t", b"{}") == 0
    assert bench.link.send("t", b"{}", 0) == 0


def test_a_full_window_refuses_until_an_acknowledgement_makes_room() -> None:
    bench = Bench(window=3)
    bench.up()
    tokens = [bench.link.send("t", b"%d" % index) for index in range(4)]
    assert tokens[3] == 0
    assert len(set(tokens[:3])) == 3
    bench.run(50)
    assert [m.payload for m in bench.published()] == [b"0", b"1", b"2"]
    bench.answer(puback(tokens[0]))
    assert bench.link.send("t", b"3")


def test_what_could_never_fit_is_refused_at_the_call(bench: Bench) -> None:
    with pytest.raises(ValueError, match="too many"):
        bench.link.send("t", b"x" * 2000)
    with pytest.raises(ValueError, match="no bytes"):
        bench.link.send("t", "{}")
    assert bench.link.under_way() == 0


def test_the_largest_message_of_the_protocol_goes_both_ways(bench: Bench) -> None:
    topic = b"x" * 80
    assert bench.link.send("x" * 80, b"y" * 1024)
    bench.run(50)
    assert [len(m.payload) for m in bench.published()] == [1024]
    bench.answer(publish(topic, b"z" * 1024, qos=1, pid=4))
    assert bench.got == [("x" * 80, b"z" * 1024, False)]


def test_a_transport_that_takes_little_at_a_time_gets_every_byte_in_order(bench: Bench) -> None:
    bench.wire.room = 7
    for index in range(8):
        assert bench.link.send("t", b"%d" % index * 200)
    bench.run(5_000)
    assert [m.payload for m in bench.published()] == [b"%d" % index * 200 for index in range(8)]


def test_qos_0_does_not_overtake_what_waits_for_room(bench: Bench) -> None:
    bench.wire.room = 0
    assert bench.link.send("t", b"a" * 600)
    assert bench.link.send("t", b"b" * 600)
    assert bench.link.send("t", b"c", 0) == 0
    bench.wire.room = 4096
    bench.run(50)
    assert bench.link.send("t", b"c", 0)
    bench.run(50)
    assert [m.payload[:1] for m in bench.published()] == [b"a", b"b", b"c"]


@pytest.mark.parametrize("connack", [CONNACK_PRESENT, b"\x20\x02\x00\x00"], ids=["kept", "lost"])
def test_unacknowledged_messages_are_repeated_in_order_on_the_next_connection(
    bench: Bench, connack: bytes
) -> None:
    tokens = [bench.link.send("t", b"%d" % index) for index in range(4)]
    bench.run(50)
    bench.answer(puback(tokens[2]))
    bench.wire.heard()
    bench.lose()
    said = bench.connect(connack)
    repeated = [body for kind, flags, body in said if kind == PUBLISH and flags == 0x0A]
    assert [body[-1:] for body in repeated] == [b"0", b"1", b"3"]
    for token in tokens[:2] + tokens[3:]:
        bench.answer(puback(token))
    assert bench.delivered == [tokens[2], tokens[0], tokens[1], tokens[3]]


def test_only_what_may_have_arrived_is_marked_as_repeated(bench: Bench) -> None:
    bench.wire.room = 0
    bench.link.send("t", b"a" * 900)
    bench.link.send("t", b"b" * 900)  # no room for it: not a byte was ever offered
    bench.lose()
    bench.wire.room = 4096
    said = bench.connect()
    said += packets(bench.wire.heard())
    bench.run(50)
    said += packets(bench.wire.heard())
    messages = [Published(flags, body) for kind, flags, body in said if kind == PUBLISH]
    assert [(m.payload[:1], m.again) for m in messages] == [(b"a", True), (b"b", False)]


def test_ids_go_round_on_one_connection(bench: Bench) -> None:
    """A client that forgets to wrap stops for ever after 65 535 messages."""
    seen = set()
    for _ in range(65_600):
        token = bench.link.send("t", b"")
        assert 1 <= token <= 65_535
        seen.add(token)
        bench.wire.say(puback(token))
        bench.run(10)
    bench.run(10)
    assert len(seen) == 65_535
    assert bench.count("delivered") == 65_600


def test_a_command_arrives_and_is_acknowledged(bench: Bench) -> None:
    bench.answer(publish(STOP, b"{}", qos=1, pid=77))
    assert bench.got == [(STOP.decode(), b"{}", False)]
    assert bench.said(PUBACK) == [(0, number(77))]


def test_a_retained_command_is_marked_so_that_it_can_be_refused(bench: Bench) -> None:
    bench.answer(publish(STOP, b"{}", qos=1, pid=5, flags=1))
    assert bench.got == [(STOP.decode(), b"{}", True)]


def test_a_qos_0_message_is_not_acknowledged(bench: Bench) -> None:
    bench.answer(publish(STOP, b"{}"))
    assert len(bench.got) == 1
    assert bench.said(PUBACK) == []


def test_a_message_is_acknowledged_only_once_the_application_took_it(bench: Bench) -> None:
    bench.takes = False
    bench.answer(publish(STOP, b"1", qos=1, pid=5) + publish(STOP, b"2", qos=1, pid=6))
    bench.run(5_000)
    assert bench.said(PUBACK) == []
    bench.takes = True
    bench.run(50)
    assert [payload for _, payload, _ in bench.got] == [b"1", b"2"]
    assert bench.said(PUBACK) == [(0, number(5)), (0, number(6))]


def test_a_message_never_taken_ends_the_connection_and_comes_again(bench: Bench) -> None:
    bench.takes = False
    bench.wire.say(publish(STOP, b"{}", qos=1, pid=5))
    assert 7_400 <= bench.run_until(lambda: not bench.link.up) <= 7_700
    assert bench.count("not-taken") == 1
    bench.takes = True
    bench.up(CONNACK_PRESENT)
    bench.answer(publish(STOP, b"{}", qos=1, pid=5, flags=8))
    assert len(bench.got) == 1


def test_an_acknowledgement_waits_when_the_handler_has_filled_the_buffer(bench: Bench) -> None:
    def answer_at_length(topic: str, payload: bytes, retained: bool) -> bool:
        while bench.link.send("up/ack", b"x" * 500, 0):
            pass
        return True

    bench.wire.room = 0
    bench.link.on_message = answer_at_length
    bench.link.send("t", b"y" * 590)
    bench.answer(publish(STOP, b"{}", qos=1, pid=5))
    bench.wire.room = 4096
    bench.run(50)
    assert bench.said(PUBACK) == [(0, number(5))]


def test_what_a_handler_raises_is_counted_and_the_message_done_with(bench: Bench) -> None:
    def broken(*_values: object) -> bool:
        raise KeyError("oops")

    bench.link.on_message = bench.link.on_delivered = broken
    token = bench.link.send("t", b"{}")
    bench.answer(publish(STOP, b"{}", qos=1, pid=5) + puback(token))
    assert bench.count("handler-raised") == 2
    assert "oops" in bench.link.last_error
    assert bench.said(PUBACK) == [(0, number(5))]
    assert bench.link.up


def test_a_will_that_raises_does_not_keep_the_board_offline() -> None:
    bench = Bench()
    bench.link.will = lambda: 1 // 0
    bench.up()
    assert bench.count("handler-raised") == 1


def test_a_handler_may_send_and_may_stop_the_link(bench: Bench) -> None:
    def handler(topic: str, payload: bytes, retained: bool) -> bool:
        if payload == b"bye":
            bench.link.stop(bench.now_ms)
        return bool(bench.link.send("up/ack", payload)) or payload == b"bye"

    bench.link.on_message = handler
    bench.answer(publish(STOP, b"hello", qos=1, pid=5) + publish(STOP, b"bye", qos=1, pid=6))
    kinds = [kind for kind, _, _ in packets(bench.wire.heard())]
    assert kinds == [PUBLISH, PUBACK, DISCONNECT]
    assert bench.link.state == mqtt.STOPPED


def test_an_idle_link_asks_for_life_within_the_keepalive_and_stays_up(bench: Bench) -> None:
    for _ in range(20):
        waited_ms = bench.run_until(lambda: bool(bench.said(PINGREQ)))
        assert 20_000 <= waited_ms <= 30_000
        bench.answer(PINGRESP)
    assert bench.link.up
    assert bench.count("unknown-ack") == 0


def test_a_busy_link_without_an_answer_still_asks_for_life(bench: Bench) -> None:
    """QoS 0 both ways proves nothing about the broker."""
    pings = 0
    for _ in range(300):
        bench.link.send("t", b"{}", 0)
        bench.run(100)
        pings += len(bench.said(PINGREQ))
    assert pings == 1


@pytest.mark.parametrize("keepalive_s", [5, 30, 300])
@pytest.mark.parametrize("busy", [False, True])
def test_a_half_open_connection_is_noticed_within_one_and_a_half_keepalives(
    keepalive_s: int, busy: bool
) -> None:
    bench = Bench(keepalive_s=keepalive_s)
    bench.up()
    died_ms = bench.now_ms
    while bench.link.up:
        if busy:
            bench.link.send("t", b"{}", 0)
        bench.run(100)
    took_ms = bench.now_ms - died_ms
    assert keepalive_s * 1_000 <= took_ms <= keepalive_s * 1_500
    assert bench.count("silent") == 1


def test_a_broker_that_drips_bytes_of_an_endless_packet_is_silent(bench: Bench) -> None:
    bench.wire.say(b"\x30\xe8\x07\x00\x01t")
    while bench.link.up:
        bench.wire.say(b"x")
        bench.run(1_000)
    assert bench.count("silent") == 1


def test_a_peer_that_stops_reading_is_noticed_as_well(bench: Bench) -> None:
    bench.wire.room = 0
    bench.link.send("t", b"{}")
    assert bench.run_until(lambda: not bench.link.up) <= 45_000


def test_a_broker_that_lives_but_does_not_acknowledge_is_left(bench: Bench) -> None:
    bench.link.send("t", b"{}")
    for _ in range(7):
        if bench.link.up:
            bench.run(10_000)
            bench.wire.say(PINGRESP)
    assert bench.count("ack-timeout") == 1


def test_a_subscription_that_is_refused_is_asked_for_again_every_minute(bench: Bench) -> None:
    fresh = Bench()
    said = fresh.connect()
    fresh.answer(suback(int.from_bytes(said[1][2][:2], "big"), 0x80))
    assert fresh.link.up
    assert not fresh.link.subscribed
    assert fresh.count("subscribe-refused") == 1
    fresh.run(30_000)
    fresh.answer(PINGRESP)
    fresh.wire.heard()
    fresh.run(30_000)
    ((_, body),) = fresh.said(SUBSCRIBE)
    fresh.answer(suback(int.from_bytes(body[:2], "big")))
    assert fresh.link.subscribed


def test_a_subscription_never_answered_ends_the_connection() -> None:
    bench = Bench()
    bench.connect()
    for _ in range(7):
        if bench.link.up:
            bench.run(10_000)
            bench.wire.say(PINGRESP)
    assert bench.count("ack-timeout") == 1


def test_a_farewell_is_said_and_nothing_after_it(bench: Bench) -> None:
    bench.link.send("t", b"last")
    bench.link.stop(bench.now_ms)
    assert bench.link.send("t", b"too late") == 0
    bench.run(50)
    assert [kind for kind, _, _ in packets(bench.wire.heard())] == [PUBLISH, DISCONNECT]
    assert not bench.wire.is_open
    bench.run(100_000)
    assert bench.wire.opened == 1
    bench.up()
    assert bench.wire.opened == 2


def test_a_farewell_to_a_peer_that_does_not_read_takes_two_seconds(bench: Bench) -> None:
    bench.wire.room = 0
    bench.link.stop(bench.now_ms)
    assert bench.run_until(lambda: bench.link.state == mqtt.STOPPED) <= 2_020
    assert not bench.wire.is_open


def test_a_farewell_on_a_broken_line_does_not_reconnect(bench: Bench) -> None:
    bench.wire.broken = True
    bench.link.stop(bench.now_ms)
    bench.run(100_000)
    assert bench.link.state == mqtt.STOPPED
    assert bench.wire.opened == 1


def test_the_clock_may_wrap_at_any_moment() -> None:
    for early_ms in range(10, 60_000, 1_990):
        bench = Bench()
        bench.now_ms = (1 << 30) - early_ms - early_ms % 10
        bench.up()
        for _ in range(6):
            bench.run(15_000)
            bench.wire.say(PINGRESP * len(bench.said(PINGREQ)))
        assert bench.link.up
        assert bench.count("unknown-ack") == 0
        took_ms = bench.run_until(lambda link=bench.link: not link.up)
        assert took_ms <= 45_000


@given(
    connections=st.lists(st.tuples(st.integers(0, 8), st.booleans()), max_size=10),
)
def test_every_message_accepted_reaches_the_broker_in_order_whatever_breaks(
    connections: list[tuple[int, bool]],
) -> None:
    """connections: how many messages the broker reads before each breaks, and whether it
    still acknowledges them."""
    bench = Bench(window=4)
    accepted: list[bytes] = []
    arrived: list[bytes] = []
    for most, acknowledges in [*connections, (99, True), (99, True)]:
        said = bench.connect(CONNACK_PRESENT)
        for _ in range(3):
            payload = b"%d" % len(accepted)
            if bench.link.send("t", payload):
                accepted.append(payload)
        bench.run(50)
        said += packets(bench.wire.heard())
        messages = [Published(flags, body) for kind, flags, body in said if kind == PUBLISH]
        for message in messages[:most]:
            arrived.append(message.payload)
            if acknowledges:
                bench.answer(puback(message.pid))
        bench.lose()
    assert sorted(set(arrived), key=arrived.index) == accepted
    assert bench.link.under_way() == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("client_id", ""),
        ("client_id", "x" * 65),
        ("keepalive_s", 4),
        ("keepalive_s", True),
        ("window", 0),
        ("rx_bytes", 63),
        ("tx_bytes", 1 << 20),
        ("first_wait_ms", 60_001),
        ("password", "x" * 129),
    ],
)
def test_a_setting_that_cannot_work_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=name) as raised:
        MqttConfig(**{"client_id": "st-0001", name: value})
    assert "x" * 100 not in str(raised.value)
