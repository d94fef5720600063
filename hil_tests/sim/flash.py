"""The station's flash on the simulated bench: a folder, with the firmware's own FlashStore on it,
and ways to spoil its files.  Each blob is two files, written in turn (flash_store.py).
"""

import os

from evse.drivers.flash_store import FlashStore, unpack

READ_MS = 12  # of the copies there are, before one is written
ERASE_MS = 45  # of a sector, at least; others say up to 300
_NETWORK = b'{"wifi_name":"yard","wifi_password":"longer than eight","host":"127.0.0.1","port":9}'
_OLDER = b'{"station":"bench-1","current_limit":32,"rfid":true}'  # keys of another version


class TimedStore:
    """A FlashStore whose writing takes the chip's time, as flash does: reading first, then
    erasing with interrupts off.

    hot: writes begun while the coil was energised.
    """

    def __init__(self, store: FlashStore, chip) -> None:
        self._store = store
        self._chip = chip
        self.hot = 0

    def load(self, name: str) -> "bytes | None":
        return self._store.load(name)

    def save(self, name: str, data: bytes) -> None:
        if self._chip.dead or self._store.load(name) == data:
            return
        self._chip.pass_ms(READ_MS)
        if self._chip.wires.levels["coil"]:
            self.hot += 1
        self._store.save(name, data)
        self._chip.stand_still(ERASE_MS)


class Flash:
    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.store = FlashStore(folder)

    def format(self, config: bytes) -> None:
        """Nothing on it but the settings."""
        for name in os.listdir(self._folder):
            os.remove(self._folder + "/" + name)
        self.store.save("config", config)

    def files(self) -> dict:
        return {name: self._read(name) for name in os.listdir(self._folder)}

    def put_back(self, files: dict) -> None:
        for name in os.listdir(self._folder):
            if name not in files:
                os.remove(self._folder + "/" + name)
        for name, data in files.items():
            self._write(name, data)

    def spoil(self, name: str, how: str) -> None:
        """See Bench.spoil()."""
        if how == "garbage":
            self.store.save(name, b"\x00\xff{[not json")
        elif how == "foreign":
            self.store.save(name, b'{"unknown_key":1}')
        elif how == "unreachable":
            self.store.save(name, _NETWORK)
        elif how == "older":
            self.store.save(name, _OLDER)
        elif how == "torn":
            newest = self._newest(name)
            self._write(newest, self._read(newest)[:-7])
        else:
            for copy in (name + ".a", name + ".b"):
                self._spoil_file(copy, how)

    def _spoil_file(self, file: str, how: str) -> None:
        if file not in os.listdir(self._folder):
            return
        data = self._read(file)
        if how == "absent":
            os.remove(self._folder + "/" + file)
        elif how == "empty":
            self._write(file, b"")
        elif how == "truncated":
            self._write(file, data[: len(data) // 2])
        elif how == "flipped":
            middle = len(data) // 2
            self._write(file, data[:middle] + bytes((data[middle] ^ 4,)) + data[middle + 1 :])

    def _newest(self, name: str) -> str:
        found = ("", -1)
        for file in (name + ".a", name + ".b"):
            record = unpack(self._read(file)) if file in os.listdir(self._folder) else None
            if record is not None and record[0] > found[1]:
                found = (file, record[0])
        return found[0]

    def _read(self, file: str) -> bytes:
        with open(self._folder + "/" + file, "rb") as opened:
            return opened.read()

    def _write(self, file: str, data: bytes) -> None:
        with open(self._folder + "/" + file, "wb") as opened:
            opened.write(data)
