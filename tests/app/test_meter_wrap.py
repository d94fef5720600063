"""A session goes on counting where the meter's register begins again at 0."""

import json

from boards.assembly import make_station
from boards.virtual.board import Board, MemoryStore


class Register:
    """A meter of which only the register moves."""

    def __init__(self, wrap_wh: int, import_wh: int) -> None:
        self.wrap_wh, self.step_wh = wrap_wh, 1
        self.import_wh = import_wh
        self.readings = 1
        self.power_w = self.frequency_mhz = 0
        self.voltage_mv = [230_000]
        self.current_ma = [0]

    def poll(self, _now_ms: int) -> None:
        pass

    def quality(self, _now_ms: int) -> str:
        return "good"

    def age_ms(self, _now_ms: int) -> int:
        return 0

    def count(self, wh: int) -> None:
        self.import_wh = (self.import_wh + wh) % self.wrap_wh
        self.readings += 1


def test_each_meter_s_own_wrap_is_counted_through() -> None:
    counted = {}
    for wrap_wh in (10_000_000, 1_000_000_000, 1 << 30):
        store = MemoryStore()
        store.save("config", json.dumps({"station": "st-1"}).encode())
        board = Board(store)
        station = make_station(board)
        meter = Register(wrap_wh, wrap_wh - 50)
        station.controllers[0].meter = meter
        for _ in range(40):
            meter.count(10)
            for _ in range(200):
                now_ms = board.step(10)
                station.tick(now_ms)
                station.poll(now_ms)
        counted[wrap_wh] = station.controllers[0].charge.register_wh()
    assert set(counted.values()) == {390}, counted
