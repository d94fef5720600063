"""A message on a noisy serial line that people type on too."""

import binascii
import itertools
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from protocol.frame import MAX_FRAME, Unpacker, pack, unpack
from protocol.message import MAX_PAYLOAD, Message
from protocol.messages import SetLimit
from protocol.topics import MAX_CONNECTORS, MAX_TOPIC, topic
from tests.protocol.samples import messages

TOPIC = "evse/1/yard-07/down/1/set-limit"
FRAME = (
    b"~evse/1/yard-07/down/1/set-limit "
    b'{"id":"q-1","boot_id":12,"expires_ms":660000,"owner":"operator","limit_ma":10000,"valid_s":900}'
    b" *8AFA972F\n"
)
NOISE = st.lists(
    st.one_of(st.binary(max_size=20), st.sampled_from([b"~", b"\n", b"\r", b" *", FRAME[:50]])),
    max_size=6,
).map(b"".join)


class Heard:
    """What an unpacker hands out."""

    def __init__(self) -> None:
        self.frames: list[tuple[str, bytes]] = []
        self.lines: list[bytes] = []
        self.unpacker = Unpacker(lambda *frame: self.frames.append(frame), self.lines.append)

    def feed(self, *pieces: bytes) -> "Heard":
        for piece in pieces:
            self.unpacker.feed(piece)
        return self

    def all(self) -> object:
        unpacker = self.unpacker
        return self.frames, self.lines, unpacker.frames, unpacker.bad, unpacker.overlong


def framed(message: Message, connector: int = 1) -> bytes:
    place = connector if message.PER_CONNECTOR else -1
    return pack(topic("yard-07", message.UP, message.KIND, place), message.encode())


def told(frame: bytes) -> tuple[str, bytes]:
    name, _, rest = frame[1:-1].partition(b" ")
    return name.decode(), rest[:-10]


def checked(body: bytes) -> bytes:
    """A line whose check is right, whatever its body."""
    return b"~" + body + b" *%08X" % binascii.crc32(body)


def test_a_frame_looks_as_the_readme_says() -> None:
    command = SetLimit(
        id="q-1",
        boot_id=12,
        expires_ms=660_000,
        owner="operator",
        limit_ma=10_000,
        valid_s=900,
    )
    assert pack(TOPIC, command.encode()) == FRAME
    assert unpack(FRAME[:-1]) == (TOPIC, command.encode())


def test_the_check_is_the_one_zip_and_ethernet_use() -> None:
    assert binascii.crc32(b"123456789") == 0xCBF43926
    assert pack("a", b"{}") == b"~a {} *78ECA426\n"


@given(messages(), st.integers(1, MAX_CONNECTORS))
def test_every_message_survives_the_line(message: Message, connector: int) -> None:
    frame = framed(message, connector)
    heard = Heard().feed(frame)
    assert heard.frames == [told(frame)]
    assert type(message).decode(heard.frames[0][1]).encode() == message.encode()


def test_the_largest_frame_survives_the_line() -> None:
    frame = pack("t" * MAX_TOPIC, b"x" * MAX_PAYLOAD)
    assert len(frame) <= MAX_FRAME
    assert Heard().feed(frame).frames == [("t" * MAX_TOPIC, b"x" * MAX_PAYLOAD)]


@given(st.lists(st.tuples(NOISE, messages()), max_size=4), NOISE)
@example([(b"~" * 3000, SetLimit.decode(told(FRAME)[1]))], b"")
@example([(b"x" * 1200, SetLimit.decode(told(FRAME)[1]))], b"")
def test_garbage_between_frames_never_loses_a_later_frame(
    story: list[tuple[bytes, Message]], last: bytes
) -> None:
    frames = [framed(message) for _, message in story]
    after_line_feed = b"".join(noise + b"\n" + framed(message) for noise, message in story)
    on_the_same_line = b"".join(noise + framed(message) for noise, message in story)
    assert Heard().feed(after_line_feed + last).frames == [told(frame) for frame in frames]
    assert Heard().feed(on_the_same_line + last).frames == [told(frame) for frame in frames]


@given(st.binary(min_size=1, max_size=3000))
@settings(max_examples=50)
def test_a_frame_is_heard_after_any_amount_of_any_noise(noise: bytes) -> None:
    assert told(FRAME) in Heard().feed(noise, b"\n", FRAME).frames


def test_no_flipped_bit_goes_unseen() -> None:
    for place in range(len(FRAME) * 8):
        spoilt = bytearray(FRAME)
        spoilt[place // 8] ^= 1 << place % 8
        heard = Heard().feed(bytes(spoilt), b"\n")
        assert heard.frames == [], spoilt
        assert heard.feed(FRAME).frames == [told(FRAME)], spoilt


@given(messages(), st.data())
def test_no_flipped_bit_of_any_message_goes_unseen(message: Message, data: st.DataObject) -> None:
    spoilt = bytearray(framed(message))
    place = data.draw(st.integers(0, len(spoilt) * 8 - 1))
    spoilt[place // 8] ^= 1 << place % 8
    assert Heard().feed(bytes(spoilt), b"\n", FRAME).frames == [told(FRAME)]


@given(st.data())
def test_no_lost_or_doubled_byte_goes_unseen(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(FRAME) - 2))
    lost = FRAME[:at] + FRAME[at + 1 :]
    doubled = FRAME[: at + 1] + FRAME[at:]
    assert Heard().feed(lost, FRAME).frames == [told(FRAME)]
    # The tilde twice is a frame cut short and then the frame itself.
    assert Heard().feed(doubled, FRAME).frames == [told(FRAME)] * (2 if at == 0 else 1)


@given(
    st.lists(st.one_of(NOISE, messages().map(framed), st.just(b"> help\r\n")), max_size=6),
    st.lists(st.integers(0, 4000), max_size=8),
)
def test_however_the_line_is_sliced_the_same_is_heard(
    pieces: list[bytes], cuts: list[int]
) -> None:
    stream = b"".join(pieces)
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    slices = [stream[a:b] for a, b in itertools.pairwise(edges)]
    at_once = Heard().feed(stream)
    assert Heard().feed(*slices).all() == at_once.all()
    assert Heard().feed(*(stream[i : i + 1] for i in range(len(stream)))).all() == at_once.all()


@given(st.lists(st.text(st.characters(codec="ascii", exclude_characters="~\r\n"), min_size=1)))
def test_what_people_type_reaches_the_console_unchanged(lines: list[str]) -> None:
    typed = [line.encode() for line in lines]
    heard = Heard().feed(b"".join(line + b"\r\n" + FRAME for line in typed))
    assert heard.lines == typed
    assert len(heard.frames) == len(typed)


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        (b"\n", 1),
        (b"\r", 1),
        (b"\r\n", 1),
        (b"\n\n", 2),
        (b"\r\r", 2),
        (b"\n\r", 2),
        (b"\r\n\r\n", 2),
        (FRAME[:-1] + b"\r\n", 0),
        (b"~spoilt\r\n", 0),
    ],
)
def test_the_return_key_is_heard_once_whatever_it_sends(typed: bytes, lines: int) -> None:
    assert Heard().feed(typed).lines == [b""] * lines


def test_a_line_without_end_takes_no_memory() -> None:
    heard = Heard()
    tracemalloc.start()
    try:
        for _ in range(50):
            heard.feed(b"x" * 4096)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * MAX_FRAME
    assert heard.unpacker.overlong == 1
    assert heard.feed(b"\nstatus\n", FRAME).lines == [b"status"]
    assert heard.frames == [told(FRAME)]


def test_an_endless_frame_takes_no_memory() -> None:
    heard = Heard().feed(b"~" + b"x" * 100_000)
    assert heard.unpacker.overlong == 1
    assert heard.feed(b"\n", FRAME).frames == [told(FRAME)]
    assert heard.lines == []


def test_damage_is_counted() -> None:
    heard = Heard().feed(FRAME, b"~half a fra", FRAME, b"~evse/1 {} *00000000\n", b"\r\n\r\n")
    assert (heard.unpacker.frames, heard.unpacker.bad) == (2, 2)


def test_a_reader_that_fails_loses_one_frame_only() -> None:
    got = []

    def fail_once(name: str, payload: bytes) -> None:
        got.append(name)
        if len(got) == 1:
            raise RuntimeError

    unpacker = Unpacker(fail_once)
    with pytest.raises(RuntimeError):
        unpacker.feed(FRAME)
    unpacker.feed(b"typed by nobody\n" + FRAME)
    assert got == [TOPIC, TOPIC]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"~",
        b"~ *00000000",
        FRAME[1:-1],
        FRAME[:-1].lower(),
        FRAME[:-10] + b"8afa972f",
        FRAME[:-2],
        FRAME[:-1] + b" ",
        FRAME[:-11] + b"*  8AFA972",
        b" " + FRAME[:-1],
        checked(b"no-blank"),
        checked(b" {}"),
        checked("é {}".encode()),
        checked(b"\xff {}"),
        checked(b"t" * (MAX_TOPIC + 1) + b" {}"),
    ],
)
def test_a_line_that_is_no_frame_is_refused(line: bytes) -> None:
    assert unpack(line) is None


def test_a_check_is_eight_capital_digits() -> None:
    """What int() would take for the right number too: "0x", a sign, blanks, small letters."""
    body = next(b"t {%d}" % n for n in itertools.count() if small(binascii.crc32(b"t {%d}" % n)))
    check = binascii.crc32(body)
    for digits in (f"0x{check:06X}", f"{check:+08X}", f"{check:8X}", f"{check:08x}"):
        assert len(digits) == 8 and int(digits, 16) == check
        assert unpack(b"~" + body + b" *" + digits.encode()) is None
    assert unpack(checked(body)) is not None


def small(check: int) -> bool:
    return check < 1 << 24 and f"{check:x}" != f"{check:X}"


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("", b"{}"),
        ("a b", b"{}"),
        ("é", b"{}"),
        ("a~", b"{}"),
        ("a\n", b"{}"),
        ("t" * (MAX_TOPIC + 1), b"{}"),
        ("t", b"x" * (MAX_PAYLOAD + 1)),
        ("t", b'{\n"a":1}'),
        ("t", b'{"a":"~"}'),
        ("t", b"\x7f"),
        ("t", "é".encode()),
        ("t", b"\0"),
    ],
)
def test_what_would_not_survive_the_line_is_not_packed(name: str, payload: bytes) -> None:
    with pytest.raises(ValueError, match=r"frame|blanks"):
        pack(name, payload)
