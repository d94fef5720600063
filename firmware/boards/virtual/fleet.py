"""Many virtual stations in one process, on one clock that can run faster than real time."""

import json

from boards.assembly import make_station
from boards.flash import make_journal
from boards.links import add_line, add_mqtt
from boards.virtual.board import Board
from boards.virtual.chance import Chance
from boards.virtual.scene import Scene
from evse.app.boots import keep_reason
from evse.drivers.flash_store import FlashStore

TICK_MS = 10
CARD_MS = 1_000  # a card typed at the terminal is held so long before the reader
MOST_BEHIND_MS = 1_000  # a process that was stopped does not make up for more than this


class VirtualStation:
    """One station: its board, its firmware, its broker link.  Restarts as a board does."""

    def __init__(
        self, number: int, folder: str, network: "dict | None", seed: int, terminal=None
    ) -> None:
        """folder: its flash.  terminal: a uart-like object for the console and the agent's
        frames, or None."""
        self.name = f"st-{number}"
        self.number = number
        self._folder = folder
        store = FlashStore(folder)
        self._network = network
        self._seed = seed
        scene = Scene(number)
        if store.load("config") is None:
            store.save("config", json.dumps(scene.settings(self.name)).encode())
        self.board = Board(store, seed + number, scene.connectors, start_ms=seed * 977 % 50_000)
        scene.set_up(self.board)
        self._terminal = terminal
        self._start()

    def _start(self) -> None:
        self.board.journal = make_journal(self._folder)
        self.station = make_station(self.board)
        if self._network is not None:
            add_mqtt(self.station, self._network, Chance(self._seed + self.number).below)
        if self._terminal is not None:
            add_line(self.station, self._terminal).on_line = self._hear

    def _hear(self, text: str) -> None:
        """A line of the terminal: `card 04A1B2C3` is the scene's, all else the firmware's."""
        word, _, number = text.strip().partition(" ")
        if word != "card":
            self.station.console.hear(text)
            return
        from protocol.card import parse  # only who types it needs it

        try:
            self.board.reader.show(parse(number), CARD_MS)
        except ValueError as error:
            self.station.console_write(f"card: {error}\r\n")

    def step(self, ms: int) -> None:
        """Let ms pass for the board and run its control tick."""
        self.station.tick(self.board.step(ms))

    def poll(self, link_ms: int) -> None:
        """Everything but the tick.  link_ms: real time, for the sockets."""
        station = self.station
        station.poll(self.board.ticks_ms(), link_ms)
        if station.reboot_asked and not station.is_energised():
            self.restart("command")

    def restart(self, reason: str) -> None:
        """What a reset does: outputs safe, then the firmware from the start."""
        for controller in self.station.controllers:
            controller.make_safe()
        for port in self.station.post.links:
            if port.cut is not None:
                port.cut()
        keep_reason(self.board.store, reason)
        self._start()


class Fleet:
    """stations: all of them.  speed: virtual milliseconds in a real one, in hundredths."""

    def __init__(self, stations: list, speed_percent: int = 100) -> None:
        self.stations = stations
        self._speed_percent = speed_percent
        self._real_ms = -1
        self._owed = 0  # hundredths of a virtual millisecond not yet lived
        self.behind_ms = 0  # virtual time given up because the machine was too slow

    def run(self, real_ms: int) -> None:
        """Catch up with real_ms, a clock that wraps at 2**30."""
        if self._real_ms >= 0:
            passed_ms = (real_ms - self._real_ms) & ((1 << 30) - 1)
            if passed_ms > MOST_BEHIND_MS:
                self.behind_ms += passed_ms - MOST_BEHIND_MS
                passed_ms = MOST_BEHIND_MS
            self._owed += passed_ms * self._speed_percent
        self._real_ms = real_ms
        while self._owed >= TICK_MS * 100:
            self._owed -= TICK_MS * 100
            for station in self.stations:
                station.step(TICK_MS)
        for station in self.stations:
            station.poll(real_ms)

    def stop(self, real_ms: int) -> None:
        """Say goodbye to the brokers; call run() a few times more to let it out."""
        for station in self.stations:
            station.station.post.say_goodbye()
            for port in station.station.post.links:
                port.stop(real_ms)


def make_fleet(
    count: int,
    network_of,
    state_dir: str,
    seed: int = 1,
    speed_percent: int = 100,
    terminal_of=None,
) -> Fleet:
    """count stations.  network_of(name): network settings or None.  terminal_of(name): a uart or
    None."""
    stations = []
    for number in range(1, count + 1):
        name = f"st-{number}"
        terminal = terminal_of(name) if terminal_of is not None else None
        folder = f"{state_dir}/{name}"
        stations.append(VirtualStation(number, folder, network_of(name), seed, terminal))
    return Fleet(stations, speed_percent)
