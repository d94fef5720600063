"""The MQTT link's bytes out, and its judgement of bytes in, the same on every interpreter."""

from evse.link.mqtt import STATE_NAMES, MqttLink
from evse.link.mqtt_config import MqttConfig
from evse.link.packet_reader import PUBLISH, PacketReader

TOPIC = b"evse/1/yard-07/down/1/stop"


def noise(number, length):
    """Bytes that look alike on every run, many of them the heads of packets."""
    found = bytearray()
    for _ in range(length):
        number = (number * 1_103_515_245 + 12_345) & 0x3FFFFFFF
        found.append(
            b"\x20\x30\x32\x40\x90\xd0\x02\x00"[number % 8]
            if number % 7 < 3
            else number >> 16 & 0xFF
        )
    return bytes(found)


def publish(topic, payload, head=0x32, pid=5):
    middle = bytes([pid >> 8, pid & 255]) if head & 2 else b""
    body = bytes([len(topic) >> 8, len(topic) & 255]) + topic + middle + payload
    length = len(body)
    if length < 128:
        return bytes([head, length]) + body
    return bytes([head, length & 127 | 128, length >> 7]) + body


def judge(data, size):
    """What a reader makes of data in slices of size."""
    reader = PacketReader(64, 80)
    found = []
    for start in range(0, len(data), size):
        at, end = start, min(start + size, len(data))
        while at < end and not reader.fault:
            at = reader.take(data, at, end)
            if reader.ready:
                payload = reader.payload() if reader.kind == PUBLISH and not reader.cut else b""
                found.append((reader.kind, reader.pid, reader.cut, reader.topic, payload))
                reader.next()
    return found, reader.fault


STREAMS = [
    publish(TOPIC, b"{}"),
    publish(TOPIC, b"x" * 300) + publish(TOPIC, b"", 0x30),
    publish(b"\xff\xfe", b"1") + publish(b"caf\xc3\xa9", b"2") + publish(b"\xed\xa0\x80", b"3"),
    publish(b"a\x00b", b"") + publish(b"a/+", b"") + publish(b"", b""),
    publish(TOPIC, b"{}", pid=0),
    b"\x20\x02\x00\x00\xd0\x00\x40\x02\xff\xff\x90\x03\x00\x01\x80",
    b"\x30\xff\xff\xff\x7f",
    b"\x30\x80\x80\x80\x80\x01",
]
for number, stream in enumerate(STREAMS + [noise(n, 400) for n in range(40)]):
    whole = judge(stream, len(stream))
    print(number, whole)
    for size in (1, 3, 7):
        assert judge(stream, size) == whole


class Wire:
    stage = "reset"

    def __init__(self):
        self.incoming = b""
        self.outgoing = b""

    def open(self):
        return True

    def connected(self):
        return True

    def proved(self):
        pass

    def close(self):
        self.incoming = b""

    def read(self, buffer):
        count = min(len(buffer), len(self.incoming))
        buffer[:count] = self.incoming[:count]
        self.incoming = self.incoming[count:]
        return count

    def write(self, data):
        count = min(len(data), 50)
        self.outgoing += bytes(data[:count])
        return count


wire = Wire()
config = MqttConfig("yard-07", username="yard-07", password="s3cret", subscribe="down/#")
link = MqttLink(config, wire, lambda below: below // 3)
link.will = lambda: ("up/death", b'{"seq":1}')
link.on_message = lambda topic, payload, retained: print(topic, payload, retained) is None
link.start(0)
now_ms = 0
for turn in range(60):
    for _ in range(30):
        now_ms = (now_ms + 997) & 0x3FFFFFFF
        link.poll(now_ms)
        if STATE_NAMES[link.state] == "greeting" and not wire.incoming:
            wire.incoming = b"\x20\x02\x00\x00"
        if link.up and turn % 3 == 0:
            link.send("up/state", b"{}" * turn, turn & 1, True)
    wire.incoming += STREAMS[turn] if turn < len(STREAMS) else noise(turn, 200)
    print(turn, STATE_NAMES[link.state], link.last_error, wire.outgoing)
    wire.outgoing = b""
print(sorted(link.counts.items()))
