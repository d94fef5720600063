"""Byte pipes that look like a UART, in memory, through sockets and as a serial port."""

import os
import select

import pytest

from boards.virtual import wire


def ends_in_memory():
    return wire.pair()


def ends_of_a_socket():
    server = wire.listen()
    caller = wire.connect(server.getsockname()[1])
    select.select([server], [], [], 5)
    answerer = wire.accept(server)
    server.close()
    return caller, answerer


def wait_for(end, count: int) -> None:
    """Until so many bytes are there; the kernel carries them within microseconds."""
    for _ in range(1_000_000):
        if end.any() >= count:
            return
    raise AssertionError("nothing came")


@pytest.fixture(params=[ends_in_memory, ends_of_a_socket], ids=["memory", "socket"])
def ends(request):
    a, b = request.param()
    yield a, b
    for end in (a, b):
        if hasattr(end, "close"):
            end.close()


def test_what_one_end_writes_the_other_reads_in_order(ends) -> None:
    a, b = ends
    a.write(b"one ")
    a.write(b"two")
    wait_for(b, 7)
    assert b.read(5) == b"one t"
    assert b.read() == b"wo"


def test_both_directions_are_apart(ends) -> None:
    a, b = ends
    a.write(b"request")
    b.write(b"answer")
    wait_for(a, 6)
    wait_for(b, 7)
    assert (a.read(), b.read()) == (b"answer", b"request")


def test_an_empty_end_answers_none_and_does_not_wait(ends) -> None:
    a, _ = ends
    assert a.any() == 0
    assert a.read() is None
    assert a.read(10) is None


def test_a_wire_that_nobody_reads_loses_what_does_not_fit_and_counts_it() -> None:
    a, b = wire.pair()
    a.write(bytes(wire.CAPACITY + 7))
    assert (b.any(), b.lost) == (wire.CAPACITY, 7)


def test_a_cut_wire_carries_nothing() -> None:
    a, b = wire.pair()
    a.cut = True
    assert a.write(b"lost") == 4
    assert b.any() == 0


def test_a_socket_end_knows_that_the_other_side_went_away() -> None:
    a, b = ends_of_a_socket()
    a.write(b"last words")
    a.close()
    wait_for(b, 10)
    assert b.read() == b"last words"
    for _ in range(1_000_000):
        b.any()
        if b.closed:
            break
    assert b.closed
    assert b.write(b"?") is None
    b.close()


def test_nobody_calling_is_no_error() -> None:
    server = wire.listen()
    assert wire.accept(server) is None
    server.close()


def test_another_program_opens_the_path_of_a_pty_as_a_serial_port() -> None:
    end = wire.PtyEnd()
    port = os.open(end.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    os.write(port, b"\x01\x04\x00\xff")
    wait_for(end, 4)
    assert end.read() == b"\x01\x04\x00\xff"
    end.write(b"back\n")
    select.select([port], [], [], 5)
    assert os.read(port, 10) == b"back\n"
    assert end.read() is None
    os.close(port)
    end.close()
