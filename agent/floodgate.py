"""How much one station may say, so that one that goes wild costs the others nothing.  Pure.

What comes beyond it is dropped and counted.  A dropped record is not lost: no receipt is given
for it, so the board keeps it and sends it again.  Records have a gate of their own, ten times as
wide: after an hour without this agent a broker may hold every record of a board many times over.
"""

from collections import Counter

from .downlink import Bucket

BURST_S = 10  # seconds' worth at once
RECORDS = 10  # times as many


class Floodgate:
    """per_s: messages a second of one station.  dropped: by station."""

    def __init__(self, per_s: int) -> None:
        self._per_s = per_s
        self._buckets: dict[tuple[str, bool], Bucket] = {}
        self.dropped: Counter[str] = Counter()

    def lets(self, station: str, now_ms: int, *, is_record: bool = False) -> bool:
        bucket = self._buckets.get((station, is_record))
        if bucket is None:
            per_s = self._per_s * (RECORDS if is_record else 1)
            bucket = self._buckets[(station, is_record)] = Bucket(per_s, per_s * BURST_S)
        if bucket.take(now_ms):
            return True
        self.dropped[station] += 1
        return False
