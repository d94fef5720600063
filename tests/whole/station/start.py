"""What a chip does: its compiled code in reach, boot.py's setting of the collector, then main.py.

The third argument is the firmware.  A folder is loaded into the heap, as from a chip's file
system.  An image is put where no collector looks, as a chip's flash is, and mounted: MicroPython
runs the compiled code of a VfsRom where it lies, as it does with frozen code.
"""

import gc
import os
import sys

import ffi
import uctypes
import vfs

_FOLDER = 0x4000
_PRIVATE, _ANONYMOUS = 2, 0x20
_READ, _WRITE = 1, 2


def _put_aside(name: str) -> bytearray:
    """The file, in memory that is no part of the heap."""
    with open(name, "rb") as file:
        size = file.seek(0, 2)
        mmap = ffi.open("libc.so.6").func("P", "mmap", "PLiiiL")
        address = mmap(0, size, _READ | _WRITE, _PRIVATE | _ANONYMOUS, -1, 0)
        memory = uctypes.bytearray_at(address, size)
        file.seek(0)
        file.readinto(memory)
    return memory


sys.path[0] = sys.argv[3]
if os.stat(sys.argv[3])[0] & _FOLDER == 0:
    vfs.mount(vfs.VfsRom(_put_aside(sys.argv[3])), "/rom")
    sys.path[0] = "/rom"
gc.collect()
gc.threshold(4_096)  # as boot.py; the unix port lacks the rest of what that file sets
import main  # noqa: E402, F401
