"""Prints microseconds, in the best of 100 rounds, and heap bytes of one tick of a charge."""

import gc
import json
import time

try:
    from js import performance  # WebAssembly's own clock counts milliseconds
except ImportError:
    performance = None

from boards.assembly import make_station
from boards.virtual.board import Board, MemoryStore
from boards.virtual.profiles import PLAIN

ROUNDS, TICKS = 100, 20


def clock_us():
    if performance is not None:
        return int(performance.now() * 1_000)
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
    best_us = used = 0
    for _ in range(ROUNDS):
        spent_us = 0
        for _ in range(TICKS):
            now_ms = board.step(10)
            gc.collect()
            start_us = clock_us()
            station.tick(now_ms)
            spent_us += clock_us() - start_us
        best_us = min(best_us or spent_us, spent_us)
        now_ms = board.step(10)
        before = heap()
        station.tick(now_ms)
        used += heap() - before
    print(best_us // TICKS, used // ROUNDS)


main()
