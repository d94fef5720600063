"""Cards at the reader start and stop charges, by the list on the board; no link is needed.

A card on the list starts the vehicle that was plugged in last and waits; with none there it waits
GRANT_S for one.  Shown again it stops the charge it started, and once more starts it again.  Who
charges is the card's hash: it is the user of the session.  A session is one user's until the
vehicle leaves, so that nobody pays for another's energy.  With free charging, cards do nothing.

Runs outside the tick: it asks a connector for a start or withdraws one, and the tick decides.
"""

from evse.app.allowance import Allowance
from evse.app.cards import MOST
from evse.app.connector import GRANT_S
from evse.core.units import elapsed_ms

AWAY_MS = 2_000  # a card not seen for so long is shown anew
MOST_SHOWN = 4  # in the field together
BURST = 16  # refusals told at once; after that one every REFILL_MS
REFILL_MS = 10_000
UNKNOWN = 0  # value of the event card-refused
NOT_NOW = 1


class Authorisation:
    """reader: see drivers/reader.py.  name: its word in the settings.  cards: a CardList."""

    def __init__(self, station, reader, name: str, cards) -> None:
        self.reader = reader
        self.name = name
        self.cards = cards
        self.refused = ""  # hash of the card that was refused last
        self._station = station
        self._shown = {}  # card -> when it was seen last
        self._waiting = ""  # user of a start that waits for a vehicle
        self._waiting_ms = 0
        self._silent = False
        self._allowance = Allowance(BURST, REFILL_MS)
        if cards.unreadable:
            station.post.record_event(0, "storage-error", "cards")

    def poll(self, now_ms: int) -> None:
        """Look for a card; often."""
        try:
            card = self.reader.poll(now_ms)
        except OSError:  # a bus that fails; its silence is told when it lasts
            card = None
        self._allowance.refill(now_ms)
        if self.reader.silent and not self._silent:
            self._tell("reader-silent", self.name, 0)
        self._silent = self.reader.silent
        waits = self._station.config.number("authorisation") == 1
        for controller in self._station.controllers:
            controller.read_cards(waits and not self._silent)
        if not waits:
            self._waiting = ""
            return
        if self._is_new(card, now_ms) and card is not None:
            self._show(self.cards.name_of(card), now_ms)
        if self._waiting:
            self._await_vehicle(now_ms)

    def allow(self, name: str) -> str:
        """Put a card on the list; an answer of protocol.codes.ANSWERS."""
        return self._change(self.cards.add, name, "card-set")

    def forbid(self, name: str) -> str:
        """Take a card off the list.  What it started goes on, and it can still stop it."""
        return self._change(self.cards.remove, name, "card-cleared")

    def describe(self) -> str:
        """For people."""
        answers = "does not answer" if self.reader.silent else "answers"
        key = "with" if self.cards.has_key() else "without"
        text = f"{self.name} {answers}; {len(self.cards)} of {MOST} cards, {key} a key"
        return text + (f"\nrefused last: {self.refused}" if self.refused else "")

    def _change(self, change, name: str, what: str) -> str:
        before = len(self.cards)
        answers = []
        try:
            if not self._station.write_flash(lambda: answers.append(change(name))):
                return "not-while-charging"
        except OSError:
            return "not-kept"
        if len(self.cards) != before:
            self._station.post.record_event(0, what, name)
        return answers[0]

    def _is_new(self, card: "bytes | None", now_ms: int) -> bool:
        """Whether a card was not there before.  Several in one wallet are seen in turn."""
        shown = self._shown
        if shown:
            for known in list(shown):
                if elapsed_ms(now_ms, shown[known]) >= AWAY_MS:
                    del shown[known]
        if card is None or (card not in shown and len(shown) >= MOST_SHOWN):
            return False
        new = card not in shown
        shown[card] = now_ms
        return new

    def _show(self, user: str, now_ms: int) -> None:
        for controller in self._station.controllers:
            if _charges_for(controller, user):
                controller.stop_by_user()
                return
        if not self.cards.holds(user):
            self._refuse(user, UNKNOWN)
            return
        waiting, empty = self._vehicles(user)
        if waiting is not None:
            if waiting.ask_start(user) != "ok":
                self._refuse(user, NOT_NOW)
        elif empty:
            self._waiting, self._waiting_ms = user, now_ms
        else:
            self._refuse(user, NOT_NOW)

    def _vehicles(self, user: str) -> tuple:
        """The connector whose vehicle came last of those that wait for this user, or None; and
        whether there is one without a vehicle."""
        found, empty = None, False
        for controller in self._station.controllers:
            if not controller.pilot.vehicle.plugged:
                empty = True
            elif _may_start(controller, user) and (
                found is None or controller.age_s < found.age_s
            ):
                found = controller
        return found, empty

    def _await_vehicle(self, now_ms: int) -> None:
        if elapsed_ms(now_ms, self._waiting_ms) >= GRANT_S * 1_000:
            self._waiting = ""
            return
        found, _ = self._vehicles(self._waiting)
        if found is not None and found.ask_start(self._waiting) == "ok":
            self._waiting = ""

    def _refuse(self, user: str, value: int) -> None:
        self.refused = user
        self._tell("card-refused", user, value)

    def _tell(self, what: str, code: str, value: int) -> None:
        """An event and a line, but no flood of them: events share the room of the records."""
        if not self._allowance.take():
            return
        self._station.post.record_event(0, what, code, value)
        self._station.console.tell(what, code)


def _charges_for(controller, user: str) -> bool:
    """A start of this user stands, and the vehicle is there."""
    charge = controller.charge
    mine = charge.granted and charge.user == user
    return mine and not charge.is_stopped() and controller.pilot.vehicle.plugged


def _may_start(controller, user: str) -> bool:
    """No start stands that is not this user's own, and the session is nobody else's."""
    charge = controller.charge
    if charge.granted:
        return charge.user == user and charge.is_stopped()
    return charge.user in ("", user)
