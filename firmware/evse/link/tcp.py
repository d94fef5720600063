"""A TCP connection, with TLS over it if asked, that never waits.  What mqtt.py talks through.

The only file of the link that knows a socket, and where the two interpreters differ: CPython
raises when there is nothing to read, MicroPython returns None.

Two steps cannot be had without blocking.  getaddrinfo() answers when the name server does, and
each step of a TLS handshake keeps a microcontroller busy for up to a second.  Both are done
only while may_block() says so, which on a charging station means: contactor open.
"""

import binascii
import errno
import select
import socket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_MICRO = hasattr(socket.socket, "readinto")  # MicroPython's sockets are streams
# MicroPython's `ssl` is not on every port, `tls` is; the types of one do not fit the other.
_tls: "Any" = __import__("tls" if _MICRO else "ssl")
if not _MICRO:
    _NOT_NOW = (BlockingIOError, _tls.SSLWantReadError, _tls.SSLWantWriteError)


def tls_context(ca: bytes) -> "Any":
    """Trusts the one certificate authority `ca` (PEM or DER) and checks the broker's name.

    The board's clock must be right to the day, or every certificate is too new or too old.
    Raises ValueError when ca is no certificate.
    """
    if ca.startswith(b"-----BEGIN"):
        ca = binascii.a2b_base64(b"".join(ca.strip().split(b"\n")[1:-1]))
    context = _tls.SSLContext(_tls.PROTOCOL_TLS_CLIENT)
    if _MICRO:
        context.verify_mode = _tls.CERT_REQUIRED
        context.load_verify_locations(ca)
        return context
    try:
        context.load_verify_locations(cadata=ca)
    except _tls.SSLError as error:
        raise ValueError(str(error)) from None
    return context


def _yes() -> bool:
    return True


class TcpTransport:
    """host: name or address.  tls: None or what tls_context() returns.

    may_block(): whether a second without a poll would do no harm now.  network_up(): whether
    there is a network to try.  stage: what an OSError out of any method means, as a name of
    reasons.py.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        tls: "Any" = None,
        may_block: "Callable[[], bool]" = _yes,
        network_up: "Callable[[], bool]" = _yes,
    ) -> None:
        self.stage = "dns-failed"
        self._host = host
        self._port = port
        self._tls = tls
        self._may_block = may_block
        self._network_up = network_up
        self._found: list[Any] = []  # what getaddrinfo said last
        self._choice = 0
        self._stale = True  # nothing in _found has worked yet, or no longer does
        self._numeric = all(part.isdigit() for part in host.split(".")) or ":" in host
        self._socket: Any = None
        self._stream: Any = None  # the socket, or TLS over it, once connected
        self._secured = False
        self._poller: Any = None

    def open(self) -> bool:
        """Begin to connect; False: not now, ask again."""
        self.close()
        self.stage = "dns-failed"
        may_block = self._may_block()
        if not self._network_up() or (self._tls is not None and not may_block):
            return False
        if self._stale and (may_block or self._numeric):
            self._resolve()
        if not self._found:
            return False
        self.stage = "tcp-failed"
        self._stale = True
        family, kind, protocol, _, address = self._found[self._choice % len(self._found)]
        self._socket = socket.socket(family, kind, protocol)
        self._socket.setblocking(False)
        try:
            self._socket.connect(address)
        except OSError as error:
            if error.errno != errno.EINPROGRESS:
                raise
        self._poller = select.poll()
        self._poller.register(self._socket, select.POLLOUT)
        return True

    def is_open(self) -> bool:
        """Whether there is a connection, or an attempt at one."""
        return self._socket is not None

    def connected(self) -> bool:
        """Whether it can be written to."""
        if self._poller is None:
            raise OSError(errno.ENOTCONN)
        events = self._poller.poll(0)
        if not events:
            return False
        if events[0][1] & (select.POLLERR | select.POLLHUP):
            self._raw_read(self._socket, bytearray(1))  # raises the cause, where it is known
            raise OSError(errno.ECONNREFUSED)
        self._poller = None
        self._stream = self._socket
        self._secured = self._tls is None
        if not self._secured:
            self.stage = "tls-failed"
            self._stream = self._tls.wrap_socket(
                self._socket, server_hostname=self._host, do_handshake_on_connect=False
            )
        return True

    def proved(self) -> None:
        """A broker has answered: this address is worth keeping."""
        self._stale = False

    def read(self, buffer: bytearray) -> int:
        """Bytes put in buffer; 0: none now; -1: closed by the other side."""
        self._check_open()
        if not self._secured:  # the handshake is driven by write()
            return 0
        return self._raw_read(self._stream, buffer)

    def write(self, data: memoryview) -> int:
        """Bytes taken, 0 for none now.  After 0 the same data must be offered again."""
        self._check_open()
        if not self._secured and not self._may_block():
            self.stage = "tls-held"
            raise OSError(errno.EAGAIN)
        if _MICRO:
            try:
                count = self._stream.write(data) or 0
            except ValueError as error:  # what a certificate lacks, in words
                raise OSError(str(error).strip()) from None
        else:
            try:
                count = self._stream.send(data)
            except _NOT_NOW:
                count = 0
        if count:
            self._secured = True
            self.stage = "reset"
        return count

    def close(self) -> None:
        """At any time, and twice: to the broker it is as if the board had lost power."""
        if self._socket is not None and self._stale:
            self._choice = (self._choice + 1) % len(self._found)
        for end in (self._stream, self._socket):
            if end is not None:
                try:
                    end.close()
                except OSError:
                    pass  # it is gone either way
        self._stream = None
        self._socket = None
        self._poller = None

    def _check_open(self) -> None:
        if self._stream is None:
            raise OSError(errno.ENOTCONN)

    def _resolve(self) -> None:
        try:
            self._found = socket.getaddrinfo(self._host, self._port, 0, socket.SOCK_STREAM)
        except OSError:
            if not self._found:  # else: better an old address than none
                raise

    def _raw_read(self, stream: "Any", buffer: bytearray) -> int:
        if _MICRO:
            count = stream.readinto(buffer)
            return 0 if count is None else count or -1
        try:
            return stream.recv_into(buffer) or -1
        except _NOT_NOW:
            return 0
