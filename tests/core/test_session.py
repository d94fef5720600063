"""One vehicle from plug-in to unplug."""

import pytest

from evse.core import session as s
from evse.core.session import PHASE_NAMES, STOP_NAMES, Session
from evse.core.units import TICKS_PERIOD

STARTS = pytest.mark.parametrize("start_ms", [0, TICKS_PERIOD - 30_000])


class Day:
    """A session and the clock it lives by."""

    def __init__(self, start_ms: int = 0, boot_id: int = 7) -> None:
        self.session = Session(boot_id)
        self.now_ms = start_ms
        self.total_wh = 1_000

    def passes(
        self, seconds: int, *, plugged: bool, offered: bool = False, powered: bool = False
    ) -> int:
        """Let time pass, 100 W at a time; how often the phase changed."""
        changes = 0
        for _ in range(seconds * 100):
            changes += self.session.step(
                self.now_ms % TICKS_PERIOD, plugged, offered, powered, self.total_wh
            )
            self.now_ms += 10
        return changes

    def charges(self, seconds: int, energy_wh: int) -> None:
        self.passes(seconds, plugged=True, offered=True, powered=True)
        self.total_wh += energy_wh

    @property
    def name(self) -> tuple[int, int]:
        return self.session.boot_id, self.session.number


def test_before_the_first_vehicle_there_is_no_session() -> None:
    day = Day()
    assert day.passes(10, plugged=False) == 0
    assert day.name == (0, 0)
    assert day.session.phase == s.IDLE


@STARTS
def test_a_charge_is_counted_in_energy_and_time(start_ms: int) -> None:
    day = Day(start_ms)
    day.passes(10, plugged=True)
    day.charges(60, 500)
    day.passes(30, plugged=True, offered=True)
    assert day.passes(1, plugged=False) == 1
    session = day.session
    assert session.stop == s.STOP_UNPLUGGED
    assert (session.start_wh, session.energy_wh) == (1_000, 500)
    assert 99 <= session.duration_s <= 100
    assert 59 <= session.charging_s <= 60


def test_sessions_are_numbered_within_the_boot() -> None:
    day = Day(boot_id=9)
    names = []
    for _ in range(3):
        day.passes(1, plugged=True)
        names.append(day.name)
        day.passes(1, plugged=False)
    assert names == [(9, 1), (9, 2), (9, 3)]


def test_a_new_session_begins_from_nothing() -> None:
    day = Day()
    day.charges(10, 500)
    day.session.stop_for(s.STOP_FAULT)
    day.passes(1, plugged=False)
    day.passes(1, plugged=True)
    session = day.session
    assert (session.start_wh, session.energy_wh, session.stop) == (1_500, 0, s.STOP_NONE)
    assert (session.duration_s, session.charging_s) == (0, 0)
    assert session.phase == s.WAITING


def test_the_phase_says_who_suspends() -> None:
    day = Day()
    phases = []
    for offered, powered in [(False, False), (True, False), (True, True), (True, False)]:
        day.passes(1, plugged=True, offered=offered, powered=powered)
        phases.append(PHASE_NAMES[day.session.phase])
    day.passes(1, plugged=True)
    phases.append(PHASE_NAMES[day.session.phase])
    assert phases == [
        "waiting",
        "waiting",
        "charging",
        "suspended-by-vehicle",
        "suspended-by-station",
    ]


def test_a_stopped_session_finishes_once_the_power_is_off_and_can_go_on() -> None:
    day = Day()
    day.charges(1, 10)
    day.session.stop_for(s.STOP_BY_OPERATOR)
    day.passes(1, plugged=True, powered=True)
    assert day.session.phase == s.CHARGING
    day.passes(1, plugged=True)
    assert day.session.phase == s.FINISHING
    day.session.go_on()
    day.passes(1, plugged=True, offered=True)
    assert day.session.phase == s.SUSPENDED_BY_VEHICLE
    day.passes(1, plugged=False)
    assert day.session.stop == s.STOP_UNPLUGGED


def test_the_first_reason_to_stop_stays() -> None:
    day = Day()
    day.charges(1, 10)
    day.session.stop_for(s.STOP_BY_BACKEND)
    day.session.stop_for(s.STOP_FAULT)
    day.passes(1, plugged=False)
    assert STOP_NAMES[day.session.stop] == "stopped-by-backend"


def test_without_a_session_nothing_is_stopped_or_started() -> None:
    day = Day()
    day.charges(1, 10)
    day.passes(1, plugged=False)
    day.session.stop_for(s.STOP_FAULT)
    assert day.session.stop == s.STOP_UNPLUGGED
    day.session.go_on()
    assert day.session.stop == s.STOP_UNPLUGGED


def test_an_interrupted_session_goes_on_with_the_vehicle() -> None:
    day = Day(boot_id=8)
    day.session.resume(7, 3, 400, (600, 500))
    day.passes(5, plugged=True, offered=True)
    assert (day.name, day.session.stop) == ((7, 3), s.STOP_NONE)
    assert day.session.phase == s.SUSPENDED_BY_VEHICLE
    day.charges(10, 100)
    day.passes(1, plugged=False)
    session = day.session
    assert (session.energy_wh, session.stop) == (500, s.STOP_UNPLUGGED)
    assert 614 <= session.duration_s <= 616
    assert 509 <= session.charging_s <= 510


def test_an_interrupted_session_ends_when_the_vehicle_has_gone() -> None:
    day = Day(boot_id=8)
    day.session.resume(7, 3, 400, (600, 500))
    assert day.passes(1, plugged=False) == 1
    assert (day.name, day.session.energy_wh) == ((7, 3), 400)
    assert day.session.stop == s.STOP_POWER_CUT
    day.passes(1, plugged=True)
    assert day.name == (8, 1)


def test_energy_never_decreases_within_a_session() -> None:
    day = Day()
    day.charges(1, 100)
    day.passes(1, plugged=True)
    day.total_wh -= 50
    day.passes(1, plugged=True)
    assert day.session.energy_wh == 100


def test_every_phase_and_reason_has_a_name() -> None:
    assert PHASE_NAMES[s.FINISHING] == "finishing"
    assert STOP_NAMES[s.STOP_POWER_CUT] == "power-cut"
    assert len(set(PHASE_NAMES)) == 6
    assert len(set(STOP_NAMES)) == 7


def test_before_the_first_vehicle_every_figure_is_nought() -> None:
    session = Session(7)
    figures = (session.start_wh, session.energy_wh, session.duration_s, session.charging_s)
    assert figures == (0, 0, 0, 0)
    assert session.stop == s.STOP_NONE


def test_every_reason_says_its_own_word() -> None:
    numbers = {name: number for name, number in vars(s).items() if name.startswith("STOP_")}
    words = {name: STOP_NAMES[n] for name, n in numbers.items() if isinstance(n, int)}
    assert words == {
        "STOP_NONE": "none",
        "STOP_UNPLUGGED": "unplugged",
        "STOP_BY_OPERATOR": "stopped-by-operator",
        "STOP_BY_BACKEND": "stopped-by-backend",
        "STOP_LOCALLY": "stopped-locally",
        "STOP_FAULT": "fault",
        "STOP_POWER_CUT": "power-cut",
    }


def test_a_session_goes_on_from_whole_seconds() -> None:
    session = Session(8)
    session.resume(7, 3, 250, (60, 30))
    session.step(0, True, True, True, 1_000)
    session.step(999, True, True, True, 1_000)
    assert (session.duration_s, session.charging_s) == (60, 30)
    session.step(1_000, True, True, True, 1_000)
    assert (session.duration_s, session.charging_s) == (61, 31)


def test_times_stop_where_small_integers_do() -> None:
    session = Session(8)
    session.resume(7, 3, 0, ((1 << 30) - 2, (1 << 30) - 2))
    for now_ms in range(0, 5_000, 1_000):
        session.step(now_ms, True, True, True, 0)
    assert (session.duration_s, session.charging_s) == ((1 << 30) - 1, (1 << 30) - 1)
