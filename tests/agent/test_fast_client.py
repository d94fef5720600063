"""The fast client against brokers that break rules, hang, refuse and throw it out."""

import contextlib
import random
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import mqtt5
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.frames import Frames, Malformed
from agent.packet_numbers import Numbers
from tests.agent.brokers import Client
from tests.agent.scripted import TAKEN, Noting, Scripted, Wire, message
from tests.agent.waiting import until

PACKETS = [TAKEN, message(1), message(2, payload=b"y" * 300), mqtt5.PingRespPacket().write()]
BAD_TOPIC = b"\x32\x08\0\2\xff\xfe\0\7\0x"


@pytest.fixture
def linked() -> Iterator[Callable[..., Any]]:
    """Starts a scripted broker and a link to it, and ends them."""
    made: list[Any] = []

    def start(script: Callable[[Wire], None], tls: Any = None, **more: Any) -> Any:
        broker = Scripted(script, tls)
        link = Noting(broker.port, **more)
        made.extend((link, broker))
        broker.start()
        link.start()
        return broker, link

    yield start
    for each in made:
        each.stop()
    for each in made:
        each.join(10)


def welcome(wire: Wire, answer: bytes = TAKEN) -> None:
    wire.next(mqtt5.ConnectPacket)
    wire.send(answer)
    asked = wire.next(mqtt5.SubscribePacket)
    granted = [mqtt5.SubAckReasonCode.GRANTED_QOS_AT_LEAST_ONCE]
    wire.send(mqtt5.SubAckPacket(asked.packet_id, granted).write())


@given(st.lists(st.integers(1, 40), max_size=30))
def test_packets_come_out_whole_however_the_bytes_are_sliced(cuts: list[int]) -> None:
    frames, data, came = Frames(), b"".join(PACKETS * 3), []
    for cut in [*cuts, len(data)]:
        came += frames.packets(data[:cut])
        data = data[cut:]
    assert [packet.write() for packet in came] == PACKETS * 3


@given(st.binary(max_size=200))
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the codec's own
def test_bytes_of_any_kind_are_packets_or_named_as_malformed(data: bytes) -> None:
    came: list[Any] = []
    with contextlib.suppress(Malformed):
        came.extend(Frames().packets(data))
    assert len(came) * 2 <= len(data)


def test_a_packet_beyond_all_measure_is_not_waited_for() -> None:
    with pytest.raises(Malformed, match="packet of 2097157 bytes"):
        list(Frames().packets(b"\x30\x80\x80\x80\x01"))


def test_a_number_is_used_once_at_a_time() -> None:
    numbers = Numbers()
    first = [numbers.take() for _ in range(65_535)]
    assert sorted(first) == list(range(1, 65_536))
    assert numbers.take() == 0
    assert numbers.give(7) and not numbers.give(7)
    assert numbers.take() == 7


def test_messages_byte_by_byte_arrive_once_each_in_order(linked: Any) -> None:
    acknowledged: list[int] = []

    def script(wire: Wire) -> None:
        welcome(wire)
        wire.slowly(b"".join(message(n, payload=b"%d" % n) for n in range(1, 20)))
        acknowledged.extend(wire.next(mqtt5.PubAckPacket).packet_id for _ in range(1, 20))
        wire.until_left()

    _, link = linked(script)
    until("all are acknowledged", lambda: len(acknowledged) == 19)
    assert [said for _, said, _ in link.came] == [b"%d" % n for n in range(1, 20)]
    assert acknowledged == list(range(1, 20))


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"\x00\x00", "not MQTT 5"),
        (b"\x36\x07\0\1a\0\1\0x", "not MQTT 5"),
        (b"\x34\x07\0\1a\0\1\0x", "QoS 2"),
        (b"\x32\x06\0\1a\0\0\0", "not MQTT 5"),
        (TAKEN, "second CONNACK"),
        (b"\xc0\x00", "nothing a broker says"),
        (b"\x30\xff\xff\xff\x7f", "packet of 268435460 bytes"),
        (b"\x30\xff\xff\xff\xff\x7f", "not MQTT 5"),
        (
            mqtt5.DisconnectPacket(
                reason_code=mqtt5.DisconnectReasonCode.SESSION_TAKEN_OVER
            ).write(),
            "session taken over",
        ),
        (mqtt5.SubAckPacket(9, [mqtt5.SubAckReasonCode.NOT_AUTHORIZED]).write(), "subscription"),
        (
            mqtt5.PubAckPacket(9, reason_code=mqtt5.PubAckReasonCode.NOT_AUTHORIZED).write(),
            "refuses a message: not authorized",
        ),
    ],
)
def test_a_broker_that_breaks_the_rules_or_ends_it_is_named_left_and_tried_again(
    linked: Any, said: bytes, why: str
) -> None:
    def script(wire: Wire) -> None:
        welcome(wire)
        if broker.visits == 1:
            wire.send(said)
        wire.until_left()

    broker, link = linked(script)
    until("it is left", lambda: bool(link.troubles))
    assert why in link.troubles[0]
    until("it is tried again", lambda: link.connected and broker.visits == 2)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the codec's own
def test_a_topic_that_is_no_text_is_acknowledged_and_holds_up_nothing(linked: Any) -> None:
    acknowledged: list[int] = []

    def script(wire: Wire) -> None:
        welcome(wire)
        wire.send(BAD_TOPIC + message(8))
        acknowledged.extend(wire.next(mqtt5.PubAckPacket).packet_id for _ in range(2))
        wire.until_left()

    _, link = linked(script)
    until("both are acknowledged", lambda: len(acknowledged) == 2)
    assert acknowledged == [7, 8]
    assert [topic for topic, _, _ in link.came] == ["", "a/b"]


def test_a_refused_login_is_told_in_words_and_tried_again_later(linked: Any) -> None:
    def script(wire: Wire) -> None:
        wire.next(mqtt5.ConnectPacket)
        code = mqtt5.ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD
        wire.send(mqtt5.ConnAckPacket(reason_code=code).write())
        wire.until_left()

    broker, link = linked(script)
    until("it came again", lambda: broker.visits >= 2)
    assert not link.connected
    assert "bad user name or password" in link.trouble


@pytest.mark.parametrize("answer", [TAKEN, mqtt5.ConnAckPacket(server_keep_alive=1).write()])
def test_a_broker_that_says_nothing_any_more_is_left(linked: Any, answer: bytes) -> None:
    def script(wire: Wire) -> None:
        welcome(wire, answer)
        wire.next(mqtt5.PingReqPacket)
        wire.until_left()

    _, link = linked(script, keepalive_s=2 if answer == TAKEN else 600)
    until("it is left", lambda: bool(link.troubles))
    assert link.troubles[0] == "connection lost"


def test_a_quiet_broker_that_answers_pings_is_kept(linked: Any) -> None:
    pings: list[Any] = []

    def script(wire: Wire) -> None:
        welcome(wire)
        for _ in range(3):
            pings.append(wire.next(mqtt5.PingReqPacket))
            wire.send(mqtt5.PingRespPacket().write())
        wire.until_left()

    broker, link = linked(script, keepalive_s=1)
    until("three pings were answered", lambda: len(pings) == 3)
    assert link.connected and broker.visits == 1


def test_the_broker_never_has_more_unconfirmed_than_it_bears(linked: Any) -> None:
    order: list[bytes] = []
    early: list[Any] = []

    def script(wire: Wire) -> None:
        welcome(wire, mqtt5.ConnAckPacket(receive_max=2).write())
        while len(order) < 9:
            pair = [wire.next(mqtt5.PublishPacket) for _ in range(2 if len(order) < 8 else 1)]
            order.extend(packet.payload for packet in pair)
            wire._socket.settimeout(0.05)
            try:
                early.append(wire.next(mqtt5.PublishPacket))
            except TimeoutError:
                wire._socket.settimeout(20)
            for packet in pair:
                wire.send(mqtt5.PubAckPacket(packet.packet_id).write())
        wire.until_left()

    _, link = linked(script)
    until("it is connected", lambda: link.connected)
    assert link.window == 2
    numbers = [link.publish("a/b", b"%d" % n) for n in range(9)]
    until("all are confirmed", lambda: len(link.reached) == 9)
    assert (link.reached, early) == (numbers, [])
    assert order == [b"%d" % n for n in range(9)]


def test_a_confirmation_nobody_waits_for_changes_nothing(linked: Any) -> None:
    def script(wire: Wire) -> None:
        welcome(wire)
        wire.send(mqtt5.PubAckPacket(77).write() * 2 + message(1))
        wire.until_left()

    _, link = linked(script)
    until("the message is there", lambda: len(link.came) == 1)
    assert link.reached == []


def test_what_came_on_a_lost_connection_is_not_acknowledged_on_the_next(linked: Any) -> None:
    said: list[int] = []

    def script(wire: Wire) -> None:
        welcome(wire)
        if broker.visits == 1:
            wire.send(message(5))
            wire.next(mqtt5.PubAckPacket)
            return
        link.acknowledge(old)
        wire.send(message(6))
        said.append(wire.next(mqtt5.PubAckPacket).packet_id)
        wire.until_left()

    old: list[Any] = []
    broker, link = linked(script)
    until("the first came", lambda: link.came != [])
    old.append((link._client, 5))
    until("the second connection acknowledged", lambda: said != [])
    assert said == [6]


def test_a_broker_of_mqtt_3_gets_paho_instead(linked: Any) -> None:
    greetings: list[bytes] = []

    def script(wire: Wire) -> None:
        greeting = wire._socket.recv(1 << 16)
        greetings.append(greeting)
        is_old = greeting[8] == 4
        wire.send(b"\x20\x02\x00\x00" if is_old else b"\x20\x02\x00\x01")
        wire.until_left()

    _, link = linked(script)
    until("it is connected", lambda: link.connected)
    assert [greeting[8] for greeting in greetings] == [5, 4]


def test_tls_carries_messages_and_a_stranger_is_not_trusted(linked: Any, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path, "ours"), tmp_path / "ours.key")
    large = random.Random(1).randbytes(300_000)

    def script(wire: Wire) -> None:
        welcome(wire)
        wire.send(message(1, payload=large))
        wire.next(mqtt5.PubAckPacket)
        confirmed = wire.next(mqtt5.PublishPacket)
        wire.send(mqtt5.PubAckPacket(confirmed.packet_id).write())
        wire.until_left()

    _, link = linked(script, context, ca_file=str(tmp_path / "ours.pem"))
    until("the message came", lambda: len(link.came) == 1)
    assert link.came[0][1] == large
    link.publish("a/b", large)
    until("ours is confirmed", lambda: len(link.reached) == 1)
    _, other = linked(script, context, ca_file=str(certificate(tmp_path, "other")))
    until("it is refused", lambda: "certificate verify failed" in other.trouble.lower())
    assert other.connects == 0


def certificate(folder: Path, name: str) -> Path:
    """Of this machine's own address, signed by itself."""
    path = folder / f"{name}.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    subprocess.run(
        [
            *command.split(),
            "-subj",
            f"/CN={name}",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-out",
            str(path),
            "-keyout",
            str(folder / f"{name}.key"),
        ],
        check=True,
        capture_output=True,
    )
    return path


def test_two_agents_with_one_name_push_each_other_out_and_lose_nothing(
    brokers: Any, clients: Any
) -> None:
    broker = brokers("site")
    links = [Noting(broker.port, client_id="same") for _ in range(2)]
    for link in links:
        link.start()
    try:
        until("they push each other out", lambda: sum(link.connects for link in links) > 3)
        sender = clients(Client("sender", broker.port))
        for number in range(50):
            sender.publish("a/b", b"%d" % number, 1)
        wanted = {b"%d" % number for number in range(50)}
        until("all came", lambda: wanted <= {said for link in links for _, said, _ in link.came})
    finally:
        for link in links:
            link.stop()
            link.join(10)
