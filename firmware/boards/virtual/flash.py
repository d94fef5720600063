"""Flash that lives as long as the object: for tests and throw-away virtual stations."""


class MemoryStore:
    """As FlashStore: blobs by name.  writes: saves that changed something."""

    def __init__(self) -> None:
        self.blobs = {}
        self.writes = 0

    def load(self, name: str) -> "bytes | None":
        return self.blobs.get(name)

    def save(self, name: str, data: bytes) -> None:
        if self.blobs.get(name) != data:
            self.blobs[name] = bytes(data)
            self.writes += 1


class MemoryArea:
    """As FileArea: a stretch of flash for a journal.  writes: how often it was written."""

    def __init__(self, size: int = 131_072) -> None:
        self.size = size
        self.data = b""
        self.writes = 0

    def read(self, at: int, n: int) -> bytes:
        return self.data[at : at + n]

    def write(self, at: int, data: bytes) -> None:
        self.data = self.data[:at] + data
        self.writes += 1
