"""The rig's language: one line in, one JSON line out.  Spoken by the real rig's firmware and by
the simulated one, so that it is tested with every commit.  Runs on both Pythons.

    cp C            {"ok": true, "us": 18204415}
    pwr dip 70000   {"ok": false, "error": "pwr dip: ms is 1..60000"}

USAGE is grammar, help and list of parts in one: a|b is a choice, <ms> a whole number within
RANGES, [..] may be left out.  What a verb does is the rig's business: sim/rig.py or rig.py here.
"""

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MOST_LINE = 120  # characters

# name in < > -> least, most
RANGES = {
    "ms": (0, 600_000),
    "us": (1, 10_000_000),
    "s": (1, 86_400),
    "n": (1, 10_000),
    "seed": (0, (1 << 30) - 1),
    "mV": (-15_000, 15_000),
    "noise": (0, 5_000),
    "supply": (0, 5_000),  # mV of the station's 3.3 V
    "ohm": (0, 1_000_000),
    "ppm": (0, 1_000_000),
    "counts": (0, 65_535),
    "mA": (0, 100_000),
    "mains": (0, 400_000),  # mV, phase to neutral
    "mHz": (40_000, 70_000),
    "degC": (0, 89),
    "Wh": (0, (1 << 30) - 1),
}

# usage, the part it takes ("" every rig), the rig's method, what it does
USAGE = (
    ("id", "", "identify", "who the rig is, its clock, its parts"),
    ("selfcheck", "", "check", "test the rig itself; the station is off meanwhile"),
    ("now", "", "now", "the rig's clock"),
    ("wait <ms>", "", "wait", "let time pass"),
    ("seed <seed>", "", "seed", "for random and noise"),
    ("cp A|B|C|D|E|F", "vehicle", "show", "what the vehicle shows on the pilot"),
    ("cp x<mV>", "levels", "volts", "any positive peak, the low side with it as for a vehicle"),
    ("glitch A|B|C|D|E|F <us> [<n>]", "vehicle", "glitch", "show it so long, n times"),
    ("noise <noise> [<s>]", "noise", "noise", "peak on the pilot, for s or until 0"),
    ("diode ok|short|open", "diode", "diode", "the vehicle's diode"),
    ("short none|earth|diode", "short", "short", "the pilot to earth, or behind a diode"),
    ("pp open|13|20|32|63|short|mid", "proximity", "cable", "the cable's code; mid: none"),
    ("pp r<ohm>", "proximity-ohm", "cable_ohm", "the cable's code as a resistance"),
    ("until coil|contact 0|1 <ms>", "contactor", "until", "wait for a line, at most so long"),
    ("edges", "contactor", "edges", "changes since the last asking"),
    ("gap", "enable", "gap", "the longest pause between two kicks of a closed enable"),
    ("watch <s>", "contactor", "watch", "wait, then the edges"),
    ("weld 0|1", "weld", "weld", "the main contacts stay where they are, or closed"),
    ("fb 0|1|auto", "feedback", "feedback", "the mirror contact says 1 closed, 0 open, the truth"),
    ("rcd trip <ms>", "rcd", "rcd_trip", "residual current detected"),
    ("rcd test ok|none|stuck", "rcd-test", "rcd_test", "how the device answers its test"),
    ("rcd test late <ms>", "rcd-test", "rcd_late", "it answers its test so late"),
    ("pe 0|1", "earth", "earth", "the protective earth's monitor"),
    ("pwr 0|1", "power", "power", "the station's supply"),
    ("pwr dip <ms>", "power", "power_dip", "off for so long"),
    ("pwr ramp <supply> <ms>", "ramp", "power_ramp", "down to so much and back, so long each"),
    ("rst <ms>", "reset", "reset", "hold the chip's reset"),
    ("ser pass|drop", "serial-faults", "serial", "the station's serial line, or nothing of it"),
    ("ser flip <ppm>", "serial-faults", "serial_flip", "bytes with a wrong bit"),
    ("ser delay <ms>", "serial-faults", "serial_delay", "every byte so late"),
    ("ser cut <ms>", "serial-faults", "serial_cut", "nothing for so long"),
    ("meas pwm <n>", "analyser", "measure", "duty, frequency and jitter over n periods"),
    ("meas cp", "pilot-volts", "measure_volts", "both sides of the pilot, in mV"),
    ("time A|B|C|D|E|F A|B|C|D|E|F [<n>]", "timing", "time", "pilot step to coil, n times"),
    ("random <s>", "vehicle", "random", "wander over the vehicle's states"),
    # What only a bench has that is made of software, or a laboratory's.
    ("rail high|low <mV>", "rails", "rail", "the pilot's supply"),
    ("pwm stuck <ppm>", "stuck-pwm", "stick_pwm", "the pilot's output stage"),
    ("pwm ok", "stuck-pwm", "free_pwm", "the pilot's output stage obeys"),
    (
        "pwm clock <ppm>",
        "stuck-pwm",
        "pwm_clock",
        "so fast runs the clock of the PWM, 1e6 is right",
    ),
    ("adc stuck <counts>", "stuck-adc", "stick_adc", "the pilot's converter"),
    ("adc ok", "stuck-adc", "free_adc", "the pilot's converter reads"),
    ("coil broken|ok", "coil", "coil", "the contactor's coil"),
    ("load <mA>", "load", "load", "what the vehicle draws on each phase"),
    ("mains <mains> [<mHz>]", "mains", "mains", "the supply in front of the contactor"),
    (
        "meter ok|silent|crc|address|nan|exception|short|slow",
        "meter",
        "meter",
        "the meter, and how it misbehaves",
    ),
    ("meter register <Wh>", "meter", "meter_register", "its energy register from now on"),
    ("temp <degC>", "temperature", "temperature", "what the sensor feels"),
    ("temp open|short", "temperature", "temperature_broken", "the sensor's wires"),
    ("input emergency-stop|enclosure 0|1", "inputs", "switch", "the station's own switches"),
    ("lock ok|jammed|loose", "lock", "lock", "the plug's lock"),
    ("wifi ok|gone|refuses|hangs", "wifi", "wifi", "the access point"),
)

# What a bench may have besides the parts of USAGE; said by the bench, not asked of the rig.
BENCH_PARTS = (
    "settings",  # the station's settings can be chosen
    "clock",  # and its clock at power-on
    "timer",  # and whether its tick runs from a timer or from the main loop
    "flash",  # files on the station's flash can be spoilt
    "crash",  # the firmware can be made to fail
    "crash-lines",  # at any line of its tick
    "heap",  # its heap can be filled
    "snapshot",  # the whole bench can be kept and put back
    "virtual-time",  # days pass in seconds
)


def _parts() -> "tuple[str, ...]":
    found = []
    for row in USAGE:
        if row[1] and row[1] not in found:
            found.append(row[1])
    return tuple(found) + BENCH_PARTS


PARTS = _parts()


class RigError(Exception):
    """What was asked cannot be done; the text says why, without the verb."""


def match(usage: str, words: "list[str]") -> "list[str | int] | None":
    """The values of the choices and numbers when words have this usage's shape, else None.

    Raises RigError for a number outside its range.
    """
    wanted = usage.split()
    if len(words) > len(wanted):
        return None
    values: list[str | int] = []
    for index, want in enumerate(wanted):
        if index >= len(words):
            if want[0] != "[":
                return None
            break
        word = words[index]
        start = want.find("<")
        if start >= 0:
            if not _is_number(word, want, start):
                return None
            values.append(_number(word[_letters(want) :], want[start + 1 : want.find(">")]))
        elif "|" in want:
            if word not in want.split("|"):
                return None
            values.append(word)
        elif word != want:
            return None
    return values


def _letters(want: str) -> int:
    """How many letters stand before the number: 1 in x<mV>."""
    return 1 if want[0] != "<" and want[0] != "[" else 0


def _is_number(word: str, want: str, start: int) -> bool:
    letters = _letters(want)
    if word[:letters] != want[:letters]:
        return False
    digits = word[letters:]
    if digits[:1] == "-":
        digits = digits[1:]
    return 0 < len(digits) <= 10 and digits.isdigit()


def _number(digits: str, name: str) -> int:
    least, most = RANGES[name]
    value = int(digits)
    if not least <= value <= most:
        raise RigError(f"{name} is {least}..{most}")
    return value


class Commands:
    """rig: an object with the methods of USAGE and `parts`.  Each method gets the values of its
    usage and returns a dict, or a function that is called with nothing until it returns one; it
    raises RigError for what it cannot do.  A value left out is not passed.
    """

    def __init__(self, rig: "Any") -> None:
        self._rig = rig
        self._pending: Any = None
        self.refused = 0

    @property
    def busy(self) -> bool:
        """A command is under way: give look() time before the next."""
        return self._pending is not None

    def take(self, line: "bytes | str") -> "bytes | None":
        """One line, with or without its end; the answer, or None when look() will have it."""
        try:
            text = line if isinstance(line, str) else str(line, "utf-8")
            found = self._run(text.strip())
        except UnicodeError:
            return self._refuse("not text")
        except RigError as error:
            return self._refuse(str(error))
        if type(found) is dict:
            return self._say(found)
        self._pending = found
        return None

    def wait_for(self, look: "Any") -> None:
        """Answer with what look() returns once that is a dict, as for a command."""
        self._pending = look

    def look(self) -> "bytes | None":
        """The answer to the command under way once there is one."""
        if self._pending is None:
            return None
        try:
            found = self._pending()
        except RigError as error:
            self._pending = None
            return self._refuse(str(error))
        if found is None:
            return None
        self._pending = None
        return self._say(found)

    def _run(self, text: str) -> "Any":
        words = text.split()
        if len(text) > MOST_LINE or not words:
            raise RigError("a line is 1.." + str(MOST_LINE) + " characters")
        if words == ["help"]:
            return {"help": [row[0] + ": " + row[3] for row in self._known()]}
        wanted = []
        for usage, part, method, _ in USAGE:
            if usage.split()[0] != words[0]:
                continue
            wanted.append(usage)
            try:
                values = match(usage, words)
            except RigError as error:
                raise RigError(f"{words[0]}: {error}") from None
            if values is None:
                continue
            if part and part not in self._rig.parts:
                raise RigError(f"{words[0]}: this rig has no part {part}")
            return getattr(self._rig, method)(*values)
        if not wanted:
            raise RigError(f"{_printable(words[0])}: unknown; try: help")
        raise RigError("usage: " + ", or ".join(wanted))

    def _known(self) -> "list[tuple[str, str, str, str]]":
        return [row for row in USAGE if not row[1] or row[1] in self._rig.parts]

    def _refuse(self, why: str) -> bytes:
        self.refused += 1
        return (json.dumps({"ok": False, "error": why}) + "\n").encode()

    def _say(self, found: "dict[str, Any]") -> bytes:
        answer = {"ok": True}
        answer.update(found)
        return (json.dumps(answer) + "\n").encode()


def _printable(text: str) -> str:
    return "".join([char if " " <= char <= "~" and char != '"' else "?" for char in text[:20]])
