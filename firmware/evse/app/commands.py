"""Messages from outside become requests to the station; each command gets exactly one answer.

Nothing here touches an output: a command sets a limit, asks for a start or a stop, and the control
tick decides.  Freshness needs no wall clock: a command names the boot it is meant for and the
board-clock instant after which it is too late.
"""

from evse.app.allowance import Allowance
from evse.app.config import ConfigError, is_remote
from evse.app.post import ahead_ms
from evse.core.limits import OWNER_NAMES
from protocol.fields import MessageError
from protocol.messages import Ack, Hello, Receipt, find, id_in
from protocol.topics import ANYONE, split

MOST_AHEAD_MS = 600_000  # an expiry further ahead than this is not one
REMEMBERED = 32  # answers kept for repeated ids
BURST = 10  # commands at once; after that one a second
REFILL_MS = 1_000
COUNT = (1 << 30) - 1


class Refusal(Exception):
    """A command that is understood and not obeyed.  code: one of protocol.codes.ANSWERS."""

    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.field = field


class Commands:
    """refused: messages refused since boot.  refusal: why, of the last."""

    def __init__(self, station, post) -> None:
        self._station = station
        self._post = post
        self._answers: list[tuple[str, bool, str, str, str]] = []
        self._allowance = Allowance(BURST, REFILL_MS)
        self.refused = 0
        self.refusal = ""
        self.heard = 0  # good messages from the agent: the sign that supervision lives

    def take(self, topic: str, payload, retained: bool, link, now_ms: int) -> bool:
        """One message from a link.  Always True: it is dealt with, even when refused."""
        kind = ""
        try:
            name, up, connector, kind = split(topic)
            if name != self._post.station and not (kind == Hello.KIND and name == ANYONE):
                raise MessageError("foreign-station", "", "is for another station")
            cls = None if up else find(False, kind)
            if up:
                raise MessageError("wrong-direction", "", "is from a board")
            if cls is None:
                raise MessageError("unknown-kind", "", "no such command")
            if retained:
                raise MessageError("retained", "", "a command must not be retained")
            if (connector >= 1) != cls.PER_CONNECTOR:
                raise MessageError("bad-topic", "connector", "where it does not belong")
            message = cls.decode(payload)
        except MessageError as error:
            self._refuse(error, payload, link)
            return True
        self.heard = (self.heard + 1) & COUNT
        if isinstance(message, Receipt):
            self._post.records.receipt(message.boot_id, message.up_to_seq)
            return True
        if isinstance(message, Hello):
            off_s = self._post.clock.set(message.time_s, now_ms)
            if off_s:
                self._post.record_event(0, "clock-set", "", off_s)
            if message.begins:
                link.begin_again()
            return True
        self._answer(message, connector, link, now_ms)
        return True

    def _refuse(self, error: MessageError, payload, link) -> None:
        """Count it, and answer it when it is at least clear which command it was."""
        self.refused += 1
        self.refusal = _plain(str(error))
        command_id = id_in(payload)
        if command_id:
            self._send(command_id, False, error.code, _plain(error.field)[:40], "", link)

    def _answer(self, message, connector: int, link, now_ms: int) -> None:
        for answer in self._answers:
            if answer[0] == message.id:
                self._send(*answer, link)
                return
        code, field, value = "ok", "", ""
        try:
            self._admit(message, now_ms)
            value = self._obey(message, connector, now_ms) or ""
        except Refusal as refusal:
            code, field = refusal.code, refusal.field
            self.refused += 1
            self.refusal = f"{message.KIND}: {code}"
        answer = (message.id, code == "ok", code, field, value)
        if code != "too-many":  # it may come again
            self._answers.append(answer)
            if len(self._answers) > REMEMBERED:
                self._answers.pop(0)
        self._send(*answer, link)

    def _send(self, command_id: str, ok: bool, code: str, field: str, value: str, link) -> None:
        fields = {"id": command_id, "ok": ok, "code": code, "field": field, "value": value}
        self._post.send(Ack, -1, fields, link)

    def _admit(self, message, now_ms: int) -> None:
        if not self._station.config.word("station"):
            raise Refusal("needs-service")  # a board without a name takes no orders from afar
        if message.boot_id != self._post.boot_id:
            raise Refusal("other-boot", "boot_id")
        if ahead_ms(message.expires_ms, now_ms) > MOST_AHEAD_MS:
            raise Refusal("expired", "expires_ms")
        self._allowance.refill(now_ms)
        if message.KIND == "stop":
            return  # the safe direction is never made to wait
        if not self._allowance.take():
            raise Refusal("too-many")

    def _obey(self, message, connector: int, now_ms: int) -> "str | None":
        station, kind = self._station, message.KIND
        if connector >= 1:
            controller = station.controller(connector)
            if controller is None:
                raise Refusal("no-connector")
            return self._obey_connector(controller, connector, message, now_ms)
        if kind == "reboot":
            if station.is_energised():
                raise Refusal("not-while-charging")
            station.reboot_asked = True
        elif kind == "identify":
            station.identify(message.duration_s, now_ms)
        elif kind == "get-config":
            return self._get_config(message.key)
        elif kind == "set-config":
            self._set_config(message.key, message.value)
        elif kind in ("set-card", "clear-card"):
            self._change_card(kind, message.card)
        else:
            raise Refusal("not-supported")
        return None

    def _obey_connector(self, controller, connector: int, message, now_ms: int) -> None:
        kind = message.KIND
        code = "ok"
        if kind == "set-limit":
            limits = controller.limits
            valid_ms = message.valid_s * 1000
            limits.set(OWNER_NAMES.index(message.owner), message.limit_ma, now_ms, valid_ms)
            self._post.record_event(connector, "limit-set", message.owner, message.limit_ma)
        elif kind == "start":
            code = controller.ask_start(message.user)
        elif kind == "stop":
            code = controller.ask_stop(message.owner)
        elif kind == "clear-fault":
            code = controller.ask_clear(message.code)
            if code == "ok" and message.code == "crash-loop":
                self._station.boots.forgive()
        else:
            code = "not-supported"
        if code != "ok":
            raise Refusal(code)

    def _get_config(self, key: str) -> str:
        config = self._station.config
        if not key:
            return " ".join(sorted(config.values))
        if key not in config.values:
            raise Refusal("unknown-key", "key")
        return str(config.values[key])

    def _set_config(self, key: str, value: str) -> None:
        if key not in self._station.config.values:
            raise Refusal("unknown-key", "key")
        if not is_remote(key):
            raise Refusal("needs-service", "key")
        if self._station.is_energised():
            raise Refusal("not-while-charging")
        try:
            self._station.config.set_text(key, value)
        except ConfigError:
            raise Refusal("bad-field", "value") from None
        self._station.apply_config()
        self._post.record_event(0, "config-changed", key.replace("_", "-"))

    def _change_card(self, kind: str, card: str) -> None:
        cards = self._station.cards
        if cards is None:
            raise Refusal("not-supported")
        if self._station.is_energised():
            raise Refusal("not-while-charging")
        code = cards.allow(card) if kind == "set-card" else cards.forbid(card)
        if code != "ok":
            raise Refusal(code, "card" if code == "bad-field" else "")


def _plain(text: str) -> str:
    """text as a message may carry it: printable, short."""
    kept = ["?" if char in '"\\~' or not " " <= char <= "}" else char for char in text[:64]]
    return "".join(kept)
