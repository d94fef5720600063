"""Faults of the links to the station (F60-F67, F85, F86): the charge goes on as was agreed."""

import pytest

from hil_tests import told
from hil_tests.bench import Bench

pytestmark = pytest.mark.needs("vehicle", "contactor")


@pytest.mark.needs("settings")
@pytest.mark.parametrize(
    ("policy", "offer_ma"), [("keep", 32_000), ("reduce", 8_000), ("pause", 0)]
)
def test_an_agent_that_falls_silent_leaves_what_was_agreed(
    bench: Bench, policy: str, offer_ma: int
) -> None:
    """F67."""
    bench.fresh(link_loss=policy, link_loss_after_s=20, link_loss_ma=8_000)
    bench.vehicle("B")
    bench.wait(2_000)
    bench.silence()
    bench.wait(15_000)
    assert bench.state()["offer_ma"] == pytest.approx(32_000, abs=50)
    bench.wait(10_000)
    assert "limited by the fallback" in bench.console("status") or policy == "keep"
    assert bench.pwm().duty_ppm == {32_000: 533_333, 8_000: 133_333, 0: 1_000_000}[offer_ma]


@pytest.mark.needs("settings")
def test_an_agent_that_comes_back_ends_the_fallback(bench: Bench) -> None:
    """F67, and it is told both ways."""
    bench.fresh(link_loss_after_s=20)
    bench.vehicle("B")
    bench.silence()
    bench.wait(40_000)
    bench.command("get-config", key="interval_s")
    bench.wait(6_000)
    assert bench.state()["offer_ma"] == pytest.approx(32_000, abs=50)
    events = [event["what"] for event in bench.told("event")]
    assert events[-2:] == ["fallback-entered", "fallback-left"]


@pytest.mark.needs("serial-faults")
@pytest.mark.parametrize(("mode", "value"), [("drop", 0), ("flip", 1_000), ("delay", 400)])
def test_a_spoilt_serial_line_does_not_disturb_a_charge(
    charging: Bench, mode: str, value: int
) -> None:
    """F61, F63: then everything is told that was not."""
    charging.serial(mode, value)
    charging.silence()
    charging.wait(30_000)
    charging.serial("pass")
    charging.wait(3_000)
    assert charging.edges() == []
    assert charging.command("get-config", key="interval_s") == "ok"
    records = charging.told("event") + charging.told("session")
    chain = sorted({record["seq"]: record["prev"] for record in records}.items())
    assert [prev for _, prev in chain] == [0, *[seq for seq, _ in chain[:-1]]]


@pytest.mark.parametrize(
    "data",
    [b"x" * 10_000, bytes(range(256)) * 20, b"~evse/1/bench-1/down/1/stop {", b"~" * 3_000],
    ids=["no-end", "binary", "half-a-frame", "tildes"],
)
def test_garbage_on_the_line_is_survived(charging: Bench, data: bytes) -> None:
    """F63, F64: bounded buffers, and the next command is understood."""
    charging.raw(data)
    charging.wait(2_000)
    charging.raw(b"\n")
    assert charging.edges() == []
    assert charging.command("get-config", key="interval_s") == "ok"
    assert charging.boots() == 1


def test_garbage_does_not_stretch_the_tick(charging: Bench) -> None:
    """F63: 20 ms at most between two ticks."""
    charging.wait(12_000)
    before = len(charging.told("health"))
    for _ in range(20):
        charging.raw(bytes(range(256)) * 8)
        charging.wait(500)
    charging.raw(b"\n")
    charging.wait(12_000)
    gaps_ms = [health["worst_gap_ms"] for health in charging.told("health")[before:]]
    assert max(gaps_ms) <= 20
    stopped = charging.vehicle("B")
    assert charging.wait_contactor(closed=False, timeout_ms=500) - stopped <= 100_000


def test_a_command_is_obeyed_once_however_often_it_comes(bench: Bench) -> None:
    """F85: its answer was lost, and it is sent again."""
    bench.vehicle("B")
    bench.wait(6_000)
    answers = [
        bench.command("set-limit", 1, id="again", owner="operator", limit_ma=10_000, valid_s=600)
        for _ in range(3)
    ]
    events = [event for event in bench.told("event") if event["what"] == "limit-set"]
    assert (answers, len(events)) == (["ok"] * 3, 1)


def test_limits_that_change_their_mind_close_the_contactor_once(charging: Bench) -> None:
    """F86: 32, 0 and 32 A within a second."""
    charging.offer(0)
    charging.wait(200)
    charging.offer(32_000)
    charging.wait(10_000)
    assert charging.edges() == []
    assert told.why(charging) == "charging"


@pytest.mark.needs("wifi", "flash", "settings")
@pytest.mark.parametrize("mood", ["gone", "refuses", "hangs"])
def test_charging_goes_on_without_wifi(bench: Bench, mood: str) -> None:
    """F60: no access point, wrong password, a radio chip that does not answer."""
    bench.spoil("network", "unreachable")
    bench.reset()
    bench.greet()
    bench.inject("wifi", mood)
    bench.vehicle("B")
    bench.wait(5_000)
    bench.vehicle("C")
    bench.wait_contactor(closed=True, timeout_ms=5_000)
    bench.wait(60_000)
    assert bench.is_closed()
    assert "mqtt: not ready" in bench.console("link")


def test_an_agent_that_starts_again_is_told_everything_although_the_line_never_fell_silent(
    charging: Bench,
) -> None:
    """F66: found by ten power cuts in a row, the last right after a hello."""
    for _ in range(3):
        charging.greet()  # BenchError without a birth and a state
    assert charging.edges() == []
