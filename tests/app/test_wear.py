"""What wears: counted, kept through any power cut, told, and begun again for a new contactor."""

import json
from itertools import pairwise

import pytest

from boards.virtual.board import MemoryStore
from protocol.messages import Condition, Event
from tests.app.station_bench import StationBench
from tests.app.test_console import typed


def told(bench: StationBench) -> list[Condition]:
    return bench.port.messages("condition")  # type: ignore[return-value]


def counts(bench: StationBench) -> tuple[int, int]:
    last = told(bench)[-1]
    return last.cold_cycles, last.hot_cycles


def events(bench: StationBench, what: str) -> list[int]:
    """The values of all events of a kind."""
    told: list[Event] = bench.port.messages("event")  # type: ignore[assignment]
    return [each.value for each in told if each.what == what]


def one_charge(bench: StationBench) -> None:
    bench.bay.vehicle.want = True
    bench.charge()
    bench.run(3_000)
    bench.bay.vehicle.want = False
    bench.run(6_000)
    bench.bay.unplug()
    bench.run(12_000)


def test_the_first_message_comes_with_the_birth_and_says_that_nothing_is_worn() -> None:
    bench = StationBench()
    bench.run(1_000)
    (first,) = told(bench)
    assert (first.cold_cycles, first.hot_cycles, first.wear_ppm) == (0, 0, 0)
    assert (first.rcd, first.rcd_age_s, first.rcd_trips) == ("none", 0, 0)
    assert [retained for name, _, _, retained in bench.port.sent if "condition" in name] == [True]


@pytest.mark.parametrize("meter", ["sdm630", "none"])
def test_a_vehicle_that_lets_go_before_the_contacts_part_wears_them_little(meter: str) -> None:
    bench = StationBench(meter=meter)
    one_charge(bench)
    assert counts(bench) == (1, 0)


@pytest.mark.parametrize("meter", ["sdm630", "none"])
def test_a_charge_cut_off_under_load_is_a_hot_opening_with_and_without_a_meter(meter: str) -> None:
    bench = StationBench(meter=meter)
    bench.charge()
    bench.run(3_000)
    bench.board.inputs[0].emergency_stop.level = 1
    bench.run(1_000)
    bench.bay.unplug()
    bench.run(12_000)
    assert counts(bench) == (0, 1)
    assert events(bench, "opened-under-load") == [1]


def test_openings_under_load_use_up_the_electrical_life_the_others_the_mechanical() -> None:
    bench = StationBench(contactor_cold_life=1_000_000, contactor_hot_life=100_000)
    bench.store.save("wear-1", b"[500000, 25000, 3]")
    bench.boot()
    bench.run(1_000)
    assert told(bench)[-1].wear_ppm == 750_000
    bench.store.save("wear-1", b"[9000000, 25000, 3]")
    bench.boot()
    bench.port.reconnect()
    bench.run(1_000)
    assert told(bench)[-1].wear_ppm == 1_000_000


def test_the_counts_go_on_after_a_power_cut() -> None:
    bench = StationBench()
    one_charge(bench)
    one_charge(bench)
    bench.cut_power()
    bench.run(1_000)
    assert sum(counts(bench)) == 2
    one_charge(bench)
    assert sum(counts(bench)) == 3


@pytest.mark.parametrize("blob", [b"", b"{}", b"[1,2]", b"[-1,0,0]", b'["1",0,0]', b"\xff", b"1"])
def test_a_blob_that_is_not_ours_counts_as_nothing(blob: bytes) -> None:
    bench = StationBench()
    bench.store.save("wear-1", blob)
    bench.boot()
    bench.run(1_000)
    assert counts(bench) == (0, 0)


class CountedStore(MemoryStore):
    """Says how often the wear was written, and refuses where told to."""

    def __init__(self, blobs: dict[str, bytes]) -> None:
        super().__init__()
        self.blobs = blobs
        self.rows: list[list[int]] = []
        self.refuses = False
        self.pilot = None

    def save(self, name: str, data: bytes) -> None:
        if name == "wear-1":
            assert self.pilot is None or not self.pilot.contactor
            if self.refuses:
                raise OSError("worn out")
            self.rows.append(json.loads(data))
        super().save(name, data)


def counted() -> tuple[StationBench, CountedStore]:
    bench = StationBench()
    store = CountedStore(bench.store.blobs)
    bench.store = bench.board.store = store
    bench.boot()
    store.pilot = bench.controller.pilot
    return bench, store


def test_a_vehicle_that_pulses_costs_a_write_every_eight_openings_and_one_at_the_end() -> None:
    bench, store = counted()
    bench.charge()
    for _ in range(20):
        bench.bay.vehicle.want = False
        bench.run(1_000)
        bench.bay.vehicle.want = True
        bench.run_until(lambda: bench.bay.contactor.closed, 40_000)
    bench.bay.vehicle.want = False
    bench.run(2_000)
    bench.bay.unplug()
    bench.run(12_000)
    assert [cold + hot for cold, hot, _ in store.rows] == [8, 16, 21]
    assert sum(counts(bench)) == 21


def test_flash_that_refuses_is_asked_again_and_nothing_unkept_is_told() -> None:
    bench, store = counted()
    store.refuses = True
    one_charge(bench)
    assert counts(bench) == (0, 0)
    assert bench.controller.wear.refused == 1
    store.refuses = False
    bench.run(70_000)
    assert sum(counts(bench)) == 1


def test_no_count_ever_told_goes_back_wherever_the_power_is_cut() -> None:
    seen = 0
    bench = StationBench()
    for cut_after_ms in range(500, 30_000, 3_700):
        bench.bay.plug()
        for passed_ms in range(0, cut_after_ms, 100):
            bench.bay.vehicle.want = passed_ms % 6_000 < 4_000
            bench.run(100)
        bench.bay.unplug()
        bench.run(1_000 if cut_after_ms % 2 else 100)
        bench.cut_power(500)
        bench.run(200)
        rows = [message.cold_cycles + message.hot_cycles for message in told(bench)]
        assert rows == sorted(rows)
        seen = rows[-1]
    assert seen >= 4


def test_a_self_test_is_told_with_its_age_and_a_failure_as_one() -> None:
    bench = StationBench(rcd_test=1)
    bench.run(30_000)
    assert told(bench)[0].rcd == "untested"
    assert (told(bench)[-1].rcd, told(bench)[-1].rcd_trips) == ("good", 0)
    assert told(bench)[-1].rcd_age_s < 15
    bench = StationBench(rcd_test=1)
    bench.board.inputs[0].rcd.fault = "none"
    bench.run(15_000)
    assert told(bench)[-1].rcd == "failed"


def test_a_trip_is_told_counted_and_kept() -> None:
    bench = StationBench()
    bench.charge()
    bench.run(5_000)
    bench.board.inputs[0].rcd.tripped = True
    bench.run(11_000)
    assert (told(bench)[-1].rcd, told(bench)[-1].rcd_trips) == ("tripped", 1)
    bench.board.inputs[0].rcd.tripped = False
    bench.bay.unplug()
    bench.run(11_000)
    assert told(bench)[-1].rcd == "none"
    bench.cut_power()
    bench.run(1_000)
    assert told(bench)[-1].rcd_trips == 1


def test_what_does_not_change_is_told_once_a_connect_and_what_does_not_sooner_than_interval() -> (
    None
):
    bench = StationBench(interval_s=60)
    bench.run(120_000)
    assert len(told(bench)) == 1
    bench.port.reconnect()
    bench.run(1_000)
    assert len(told(bench)) == 2
    for _ in range(2):
        one_charge(bench)
    bench.run(130_000)
    times_ms = [message.uptime_ms for message in told(bench)[1:]]
    assert 2 <= len(times_ms) <= 3
    assert all(later - sooner >= 60_000 for sooner, later in pairwise(times_ms))


@pytest.mark.parametrize(
    ("language", "word"), [("en", "worn"), ("fr", "usé"), ("ar", "الكونتاكتور")]
)
def test_the_console_says_how_worn_it_is(language: str, word: str) -> None:
    bench = StationBench(language=language, rcd_test=1)
    bench.store.save("wear-1", b"[500, 25000, 3]")
    bench.boot()
    bench.run(10_000)
    said = typed(bench, "condition")
    for part in (word, "25.1 %", "500", "25000", "3", "s"):
        assert part in said


def test_a_new_contactor_begins_at_nothing_once_its_number_is_typed() -> None:
    bench = StationBench()
    bench.store.save("wear-1", b"[500, 40, 3]")
    bench.boot()
    bench.run(1_000)
    assert "Type the connector's number" in typed(bench, "fitted")
    assert "0.0 %" in typed(bench, "1", run_ms=11_000)
    last = told(bench)[-1]
    assert (last.cold_cycles, last.hot_cycles, last.wear_ppm, last.rcd_trips) == (0, 0, 0, 3)
    assert events(bench, "contactor-replaced") == [540]
    assert events(bench, "opened-under-load") == []
    bench.cut_power()
    one_charge(bench)
    assert sum(counts(bench)) == 1


@pytest.mark.parametrize("answer", ["", "0", "2", "yes", "1 2", "-1", "status", "٣"])
def test_any_other_answer_leaves_the_counts(answer: str) -> None:
    bench = StationBench()
    bench.store.save("wear-1", b"[500, 40, 3]")
    bench.boot()
    bench.run(1_000)
    typed(bench, "fitted")
    assert "left as they were" in typed(bench, answer)
    assert typed(bench, "1").startswith("'1' is not a command")
    assert bench.controller.wear.cold == 500


def test_no_counts_begin_again_while_a_vehicle_charges() -> None:
    bench = StationBench()
    bench.store.save("wear-1", b"[500, 40, 3]")
    bench.boot()
    bench.charge()
    typed(bench, "fitted")
    assert "charging" in typed(bench, "1")
    assert bench.controller.wear.cold == 500
