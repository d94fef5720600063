"""Blobs in flash: kept, cut short at every byte, rotten, and made anew."""

import os
import sys

from evse.drivers.flash_store import FlashStore, unpack

FOLDER = "build/parity-" + sys.implementation.name


def read(name):
    with open(FOLDER + "/" + name, "rb") as file:
        return file.read()


def write(name, data):
    with open(FOLDER + "/" + name, "wb") as file:
        file.write(data)


def clear():
    for name in os.listdir(FOLDER):
        os.remove(FOLDER + "/" + name)


store = FlashStore(FOLDER)
clear()
print(store.load("config"))
for blob in (b"", b"one", b"two", b"two", bytes(range(256))):
    store.save("config", blob)
    print(sorted(os.listdir(FOLDER)), FlashStore(FOLDER).load("config") == blob)
print(read("config.a")[:11], len(read("config.a")), len(read("config.b")))

# A cut at every byte of the newer copy leaves the older one.
newer = "config.a" if unpack(read("config.a"))[1] == bytes(range(256)) else "config.b"
whole = read(newer)
left = 0
for cut in range(len(whole)):
    write(newer, whole[:cut])
    left += FlashStore(FOLDER).load("config") == b"two"
print(left, "of", len(whole))

# Every byte of it spoiled, too.
left = 0
for at in range(len(whole)):
    rotten = bytearray(whole)
    rotten[at] ^= 0x41
    write(newer, rotten)
    left += FlashStore(FOLDER).load("config") == b"two"
print(left, "of", len(whole))

store.save("config", b"three")
print(FlashStore(FOLDER).load("config"))
for name in ("../up", "Upper", "a b"):
    try:
        store.save(name, b"")
    except ValueError as error:
        print(error)
clear()
os.rmdir(FOLDER)
