"""A stretch of flash for a journal: a file that only ever grows or begins anew.

Knows not what stands in it: journal.py.  Writing blocks while flash is erased and written.
"""

from evse.drivers.flash_store import make_folders, settle


class FileArea:
    """size: bytes it may hold.  The folder is made when it is missing."""

    def __init__(self, path: str, size: int) -> None:
        self.size = size
        self._path = path
        make_folders(path[: path.rfind("/")])

    def read(self, at: int, n: int) -> bytes:
        """Up to n bytes from at on; fewer where it ends."""
        try:
            with open(self._path, "rb") as file:
                file.seek(at)
                return file.read(n)
        except OSError:
            return b""  # nothing was ever written

    def write(self, at: int, data: bytes) -> None:
        """Put data at the end, which is at; at 0 whatever stood there goes.  It is on the medium
        when this returns.  OSError when it is not."""
        with open(self._path, "r+b" if at else "wb") as file:
            file.seek(at)
            file.write(data)
            file.flush()
            settle(file)
        if self.read(at, len(data)) != data:
            raise OSError("flash did not keep the journal")
