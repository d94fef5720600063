"""The power goes at any moment of a session: one session, one start, one end, every watt-hour."""

import json

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from boards.virtual.board import MemoryArea, MemoryStore
from boards.virtual.profiles import PLAIN
from tests.app.agent_end import AgentEnd
from tests.app.station_bench import StationBench

STEP_MS = 100
PLUG_MS, REST_MS, UNPLUG_MS, OVER_MS = 2_000, 24_000, 28_000, 33_000


class PowerCutError(Exception):
    """The board stops here."""


class Fuse:
    """Counts what is written to flash; blows at a byte."""

    def __init__(self) -> None:
        self.left = -1
        self.writes: list[int] = []

    def spend(self, count: int) -> int:
        """How many of count bytes get through."""
        self.writes.append(count)
        if self.left < 0:
            return count
        done = min(self.left, count)
        self.left -= done
        return done


class FusedArea(MemoryArea):
    fuse: Fuse

    def write(self, at: int, data: bytes) -> None:
        done = self.fuse.spend(len(data))
        super().write(at, data[:done])
        if done < len(data):
            raise PowerCutError


class FusedStore(MemoryStore):
    """A save that is cut short leaves what was there: tests/drivers/test_flash_store.py."""

    fuse: Fuse

    def save(self, name: str, data: bytes) -> None:
        if self.load(name) == data:
            return
        if self.fuse.spend(len(data)) < len(data):
            raise PowerCutError
        super().save(name, data)


class Yard:
    """A station, a car that comes, charges and goes, and an agent."""

    def __init__(self, flash_stalls: bool = True, link: bool = True, **settings: object) -> None:
        self.bench = StationBench(**settings)  # type: ignore[arg-type]
        self.bench.board.flash_stalls = flash_stalls
        self.fuse = Fuse()
        FusedArea.fuse = FusedStore.fuse = self.fuse
        self.bench.areas = (FusedArea(), FusedArea())
        store = FusedStore()
        store.blobs = self.bench.store.blobs
        self.bench.store = self.bench.board.store = store
        self.bench.port.ready = link
        self.bench.boot()
        self.agent = AgentEnd(self.bench)
        self.now_ms = 0
        self.vehicle = self.bench.bay.vehicle
        self.meter = self.bench.bay.meter
        self.meter.set_register(5_000)
        self.boots = 1

    def live(self, ms: int, powered: bool = True) -> None:
        for _ in range(ms // STEP_MS):
            self._people()
            self.now_ms += STEP_MS
            if not powered:
                for _ in range(STEP_MS // 10):
                    self.bench.board.step(10)
                continue
            try:
                self.bench.run(STEP_MS)
            except PowerCutError:
                self.outage()
            self.agent.work()

    def _people(self) -> None:
        if self.now_ms == PLUG_MS:
            self.bench.bay.plug(PLAIN, 300)
        elif self.now_ms == REST_MS:
            self.vehicle.want = False
        elif self.now_ms == UNPLUG_MS:
            self.bench.bay.unplug()

    def outage(self, ms: int = 1_500) -> None:
        self.fuse.left = -1
        self.live(ms, powered=False)
        self.boots += 1
        self.bench.cut_power(0)

    def finish(self) -> None:
        """Until the car has gone and the agent has heard everything."""
        self.live(max(0, OVER_MS - self.now_ms))
        if not self.bench.port.ready:
            self.bench.port.reconnect()
        self.live(12_000)


def check_one_session(yard: Yard) -> None:
    sessions = yard.agent.sessions()
    assert len({session.session for session in sessions}) == 1, sessions
    phases = [session.phase for session in sessions]
    assert phases == ["start"] + ["checkpoint"] * (len(phases) - 2) + ["end"]
    assert sessions[-1].energy_wh == pytest.approx(yard.meter.import_wh - 5_000, abs=1)
    assert sessions[-1].register_wh - sessions[-1].start_wh == sessions[-1].energy_wh
    openings = [m.cold_cycles + m.hot_cycles for m in yard.bench.port.messages("condition")]  # type: ignore[attr-defined]
    assert openings == sorted(openings)
    assert yard.agent.holes() == []
    assert len(yard.bench.station.post.records) == 0


@pytest.mark.parametrize("flash_stalls", [True, False])
@pytest.mark.parametrize("link", [True, False])
def test_without_a_cut_there_is_one_session(flash_stalls: bool, link: bool) -> None:
    yard = Yard(flash_stalls, link)
    yard.finish()
    check_one_session(yard)
    assert yard.agent.sessions()[-1].reason == "unplugged"
    assert yard.agent.sessions()[-1].energy_wh > 10


def writes_of_a_session(flash_stalls: bool) -> list[int]:
    yard = Yard(flash_stalls, link=False)
    before = len(yard.fuse.writes)
    yard.finish()
    return yard.fuse.writes[before:]


@pytest.mark.parametrize("flash_stalls", [True, False])
def test_a_session_costs_few_writes_and_none_while_power_flows(flash_stalls: bool) -> None:
    yard = Yard(flash_stalls, link=False)
    yard.live(12_000)
    assert yard.bench.bay.contactor.closed
    before = len(yard.fuse.writes)
    yard.live(8_000)
    assert yard.bench.bay.contactor.closed
    assert len(yard.fuse.writes) == before
    yard.finish()
    assert len(writes_of_a_session(flash_stalls)) <= 14


@pytest.mark.parametrize("flash_stalls", [True, False])
@pytest.mark.parametrize("link", [True, False])
def test_a_cut_in_any_write_to_flash_leaves_one_session(flash_stalls: bool, link: bool) -> None:
    """At the first byte, in the middle, at the last but one, and just behind each."""
    writes = writes_of_a_session(flash_stalls)
    assert len(writes) >= 5
    cuts = []
    for number, size in enumerate(writes):
        done = sum(writes[:number])
        cuts += [done, done + size // 2, done + size - 1]
    for cut in cuts:
        yard = Yard(flash_stalls, link)
        yard.fuse.left = cut
        yard.finish()
        assert yard.boots <= 2
        check_one_session(yard)


@settings(max_examples=15, deadline=None, phases=[Phase.generate])  # to shrink takes minutes
@given(
    cuts=st.lists(st.integers(0, OVER_MS // STEP_MS), min_size=1, max_size=4),
    off_ms=st.sampled_from([100, 1_500, 8_000]),
    link=st.booleans(),
    flash_stalls=st.booleans(),
)
def test_cuts_at_any_moment_leave_one_session_with_its_energy(
    cuts: list[int], off_ms: int, link: bool, flash_stalls: bool
) -> None:
    yard = Yard(flash_stalls, link)
    for cut in sorted(cuts):
        yard.live(max(0, cut * STEP_MS - yard.now_ms))
        yard.outage(off_ms)
    yard.finish()
    if yard.agent.sessions() or yard.meter.import_wh > 5_000:  # not come and gone in the dark
        check_one_session(yard)


def test_a_session_goes_on_by_itself_after_the_power_is_back() -> None:
    yard = Yard()
    yard.live(10_000)
    assert yard.bench.bay.contactor.closed
    session = yard.bench.controller.session_id()
    yard.outage(3_000)
    yard.live(9_000)
    assert yard.bench.bay.contactor.closed
    assert yard.bench.controller.session_id() == session
    yard.finish()
    check_one_session(yard)
    assert yard.agent.sessions()[-1].reason == "unplugged"


def test_a_vehicle_that_left_in_the_dark_ends_the_session_as_cut_off() -> None:
    yard = Yard()
    yard.live(UNPLUG_MS - 8_000)
    yard.outage(10_000)
    yard.finish()
    check_one_session(yard)
    assert yard.agent.sessions()[-1].reason == "power-cut"


def test_what_the_meter_counts_before_it_answers_again_is_not_lost() -> None:
    """It may take 20 s to come up; the session goes on without it until then."""
    yard = Yard()
    yard.live(15_000)
    yard.meter.fault = "silent"
    yard.outage(1_000)
    yard.live(8_000)
    assert yard.bench.controller.session_wh() < yard.meter.import_wh - 5_000
    yard.meter.fault = ""
    yard.finish()
    check_one_session(yard)


def test_a_start_that_was_given_need_not_be_given_again() -> None:
    yard = Yard(authorisation=1)
    yard.live(5_000)
    assert not yard.bench.bay.contactor.closed
    assert yard.bench.command("start", 1, user="driver-7").ok
    yard.live(8_000)
    assert yard.bench.bay.contactor.closed
    yard.outage()
    yard.live(8_000)
    assert yard.bench.bay.contactor.closed
    yard.finish()
    check_one_session(yard)
    assert yard.agent.sessions()[-1].user == "driver-7"
    yard.bench.bay.plug(PLAIN, 300)
    yard.live(10_000)
    assert not yard.bench.bay.contactor.closed  # the next vehicle needs its own


def test_a_start_given_while_power_is_off_for_another_reason_is_kept_too() -> None:
    yard = Yard(authorisation=1)
    yard.live(5_000)
    yard.bench.limit(0, valid_s=3_600)
    yard.live(1_000)
    assert yard.bench.command("start", 1, user="driver-7").ok
    yard.live(1_000)
    yard.outage()
    yard.live(9_000)
    assert yard.bench.bay.contactor.closed
    assert yard.bench.controller.charge.user == "driver-7"


def test_a_charge_that_was_stopped_stays_stopped() -> None:
    yard = Yard()
    yard.live(10_000)
    assert yard.bench.stop().ok
    yard.live(8_000)
    assert not yard.bench.bay.contactor.closed
    yard.outage()
    yard.live(3_000)
    assert not yard.bench.bay.contactor.closed
    yard.finish()
    check_one_session(yard)
    assert yard.agent.sessions()[-1].reason == "stopped-by-operator"


def test_a_meter_that_was_exchanged_in_the_dark_adds_nothing() -> None:
    yard = Yard()
    yard.live(15_000)
    delivered = yard.meter.import_wh - 5_000
    yard.live(UNPLUG_MS + 3_000 - yard.now_ms)
    yard.meter.set_register(3_000_000)
    before = yard.bench.controller.charge.register_wh()
    yard.outage()
    yard.live(8_000)
    assert delivered > 5
    assert yard.bench.controller.charge.register_wh() == before


def test_a_blob_of_another_firmware_counts_as_nothing() -> None:
    bench = StationBench()
    for blob in (b"[]", b"{}", b'[[1,2,3],"x"]', json.dumps([[-1] * 12, ""]).encode(), b"\xff"):
        bench.store.save("session-1", blob)
        bench.boot()
        bench.run(7_000)
        assert bench.controller.charge.register_wh() == 0
        assert bench.controller.session_id() == ""
