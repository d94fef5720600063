"""What the firmware takes for granted of the language, said by each interpreter itself."""

import array
import binascii
import json
import struct

# Whole numbers: floor division and remainder towards minus infinity, shifts, and the 2**30 clock.
for a in (-7, -1, 0, 1, 7, (1 << 30) - 1):
    for b in (-2, 3, 60, 1 << 30):
        print(a, b, a // b, a % b, a >> 1, a & 0xFF)
print(((5 - (1 << 30) + 10) & ((1 << 30) - 1)), 1 << 62, -(1 << 62))

# What tells a number from a truth, and a text from bytes.
print([type(v) is int for v in (1, True, 1.0, "1", None)])
print([type(v).__name__ for v in (1, True, "a", b"a", None, (), [], {})])

# A dict keeps no order there, and its json reads what is not JSON: neither is taken for granted.
print(json.loads("[1, true, null, -3]"), json.dumps([1, True, None, "a"]))

# Bytes as the meter and the serial line read and write them.
print(struct.pack(">HHi", 1, 65535, -2), struct.unpack(">H", b"\x43\x66"))
print(array.array("H", [0, 65535])[1], binascii.hexlify(b"\x01\xfe"), bytes(bytearray(3)))
print(binascii.crc32(b"borne"), b"a\n" + "é".encode(), "é".encode().decode())

# Errors that code here catches by type.
for text in ("", "nul", "x"):
    try:
        print(json.loads(text))
    except ValueError:
        print(repr(text), "refused")
actions = [lambda: {}["x"], lambda: bytes(1)[1], lambda: int("x"), lambda: str(b"\xff", "utf-8")]
for action in actions:
    try:
        action()
    except (KeyError, IndexError, ValueError) as error:
        print(isinstance(error, ValueError), isinstance(error, LookupError))
