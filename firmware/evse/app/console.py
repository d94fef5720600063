"""The serial console: lines from a person in front of the station, plain answers.

It reads everything and switches nothing: no command here closes a contactor or raises a limit.
Works with any terminal at any speed of typing; frames of the agent share the line (link/line.py).
"""

from evse.app.config import SETTINGS
from evse.app.reporter import state_fields
from evse.app.sentence import condition, duration, status, tenths
from evse.core import states
from evse.core.units import elapsed_ms
from protocol.words import tables

WATCH_MS = 500
MOST_TYPED = 8
HELP = (
    ("status", "one sentence a connector: what it does, why, who limits it, until when"),
    ("watch", "pilot volts, duty and current, twice a second; an empty line ends it"),
    ("faults", "what is wrong now, and what to do about it"),
    ("log", "the last events"),
    ("condition", "how worn the contactor is, how the residual-current device did"),
    ("fitted", "a new contactor was fitted: begin its counts again; asks which"),
    ("meter", "what the meter reads"),
    ("cards", "the card reader, and how many cards may charge"),
    ("link", "how the board reaches the agent"),
    ("config", "the settings"),
    ("version", "firmware, board and boot"),
    ("calibrate", "measure the pilot's +12 V and -12 V; no vehicle may be plugged in"),
    ("service", "restart without the firmware, for mpremote; refused while charging"),
    ("help", "this list"),
)


class Console:
    """write: takes a str for the line, line ends included."""

    def __init__(self, station, write) -> None:
        self._station = station
        self._write = write
        self._watching = False
        self._watched_ms = 0
        self._language = ""
        self._words = {}
        self._typed = []
        self._calibrating = False
        self._asked = False  # which contactor is new

    def words(self) -> dict:
        language = self._station.config.word("language")
        if language != self._language:
            self._words = tables(language)
            self._language = language
        return self._words

    def hear(self, text: str) -> None:
        """A line for poll(): the link that calls is too far down the stack to work there
        (boards/README.md).  More than a few at once are a paste by mistake."""
        if len(self._typed) < MOST_TYPED:
            self._typed.append(text)

    def line(self, text: str, now_ms: int) -> None:
        """One line a person typed."""
        word = text.strip().lower()
        if self._watching:
            self._watching = False
            if not word:
                self._say("stopped")
                return
        if self._asked:
            self._asked = False
            self._begin_again(word)
            return
        if not word:
            return
        for name, _ in HELP:
            if word == name:
                getattr(self, "_" + name)(now_ms)
                return
        self._say(f"'{_printable(word)}' is not a command; try: help")

    def tell(self, what: str, code: str) -> None:
        """An event, to whoever stands there now; in words once somebody has asked for some, for
        they take heap."""
        text = self._words["events"][what] if self._words else what
        self._say(f"{text}: {code}")

    def poll(self, now_ms: int) -> None:
        if self._typed:
            try:
                self.line(self._typed.pop(0), now_ms)
            except Exception as error:  # a person's line never ends the station
                self._write(f"failed: {type(error).__name__}\r\n")
        if self._calibrating:
            self._end_calibration()
        if self._watching and elapsed_ms(now_ms, self._watched_ms) >= WATCH_MS:
            self._watched_ms = now_ms
            for number, controller in enumerate(self._station.controllers):
                self._say(watch_line(number + 1, controller, now_ms))

    def _say(self, text: str) -> None:
        self._write(text.replace("\n", "\r\n") + "\r\n")

    def _help(self, _now_ms: int) -> None:
        for name, what in HELP:
            self._say(f"{name:9} {what}")

    def _status(self, now_ms: int) -> None:
        for number, controller in enumerate(self._station.controllers):
            fields = state_fields(controller, now_ms)
            self._say(status(self.words(), number + 1, fields["reason"], fields["offer_ma"]))

    def _watch(self, now_ms: int) -> None:
        self._watching = True
        self._watched_ms = now_ms - WATCH_MS
        self._say("an empty line ends it")

    def _faults(self, now_ms: int) -> None:
        words = self.words()
        found = False
        for number, controller in enumerate(self._station.controllers):
            for fault in state_fields(controller, now_ms)["reason"]["faults"]:
                found = True
                sentence, remedy = words["faults"][fault["code"]]
                age = duration(words, fault["age_s"])
                self._say(f"connector {number + 1}: {fault['code']}, {age}, x{fault['count']}")
                self._say(f"  {sentence}\n  {remedy}")
        if not found:
            self._say("none")

    def _log(self, now_ms: int) -> None:
        words = self.words()
        for entry in self._station.post.log:
            since_ms, connector, what, code, value = entry
            age = duration(words, elapsed_ms(now_ms, since_ms) // 1000)
            more = f" {code}" if code else ""
            more += f" {value}" if value else ""
            self._say(f"-{age:8} [{connector}] {words['events'][what]}{more}")

    def _condition(self, _now_ms: int) -> None:
        for number, controller in enumerate(self._station.controllers):
            self._say(condition(self.words(), number + 1, controller.wear.fields()))

    def _fitted(self, now_ms: int) -> None:
        self._condition(now_ms)
        self._say(self.words()["phrases"]["fitted-ask"])
        self._asked = True

    def _begin_again(self, number: str) -> None:
        station, phrases = self._station, self.words()["phrases"]
        controller = station.controller(int(number)) if number.isdigit() else None
        if controller is None:
            self._say(phrases["fitted-left"])
            return
        wear = controller.wear
        openings = wear.cold + wear.hot
        if not station.write_flash(wear.begin_again):
            self._say(self.words()["answers"]["not-while-charging"])
            return
        station.post.record_event(int(number), "contactor-replaced", "", openings)
        self._say(condition(self.words(), int(number), wear.fields()))

    def _meter(self, now_ms: int) -> None:
        for number, controller in enumerate(self._station.controllers):
            meter = controller.meter
            if meter is None:
                self._say(f"[{number + 1}] no meter fitted")
                continue
            volts = " ".join([tenths(mv) for mv in meter.voltage_mv])
            amps = " ".join([tenths(ma) for ma in meter.current_ma])
            self._say(
                f"[{number + 1}] {meter.quality(now_ms)}  {volts} V  {amps} A  {meter.power_w} W  "
                f"{controller.charge.register_wh()} Wh"
            )

    def _cards(self, _now_ms: int) -> None:
        cards = self._station.cards
        self._say(cards.describe() if cards is not None else "no card reader fitted")

    def _link(self, _now_ms: int) -> None:
        station = self._station
        for link in station.post.links:
            self._say(f"{link.name}: {'ready' if link.ready else 'not ready'}, {link.describe()}")
        records = station.post.records
        self._say(f"records waiting for a receipt: {len(records)}, dropped: {records.dropped}")
        self._say(f"refused: {station.commands.refused} {station.commands.refusal}")

    def _config(self, _now_ms: int) -> None:
        config = self._station.config
        for row in SETTINGS:
            self._say(f"{row[0]:18} {config.values[row[0]]!s:12} {row[5]}")
        if config.problem:
            self._say("problem: " + config.problem)

    def _calibrate(self, _now_ms: int) -> None:
        controllers = self._station.controllers
        for controller in controllers:
            if controller.pilot.state != states.A or controller.pilot.contactor:
                self._say("calibrate: refused, a vehicle is plugged in, or a fault stands")
                return
        for controller in controllers:
            controller.calibration.start()
        self._calibrating = True
        self._say("calibrate: two seconds")

    def _end_calibration(self) -> None:
        for controller in self._station.controllers:
            if controller.calibration.running and not controller.calibration.done:
                return
        self._calibrating = False
        for number, controller in enumerate(self._station.controllers):
            problem = controller.calibration.finish()
            self._say(f"[{number + 1}] {problem or 'calibrated'}")

    def _service(self, _now_ms: int) -> None:
        done = self._station.ask_service()
        self._say("service: restarting" if done else "service: refused, a vehicle is charging")

    def _version(self, _now_ms: int) -> None:
        station = self._station
        self._say(
            f"borne {station.version} on {station.board_name}, station {station.post.station}, "
            f"boot {station.post.boot_id} after {station.reset_reason}"
        )


def watch_line(number: int, controller, now_ms: int) -> str:
    """One line of live figures."""
    fields = state_fields(controller, now_ms)
    duty = (fields["duty_ppm"] + 50) // 100
    amps = ""
    if controller.meter is not None:
        amps = "  " + " ".join([tenths(ma) for ma in controller.meter.current_ma]) + " A"
    return (
        f"[{number}] {fields['reason']['state']:2}  pilot {fields['high_mv']:6d} / "
        f"{fields['low_mv']:6d} mV  duty {duty // 100}.{duty % 100:02d} %  "
        f"offer {tenths(fields['offer_ma'])} A{amps}  "
        f"{'closed' if fields['contactor'] else 'open'}"
    )


def _printable(text: str) -> str:
    return "".join([char if " " <= char <= "~" else "?" for char in text[:20]])
