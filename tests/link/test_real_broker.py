"""The link over real sockets on both interpreters: mosquitto, TLS, and hostile peers."""

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.link import bench
from tests.link.interpreters import INTERPRETERS, Program, run
from tests.link.test_mqtt_hostile import GREETINGS
from tests.link.test_packet_reader import BAD
from tests.needs import need

both = pytest.mark.parametrize("interpreter", INTERPRETERS)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class Mosquitto:
    """The reference broker, on a port of its own."""

    def __init__(self, folder: Path, *settings: str) -> None:
        self.port = free_port()
        self._program: subprocess.Popen[bytes] | None = None
        self._config = folder / "mosquitto.conf"
        lines = ["user root", f"listener {self.port} 127.0.0.1", *settings]
        self._config.write_text("\n".join(lines) + "\n")

    def start(self) -> None:
        self._program = subprocess.Popen(
            [need("mosquitto"), "-c", str(self._config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except ConnectionRefusedError:
                assert self._program.poll() is None, "mosquitto does not start"
                assert time.monotonic() < deadline, "mosquitto does not listen"

    def freeze(self) -> None:
        assert self._program is not None
        os.kill(self._program.pid, signal.SIGSTOP)

    def kill(self) -> None:
        if self._program is not None:
            os.kill(self._program.pid, signal.SIGKILL)
            self._program.wait()


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Callable[..., Mosquitto]]:
    """Starts a broker with the settings given."""
    started = []

    def start(*settings: str) -> Mosquitto:
        broker = Mosquitto(tmp_path, *settings)
        started.append(broker)
        broker.start()
        return broker

    yield start
    for broker in started:
        broker.kill()


@both
def test_a_station_lives_through_a_killed_broker_and_keeps_its_word(
    interpreter: str, mosquitto: Callable[..., Mosquitto]
) -> None:
    broker = mosquitto("allow_anonymous true")
    last = ""
    program = Program(interpreter, "broker_life.py", broker.port)
    for line in program:
        last = line
        if line == "freeze":
            broker.freeze()
            program.go_on()
        elif line == "restart":
            broker.kill()
            broker.start()
            program.go_on()
    assert last.startswith("survived")


@both
def test_wrong_credentials_are_named(
    interpreter: str, mosquitto: Callable[..., Mosquitto], tmp_path: Path
) -> None:
    passwords = tmp_path / "passwords"
    passwords.write_text("st-0001:s3cret\n")
    subprocess.run([need("mosquitto_passwd"), "-U", str(passwords)], check=True)
    broker = mosquitto(f"password_file {passwords}")

    def attempt(password: str) -> list[str]:
        arguments = ("127.0.0.1", broker.port, "", "st-0001", password)
        return run(interpreter, "first_connection.py", *arguments)

    assert attempt("s3cret")[0] == "up"
    assert attempt("wrong")[0] == "refused-not-authorised"


class Authority:
    """A certificate authority of the test's own, and a server's key and certificate."""

    def __init__(self, folder: Path, name: str = "localhost", days: int = 2) -> None:
        folder.mkdir()
        self.ca = folder / "ca.pem"
        self.certificate = folder / "server.pem"
        self.key = folder / "server.key"
        self._folder = folder
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        self._openssl(
            "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=site CA"
        )
        self._openssl(
            "req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", f"/CN={name}"
        )
        (folder / "names").write_text(f"subjectAltName=DNS:{name}\n")
        signer = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names")
        self._openssl(
            "x509", "-req", "-in", "server.csr", *signer, "-out", "server.pem", "-days", str(days)
        )

    def _openssl(self, *arguments: str) -> None:
        command = [need("openssl"), *arguments]
        subprocess.run(command, cwd=self._folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls") / "ours")


def tls_attempt(interpreter: str, port: int, trusted: Path, host: str = "localhost") -> list[str]:
    return run(interpreter, "first_connection.py", host, port, trusted, "", "")


@both
def test_a_broker_with_a_certificate_of_our_authority_is_trusted(
    interpreter: str, mosquitto: Callable[..., Mosquitto], authority: Authority
) -> None:
    broker = mosquitto(
        "allow_anonymous true",
        f"certfile {authority.certificate}",
        f"keyfile {authority.key}",
    )
    assert tls_attempt(interpreter, broker.port, authority.ca)[0] == "up"


@both
@pytest.mark.parametrize("flaw", ["another authority", "another name", "expired"])
def test_a_broker_with_a_flawed_certificate_is_refused(
    interpreter: str, flaw: str, mosquitto: Callable[..., Mosquitto], tmp_path: Path
) -> None:
    name = "elsewhere" if flaw == "another name" else "localhost"
    server = Authority(tmp_path / "server", name, days=-1 if flaw == "expired" else 2)
    trusted = Authority(tmp_path / "other").ca if flaw == "another authority" else server.ca
    broker = mosquitto(
        "allow_anonymous true", f"certfile {server.certificate}", f"keyfile {server.key}"
    )
    reason = tls_attempt(interpreter, broker.port, trusted)[0]
    assert reason.startswith("tls-failed")
    assert "certificate" in reason


@both
def test_a_handshake_that_stalls_is_given_up_without_blocking(
    interpreter: str, authority: Authority
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        said = tls_attempt(interpreter, port, authority.ca)
    assert said == ["connect-timeout: no CONNACK", "polled"]


@both
def test_a_broker_that_speaks_no_tls_is_not_spoken_to_in_clear(
    interpreter: str, authority: Authority
) -> None:
    heard = []

    def listen(server: socket.socket) -> None:
        peer, _ = server.accept()
        with peer:
            heard.append(peer.recv(4096))
            peer.sendall(bench.CONNACK)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=listen, args=(server,))
        thread.start()
        said = tls_attempt(interpreter, server.getsockname()[1], authority.ca)
        thread.join()
    assert said[0].startswith("tls-failed")
    assert heard[0][0] == 0x16  # a TLS handshake, and nothing of MQTT in it
    assert b"MQTT" not in heard[0]
    assert b"st-0001" not in heard[0]


@both
def test_a_port_where_nobody_listens_is_named(interpreter: str) -> None:
    said = run(interpreter, "first_connection.py", "127.0.0.1", free_port(), "", "", "")
    assert said[0].startswith("tcp-failed")
    assert "refused" in said[0].lower()


@both
def test_a_name_nobody_knows_is_named(interpreter: str) -> None:
    said = run(interpreter, "first_connection.py", "nowhere.invalid", 1883, "", "", "")
    assert said[0].startswith("dns-failed")


def hostile_scripts() -> list[tuple[bytes, bytes, str]]:
    """(greeting, what follows once the board has subscribed, the reason it must give)."""
    found = [(data, b"", reason) for data, reason in GREETINGS.values()]
    found += [(bench.CONNACK, data, reason) for data, reason in BAD.values() if len(data) < 100]
    found += [(b"", b"", "closed"), (bench.CONNACK, b"", "closed")]
    half = bench.publish(b"evse/1/st-0001/down/stop", b"{}", qos=1, pid=3)[:-3]
    found.append((bench.CONNACK, half, "closed"))
    return found


def be_hostile(server: socket.socket, scripts: list[tuple[bytes, bytes, str]]) -> None:
    """One connection a script, then a broker that is one."""
    for greeting, rest, _ in [*scripts, (bench.CONNACK, b"good", "")]:
        peer, _ = server.accept()
        with peer:
            peer.settimeout(20)
            assert peer.recv(4096)[0] == 0x10
            peer.sendall(greeting)
            if greeting != bench.CONNACK:
                if greeting:
                    assert peer.recv(4096) == b"", "the board went on"
                continue
            said = b""
            while len(bench_packets(said)) < 2:  # SUBSCRIBE and the birth
                said += peer.recv(4096)
            if rest == b"good":
                birth = bench.Published(*bench.packets(said)[1][1:])
                peer.sendall(bench.puback(birth.pid))
                peer.recv(4096)
            elif rest:
                peer.sendall(rest)


def bench_packets(data: bytes) -> list[tuple[int, int, bytes]]:
    try:
        return bench.packets(data)
    except (AssertionError, IndexError):
        return []


@both
def test_every_hostile_broker_is_left_by_name_and_the_next_one_tried(interpreter: str) -> None:
    scripts = hostile_scripts()
    expected: dict[str, int] = {}
    for _, _, reason in scripts:
        expected[reason] = expected.get(reason, 0) + 1
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=be_hostile, args=(server, scripts))
        thread.start()
        said = run(interpreter, "hostile_brokers.py", server.getsockname()[1])
        thread.join()
    counts = {name: int(count) for name, count in (line.split() for line in said)}
    assert counts.pop("delivered") == 1
    assert counts.pop("connects") == sum(script[0] == bench.CONNACK for script in scripts) + 1
    assert counts == expected
