"""What the link takes of a board's heap, on MicroPython.  Prints `name bytes` lines."""

import gc


def used():
    gc.collect()
    return gc.mem_alloc()


before = used()
from evse.link.mqtt import UP, MqttLink  # noqa: E402
from evse.link.mqtt_config import MqttConfig  # noqa: E402

print("import-from-source", used() - before)
TOPIC = b"evse/1/st-0001/down/1/set-limit"
PAYLOAD = b'{"id":"a-1","boot_id":7,"expires_ms":90000,"limit_ma":16000,"valid_s":600}'


class Wire:
    stage = "reset"

    def __init__(self):
        self.incoming = b""
        self.at = 0

    def open(self):
        return True

    def connected(self):
        return True

    def proved(self):
        pass

    def close(self):
        pass

    def read(self, buffer):
        count = min(len(buffer), len(self.incoming) - self.at)
        for index in range(count):
            buffer[index] = self.incoming[self.at + index]
        self.at += count
        return count

    def write(self, data):
        return len(data)

    def say(self, data):
        self.incoming = data
        self.at = 0


def always(*_values):
    return True


wire = Wire()
config = MqttConfig("st-0001", subscribe="evse/1/st-0001/down/#")
before = used()
link = MqttLink(config, wire, lambda below: 0)
link.on_message = always
print("link", used() - before)

link.start(0)
for now_ms in range(0, 40, 10):
    link.poll(now_ms)
wire.say(b"\x20\x02\x00\x00")
link.poll(50)
wire.say(b"\x90\x03\x00\x01\x01")
link.poll(60)
assert link.state == UP
assert link.subscribed


def garbage(what, times, action):
    """Bytes of heap one action costs, collected or not."""
    action(0)
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    for turn in range(times):
        action(turn)
    print(what, (gc.mem_alloc() - before) // times)
    gc.enable()


def idle(_turn):
    link.poll(70)


garbage("idle-poll", 1_000, idle)

message = bytes([0x30, 2 + len(TOPIC) + len(PAYLOAD), 0, len(TOPIC)]) + TOPIC + PAYLOAD


def receive(_turn):
    wire.at = 0
    link.poll(70)


wire.say(message)
garbage("receive", 100, receive)

ack = bytearray(b"\x40\x02\x00\x00")
wire.say(ack)
wire.at = 4


def send(_turn):
    token = link.send("evse/1/st-0001/up/1/state", PAYLOAD, 1, True)
    assert token
    ack[2] = token >> 8
    ack[3] = token & 255
    wire.at = 0
    link.poll(70)


garbage("send-and-acknowledge", 100, send)
assert link.under_way() == 0

# Ten thousand nasty packets later, nothing has grown.
NASTY = (
    b"\x20\x02\x00\x00\x30\xff\xff\xff\x7f",
    b"\x20\x02\x00\x00\x30\xff\xff\xff\xff\x7f",
    b"\x20\x02\x00\x00" + bytes([0x32, 7, 0, 3, 0xFF, 0xFE, 0xFD, 0, 9]) * 20,
    b"\x20\x02\x00\x00\x32\xd0\x0f\x00\x01t\x00\x09" + b"x" * 400,
    b"\x20\x02\x00\x00\x40\x02\x12\x34\x90\x03\x00\x63\x01\xd0\x00\x00",
    b"\x20\x02\x00\x05",
    b"HTTP/1.1 400\r\n",
)
now_ms = 100


def be_nasty(turns):
    global now_ms  # noqa: PLW0603
    for turn in range(turns):
        wire.say(b"")
        for _ in range(3):
            link.poll(now_ms)
        wire.say(NASTY[turn % len(NASTY)])
        for _ in range(40):
            link.poll(now_ms)
        now_ms = (now_ms + 60_000) & 0x3FFFFFFF


be_nasty(70)
before = used()
be_nasty(700)
print("growth-under-attack", used() - before)
