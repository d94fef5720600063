"""Small blobs under a name that survive a power cut at any moment.

Each name has two files, written in turn: a cut while one is written leaves the other, so
load() gives what was saved last or, when the last save was cut short, what was saved before.

    "BS1" | generation, 4 bytes | length, 4 bytes | blob | CRC-32 of all before, 4 bytes

Knows not what the blobs mean.  Saving blocks while flash is written: never call it from the tick.
"""

import binascii
import os

_MAGIC = b"BS1"
_HEAD = 11
_TAIL = 4
_PERIOD = 1 << 30
_ALLOWED = "abcdefghijklmnopqrstuvwxyz0123456789-_"


class FlashStore:
    """load() and save() in a folder, which is made when it is missing, with those above it."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        make_folders(folder)

    def load(self, name: str) -> bytes | None:
        """The newest whole blob, None when there is none."""
        newest = self._newest(name)
        return newest[1] if newest is not None else None

    def save(self, name: str, data: "bytes | bytearray") -> None:
        """Keep data.  Writes nothing when it is what load() gives already.

        OSError when the flash does not hold it; the blob saved before is intact then.
        """
        newest = self._newest(name)
        if newest is not None and newest[1] == data:
            return
        generation = (newest[0] + 1) % _PERIOD if newest is not None else 0
        copy = 1 - newest[2] if newest is not None else 0
        record = _MAGIC + generation.to_bytes(4, "big") + len(data).to_bytes(4, "big")
        record += bytes(data)
        record += binascii.crc32(record).to_bytes(4, "big")
        path = self._path(name, copy)
        with open(path, "wb") as file:
            file.write(record)
            file.flush()
            settle(file)
        if _read(path) != record:
            raise OSError("flash did not keep " + name)

    def _newest(self, name: str) -> "tuple[int, bytes, int] | None":
        """(generation, blob, copy) of the newer good file."""
        found = None
        for copy in (0, 1):
            record = unpack(_read(self._path(name, copy)))
            if record is None:
                continue
            if found is None or 0 < (record[0] - found[0]) % _PERIOD < _PERIOD // 2:
                found = (record[0], record[1], copy)
        return found

    def _path(self, name: str, copy: int) -> str:
        for letter in name:
            if letter not in _ALLOWED:
                raise ValueError("not a name for a blob: " + name)
        return self._folder + "/" + name + (".a", ".b")[copy]


def unpack(record: bytes) -> "tuple[int, bytes] | None":
    """(generation, blob) of a file's content, None when it is not whole."""
    if len(record) < _HEAD + _TAIL or record[:3] != _MAGIC:
        return None
    if int.from_bytes(record[7:_HEAD], "big") != len(record) - _HEAD - _TAIL:
        return None
    if int.from_bytes(record[-_TAIL:], "big") != binascii.crc32(record[:-_TAIL]):
        return None
    return int.from_bytes(record[3:7], "big"), record[_HEAD:-_TAIL]


def make_folders(folder: str) -> None:
    """Make a folder and those above it where they are missing.  OSError when it cannot be."""
    at = folder.find("/", 1)
    while at > 0:
        _make(folder[:at])
        at = folder.find("/", at + 1)
    _make(folder)
    os.listdir(folder)  # the error that matters, when it could not be made


def _make(folder: str) -> None:
    try:
        os.mkdir(folder)
    except OSError:
        return  # there already


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def settle(file) -> None:
    """Wait until the medium has it, as far as this interpreter can."""
    if hasattr(os, "fsync"):
        os.fsync(file.fileno())
    elif hasattr(os, "sync"):
        os.sync()
