"""Topics, frames and whatever a serial line may bring, the same on every interpreter."""

import binascii

from protocol.fields import MessageError
from protocol.frame import Unpacker, pack, unpack
from protocol.messages import DOWN_MESSAGES, UP_MESSAGES
from protocol.topics import down_filter, split, topic

TOPIC = "evse/1/yard-07/down/1/set-limit"
PAYLOAD = (
    b'{"id":"q-1","boot_id":12,"expires_ms":660000,"owner":"operator","limit_ma":0,"valid_s":9}'
)
FRAME = pack(TOPIC, PAYLOAD)


def attempt(call, *arguments):
    try:
        return call(*arguments)
    except MessageError as error:
        return f"{error.code}:{error.field}"
    except ValueError as error:
        return str(error)


def checked(body):
    return b"~" + body + b" *%08X" % binascii.crc32(body)


class Heard:
    def __init__(self):
        self.said = []
        self.unpacker = Unpacker(
            lambda name, payload: self.said.append((name, payload)), self.said.append
        )

    def show(self):
        unpacker = self.unpacker
        print(self.said, unpacker.frames, unpacker.bad, unpacker.overlong)


def noise(number, length):
    """Bytes that look alike on every run, many of them the ones that matter."""
    found = bytearray()
    for _ in range(length):
        number = (number * 1_103_515_245 + 12_345) & 0x3FFFFFFF
        found.append(b"~\n\r *"[number % 5] if number % 7 < 2 else (number >> 8) & 0xFF)
    return bytes(found)


for cls in UP_MESSAGES + DOWN_MESSAGES:
    name = topic("yard-07", cls.UP, cls.KIND, 4 if cls.PER_CONNECTOR else -1)
    print(name, split(name), pack(name, b"{}"))
for station in (
    "yard-07",
    "",
    "abc",
    "a" * 33,
    "yard+",
    "#",
    "a/up/b",
    "yard\0",
    "y\xe1rd",
    "Yard",
):
    print(attempt(topic, station, False, "stop", 1), attempt(down_filter, station))
    print(attempt(split, f"evse/1/{station}/up/birth"))
for connector in ("", "0", "4", "5", "-1", "01", "+", "\u0661", "\xb2", "1/1"):
    print(attempt(split, f"evse/1/yard-07/up/{connector}/state"))
for text in ("", "/", "evse/1/yard-07/up", "evse/2/yard-07/up/a", "evse/1/yard-07/x/a", "e" * 81):
    print(attempt(split, text))

for name, payload in (
    ("", b"{}"),
    ("a b", b"{}"),
    ("\xe9", b"{}"),
    ("a~", b"{}"),
    ("t" * 81, b"{}"),
    ("t", b"x" * 1025),
    ("t", b"\n"),
    ("t", b"\x7f"),
):
    print(attempt(pack, name, payload))
for line in (
    b"",
    b"~",
    FRAME[:-1],
    FRAME[:-1].lower(),
    checked(b"no-blank"),
    checked(b" {}"),
    checked(b"\xc3\xa9 {}"),
    checked(b"\xff {}"),
    checked(b"t {\x00}"),
    checked(b"t" * 81 + b" {}"),
):
    print(unpack(line))

for place in range(len(FRAME) * 8):
    spoilt = bytearray(FRAME)
    spoilt[place // 8] ^= 1 << place % 8
    heard = Heard()
    heard.unpacker.feed(spoilt)
    heard.unpacker.feed(b"\n" + FRAME)
    heard.show()
for number in range(60):
    stream = noise(number, 40) + FRAME + noise(number + 1, 5 * number) + b"\n" + FRAME
    heard = Heard()
    for start in range(0, len(stream), 1 + number):
        heard.unpacker.feed(memoryview(stream)[start : start + 1 + number])
    heard.show()
flood = Heard()
flood.unpacker.feed(b"x" * 5000 + b"\n" + FRAME + b"~" * 3000 + FRAME + b"~" + b"y" * 2000 + FRAME)
flood.show()
