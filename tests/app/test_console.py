"""The console: what a technician reads on the serial line."""

import pytest

from tests.app.station_bench import StationBench


def typed(bench: StationBench, line: str, run_ms: int = 0) -> str:
    bench.console.clear()
    bench.station.console.line(line, bench.board.ticks_ms())
    bench.run(run_ms)
    return "".join(bench.console)


def test_status_says_what_it_does_who_limits_it_and_for_how_long() -> None:
    bench = StationBench()
    bench.charge()
    bench.limit(10_000, valid_s=600)
    bench.run(6_000)
    assert typed(bench, "status") == (
        "Connector 1: Charging at 10.0 A, limited by the operator for another 10 min.\r\n"
    )


def test_status_of_an_empty_station_is_one_sentence() -> None:
    bench = StationBench()
    bench.run(1_000)
    assert typed(bench, "status") == "Connector 1: Not charging: no vehicle is plugged in.\r\n"


def test_a_fault_comes_with_its_sentence_and_its_remedy() -> None:
    bench = StationBench()
    bench.bay.plug()
    bench.bay.circuit.plug(2_740, 1)
    bench.run(5_000)
    told = typed(bench, "faults")
    assert "diode" in told
    assert "pilot diode" in told
    assert "Unplug" in told


@pytest.mark.parametrize(("language", "word"), [("fr", "Pas de charge"), ("ar", "لا شحن")])
def test_the_console_speaks_the_configured_language(language: str, word: str) -> None:
    bench = StationBench(language=language)
    bench.run(1_000)
    assert word in typed(bench, "status")


def test_watch_prints_live_figures_until_an_empty_line() -> None:
    bench = StationBench()
    bench.charge()
    bench.run(3_000)
    told = typed(bench, "watch", run_ms=2_000)
    lines = [line for line in told.split("\r\n") if line.startswith("[1]")]
    assert len(lines) == 4
    assert "duty 26.67 %" in lines[0]
    assert "closed" in lines[0]
    typed(bench, "")
    assert typed(bench, "", run_ms=2_000) == ""


def test_an_unknown_word_is_answered_and_control_characters_are_not_echoed() -> None:
    bench = StationBench()
    told = typed(bench, "\x1b[2Jhack")
    assert "help" in told
    assert "\x1b" not in told


def test_every_command_of_the_help_answers() -> None:
    bench = StationBench()
    bench.run(1_000)
    names = [line.split()[0] for line in typed(bench, "help").splitlines()]
    assert {"status", "watch", "faults", "log"} <= set(names)
    for name in names:
        assert typed(bench, name), name


def test_service_is_refused_while_a_vehicle_charges() -> None:
    bench = StationBench()
    bench.charge()
    assert "refused" in typed(bench, "service")
    assert not bench.station.reboot_asked


def test_the_log_keeps_the_newest_events() -> None:
    bench = StationBench()
    bench.charge()
    bench.limit(10_000)
    told = typed(bench, "log")
    assert "limit was set" in told
    assert "operator" in told
