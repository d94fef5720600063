"""The link over a serial line, shared with a person at a terminal.

Same send(), poll() and callbacks as mqtt.py's MqttLink, so that the application does not care
which one it has.  What a frame looks like is protocol.frame's.  Knows no pin: uart is any
object with any(), read(n) and write(data) that never block.
"""

from evse.core.timer import Timer
from protocol.frame import START, Unpacker, pack

from .line_queue import LineQueue
from .tally import Tally

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_CHUNK = 256  # bytes read in one poll
_MOST_TOKEN = 65_535
_FRAME = -1  # in place of a column: the line is a frame
_RETURNED = -2  # the line ended with a return: a line feed after it is part of the end

NOTES = (
    "connects",  # a host began to speak
    "lost",  # it fell silent
    "received",
    "delivered",
    "bad-frames",
    "overlong-lines",
    "bad-lines",  # console lines that are not printable ASCII
    "not-taken",
    "text-dropped",
    "uart-failed",
    "handler-raised",
)


class LineLink:
    """One UART.  Frames go out only while a host has spoken a frame in the last quiet_ms, so
    that a terminal without a host stays readable; the host must speak more often than that.

    Read at will: up, counts (names in NOTES), last_error.  Callbacks, each None or:

    on_message(topic, payload, retained) -> bool: as MqttLink's; retained is always False, a
    line keeps nothing.  False: offered again at each poll for hold_ms, then dropped: the host
    repeats what is not answered.
    on_delivered(token): every byte of it has gone to the UART.  That the host has it, only its
    receipt tells.
    on_up(False): a host has begun to speak.
    on_line(text): a line that is no frame, for the console.
    will: never asked; the host misses a board by its silence.
    """

    def __init__(
        self, uart: "Any", quiet_ms: int = 30_000, hold_ms: int = 5_000, window: int = 8
    ) -> None:
        self.on_message: Callable[[str, bytes, bool], bool] | None = None
        self.on_delivered: Callable[[int], None] | None = None
        self.on_up: Callable[[bool], None] | None = None
        self.on_line: Callable[[str], None] | None = None
        self.will: Any = None
        self.up = False
        self._tally = Tally(NOTES)
        self.counts = self._tally.counts
        self._uart = uart
        self._unpacker = Unpacker(self._take_frame, self._take_line)
        self._quiet_ms = quiet_ms
        self._quiet = Timer()
        self._hold_ms = hold_ms
        self._hold = Timer()
        self._held: tuple[str, bytes] | None = None  # what on_message has not taken
        self._data = b""  # read from the UART; _data[_used:] is not unpacked yet
        self._used = 0
        self._out = LineQueue(window)
        self._now_ms = 0
        self._token = 0
        self._column = 0  # of the echoed line

    @property
    def last_error(self) -> str:
        """ "" or "name: detail"."""
        return self._tally.last_error

    def under_way(self) -> int:
        """Frames accepted that have not begun to leave."""
        return self._out.frames()

    def start(self, now_ms: int) -> None:
        """Nothing to do: a line is there."""

    def stop(self, now_ms: int) -> None:
        """Send no more frames until the host speaks again."""
        self.up = False

    def send(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> int:
        """As MqttLink.send(); retain means nothing on a line.  Raises ValueError for what is
        too long, or not printable ASCII."""
        if not self.up:
            return 0
        token = self._token % _MOST_TOKEN + 1
        if not self._out.add_frame(pack(topic, payload), token if qos else 0):
            return 0
        self._token = token
        return token

    def write_text(self, text: str) -> bool:
        """Text for the terminal, its line ends included, between frames.  False, and counted,
        when too much of it waits."""
        if self._out.add_text(text.encode()):
            return True
        self._tally.count("text-dropped")
        return False

    def poll(self, now_ms: int) -> None:
        """Do what can be done without waiting.  Call every 10 ms or so."""
        self._now_ms = now_ms
        try:
            self._read(now_ms)
            self._write()
        except (OSError, MemoryError) as error:  # what was being read or written is lost
            self._tally.fail("uart-failed", error)
        if self._quiet.ends(now_ms) and self.up:
            self.up = False
            self._tally.fail("lost", "the host is silent")
        self.counts["bad-frames"] = self._unpacker.bad
        self.counts["overlong-lines"] = self._unpacker.overlong

    def _read(self, now_ms: int) -> None:
        if self._held is not None:
            self._offer(self._held[0], self._held[1])
            if self._held is not None and self._hold.ends(now_ms):
                self._held = None
                self._tally.fail("not-taken")
        if self._used == len(self._data):
            count = self._uart.any()
            if not count:
                return
            self._data = self._uart.read(min(count, _CHUNK)) or b""
            self._used = 0
        while self._held is None and self._used < len(self._data):
            end = self._data.find(b"\n", self._used) + 1 or len(self._data)
            line = memoryview(self._data)[self._used : end]
            self._used = end  # before anything can raise: a line is never fed twice
            self._echo(line)
            self._unpacker.feed(line)

    def _echo(self, data: "memoryview") -> None:
        """Show people what they type: terminals send a byte and print nothing themselves.

        Not while a host speaks, and nothing of a line that begins as a frame.
        """
        if self.up:
            return
        shown = b""
        for byte in data:
            if byte == 0x0D or byte == 0x0A:
                if self._column >= 0 or (byte == 0x0D and self._column == _RETURNED):
                    shown += b"\r\n"
                self._column = _RETURNED if byte == 0x0D else 0
            elif byte == START:
                self._column = _FRAME
            elif self._column != _FRAME:
                self._column = max(0, self._column)
                if byte == 0x08 or byte == 0x7F:
                    if self._column:
                        self._column -= 1
                        shown += b"\x08 \x08"
                elif 0x20 <= byte < 0x7F:
                    self._column += 1
                    shown += bytes((byte,))
        if shown:
            self._out.add_text(shown)

    def _take_frame(self, topic: str, payload: bytes) -> None:
        self._quiet.start(self._now_ms, self._quiet_ms)
        if not self.up:
            self.up = True
            self._tally.count("connects")
            self._tally.call(self.on_up, False)
        self._hold.start(self._now_ms, self._hold_ms)
        self._offer(topic, payload)

    def _offer(self, topic: str, payload: bytes) -> None:
        taken = self._tally.call(self.on_message, topic, payload, False)
        if taken is False:
            self._held = (topic, payload)
        else:
            self._held = None
            self._tally.count("received")

    def _take_line(self, typed: bytes) -> None:
        line = bytearray()
        for byte in typed:
            if byte == 0x08 or byte == 0x7F:
                line = line[:-1]
            else:
                line.append(byte)
        for byte in line:
            if byte < 0x20 or byte > 0x7E:
                self._tally.count("bad-lines")
                return
        self._tally.call(self.on_line, str(line, "ascii"))

    def _write(self) -> None:
        token = self._out.write(self._uart, self.up)
        if token:
            self._tally.count("delivered")
            self._tally.call(self.on_delivered, token)
