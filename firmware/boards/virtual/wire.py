"""Byte pipes with an end at each side, like a UART: any(), read(), write(), none of them blocks.

pair() is in memory and exact; listen(), accept() and connect() go through the machine's sockets;
PtyEnd (CPython only) gives other programs a serial port to open.  Nothing here knows what the
bytes mean.
"""

import os

try:
    import socket
except ImportError:  # the WebAssembly port has none
    socket = None
try:
    import tty
except ImportError:  # only CPython has pseudo terminals
    tty = None

_CHUNK = 512
CAPACITY = 8192


class End:
    """One side of a pipe in memory.

    lost: bytes that did not fit because the other side did not read.  cut: what is written
    goes nowhere.
    """

    def __init__(self) -> None:
        self.peer = self
        self.lost = 0
        self.cut = False
        self._arrived = bytearray()

    def any(self) -> int:
        return len(self._arrived)

    def read(self, n: int = -1) -> bytes | None:
        """At most n bytes, all there are when n is left out, None when there are none."""
        arrived = self._arrived
        if not arrived:
            return None
        if n < 0 or n >= len(arrived):
            data = bytes(arrived)
            self._arrived = bytearray()
        else:
            data = bytes(arrived[:n])
            self._arrived = arrived[n:]
        return data

    def write(self, data: "bytes | bytearray") -> int:
        if not self.cut:
            self.peer.arrive(data)
        return len(data)

    def arrive(self, data: "bytes | bytearray") -> None:
        room = CAPACITY - len(self._arrived)
        if len(data) > room:
            self.lost += len(data) - room
            data = data[:room]
        self._arrived.extend(data)


def pair() -> "tuple[End, End]":
    """Two ends; what one writes the other reads."""
    a = End()
    b = End()
    a.peer = b
    b.peer = a
    return a, b


class SocketEnd:
    """A connected socket as a UART.  closed: the other side went away."""

    def __init__(self, sock) -> None:
        sock.setblocking(False)
        self._sock = sock
        self._arrived = bytearray()
        self.closed = False

    def any(self) -> int:
        if not self.closed and len(self._arrived) < CAPACITY:
            self._receive()
        return len(self._arrived)

    def read(self, n: int = -1) -> bytes | None:
        if not self.any():
            return None
        if n < 0:
            n = len(self._arrived)
        data = bytes(self._arrived[:n])
        self._arrived = self._arrived[n:]
        return data

    def write(self, data: "bytes | bytearray") -> int | None:
        """How many bytes went; None when none could go now."""
        if self.closed:
            return None
        try:
            return self._sock.send(data)
        except OSError as error:
            if not _again(error):
                self.closed = True
            return None

    def close(self) -> None:
        self.closed = True
        self._sock.close()

    def _receive(self) -> None:
        try:
            data = self._sock.recv(_CHUNK)
        except OSError as error:
            if not _again(error):
                self.closed = True
            return
        if data:
            self._arrived.extend(data)
        elif data is not None:
            self.closed = True


def _again(error: OSError) -> bool:
    """Whether a socket or terminal only says: not now (EAGAIN, EWOULDBLOCK of other systems)."""
    return error.args[0] == 11 or error.args[0] == 35


def listen(port: int = 0, host: str = "127.0.0.1"):
    """A listening socket for accept(); port 0: the machine chooses.  OSError without sockets."""
    if socket is None:
        raise OSError("this interpreter has no sockets")
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(socket.getaddrinfo(host, port)[0][-1])
    server.listen(4)
    server.setblocking(False)
    return server


def accept(server) -> SocketEnd | None:
    """The next caller, or None."""
    try:
        sock, _ = server.accept()
    except OSError as error:
        if _again(error):
            return None
        raise
    return SocketEnd(sock)


def connect(port: int, host: str = "127.0.0.1") -> SocketEnd:
    """Call a listening socket.  OSError when nobody answers."""
    if socket is None:
        raise OSError("this interpreter has no sockets")
    sock = socket.socket()
    sock.connect(socket.getaddrinfo(host, port)[0][-1])
    return SocketEnd(sock)


class PtyEnd:
    """The controlling side of a pseudo terminal; path is what another program opens.

    OSError on interpreters without pseudo terminals.
    """

    def __init__(self) -> None:
        if tty is None:
            raise OSError("this interpreter has no pseudo terminals")
        self._fd, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._fd, False)
        self.path = os.ttyname(self._slave)
        self._arrived = bytearray()

    def any(self) -> int:
        try:
            self._arrived.extend(os.read(self._fd, _CHUNK))
        except OSError as error:
            if not _again(error):
                raise
        return len(self._arrived)

    def read(self, n: int = -1) -> bytes | None:
        if not self.any():
            return None
        if n < 0:
            n = len(self._arrived)
        data = bytes(self._arrived[:n])
        self._arrived = self._arrived[n:]
        return data

    def write(self, data: "bytes | bytearray") -> int | None:
        try:
            return os.write(self._fd, data)
        except OSError as error:
            if not _again(error):
                raise
            return None

    def close(self) -> None:
        os.close(self._slave)
        os.close(self._fd)
