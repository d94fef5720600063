"""The serial line: frames for a host, text for a person, neither in the other's way."""

from hypothesis import given
from hypothesis import strategies as st

from evse.link.line import LineLink
from protocol.frame import MAX_FRAME, Unpacker, pack

TOPIC = "evse/1/st-0001/down/1/stop"
UP = "evse/1/st-0001/up/1/state"


class Uart:
    """Two byte queues.  room: bytes one write takes."""

    def __init__(self) -> None:
        self.incoming = b""
        self.written = b""
        self.room = 1 << 30
        self.broken = False

    def any(self) -> int:
        return len(self.incoming)

    def read(self, count: int) -> bytes | None:
        if self.broken:
            raise OSError(5, "EIO")
        data, self.incoming = self.incoming[:count], self.incoming[count:]
        return data or None

    def write(self, data: bytes | memoryview) -> int | None:
        count = min(self.room, len(data))
        self.written += bytes(data[:count])
        return count or None


class Bench:
    """A LineLink on pretended time, and what came out at either end."""

    def __init__(self) -> None:
        self.now_ms = 0
        self.uart = Uart()
        self.link = LineLink(self.uart)
        self.got: list[tuple[str, bytes, bool]] = []
        self.lines: list[str] = []
        self.delivered: list[int] = []
        self.ups: list[bool] = []
        self.takes = True
        self.link.on_message = self._take
        self.link.on_line = self.lines.append
        self.link.on_delivered = self.delivered.append
        self.link.on_up = self.ups.append

    def _take(self, topic: str, payload: bytes, retained: bool) -> bool:
        if self.takes:
            self.got.append((topic, payload, retained))
        return self.takes

    def run(self, ms: int) -> None:
        for _ in range(ms // 10):
            self.now_ms = (self.now_ms + 10) % (1 << 30)
            self.link.poll(self.now_ms)

    def host(self, data: bytes) -> None:
        """The other end writes."""
        self.uart.incoming += data
        self.run(50 + len(data) // 10)

    def greeted(self) -> "Bench":
        self.host(pack(TOPIC, b"{}"))
        self.got.clear()
        return self

    def seen(self) -> tuple[list[tuple[str, bytes]], list[bytes]]:
        """Frames and console lines as the host's own reader finds them."""
        frames: list[tuple[str, bytes]] = []
        lines: list[bytes] = []
        reader = Unpacker(lambda topic, payload: frames.append((topic, payload)), lines.append)
        reader.feed(self.uart.written)
        self.uart.written = b""
        assert reader.bad == 0
        return frames, [line for line in lines if line]


def test_a_frame_reaches_the_application() -> None:
    bench = Bench()
    bench.host(pack(TOPIC, b'{"id":"a"}'))
    assert bench.got == [(TOPIC, b'{"id":"a"}', False)]
    assert bench.ups == [False]
    assert bench.link.up


def test_a_frame_goes_out_whole_and_is_then_delivered() -> None:
    bench = Bench().greeted()
    token = bench.link.send(UP, b"{}")
    bench.uart.room = 5
    bench.run(30)
    assert bench.delivered == []
    bench.run(500)
    assert bench.delivered == [token]
    assert bench.seen() == ([(UP, b"{}")], [])


def test_qos_0_is_not_reported_as_delivered() -> None:
    bench = Bench().greeted()
    assert bench.link.send(UP, b"{}", 0)
    bench.run(50)
    assert bench.seen()[0] == [(UP, b"{}")]
    assert bench.delivered == []


def test_a_terminal_without_a_host_sees_no_frames() -> None:
    bench = Bench()
    assert bench.link.send(UP, b"{}") == 0
    bench.host(b"status\r\nhelp\n")
    assert bench.link.send(UP, b"{}") == 0
    assert bench.lines == ["status", "help"]
    assert bench.uart.written == b"status\r\nhelp\r\n"  # what was typed, and no frame


def test_frames_stop_when_the_host_has_been_silent_for_30_s() -> None:
    bench = Bench().greeted()
    bench.run(29_000)
    assert bench.link.send(UP, b"{}")
    bench.run(2_000)
    assert not bench.link.up
    assert bench.link.send(UP, b"{}") == 0
    assert bench.link.last_error == "lost: the host is silent"
    bench.greeted()
    assert bench.ups == [False, False]
    assert bench.link.counts["connects"] == 2


def test_a_line_typed_by_a_person_does_not_count_as_a_host() -> None:
    bench = Bench().greeted()
    for _ in range(40):
        bench.host(b"status\n")
        bench.run(1_000)
    assert not bench.link.up


def test_a_host_that_was_silent_for_twelve_days_is_still_silent() -> None:
    """The clock has wrapped to where the host was last heard."""
    bench = Bench().greeted()
    heard_ms = bench.now_ms
    bench.run(31_000)
    for step_ms in range(0, 1 << 30, 100_000_000):
        bench.link.poll((heard_ms + step_ms) % (1 << 30))
        assert not bench.link.up
    bench.link.poll(heard_ms + 10)
    assert bench.link.send(UP, b"{}") == 0


def test_text_and_frames_take_turns_and_never_mix() -> None:
    bench = Bench().greeted()
    bench.uart.room = 3
    for index in range(6):
        assert bench.link.send(UP, b'{"n":%d}' % index)
        assert bench.link.write_text(f"line {index}\r\n")
    bench.run(8_000)
    written = bench.uart.written
    frames, lines = bench.seen()
    assert [payload for _, payload in frames] == [b'{"n":%d}' % index for index in range(6)]
    assert lines == [b"line %d" % index for index in range(6)]
    assert written.index(b"line 1") < written.index(b'"n":2')


def test_text_goes_out_without_a_host() -> None:
    bench = Bench()
    assert bench.link.write_text("hello\r\n")
    bench.run(20)
    assert bench.uart.written == b"hello\r\n"


def test_frames_accepted_before_the_host_fell_silent_wait_for_it() -> None:
    bench = Bench().greeted()
    bench.uart.room = 0
    tokens = [bench.link.send(UP, payload) for payload in (b"begun", b"waiting")]
    bench.run(31_000)
    bench.uart.room = 1_000
    bench.link.write_text("a person reads this\r\n")
    bench.run(100)
    assert bench.seen() == ([(UP, b"begun")], [b"a person reads this"])
    bench.greeted()
    bench.run(50)
    assert bench.seen() == ([(UP, b"waiting")], [])
    assert bench.delivered == tokens


def test_the_window_is_bounded() -> None:
    bench = Bench().greeted()
    bench.uart.room = 0
    tokens = [bench.link.send(UP, b"{}") for _ in range(20)]
    assert [token > 0 for token in tokens] == [True] * 8 + [False] * 12


def test_text_nobody_reads_is_dropped_and_counted() -> None:
    bench = Bench()
    bench.uart.room = 0
    for _ in range(100):
        bench.link.write_text("x" * 98 + "\r\n")
    assert bench.link.counts["text-dropped"] >= 50
    bench.uart.room = 100
    bench.run(5_000)
    assert len(bench.uart.written) <= 4_200
    assert bench.link.write_text("again\r\n")


def test_a_message_not_taken_is_offered_again_and_holds_up_what_follows() -> None:
    bench = Bench().greeted()
    bench.takes = False
    bench.host(pack(TOPIC, b"1") + pack(TOPIC, b"2"))
    bench.run(1_000)
    bench.takes = True
    bench.run(50)
    assert [payload for _, payload, _ in bench.got] == [b"1", b"2"]


def test_a_message_never_taken_is_dropped_and_counted() -> None:
    bench = Bench().greeted()
    bench.takes = False
    bench.host(pack(TOPIC, b"1") + pack(TOPIC, b"2"))
    bench.run(5_100)
    bench.takes = True
    bench.run(50)
    assert [payload for _, payload, _ in bench.got] == [b"2"]
    assert bench.link.counts["not-taken"] == 1


def test_a_damaged_frame_is_counted_and_the_next_one_read() -> None:
    bench = Bench()
    bench.host(pack(TOPIC, b"{}").replace(b"stop", b"stpo") + pack(TOPIC, b"{}"))
    assert len(bench.got) == 1
    assert bench.link.counts["bad-frames"] == 1


def test_half_a_frame_then_silence_then_a_frame_loses_one() -> None:
    bench = Bench()
    bench.host(pack(TOPIC, b"{}")[:20])
    bench.run(60_000)
    bench.host(pack(TOPIC, b"1"))
    assert [payload for _, payload, _ in bench.got] == [b"1"]


def test_ten_kilobytes_without_a_line_end_are_cut_and_counted() -> None:
    bench = Bench()
    bench.host(b"x" * 10_000 + b"\n" + pack(TOPIC, b"{}"))
    assert bench.link.counts["overlong-lines"] == 1
    assert len(bench.got) == 1
    assert bench.lines == []


def test_a_console_line_that_is_not_text_is_counted_and_not_passed_on() -> None:
    bench = Bench()
    bench.host(b"\x1b[2Jstatus\nst\xc3\xa9\nhelp\n")
    assert bench.lines == ["help"]
    assert bench.link.counts["bad-lines"] == 2


def test_what_a_handler_raises_is_counted() -> None:
    bench = Bench()
    bench.link.on_message = bench.link.on_line = lambda *_values: 1 // 0
    bench.host(pack(TOPIC, b"1") + b"status\n" + pack(TOPIC, b"2"))
    assert bench.link.counts["handler-raised"] == 3
    assert bench.link.counts["received"] == 2


def test_a_uart_that_fails_is_counted_and_used_again() -> None:
    bench = Bench()
    bench.uart.broken = True
    bench.host(pack(TOPIC, b"1"))
    assert bench.link.counts["uart-failed"] > 0
    bench.uart.broken = False
    bench.run(100)
    assert len(bench.got) == 1


def test_stopping_keeps_frames_back_until_the_host_speaks_again() -> None:
    bench = Bench().greeted()
    bench.link.stop(bench.now_ms)
    assert bench.link.send(UP, b"{}") == 0
    bench.greeted()
    assert bench.link.send(UP, b"{}")


def test_tokens_go_round_past_65535() -> None:
    bench = Bench().greeted()
    tokens = []
    for index in range(65_600):
        tokens.append(bench.link.send(UP, b"{}"))
        bench.link.poll(bench.now_ms)
        if not index % 1_000:
            bench.uart.written = b""
    assert (min(tokens), max(tokens), len(set(tokens))) == (1, 65_535, 65_535)
    assert bench.delivered == tokens


@given(
    parts=st.lists(
        st.one_of(
            st.binary(max_size=60),
            st.builds(lambda payload: pack(TOPIC, payload), st.just(b"{}")),
            st.just(b"~" * 9),
            st.just(b"x" * (MAX_FRAME + 5)),
            st.just(b"\n"),
        ),
        max_size=12,
    )
)
def test_no_bytes_on_the_line_get_anything_out_of_poll_but_counts(parts: list[bytes]) -> None:
    bench = Bench()
    for part in parts:
        bench.host(part)
    bench.got.clear()
    bench.host(b"\n" + pack(TOPIC, b"after"))
    assert bench.got == [(TOPIC, b"after", False)]
