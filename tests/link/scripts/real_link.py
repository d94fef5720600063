"""What the scripts here share: a link over a real socket, and waiting without sleeping.

Runs on CPython and on MicroPython's unix port, as everything it imports.
"""

import select
import sys
import time

from evse.link.mqtt import MqttLink
from evse.link.mqtt_config import MqttConfig
from evse.link.tcp import TcpTransport

_NOTHING = select.poll()


def now_ms() -> int:
    """Milliseconds that wrap at 2**30 on both interpreters."""
    if hasattr(time, "ticks_ms"):
        return time.ticks_ms() & 0x3FFFFFFF
    return time.monotonic_ns() // 1_000_000 & 0x3FFFFFFF


class Board:
    """A link and a list of everything that came out of it, in words."""

    def __init__(self, name, port, host="127.0.0.1", subscribe="", tls=None, **settings):
        settings.setdefault("first_wait_ms", 100)
        settings.setdefault("most_wait_ms", 100)
        self.transport = TcpTransport(host, port, tls=tls)
        config = MqttConfig(name, subscribe=subscribe, **settings)
        self.link = MqttLink(config, self.transport, lambda below: below // 2)
        self.link.on_message = self._take
        self.link.on_delivered = self._delivered
        self.link.on_up = self._up
        self.heard = []
        self.delivered = []
        self.sessions = []

    def _take(self, topic, payload, retained):
        self.heard.append((topic, payload, retained))
        return True

    def _delivered(self, token):
        self.delivered.append(token)

    def _up(self, session_present):
        self.sessions.append(session_present)


def wait_for_test(what):
    """Ask the test for something, and wait until it is done."""
    print(what)
    sys.stdin.readline()


def step(boards):
    """Poll each once, and give the peers a moment."""
    for board in boards:
        board.link.poll(now_ms())
    _NOTHING.poll(2)


def run_until(boards, true, what):
    """Poll the boards until true(); end the program, naming what never came, after 20 s."""
    began_ms = now_ms()
    while not true():
        step(boards)
        if (now_ms() - began_ms) & 0x3FFFFFFF > 20_000:
            print("never came:", what)
            for board in boards:
                print(board.link.state, board.link.last_error, board.heard[-3:])
            sys.exit(1)
