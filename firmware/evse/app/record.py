"""One record as it waits: what was encoded once is kept to the byte.  See records.py."""


class Record:
    """connector, kind: as in its topic."""

    def __init__(self, head: "tuple[int, int]", connector: int, kind: str, payload: bytes) -> None:
        self.boot_id, self.seq = head
        self.connector = connector
        self.kind = kind
        self.payload = payload

    def pack(self) -> bytes:
        """As it stands on flash."""
        head = f"{self.boot_id} {self.seq} {self.connector} {self.kind} "
        return head.encode() + self.payload


def unpack(content: bytes) -> Record:
    """kind "" when it is not a record as this firmware writes them."""
    try:
        boot_id, seq, connector, kind, payload = content.split(b" ", 4)
        return Record((int(boot_id), int(seq)), int(connector), str(kind, "utf-8"), payload)
    except ValueError:
        return Record((0, 0), 0, "", b"")
