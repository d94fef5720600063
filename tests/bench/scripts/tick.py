"""Prints microseconds and heap bytes of one control tick while a vehicle charges."""

import gc
import json
import time

from boards.assembly import make_station
from boards.virtual.board import Board, MemoryStore
from boards.virtual.profiles import PLAIN

TICKS = 3_000


def clock_us():
    try:
        return time.ticks_us()
    except AttributeError:
        return time.perf_counter_ns() // 1000


def heap():
    try:
        return gc.mem_alloc()
    except AttributeError:
        return 0


def main():
    store = MemoryStore()
    settings = {"station": "st-1", "meter": "sdm630", "station_limit_ma": 16_000}
    store.save("config", json.dumps(settings).encode())
    board = Board(store, seed=3)
    station = make_station(board)
    board.world.bays[0].plug(PLAIN, 300)
    for _ in range(2_000):
        now_ms = board.step(10)
        station.tick(now_ms)
        station.poll(now_ms)
    assert station.controllers[0].pilot.contactor
    spent_us, worst_us, used = 0, 0, 0
    for _ in range(TICKS):
        now_ms = board.step(10)
        gc.collect()
        before = heap()
        start_us = clock_us()
        station.tick(now_ms)
        us = clock_us() - start_us
        used += heap() - before
        spent_us += us
        worst_us = max(worst_us, us)
    print(spent_us // TICKS, worst_us, used // TICKS)


main()
