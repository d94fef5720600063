"""Meter replies through the Modbus master and the Eastron driver, figure by figure."""

import json
import struct

from boards.virtual.wire import pair
from evse.drivers.float32 import NEAREST, UP, scaled
from evse.drivers.meter_eastron import MODELS, MeterEastron
from evse.drivers.modbus import (
    OK,
    PENDING,
    READ_INPUT,
    REASONS,
    ModbusMaster,
    check_reply,
    crc16,
    read_request,
)

# The published frames: verdict, and the value in thousandths.
with open("tests/vectors/meter_frames.json") as file:
    rows = json.load(file)
for row in rows:
    frame = bytes([int(digits, 16) for digits in row["hex"].split()])
    result = check_reply(frame, 1, READ_INPUT, 2)
    value = scaled(frame, 3, 1_000) if result == OK else None
    print(row["note"], REASONS[result], value)

# Every truncation and every flipped bit of one of them is refused.
good = bytes([0x01, 0x04, 0x04, 0x43, 0x66, 0x33, 0x33, 0x5A, 0xFA])
print([REASONS[check_reply(good[:cut], 1, READ_INPUT, 2)] for cut in range(len(good))])
refused = 0
for bit in range(8 * len(good)):
    spoiled = bytearray(good)
    spoiled[bit // 8] ^= 1 << bit % 8
    refused += check_reply(spoiled, 1, READ_INPUT, 2) != OK
print(refused, "of", 8 * len(good))

# Bits to whole numbers, at the edges of the format and of 30 bits.
for bits in (
    (0x00, 0x00, 0x00, 0x00),
    (0x80, 0x00, 0x00, 0x00),
    (0x00, 0x00, 0x00, 0x01),
    (0x3A, 0x83, 0x12, 0x6F),
    (0x3F, 0x7F, 0xFF, 0xFF),
    (0x49, 0x83, 0x12, 0x6E),
    (0x49, 0x83, 0x12, 0x6F),
    (0xC9, 0x83, 0x12, 0x6E),
    (0x7F, 0x7F, 0xFF, 0xFF),
    (0x7F, 0x80, 0x00, 0x00),
    (0x7F, 0xC0, 0x00, 0x00),
    (0xFF, 0xC0, 0x00, 0x01),
):
    data = bytes(bits)
    print(bits, scaled(data, 0, 1_000, NEAREST), scaled(data, 0, 1_000, UP), scaled(data, 0, 1))

for address in (0x0000, 0x0048, 0xFC02):
    frame = read_request(247, READ_INPUT, address, 18)
    print([hex(byte) for byte in frame], crc16(frame))

# A driver on a scripted meter, across the wrap of the clock.
VALUES = {0x00: 230.25, 0x06: 16.0, 0x0C: 3_684.0, 0x34: 3_684.0, 0x46: 50.0, 0x48: 1234.5}


def sealed(body):
    check = crc16(body)
    return body + bytes([check & 0xFF, check >> 8])


def answer(request):
    address, count = struct.unpack(">HH", request[2:6])
    if address not in VALUES:
        return sealed(b"\x01\x84\x02")
    data = b""
    for register in range(address, address + count, 2):
        data += struct.pack(">f", VALUES.get(register, 0.0))
    return sealed(bytes([1, 4, len(data)]) + data)


for model in MODELS:
    near, far = pair()
    master = ModbusMaster(near)
    meter = MeterEastron(master, model)
    passed_ms = 0
    while passed_ms < 90_000:
        now_ms = ((1 << 30) - 5_000 + passed_ms) % (1 << 30)
        meter.poll(now_ms)
        request = far.read()
        if request and not 20_000 <= passed_ms < 82_000:
            far.write(answer(request))
        if passed_ms % 6_000 == 4_000:
            print(
                model,
                passed_ms,
                meter.quality(now_ms),
                meter.age_ms(now_ms) // 1_000,
                list(meter.voltage_mv),
                list(meter.current_ma),
                meter.power_w,
                meter.frequency_mhz,
                meter.import_wh,
                meter.readings,
                meter.unsupported,
            )
        passed_ms += 10
    print(master.counts, master.poll(0) == PENDING)
