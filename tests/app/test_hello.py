"""The agent's sign of life, and what silence does."""

import pytest

from tests.app.station_bench import StationBench


def hello(bench: StationBench, station: str = "st-1", begins: str = "false") -> None:
    name = f"evse/1/{station}/down/hello"
    said = f'{{"interval_s":60,"time_s":0,"begins":{begins}}}'.encode()
    bench.station.take(name, said, False, bench.port, bench.board.ticks_ms())


@pytest.mark.parametrize(("policy", "offered_ma"), [("reduce", 6_000), ("pause", 0)])
def test_silence_falls_back_as_chosen_and_says_so(policy: str, offered_ma: int) -> None:
    bench = StationBench(link_loss=policy, link_loss_after_s=60, link_loss_ma=6_000)
    bench.charge()
    for _ in range(4):
        hello(bench)
        bench.run(30_000)
    assert bench.controller.offered_ma() == 15_999
    bench.run(60_000)
    assert bench.controller.offered_ma() == offered_ma
    assert bench.port.messages("state")[-1].reason["limited_by"] == "fallback"
    assert "fallback-entered" in [event.what for event in bench.port.messages("event")]
    hello(bench)
    bench.run(15_000)
    assert bench.controller.offered_ma() == 15_999
    assert "fallback-left" in [event.what for event in bench.port.messages("event")]


def test_a_station_told_to_keep_goes_on_in_silence() -> None:
    bench = StationBench(link_loss="keep", link_loss_after_s=60)
    bench.charge()
    bench.run(120_000)
    assert bench.controller.offered_ma() == 15_999


def test_anyone_is_a_name_for_hello_and_for_nothing_else() -> None:
    bench = StationBench()
    hello(bench, "anyone")
    assert (bench.station.commands.heard, bench.station.commands.refused) == (1, 0)
    bench.station.take("evse/1/anyone/down/reboot", b"{}", False, bench.port, 0)
    assert bench.station.commands.refusal.startswith("foreign-station")


def test_an_agent_that_begins_to_listen_hears_birth_and_states_again() -> None:
    bench = StationBench()
    bench.run(1_000)
    before = len(bench.port.messages("birth")), len(bench.port.messages("state"))
    hello(bench)
    bench.run(1_000)
    assert len(bench.port.messages("birth")) == before[0]
    hello(bench, begins="true")
    bench.run(1_000)
    assert len(bench.port.messages("birth")) == before[0] + 1
    assert len(bench.port.messages("state")) == before[1] + 1
