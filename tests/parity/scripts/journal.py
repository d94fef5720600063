"""A journal on files: filled, forgotten, cut short at every byte, rotten, and used anew."""

import os
import sys

from evse.drivers.flash_area import FileArea
from evse.drivers.journal import MOST, Journal

FOLDER = "build/parity-journal-" + sys.implementation.name
SIZE = 300


def boot(size=SIZE):
    return Journal((FileArea(FOLDER + "/j.0", size), FileArea(FOLDER + "/j.1", size)))


def read(name):
    with open(FOLDER + "/" + name, "rb") as file:
        return file.read()


def write(name, data):
    with open(FOLDER + "/" + name, "wb") as file:
        file.write(data)


def clear():
    for name in os.listdir(FOLDER):
        os.remove(FOLDER + "/" + name)


def held(journal):
    return [content for _, content in journal.entries()]


journal = boot()
clear()
print(journal.last, held(journal), journal.free())
print(journal.extend([b"one", b"two", b"three"]), journal.append(b""), list(journal.entries()))
cursor = journal.cursor()
journal.forget(2)
journal.note = 12_345
print(cursor.read(), cursor.read(), cursor.read())
print(journal.append(bytes(range(64))), cursor.number, len(cursor.read()))
again = boot()
print(again.last, again.forgotten, again.note, again.free(), len(held(again)))

number = 0
while again.append(b"entry %02d" % number):
    number += 1
print(number, again.free(), len(read("j.0")), len(read("j.1")))
again.forget(again.last - 3)
while again.append(b"more %02d" % number):
    number += 1
print(number, held(again) == held(boot()), held(again)[0], held(again)[-1])

whole = {}
for name in ("j.0", "j.1"):
    whole[name] = read(name)
for name in sorted(whole):
    for kind in ("cut", "rotten"):
        counts = {}
        for at in range(len(whole[name])):
            spoilt = bytearray(whole[name])
            if kind == "cut":
                spoilt = spoilt[:at]
            else:
                spoilt[at] ^= 0x41
            write(name, spoilt)
            found = len(held(boot()))
            counts[found] = counts.get(found, 0) + 1
        print(name, kind, sorted(counts.items()))
        write(name, whole[name])

try:
    boot(4_000).append(bytes(MOST + 1))
except ValueError as error:
    print(error)
print(boot(4_000).append(bytes(MOST)) > 0, [len(c) for c in held(boot(4_000))][-1])
clear()
os.rmdir(FOLDER)
