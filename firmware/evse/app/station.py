"""A station: its connectors, its settings, its links, its console.

tick() is the control path of every connector and allocates nothing; poll() is everything else and
may take its time.  Neither waits.
"""

from evse import VERSION
from evse.app.boots import Boots
from evse.app.commands import Commands
from evse.app.config import Config
from evse.app.console import Console
from evse.app.controller import FLOW
from evse.app.post import Post
from evse.app.reporter import Reporter
from evse.core.sharing import Sharing
from evse.core.units import elapsed_ms

TICK_MS = 10
MAIN_LOOP_DEAD_MS = 30_000  # a main loop that has not come round for so long never will
_SECOND_MS = 1_000


class Station:
    """board: see boards/README.md.  make_controller(socket, config): one connector.

    worst_gap_ms: longest time between two ticks since it was last read.  reboot_asked: somebody
    wants a restart; run.py does it while no contactor is closed.
    """

    version = VERSION

    def __init__(self, board, make_controller) -> None:
        self._board = board
        # Erasing flash holds up the tick on most chips; a board may say that it does not.
        self._flash_stalls = getattr(board, "flash_stalls", True)
        self.board_name = board.name
        self.boots = Boots(board.store, board.reset_reason)
        self.reset_reason = self.boots.reason
        self.config = Config(board.store)
        name = self.config.word("station") or "station-unnamed"
        journal = getattr(board, "journal", None)
        self.post = Post(name, self.boots.boot_id, self.boots.next_boot_id, journal)
        self.controllers = [
            make_controller(socket, self.config, number + 1, self.post, board.store)
            for number, socket in enumerate(board.connectors)
        ]
        self.commands = Commands(self, self.post)
        self.reporter = Reporter(self, self.post)
        self.console = Console(self, self._write_console)
        self.console_write = board.console_write  # where the console's text goes
        self.sharing = None
        self.cards = None  # an Authorisation, where a card reader is fitted
        self._keepers = []
        self.reboot_asked = False
        self.identify_until_ms = -1
        self.worst_gap_ms = 0
        self._ticked_ms = -1
        self._polled_ms = -1
        self._halted = False
        self._second_ms = 0
        self._heard = 0
        self.apply_config()
        self._uptime_s = 0
        if self.boots.looping:
            for controller in self.controllers:
                controller.hold_out_of_service()
        why = self.reset_reason + ("-" + self.boots.detail if self.boots.detail else "")
        self.post.record_event(0, "boot", name_of(why))
        if self.post.records.lost:
            self.post.record_event(0, "storage-error", "unreadable", self.post.records.lost)

    def _write_console(self, text: str) -> None:
        self.console_write(text)

    def add_keeper(self, keeper) -> None:
        """Something that keeps the network up; polled before the links."""
        self._keepers.append(keeper)

    def add_cards(self, cards) -> None:
        """A card reader is fitted: an Authorisation."""
        self.cards = cards

    def add_link(self, link) -> None:
        """Links are used in the order added.  Messages and console lines come here."""
        self.post.links.append(link)

    def controller(self, number: int):
        """The connector with this number, from 1, or None."""
        if 1 <= number <= len(self.controllers):
            return self.controllers[number - 1]
        return None

    def is_energised(self) -> bool:
        for controller in self.controllers:
            if controller.pilot.contactor:
                return True
        return False

    def write_flash(self, write, *values) -> bool:
        """Call write(*values) while no contactor is closed, and none closes until it is done.

        False: one is closed, and writing would hold up the tick: not now.
        """
        if not self._flash_stalls:
            write(*values)
            return True
        if self.is_energised():
            return False
        for controller in self.controllers:
            controller.held_open = True
        free = not self.is_energised()  # the tick may have closed one just before
        try:
            if free:
                write(*values)
        finally:
            for controller in self.controllers:
                controller.held_open = False
        return free

    def _keep(self, now_ms: int) -> None:
        """Put on flash what must outlive a power cut, one thing a call.  Records go first: a
        session must not look over before its end is safe."""
        records = self.post.records
        if not records.session_waits():
            for controller in self.controllers:
                if controller.charge.wants_flash(now_ms):
                    self.write_flash(controller.charge.save, now_ms)
                    return
        if records.wants_flash(now_ms):
            self.write_flash(records.write, now_ms)
            return
        for controller in self.controllers:
            if controller.wear.wants_flash(now_ms):
                self.write_flash(controller.wear.save, now_ms)
                return

    def heap_free(self) -> int:
        return self._board.heap_free()

    def identify(self, duration_s: int, now_ms: int) -> None:
        self._board.identify(duration_s)
        self.identify_until_ms = now_ms + duration_s * 1000

    def ask_service(self) -> bool:
        """Come up without the firmware after a restart, for mpremote.  False while energised."""
        if self.is_energised():
            return False
        self._board.store.save("service", b"1")
        self.reboot_asked = True
        return True

    def apply_config(self) -> None:
        supply_ma = self.config.number("supply_limit_ma")
        if supply_ma and self.sharing is None:
            self.sharing = Sharing(len(self.controllers), supply_ma)
        for controller in self.controllers:
            controller.apply_config(self.config)

    def tick(self, now_ms: int) -> None:
        """The control path of every connector, every 10 ms.  Feeds the watchdog when complete,
        and only while the main loop comes round too."""
        if self._halted:
            return
        if self._ticked_ms >= 0:
            gap_ms = elapsed_ms(now_ms, self._ticked_ms)
            self.worst_gap_ms = max(self.worst_gap_ms, gap_ms)
        self._ticked_ms = now_ms
        complete = True
        for controller in self.controllers:
            if controller.tick(now_ms) != FLOW:
                complete = False
        if self._polled_ms < 0:
            self._polled_ms = now_ms
        if complete and elapsed_ms(now_ms, self._polled_ms) < MAIN_LOOP_DEAD_MS:
            self._board.feed()

    def halt(self) -> None:
        """Ticks do nothing from now on and feed no watchdog: a reset comes."""
        self._halted = True

    def poll(self, now_ms: int, link_ms: int = -1) -> None:
        """Everything but the control path: meters, sessions, links, console, reports.

        link_ms: clock of the links where it is not the board's (a simulation that runs faster).
        """
        self._polled_ms = now_ms
        self.post.now_ms = now_ms
        second = elapsed_ms(now_ms, self._second_ms) >= _SECOND_MS
        if second:
            self._second_ms = now_ms
            self.post.clock.advance(now_ms)
            self._each_second(now_ms)
        for controller in self.controllers:
            controller.poll(now_ms, second)
        if self.cards is not None:
            self.cards.poll(now_ms)
        for keeper in self._keepers:
            keeper.poll(now_ms)
        for link in self.post.links:
            link.poll(now_ms if link_ms < 0 else link_ms)
        if self.commands.heard != self._heard:
            self._heard = self.commands.heard
            for controller in self.controllers:
                controller.fallback.link_alive()
        self._keep(now_ms)  # before it is told: what an agent has heard of must not be forgotten
        self.reporter.poll(now_ms)
        self.console.poll(now_ms)

    def _each_second(self, now_ms: int) -> None:
        self._uptime_s += 1
        self.write_flash(self.boots.prove, self._uptime_s)
        if self.sharing is None:
            return
        wants_ma = [controller.wants_ma() for controller in self.controllers]
        self.sharing.step(now_ms, wants_ma)
        for controller, share_ma in zip(self.controllers, self.sharing.share_ma):
            controller.take_share(share_ma, now_ms)

    def take(self, topic: str, payload, retained: bool, link, now_ms: int) -> bool:
        """A message from a link."""
        return self.commands.take(topic, payload, retained, link, now_ms)


def name_of(text: str) -> str:
    """text as a name on the wire: small letters, digits and hyphens, 32 at most."""
    kept = [c if "a" <= c <= "z" or "0" <= c <= "9" else "-" for c in text.lower()[:32]]
    return "".join(kept)
