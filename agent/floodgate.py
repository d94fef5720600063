"""How much one station may say, so that one that goes wild costs the others nothing.  Pure.

What comes beyond it is dropped and counted.  A dropped record is not lost: no receipt is given
for it, so the board keeps it and sends it again.
"""

from collections import Counter

from .downlink import Bucket

BURST_S = 10  # seconds' worth at once: what a board holds comes in one go after an outage


class Floodgate:
    """per_s: messages a second of one station.  dropped: by station."""

    def __init__(self, per_s: int) -> None:
        self._per_s = per_s
        self._buckets: dict[str, Bucket] = {}
        self.dropped: Counter[str] = Counter()

    def lets(self, station: str, now_ms: int) -> bool:
        bucket = self._buckets.get(station)
        if bucket is None:
            bucket = self._buckets[station] = Bucket(self._per_s, self._per_s * BURST_S)
        if bucket.take(now_ms):
            return True
        self.dropped[station] += 1
        return False
