"""Faults of supply, flash, clock and meter (F44-F60): the station comes back as it was."""

from itertools import pairwise

import pytest

from hil_tests import told
from hil_tests.bench import Bench
from hil_tests.conftest import reach_charging

pytestmark = pytest.mark.needs("vehicle", "contactor")

COIL_US = 5_000  # the coil lets go when its supply does
PERIOD_MS = 1 << 30
RESTART_MS = 6_000  # until the firmware is up again; a chip takes 4 s
# How many cuts of the supply, the longest time between two of them (some come in the middle of a
# start and some after it), and how many starts there must be at least.
CUTS = 100, 700, 51
CUTS_OF_A_CHIP = 12, 6_000, 4


def coil(bench: Bench) -> list[int]:
    return [edge.level for edge in bench.edges() if edge.line == "coil"]


def restart(bench: Bench, off_ms: int = 500) -> None:
    bench.power_dip(off_ms)
    bench.wait(off_ms + 200)
    bench.greet()


@pytest.mark.needs("power")
def test_a_power_cut_opens_and_the_session_goes_on_after_it(charging: Bench) -> None:
    """F44; the session keeps its name over the cut."""
    charging.wait(12_000)
    session = charging.told("session")[-1]["session"]
    cut = charging.power_dip(2_000)
    assert charging.wait_contactor(closed=False, timeout_ms=500) - cut <= COIL_US
    charging.wait(2_200)
    charging.greet()
    charging.wait_contactor(closed=True, timeout_ms=30_000)
    assert charging.state()["session"] == session
    assert charging.told("birth")[-1]["reset"] == "power"


@pytest.mark.needs("power")
def test_power_cuts_of_every_length_leave_a_good_station(bench: Bench) -> None:
    """F45: a hundred, from 50 ms to 5 s, a vehicle waiting, and it never closes."""
    count, most_on_ms, least = CUTS if "virtual-time" in bench.parts else CUTS_OF_A_CHIP
    bench.vehicle("B")
    bench.edges()
    for number in range(count):
        off_ms = 50 + (number * 1_237) % 4_950
        bench.power_dip(off_ms)
        bench.wait(off_ms + (number * 1_331) % most_on_ms)
    bench.wait(1_000)
    bench.greet()
    assert coil(bench) == []
    told.no_fault(bench)
    boots = bench.told("birth")[-1]["boot_id"]
    assert least <= boots <= count + 1  # some cuts came before the boot


@pytest.mark.needs("power", "settings")
def test_settings_survive_power_cuts(bench: Bench) -> None:
    """F45."""
    bench.fresh(station_limit_ma=20_000)
    for _ in range(5):
        restart(bench, 100)
    bench.vehicle("B")
    bench.wait(1_500)
    assert bench.state()["offer_ma"] == pytest.approx(20_000, abs=50)


@pytest.mark.needs("reset")
def test_resets_by_hand_are_no_crash_loop(bench: Bench) -> None:
    """F47: somebody presses the button every 3 s."""
    for _ in range(8):
        bench.reset(50)
        bench.wait(3_000)
    bench.greet()
    reach_charging(bench)
    told.no_fault(bench)


@pytest.mark.needs("crash")
def test_a_firmware_that_keeps_crashing_stays_reachable_and_out_of_service(bench: Bench) -> None:
    """F47: five crashes in a row."""
    for _ in range(5):
        bench.crash("main-raise")
        bench.wait(RESTART_MS)
    bench.greet()
    told.only_fault(bench, "crash-loop")
    bench.vehicle("C")
    bench.wait(5_000)
    assert coil(bench) == []
    assert bench.command("clear-fault", 1, code="crash-loop") == "ok"
    bench.wait_contactor(closed=True, timeout_ms=40_000)


@pytest.mark.needs("flash", "reset")
@pytest.mark.parametrize(
    "how", ["empty", "truncated", "flipped", "garbage", "foreign", "older", "absent"]
)
def test_settings_that_cannot_be_are_said_to_be_lost(bench: Bench, how: str) -> None:
    """F48: never disabled in silence, never more current than was agreed."""
    bench.spoil("config", how)
    bench.reset()
    bench.greet()
    bench.vehicle("B")
    bench.wait(3_000)
    state = bench.state()
    if how in ("garbage", "foreign", "older"):
        told.only_fault(bench, "config-lost")
        assert state["offer_ma"] == 0
    else:
        assert state["offer_ma"] <= 16_000
    assert bench.console("status")


@pytest.mark.needs("flash", "reset", "settings")
def test_a_torn_write_of_the_settings_leaves_the_ones_before(bench: Bench) -> None:
    """F48: the last good copy."""
    assert bench.command("set-config", key="interval_s", value="7") == "ok"
    assert bench.command("set-config", key="interval_s", value="9") == "ok"
    bench.spoil("config", "torn")
    bench.reset()
    bench.greet()
    assert bench.told("birth")[-1]["interval_s"] == 7
    told.no_fault(bench)


@pytest.mark.needs("flash-cut", "power", "settings")
def test_a_power_cut_in_any_write_of_flash_keeps_the_old_settings_or_the_new(bench: Bench) -> None:
    """F48: at every erase and program that a change of the settings takes, until it takes no
    more; what was acknowledged is kept."""
    stored, untouched = 10, 0
    for after in range(60):
        wanted = 11 + after
        bench.cut_write(after, after * 370 % 1_000)
        try:
            acked = bench.command("set-config", key="interval_s", value=str(wanted)) == "ok"
        except TimeoutError:
            acked = False
        bench.cut_write(-1, 0)
        restart(bench)
        found = bench.told("birth")[-1]["interval_s"]
        assert found == wanted if acked else found in (stored, wanted)
        told.no_fault(bench)
        stored = found
        untouched = untouched + 1 if acked else 0
        if untouched == 2:
            break
    assert untouched == 2
    assert after > 2


@pytest.mark.needs("flash", "reset")
@pytest.mark.parametrize("name", ["boots", "reset", "session-1", "service"])
@pytest.mark.parametrize("how", ["absent", "empty", "flipped", "garbage", "foreign", "older"])
def test_no_other_file_keeps_the_station_from_starting(bench: Bench, name: str, how: str) -> None:
    """F48, F49: what the firmware keeps for itself."""
    bench.vehicle("B")
    bench.wait(1_000)
    bench.spoil(name, how)
    bench.reset()
    bench.greet()
    bench.vehicle("C")
    bench.wait_contactor(closed=True, timeout_ms=20_000)


@pytest.mark.needs("flash", "reset")
def test_a_station_without_a_name_charges_and_says_so(bench: Bench) -> None:
    """F50: never commissioned; it works by itself under a name of its own."""
    bench.spoil("config", "absent")
    bench.reset()
    bench.greet()
    assert bench.station_name() == "station-unnamed"
    reach_charging(bench)


@pytest.mark.needs("clock")
@pytest.mark.parametrize("before_ms", [200, 1_500, 6_000, 30_000])
def test_timers_are_exact_over_the_wrap_of_the_clock(bench: Bench, before_ms: int) -> None:
    """F52: the board's milliseconds wrap after 12.4 days."""
    bench.fresh(start_ms=PERIOD_MS - before_ms)
    bench.vehicle("B")
    bench.wait(1_000)
    asked = bench.vehicle("C")
    closed = bench.wait_contactor(closed=True, timeout_ms=5_000)
    assert 500_000 <= closed - asked <= 3_000_000
    bench.wait(3_000)
    withdrawn = bench.offer(0)
    opened = bench.wait_contactor(closed=False, timeout_ms=10_000)
    assert 5_800_000 <= opened - withdrawn <= 6_200_000
    bench.wait(30_000)
    assert bench.boots() == 1


def test_an_agent_with_a_wrong_clock_changes_nothing(charging: Bench) -> None:
    """F54: years off, either way; limits count by the board's own time."""
    charging.offer(10_000, valid_s=30)
    for years in (10, 1, 30):
        charging.tell_time(years * 31_557_600)
        charging.wait(5_000)
    assert charging.state()["offer_ma"] == pytest.approx(10_000, abs=50)
    charging.wait(20_000)
    assert charging.state()["offer_ma"] == pytest.approx(32_000, abs=50)
    assert charging.edges() == []


@pytest.mark.needs("meter", "load")
@pytest.mark.parametrize("fault", ["silent", "crc", "address", "nan", "exception", "short"])
def test_a_charge_goes_on_without_its_meter(charging: Bench, fault: str) -> None:
    """F57: told, and taken for what it is."""
    charging.inject("load", 10_000)
    charging.wait(6_000)
    charging.inject("meter", fault)
    told.only_fault(charging, "meter-silent", 60_000)
    assert charging.is_closed()
    charging.inject("meter", "ok")
    charging.wait(10_000)
    told.no_fault(charging)


@pytest.mark.needs("meter", "load")
@pytest.mark.parametrize("register_wh", [0, 900_000_000])
def test_the_energy_told_never_jumps(charging: Bench, register_wh: int) -> None:
    """F58: a meter that was swapped, or reset."""
    charging.inject("meter", "register", 5_000_000)
    charging.inject("load", 32_000)
    charging.wait(60_000)
    charging.inject("meter", "register", register_wh)
    charging.wait(60_000)
    told_wh = [meter["register_wh"] for meter in charging.told("meter")]
    steps = [later - sooner for sooner, later in pairwise(told_wh[2:])]
    assert min(steps) >= 0
    assert max(steps) <= 200
