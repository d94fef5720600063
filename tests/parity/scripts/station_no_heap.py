"""The whole control path of a station allocates nothing, through a charge, a fault and a stop."""

try:
    from micropython import heap_lock, heap_unlock
except ImportError:

    def heap_lock():
        pass

    def heap_unlock():
        pass


import json

from boards.assembly import make_station
from boards.virtual.board import Board, MemoryStore
from boards.virtual.profiles import PLAIN


class LatchedPwm:
    """Keeps what the tick says and tells the world afterwards: the world's own sums use heap."""

    def __init__(self, pwm):
        self._pwm = pwm
        self._ns = -1
        self._u16 = -1

    def duty_ns(self, high_ns):
        self._ns = high_ns

    def duty_u16(self, duty):
        self._u16 = duty

    def apply(self):
        if self._ns >= 0:
            self._pwm.duty_ns(self._ns)
        if self._u16 >= 0:
            self._pwm.duty_u16(self._u16)
        self._ns = self._u16 = -1


def run(board, station, ms):
    """Let ms pass; the heap is locked during each tick, and open for the world around it."""
    pwm = station.controllers[0]._hardware.pwm._pwm
    for _ in range(ms // 10):
        pwm.apply()
        now_ms = board.step(10)
        heap_lock()
        try:
            station.tick(now_ms)
        finally:
            heap_unlock()
        station.poll(now_ms)


def main():
    store = MemoryStore()
    settings = {"station": "st-1", "meter": "sdm630", "station_limit_ma": 16_000}
    for fitted in ("socket", "rcd_test", "lock", "temperature"):
        settings[fitted] = 1
    store.save("config", json.dumps(settings).encode())
    board = Board(store, seed=3, start_ms=(1 << 30) - 20_000)  # the clock wraps on the way
    station = make_station(board)
    controller, bay = station.controllers[0], board.world.bays[0]
    controller._hardware.pwm._pwm = LatchedPwm(bay.pwm)
    run(board, station, 2_000)
    bay.plug(PLAIN, 300)
    run(board, station, 30_000)
    print("charging", controller.pilot.contactor, controller.pilot.duty_ppm)
    controller.limits.set(4, 10_000, board.ticks_ms(), 60_000)
    run(board, station, 10_000)
    print("limited", controller.pilot.duty_ppm)
    bay.circuit.plug(882, 1)
    run(board, station, 2_000)
    print("faulted", controller.pilot.contactor, controller.faults.active)
    bay.unplug()
    run(board, station, 2_000)
    bay.plug(PLAIN, 300)
    run(board, station, 45_000)
    print("again", controller.pilot.contactor)
    controller.ask_stop("operator")
    run(board, station, 10_000)
    print("stopped", controller.pilot.contactor, station.worst_gap_ms)


main()
