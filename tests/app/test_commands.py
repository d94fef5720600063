"""Commands: fresh, bounded, answered once; nothing hostile stops the station."""

import json

import pytest

from tests.app.station_bench import StationBench


@pytest.fixture
def bench() -> StationBench:
    bench = StationBench()
    bench.run(1_000)
    return bench


def test_the_same_id_again_gets_the_same_answer_and_has_no_second_effect(
    bench: StationBench,
) -> None:
    first = bench.limit(10_000, id="once")
    again = bench.limit(6_000, id="once")
    assert (first.code, again.code) == ("ok", "ok")
    assert bench.controller.limits.least(bench.board.ticks_ms()) == 10_000


def test_a_command_for_another_boot_is_refused(bench: StationBench) -> None:
    answer = bench.limit(10_000, boot_id=bench.station.post.boot_id + 1)
    assert (answer.ok, answer.code, answer.field) == (False, "other-boot", "boot_id")


@pytest.mark.parametrize("late_ms", [1, 1_000, 600_000, 1 << 29])
def test_a_command_that_comes_too_late_is_refused(bench: StationBench, late_ms: int) -> None:
    expires_ms = (bench.board.ticks_ms() - late_ms) % (1 << 30)
    assert bench.limit(10_000, expires_ms=expires_ms).code == "expired"


def test_an_expiry_too_far_ahead_is_none(bench: StationBench) -> None:
    expires_ms = bench.board.ticks_ms() + 600_001
    assert bench.limit(10_000, expires_ms=expires_ms).code == "expired"


def test_freshness_survives_the_wrap_of_the_boards_clock() -> None:
    bench = StationBench(start_ms=(1 << 30) - 2_000)
    bench.run(1_000)
    assert bench.limit(10_000).code == "ok"
    bench.run(2_000)
    assert bench.board.ticks_ms() < 2_000
    assert bench.limit(9_000).code == "ok"


def test_a_retained_command_is_refused_and_named(bench: StationBench) -> None:
    payload = {
        "id": "old",
        "boot_id": bench.station.post.boot_id,
        "expires_ms": bench.board.ticks_ms() + 1_000,
        "user": "",
    }
    bench.raw("start", json.dumps(payload).encode(), 1, retained=True)
    answer = bench.port.messages("ack")[-1]
    assert (answer.id, answer.ok, answer.code) == ("old", False, "retained")


@pytest.mark.parametrize(
    ("kind", "connector", "payload", "refusal"),
    [
        ("nonsense", -1, b"{}", "unknown-kind"),
        ("set-limit", 1, b"not json", "not-json"),
        ("set-limit", 1, b"[]", "not-object"),
        ("set-limit", 1, b"\xff\xfe", "not-text"),
        ("set-limit", 1, b"x" * 1_000_000, "too-long"),
        ("set-limit", 1, b"[" * 1000, "not-json"),
        ("set-limit", 1, b"{}", "missing-field: id"),
        ("set-limit", -1, b"{}", "bad-topic"),
        ("reboot", 1, b"{}", "bad-topic"),
    ],
)
def test_bad_bytes_are_refused_by_name_counted_and_nothing_stops(
    bench: StationBench, kind: str, connector: int, payload: bytes, refusal: str
) -> None:
    bench.raw(kind, payload, connector)
    assert bench.station.commands.refused == 1
    assert bench.station.commands.refusal.startswith(refusal)
    bench.charge()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("limit_ma", -1),
        ("limit_ma", 80_001),
        ("limit_ma", True),
        ("limit_ma", "16000"),
        ("limit_ma", 16_000.0),
        ("valid_s", 0),
        ("valid_s", 86_401),
        ("owner", "station"),
        ("boot_id", 0),
        ("expires_ms", 1 << 30),
    ],
)
def test_a_field_out_of_bounds_is_refused_by_its_name(
    bench: StationBench, field: str, value: object
) -> None:
    answer = bench.limit(**{"limit_ma": 10_000, field: value})
    assert (answer.ok, answer.code, answer.field) == (False, "bad-field", field)
    assert bench.controller.limits.limit_ma(4) == -1


def test_a_foreign_stations_message_is_refused(bench: StationBench) -> None:
    name = "evse/1/st-2/down/1/start"
    bench.station.take(name, b"{}", False, bench.port, bench.board.ticks_ms())
    assert bench.station.commands.refusal.startswith("foreign-station")


def test_too_many_commands_at_once_are_refused_but_a_stop_never_is() -> None:
    bench = StationBench()
    bench.charge()
    codes = [bench.limit(10_000).code for _ in range(12)]
    assert codes[:10] == ["ok"] * 10
    assert codes[10:] == ["too-many"] * 2
    assert bench.stop().code == "ok"
    bench.run(3_000)
    assert bench.limit(10_000).code == "ok"


def test_settings_can_be_read_and_changed_within_their_bounds(bench: StationBench) -> None:
    keys = bench.command("get-config", key="").value.split()
    assert "interval_s" in keys
    assert bench.command("get-config", key="interval_s").value == "10"
    assert bench.command("set-config", key="interval_s", value="30").ok
    assert bench.command("get-config", key="interval_s").value == "30"
    refused = bench.command("set-config", key="interval_s", value="0")
    assert (refused.code, refused.field) == ("bad-field", "value")
    assert bench.command("set-config", key="colour", value="1").code == "unknown-key"


def test_what_the_installation_carries_is_set_at_the_station_only(bench: StationBench) -> None:
    answer = bench.command("set-config", key="station_limit_ma", value="32000")
    assert (answer.code, answer.field) == ("needs-service", "key")


def test_a_board_does_not_restart_while_charging() -> None:
    bench = StationBench()
    bench.charge()
    assert bench.command("reboot").code == "not-while-charging"
    assert not bench.station.reboot_asked


def test_a_fault_that_only_service_may_clear_is_not_cleared_from_afar() -> None:
    bench = StationBench()
    bench.charge()
    bench.bay.contactor.weld()
    bench.stop()
    bench.run(10_000)
    answer = bench.command("clear-fault", 1, code="contactor-welded")
    assert answer.code in ("needs-service", "fault-stands")
    bench.bay.contactor.mend()
    bench.run(5_000)
    assert bench.command("clear-fault", 1, code="contactor-welded").code == "needs-service"
    assert bench.command("clear-fault", 1, code="diode").code == "not-latched"


def test_a_board_without_a_name_charges_and_takes_no_orders() -> None:
    bench = StationBench(station="")
    bench.charge()
    name = "evse/1/station-unnamed/down/1/stop"
    payload = {
        "id": "c-1",
        "boot_id": bench.station.post.boot_id,
        "expires_ms": bench.board.ticks_ms() + 1_000,
        "owner": "operator",
    }
    bench.station.take(
        name, json.dumps(payload).encode(), False, bench.port, bench.board.ticks_ms()
    )
    assert bench.port.messages("ack")[-1].code == "needs-service"
    bench.run(10_000)
    assert bench.bay.contactor.closed
