import os
import pty
import select
import tty
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import serial

from agent.config import Serial
from agent.intake import Intake
from agent.serial_source import HELLO_WITHIN_S, SerialSource, open_port
from protocol import frame
from protocol.messages import Hello
from tests.agent.said import Birth, Event, Meter, payload, topic
from tests.agent.waiting import until

if TYPE_CHECKING:
    from agent.writer import Item


class Line:
    """A board at the other end of a pseudo terminal, that can be pulled out."""

    def __init__(self, link: Path) -> None:
        self._link = link
        self.heard: list[tuple[str, bytes]] = []
        self._unpacker = frame.Unpacker(lambda t, p: self.heard.append((t, p)))
        self.plug_in()

    def plug_in(self) -> None:
        self._board, self._host = pty.openpty()
        tty.setraw(self._board)
        tty.setraw(self._host)
        self._link.unlink(missing_ok=True)
        self._link.symlink_to(os.ttyname(self._host))

    def pull_out(self) -> None:
        self._link.unlink()
        os.close(self._board)
        os.close(self._host)

    def say(self, data: bytes) -> None:
        os.write(self._board, data)

    def listen(self) -> list[tuple[str, bytes]]:
        while select.select([self._board], [], [], 0)[0]:
            self._unpacker.feed(os.read(self._board, 4_096))
        return self.heard


class Host:
    def __init__(self, tmp_path: Path, station: str = "") -> None:
        self.line = Line(tmp_path / "board")
        self.intake = Intake()
        self.taken: list[Item] = []
        self.changes: list[bool] = []
        self.source = SerialSource(
            Serial(port=str(tmp_path / "board"), station=station),
            self.intake,
            lambda item: self.taken.append(item) is None,
            lambda _name, is_up: self.changes.append(is_up),
        )
        self.source.start()
        until("the port is open", lambda: self.changes == [True])


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    made = Host(tmp_path)
    yield made
    made.source.stop()
    made.source.join(10)


def said(seq: int) -> bytes:
    return frame.pack(topic(Meter), payload(Meter, 1, seq))


def seqs(host: Any) -> list[int]:
    return [item.message.message.seq for item in host.taken]


def test_what_the_board_frames_is_taken_in(host: Host) -> None:
    host.line.say(said(1) + b"a line for people\r\n" + said(2))
    until("both frames", lambda: seqs(host) == [1, 2])


def test_the_host_says_hello_so_that_the_board_speaks(host: Host) -> None:
    until("a hello", lambda: len(host.line.listen()) > 0)
    name, payload = host.line.heard[0]
    assert name == "evse/1/anyone/down/hello"
    assert Hello.decode(payload).interval_s == HELLO_WITHIN_S
    assert Hello.decode(payload).begins


def test_an_agent_that_has_heard_the_birth_asks_for_no_other(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.serial_source.HELLO_S", 0.2)
    birth = frame.pack(topic(Birth), payload(Birth, 4, 3))
    host.line.say(birth)
    until("the birth is heard", lambda: seqs(host) == [3])
    asks = lambda: [Hello.decode(said).begins for _, said in host.line.listen()]  # noqa: E731
    until("hellos go on", lambda: asks()[-1:] == [False])
    host.line.pull_out()
    until("the loss is told", lambda: host.changes == [True, False])
    host.line.plug_in()
    until("it asks again after the line was opened again", lambda: asks()[-1:] == [True])


def test_damaged_frames_are_counted_and_what_follows_is_taken(host: Host) -> None:
    spoilt = bytearray(said(1))
    spoilt[20] ^= 1
    host.line.say(bytes(spoilt) + os.urandom(2_000).replace(b"~", b"") + b"\n" + said(2))
    until("the good frame", lambda: seqs(host) == [2])
    assert host.source.unpacker.bad == 1


def test_a_frame_that_is_no_message_is_refused_by_name(host: Host) -> None:
    host.line.say(frame.pack(topic(Meter), b"{}") + said(2))
    until("the good frame", lambda: seqs(host) == [2])
    assert host.intake.refused == {"missing-field": 1}


def test_a_receipt_goes_down_the_line(host: Host) -> None:
    host.source.receipt("st-1", 4, 9)
    wanted = ("evse/1/st-1/down/receipt", b'{"boot_id":4,"up_to_seq":9}')
    until("the receipt", lambda: wanted in host.line.listen())


def test_a_board_that_is_pulled_out_and_plugged_in_is_followed(host: Host) -> None:
    host.line.pull_out()
    until("the loss is told", lambda: host.changes == [True, False])
    assert not host.source.send("evse/1/st-1/down/reboot", b"{}")
    host.line.plug_in()
    until("the port is open again", lambda: host.changes == [True, False, True])
    host.line.say(said(5))
    until("the board is heard", lambda: seqs(host) == [5])


def test_a_line_with_a_name_takes_no_other_station(tmp_path: Path) -> None:
    host = Host(tmp_path, station="st-2")
    host.line.say(said(1) + frame.pack(topic(Event, "st-2"), payload(Event, 1, 2)))
    until("the one with the name", lambda: seqs(host) == [2])
    assert host.intake.refused == {"foreign-station": 1}
    host.source.stop()
    host.source.join(10)


def test_a_second_program_cannot_open_the_line(host: Host, tmp_path: Path) -> None:
    with pytest.raises(serial.SerialException):
        open_port(str(tmp_path / "board"), 115_200)


class Watched(serial.SerialBase):
    """A port that notes what was set before it opened."""

    made: "list[Watched]" = []

    def __init__(self, *_arguments: Any, **_settings: Any) -> None:
        self.noted: list[tuple[str, Any]] = []
        Watched.made.append(self)

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "noted":
            self.noted.append((name, value))
        object.__setattr__(self, name, value)

    dtr = rts = exclusive = write_timeout = None

    def open(self) -> None:
        self.noted.append(("open", None))


def test_dtr_and_rts_are_set_before_the_port_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serial, "serial_for_url", Watched)
    port = open_port("/dev/ttyACM0", 115_200)
    names = [name for name, _ in port.noted]
    before = dict(port.noted[: names.index("open")])
    assert before["dtr"] is False
    assert before["rts"] is False
    assert before["exclusive"] is True
