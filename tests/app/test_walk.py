"""The walk of the data: pilot volts to messages, and a command to the duty and back to words."""

import pytest

from tests.app.station_bench import StationBench


@pytest.fixture
def charging() -> StationBench:
    bench = StationBench()
    bench.charge()
    bench.run(3_000)
    return bench


def last(bench: StationBench, kind: str):
    return bench.port.messages(kind)[-1]


def test_a_vehicle_that_arrives_is_charged_and_the_state_says_so(charging: StationBench) -> None:
    state = last(charging, "state")
    assert state.reason["state"] == "C2"
    assert state.reason["why"] == "charging"
    assert state.reason["limited_by"] == "station"
    assert state.contactor is True
    assert state.offer_ma == pytest.approx(16_000, abs=1)
    assert state.duty_ppm == 266_666
    assert 5_000 < state.high_mv < 7_000
    assert state.low_mv < -10_000


def test_the_first_message_is_a_birth_and_every_number_is_used_once() -> None:
    bench = StationBench()
    bench.charge()
    kinds = [name.rsplit("/", 1)[1] for name, _, _, _ in bench.port.sent]
    assert kinds[0] == "birth"
    seqs = [message.seq for kind in set(kinds) for message in bench.port.messages(kind)]
    assert sorted(seqs) == list(range(1, len(seqs) + 1))


def test_ten_amperes_from_the_operator_become_16_67_percent_and_the_reason_says_who(
    charging: StationBench,
) -> None:
    assert charging.limit(10_000, valid_s=600).code == "ok"
    charging.run(6_000)
    assert charging.bay.circuit.duty_ppm == 166_666
    state = last(charging, "state")
    assert state.reason["limited_by"] == "operator"
    row = next(row for row in state.reason["limits"] if row["owner"] == "operator")
    assert row["limit_ma"] == 10_000
    assert 590 <= row["expires_s"] <= 600
    charging.run(4_000)
    assert charging.bay.vehicle.current_ma[0] <= 10_000


def test_a_limit_ends_by_itself(charging: StationBench) -> None:
    charging.limit(10_000, valid_s=20)
    charging.run(10_000)
    assert charging.bay.circuit.duty_ppm == 166_666
    charging.run(20_000)
    assert charging.bay.circuit.duty_ppm == 266_666
    assert last(charging, "state").reason["limited_by"] == "station"
    assert "limit-expired" in [event.what for event in charging.port.messages("event")]


def test_a_limit_never_raises_the_offer(charging: StationBench) -> None:
    assert charging.limit(32_000).code == "ok"
    charging.run(6_000)
    assert charging.bay.circuit.duty_ppm == 266_666


def test_stop_withdraws_the_offer_at_once_and_the_contactor_opens(charging: StationBench) -> None:
    assert charging.stop().code == "ok"
    charging.run(50)
    assert charging.bay.circuit.duty_ppm == 1_000_000
    charging.run_until(lambda: not charging.bay.contactor.closed, 6_500)
    charging.run(500)
    assert last(charging, "state").reason["why"] == "paused-by-operator"


def test_start_after_stop_charges_again(charging: StationBench) -> None:
    charging.stop()
    charging.run(10_000)
    assert charging.start().code == "ok"
    charging.run_until(lambda: charging.bay.contactor.closed, 15_000)


def test_a_station_that_needs_a_start_waits_for_it() -> None:
    bench = StationBench(authorisation=1)
    bench.bay.plug()
    bench.run(20_000)
    assert not bench.bay.contactor.closed
    assert last(bench, "state").reason["why"] == "waiting-for-authorisation"
    assert bench.start().code == "ok"
    bench.run_until(lambda: bench.bay.contactor.closed, 15_000)


def test_power_goes_within_100_ms_when_the_vehicle_lets_go(charging: StationBench) -> None:
    """IEC 61851-1 Table A.6 sequence 8.1; the contactor itself takes 15 ms of it."""
    charging.bay.circuit.plug(2_740)
    assert charging.run_until(lambda: not charging.bay.contactor.closed, 200) <= 100


def test_power_goes_within_100_ms_when_the_plug_is_pulled_under_load(
    charging: StationBench,
) -> None:
    charging.bay.unplug()
    assert charging.run_until(lambda: not charging.bay.contactor.closed, 200) <= 100


def test_a_diode_that_shorts_opens_the_contactor_and_raises_the_fault(
    charging: StationBench,
) -> None:
    charging.bay.circuit.plug(882, 1)
    assert charging.run_until(lambda: not charging.bay.contactor.closed, 400) <= 200
    charging.run(1_000)
    state = last(charging, "state")
    assert state.reason["faults"][0]["code"] == "diode"
    assert ("fault-raised", "diode") in [
        (event.what, event.code) for event in charging.port.messages("event")
    ]


def test_a_dead_tick_drops_the_contactor_by_itself(charging: StationBench) -> None:
    for _ in range(10):
        charging.board.step(10)  # time passes, no tick runs
    assert not charging.bay.contactor.closed


def test_the_meter_is_read_over_its_bus_and_the_energy_counts(charging: StationBench) -> None:
    charging.run(60_000)
    meter = last(charging, "meter")
    assert meter.quality == "good"
    assert meter.voltage_mv[0] == pytest.approx(230_000, rel=0.02)
    assert meter.current_ma[0] == pytest.approx(16_000, rel=0.02)
    assert meter.session_wh == pytest.approx(charging.bay.meter.import_wh, abs=3)
    assert meter.session_wh > 30


def test_a_session_starts_checks_in_and_ends_with_what_was_delivered() -> None:
    bench = StationBench()
    bench.charge()
    bench.run(330_000)
    bench.bay.unplug()
    bench.run(2_000)
    sessions = list({message.seq: message for message in bench.port.messages("session")}.values())
    assert [session.phase for session in sessions] == ["start", "checkpoint", "end"]
    assert len({session.session for session in sessions}) == 1
    end = sessions[-1]
    assert end.reason == "unplugged"
    assert end.energy_wh == end.register_wh - end.start_wh
    assert end.energy_wh == pytest.approx(bench.bay.meter.import_wh, abs=3)
    assert end.charging_s == pytest.approx(330, abs=5)


def test_two_sockets_charge_side_by_side() -> None:
    bench = StationBench(connectors=2)
    for bay in bench.board.world.bays:
        bay.plug()
    bench.run(20_000)
    assert all(bay.contactor.closed for bay in bench.board.world.bays)
    topics = {name for name, _, _, _ in bench.port.sent}
    assert {"evse/1/st-1/up/1/state", "evse/1/st-1/up/2/state"} <= topics
