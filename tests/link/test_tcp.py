"""The socket's side: what may block waits for permission, and addresses are remembered."""

import select
import socket
from collections.abc import Iterator

import pytest

from evse.link import tcp
from evse.link.tcp import TcpTransport, tls_context


class Names:
    """A name server to script: addresses it gives, or None for no answer."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ports: list[int] | None = []
        self.asked = 0
        monkeypatch.setattr(tcp.socket, "getaddrinfo", self._answer)

    def _answer(self, host: str, port: int, family: int, kind: int) -> list[object]:
        self.asked += 1
        if self.ports is None:
            raise socket.gaierror(-3, "no answer")
        return [(socket.AF_INET, kind, 0, "", ("127.0.0.1", port)) for port in self.ports]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    return Names(monkeypatch)


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made


class Contactor:
    is_open = True

    def may_block(self) -> bool:
        return self.is_open


def port_of(server: socket.socket) -> int:
    return int(server.getsockname()[1])


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as made:
        return port_of(made)


def connects(transport: TcpTransport) -> bool:
    """Whether an attempt comes through; it must begin at once."""
    assert transport.open()
    try:
        while not transport.connected():
            select.select([], [], [], 0.001)
    except OSError:
        transport.close()
        return False
    return True


def test_a_name_is_not_looked_up_while_that_may_not_block(
    names: Names, server: socket.socket
) -> None:
    contactor = Contactor()
    contactor.is_open = False
    names.ports = [port_of(server)]
    transport = TcpTransport("broker", 1883, may_block=contactor.may_block)
    assert not transport.open()
    assert names.asked == 0
    contactor.is_open = True
    assert connects(transport)
    transport.close()


def test_an_address_that_worked_is_used_again_without_asking(
    names: Names, server: socket.socket
) -> None:
    contactor = Contactor()
    names.ports = [port_of(server)]
    transport = TcpTransport("broker", 1883, may_block=contactor.may_block)
    assert connects(transport)
    transport.proved()
    transport.close()
    names.ports = None
    contactor.is_open = False
    assert connects(transport)
    transport.close()
    assert names.asked == 1


def test_a_name_server_that_dies_leaves_the_old_address(
    names: Names, server: socket.socket
) -> None:
    names.ports = [port_of(server)]
    transport = TcpTransport("broker", 1883)
    assert connects(transport)
    transport.close()  # nobody proved to be a broker
    names.ports = None
    assert connects(transport)
    transport.close()
    assert names.asked == 2


def test_a_broker_that_moved_is_found_again(names: Names, server: socket.socket) -> None:
    names.ports = [closed_port()]
    transport = TcpTransport("broker", 1883)
    assert not connects(transport)
    names.ports = [port_of(server)]
    assert connects(transport)
    transport.close()


def test_the_addresses_of_a_name_are_tried_in_turn(names: Names, server: socket.socket) -> None:
    names.ports = [closed_port(), port_of(server), closed_port()]
    transport = TcpTransport("broker", 1883)
    assert not connects(transport)
    assert connects(transport)
    transport.proved()
    transport.close()
    assert connects(transport)
    transport.close()


def test_a_name_nobody_knows_is_named(names: Names) -> None:
    names.ports = None
    transport = TcpTransport("broker", 1883)
    with pytest.raises(OSError, match="no answer"):
        transport.open()
    assert transport.stage == "dns-failed"


def test_a_number_needs_no_permission(server: socket.socket) -> None:
    transport = TcpTransport("127.0.0.1", port_of(server), may_block=lambda: False)
    assert connects(transport)
    transport.close()


def test_nothing_is_tried_without_a_network(names: Names) -> None:
    transport = TcpTransport("broker", 1883, network_up=lambda: False)
    assert not transport.open()
    assert names.asked == 0


class Tls:
    """A context whose handshake never gets anywhere."""

    def wrap_socket(self, sock: socket.socket, **settings: object) -> socket.socket:
        assert settings == {"server_hostname": "127.0.0.1", "do_handshake_on_connect": False}
        return sock


def test_a_handshake_waits_for_permission_and_stops_when_it_ends(server: socket.socket) -> None:
    contactor = Contactor()
    contactor.is_open = False
    transport = TcpTransport(
        "127.0.0.1", port_of(server), tls=Tls(), may_block=contactor.may_block
    )
    assert not transport.open()
    contactor.is_open = True
    assert connects(transport)
    contactor.is_open = False
    with pytest.raises(OSError):  # noqa: PT011
        transport.write(memoryview(b"CONNECT"))
    assert transport.stage == "tls-held"
    transport.close()


def test_a_connection_cut_from_outside_is_an_error_and_no_more(server: socket.socket) -> None:
    """An application may close the transport to leave as if the power had gone."""
    transport = TcpTransport("127.0.0.1", port_of(server))
    assert connects(transport)
    transport.close()
    transport.close()
    for use in (
        transport.connected,
        lambda: transport.read(bytearray(9)),
        lambda: transport.write(memoryview(b"x")),
    ):
        with pytest.raises(OSError, match="107"):
            use()


def test_bytes_go_through_and_an_end_is_told_from_nothing(server: socket.socket) -> None:
    transport = TcpTransport("127.0.0.1", port_of(server))
    assert connects(transport)
    peer, _ = server.accept()
    buffer = bytearray(16)
    with peer:
        assert transport.read(buffer) == 0
        assert transport.write(memoryview(b"hello")) == 5
        assert peer.recv(9) == b"hello"
        peer.sendall(b"you")
        select.select([transport._socket], [], [])
        assert (transport.read(buffer), buffer[:3]) == (3, b"you")
    select.select([transport._socket], [], [])
    assert transport.read(buffer) == -1
    transport.close()


@pytest.mark.parametrize("body", ["", "AAAA", "A!", "AAAAA"])
def test_a_certificate_that_is_none_is_refused(body: str) -> None:
    pem = f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"
    with pytest.raises(ValueError, match=r"(?i)cert|data|pad|ASN1"):
        tls_context(pem.encode())
