"""Calibration of the pilot's converter from the console, and what a boot makes of it."""

import json

import pytest

from boards.assembly import make_station
from boards.virtual.adc import counts_of
from boards.virtual.board import Board, MemoryStore
from boards.virtual.profiles import PLAIN
from evse.app.calibration import HALF
from evse.core import states


class Bench:
    """A station whose divider reads gain_permille too much and offset_counts too high."""

    def __init__(self, gain_permille: int = 30, offset_counts: int = 300, store=None) -> None:
        self.store = store or MemoryStore()
        self.store.save("config", json.dumps({"station": "st-1"}).encode())
        self.board = Board(self.store, seed=5)
        self.bay = self.board.world.bays[0]
        true, middle = self.bay.sampler.burst, counts_of(0)

        def burst(buf) -> None:
            true(buf)
            for index in range(len(buf)):
                span = buf[index] - middle
                off = span + span * gain_permille // 1000 + offset_counts
                buf[index] = max(0, min(65_535, middle + off))

        self.board.connectors[0].pilot_burst = burst
        self.said: list[str] = []
        self.board.written = self.said.append
        self.station = make_station(self.board)
        self.controller = self.station.controllers[0]
        self.duties: set[int] = set()
        self.run(500)

    def run(self, ms: int) -> None:
        for _ in range(ms // 10):
            now_ms = self.board.step(10)
            self.station.tick(now_ms)
            self.station.poll(now_ms)
            self.duties.add(self.bay.circuit.duty_ppm)
            assert not self.controller.pilot.contactor or not self.controller.calibration.running

    def type(self, word: str, ms: int = 2_000) -> str:
        self.said.clear()
        self.station.console.line(word, self.board.ticks_ms())
        self.run(ms)
        return "".join(self.said)


def test_a_divider_that_is_off_reads_right_after_calibration_and_after_a_boot() -> None:
    bench = Bench()
    assert abs(bench.controller.high_mv - 12_000) > 300
    assert "[1] calibrated" in bench.type("calibrate")
    bench.run(500)
    assert abs(bench.controller.high_mv - 12_000) < 60
    again = Bench(store=bench.store)
    assert abs(again.controller.high_mv - 12_000) < 60
    again.bay.plug(PLAIN, 300)
    again.run(20_000)
    assert again.controller.pilot.contactor
    assert abs(again.controller.high_mv - again.bay.circuit.high_mv) < 150


def test_the_pilot_shows_state_f_on_the_way_and_x1_after_it() -> None:
    bench = Bench()
    bench.type("calibrate")
    assert bench.duties == {0, 1_000_000}
    bench.run(500)
    assert bench.bay.circuit.duty_ppm == 1_000_000
    assert bench.controller.pilot.state == states.A
    assert bench.controller.faults.active == 0


def test_calibration_is_refused_while_a_vehicle_is_plugged_in() -> None:
    bench = Bench(0, 0)
    bench.bay.plug(PLAIN, 300)
    bench.run(20_000)
    assert "refused" in bench.type("calibrate")
    assert bench.controller.pilot.contactor
    assert bench.store.load("calibration-1") is None


def test_a_vehicle_that_arrives_meanwhile_spoils_it_and_is_charged_as_before() -> None:
    bench = Bench(0, 0)
    before = bench.controller.high_mv
    bench.type("calibrate", 300)
    bench.bay.plug(PLAIN, 300)
    bench.run(2_000)
    assert "not steady" in "".join(bench.said)
    assert bench.store.load("calibration-1") is None
    bench.run(20_000)
    assert bench.controller.pilot.contactor
    assert abs(before - 12_000) < 60


def test_a_divider_that_no_correction_can_explain_is_told_and_changes_nothing() -> None:
    bench = Bench(0, 0)
    bench.bay.circuit.stick(1_000_000)
    answer = bench.type("calibrate")
    assert "calibration:" in answer
    assert bench.store.load("calibration-1") is None


@pytest.mark.parametrize(
    "blob", [b"", b"{}", b"[1]", b"[7327, 1]", b"[1, 15000]", b"[7327.0, 15000]", b"\xff", b"[[]]"]
)
def test_a_kept_calibration_that_cannot_be_right_is_not_applied(blob: bytes) -> None:
    store = MemoryStore()
    store.save("calibration-1", blob)
    assert abs(Bench(0, 0, store).controller.high_mv - 12_000) < 60


def test_it_lasts_less_than_the_watchdog_allows_the_main_loop() -> None:
    assert 2 * HALF * 10 < 2_000
