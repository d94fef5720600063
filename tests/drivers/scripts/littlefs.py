"""The journal and the store on littlefs, the power cut before and inside every block operation.

Prints how many cuts there were.  MicroPython's unix port only.
"""

import os

from evse.drivers.flash_area import FileArea
from evse.drivers.flash_store import FlashStore
from evse.drivers.journal import Journal

BLOCK = 512
BLOCKS = 64
AREA = 2_048


class Flash:
    """A block device in memory.  left: block operations until the power goes, -1: it stays.
    torn: a write that the cut hits gets half through."""

    def __init__(self, image=None):
        self.data = bytearray(image if image is not None else BLOCK * BLOCKS)
        self.left = -1
        self.torn = False
        self.operations = 0

    def readblocks(self, block, buf, off=0):
        at = block * BLOCK + off
        buf[:] = memoryview(self.data)[at : at + len(buf)]

    def writeblocks(self, block, buf, off=0):
        at = block * BLOCK + off
        if self._cut():
            if self.torn and self.left == -2:
                half = len(buf) // 2
                self.data[at : at + half] = buf[:half]
            raise OSError(5)
        self.data[at : at + len(buf)] = buf

    def ioctl(self, op, arg):
        if op == 4:
            return BLOCKS
        if op == 5:
            return BLOCK
        if op == 6:
            if self._cut():
                raise OSError(5)
            for at in range(arg * BLOCK, (arg + 1) * BLOCK):
                self.data[at] = 0xFF
            return 0
        return 0

    def _cut(self):
        self.operations += 1
        if self.left == -1:
            return False
        if self.left > 0:
            self.left -= 1
            return False
        self.left -= 2  # -2: this very operation; less: everything after it
        return True


def mount(flash):
    os.mount(os.VfsLfs2(flash), "/flash")
    areas = [FileArea("/flash/data/journal." + name, AREA) for name in "ab"]
    return Journal(areas), FlashStore("/flash/data")


def umount():
    try:  # noqa: SIM105  MicroPython has no contextlib
        os.umount("/flash")
    except OSError:
        pass  # the power is off


def entry(number):
    return b"%03d " % number + b"x" * (40 + number * 7 % 60)


class Done:
    """What was certainly kept: entries, the state saved last, and how far was forgotten."""

    def __init__(self):
        self.entries = 0
        self.state = -3
        self.forgotten = 0


def live(journal, store, done):
    for number in range(0, 75, 3):
        if journal.extend([entry(number), entry(number + 1), entry(number + 2)]) < 3:
            raise OSError(5)  # the cut came between two areas
        done.entries = number + 3
        store.save("session-1", b"state %d" % number)
        done.state = number
        if number % 9 == 6:
            done.forgotten = journal.last - 4
            journal.forget(done.forgotten)


def check(image, done):
    """A station that boots from what the cut left."""
    flash = Flash(image)
    journal, store = mount(flash)
    found = [content for _, content in journal.entries(True)]
    first = int(found[0][:3]) if found else 0
    last = first + len(found)
    assert found == [entry(n) for n in range(first, last)]
    assert done.entries <= last <= done.entries + 3, (last, done.entries)
    assert first <= done.forgotten
    states = [None if n < 0 else b"state %d" % n for n in (done.state, done.state + 3)]
    assert store.load("session-1") in states
    assert journal.append(b"after")
    store.save("session-1", b"after")
    umount()
    journal, store = mount(Flash(flash.data))
    assert [content for _, content in journal.entries()][-1] == b"after"
    assert store.load("session-1") == b"after"
    umount()


def main():
    fresh = Flash()
    os.VfsLfs2.mkfs(fresh)
    mount(fresh)
    umount()
    image = bytes(fresh.data)
    fresh.operations = 0
    journal, store = mount(fresh)
    live(journal, store, Done())
    umount()
    for torn in (False, True):
        for cut in range(fresh.operations):
            flash = Flash(image)
            flash.torn = torn
            flash.left = cut
            done = Done()
            try:  # noqa: SIM105
                live(*mount(flash), done)
            except OSError:
                pass
            umount()
            check(flash.data, done)  # a copy: files the cut left open may still be closed
    print(2 * fresh.operations, "cuts, all good")


main()
