"""Cards at the reader: who may charge, by the list on the board, with a link and without."""

from typing import Any

import pytest

from evse.app.cards import MOST, CardList
from protocol.card import name_of
from tests.app.station_bench import StationBench

KNOWN = bytes.fromhex("04a1b2c3d4e5f6")
OTHER = bytes.fromhex("9f3ab01c")
KEY = b"a secret of the site"
USER, STRANGER = name_of(KEY, KNOWN), name_of(KEY, OTHER)


def station(connectors: int = 1, **settings: Any) -> StationBench:
    bench = StationBench(connectors, **{"authorisation": 1, "reader": "pn532", **settings})
    bench.store.save("card-key", KEY)
    bench.boot()
    bench.run(2_000)
    return bench


@pytest.fixture
def bench() -> StationBench:
    bench = station()
    assert bench.command("set-card", card=USER).code == "ok"
    return bench


def show(bench: StationBench, card: bytes, for_ms: int = 800) -> None:
    """Hold a card before the reader, take it away, and wait until it is forgotten."""
    bench.board.reader.show(card, for_ms)
    bench.run(for_ms + 2_500)


def events(bench: StationBench, what: str) -> list[tuple[str, int]]:
    """(code, value) of each; nobody receipts, so records come again."""
    found = {e.seq: e for e in bench.port.messages("event") if e.what == what}
    return [(e.code, e.value) for e in found.values()]


def why(bench: StationBench, connector: int = 1) -> str:
    bench.run(300)
    found = [m for m in bench.port.sent if m[0].endswith(f"up/{connector}/state")]
    return bench.port.messages("state")[-1].reason["why"] if found else ""


def typed(bench: StationBench, line: str) -> str:
    bench.console.clear()
    bench.station.console.line(line, bench.board.ticks_ms())
    return "".join(bench.console)


def closed(bench: StationBench, connector: int = 1) -> bool:
    return bench.board.world.bays[connector - 1].contactor.closed


def test_a_card_starts_and_stops_its_charge_and_pays_for_it(bench: StationBench) -> None:
    bench.bay.plug()
    bench.run(5_000)
    assert why(bench) == "waiting-for-card"
    assert typed(bench, "status") == "Connector 1: Not charging: waiting for a card.\r\n"
    show(bench, OTHER)
    assert events(bench, "card-refused") == [(STRANGER, 0)]
    assert f"a card was refused: {STRANGER}" in "".join(bench.console)
    bench.run(10_000)
    assert (closed(bench), why(bench)) == (False, "waiting-for-card")

    show(bench, KNOWN)
    bench.run_until(lambda: closed(bench), 10_000)
    bench.run(60_000)
    show(bench, OTHER)
    bench.run(5_000)
    assert closed(bench)  # nobody else's card stops it

    show(bench, KNOWN)
    bench.run_until(lambda: not closed(bench), 7_000)
    bench.run(1_000)
    assert why(bench) == "waiting-for-card"
    show(bench, OTHER)
    bench.run(10_000)
    assert not closed(bench)
    bench.bay.unplug()
    bench.run(2_000)
    end = bench.port.messages("session")[-1]
    assert (end.phase, end.user, end.reason) == ("end", USER, "stopped-locally")
    assert end.energy_wh > 30


def test_a_card_that_stopped_its_charge_starts_it_again_in_the_same_session(
    bench: StationBench,
) -> None:
    bench.bay.plug()
    bench.run(3_000)
    for _ in range(2):
        show(bench, KNOWN)
        bench.run_until(lambda: closed(bench), 20_000)
        show(bench, KNOWN)
        bench.run_until(lambda: not closed(bench), 7_000)
    assert [s.phase for s in bench.port.messages("session")] == ["start"]


def test_a_card_that_lies_on_the_reader_counts_once(bench: StationBench) -> None:
    bench.bay.plug()
    bench.run(3_000)
    bench.board.reader.show(KNOWN)
    bench.run(60_000)
    assert closed(bench)
    bench.board.reader.show(OTHER)
    bench.run(60_000)
    assert events(bench, "card-refused") == [(STRANGER, 0)]


def test_two_cards_in_one_wallet_do_not_start_and_stop_in_turn(bench: StationBench) -> None:
    bench.bay.plug()
    bench.run(3_000)
    for _ in range(30):
        bench.board.reader.show(KNOWN, 500)
        bench.run(500)
        bench.board.reader.show(OTHER, 500)
        bench.run(500)
    assert closed(bench)
    assert events(bench, "card-refused") == [(STRANGER, 0)]


def test_a_card_shown_before_the_vehicle_comes_waits_for_it_a_minute(bench: StationBench) -> None:
    show(bench, KNOWN)
    bench.run(50_000)
    bench.bay.plug()
    bench.run_until(lambda: closed(bench), 15_000)
    assert events(bench, "card-refused") == []


def test_a_card_whose_minute_is_over_has_to_be_shown_again(bench: StationBench) -> None:
    show(bench, KNOWN)
    bench.run(60_000)
    bench.bay.plug()
    bench.run(20_000)
    assert (closed(bench), why(bench)) == (False, "waiting-for-card")
    show(bench, KNOWN)
    bench.run_until(lambda: closed(bench), 15_000)


def test_a_start_by_card_needs_no_link_and_its_records_come_afterwards(
    bench: StationBench,
) -> None:
    bench.port.ready = False
    bench.bay.plug()
    bench.run(3_000)
    show(bench, KNOWN)
    bench.run_until(lambda: closed(bench), 15_000)
    show(bench, KNOWN)
    bench.run(8_000)
    bench.bay.unplug()
    bench.run(3_000)
    bench.port.reconnect()
    bench.run(3_000)
    assert [(s.phase, s.user) for s in bench.port.messages("session")] == [
        ("start", ""),
        ("end", USER),
    ]


def test_with_free_charging_cards_do_nothing() -> None:
    bench = station(authorisation=0)
    bench.bay.plug()
    bench.run_until(lambda: closed(bench), 15_000)
    show(bench, OTHER)
    show(bench, KNOWN)
    bench.run(5_000)
    assert closed(bench)
    assert events(bench, "card-refused") == []
    bench.bay.unplug()
    bench.run(2_000)
    assert bench.port.messages("session")[-1].user == ""


def test_somebody_elses_session_is_not_taken_over(bench: StationBench) -> None:
    bench.command("set-card", card=STRANGER)
    bench.bay.plug()
    bench.run(3_000)
    show(bench, KNOWN)
    bench.run_until(lambda: closed(bench), 15_000)
    show(bench, KNOWN)
    bench.run(8_000)
    show(bench, OTHER)
    assert events(bench, "card-refused") == [(STRANGER, 1)]
    bench.run(10_000)
    assert not closed(bench)
    bench.bay.unplug()
    bench.run(2_000)
    bench.bay.plug()
    show(bench, OTHER)
    bench.run_until(lambda: closed(bench), 15_000)


def test_a_start_from_afar_is_not_a_cards_to_stop(bench: StationBench) -> None:
    bench.bay.plug()
    bench.run(3_000)
    assert bench.command("start", 1, user="ali").code == "ok"
    bench.run_until(lambda: closed(bench), 15_000)
    show(bench, KNOWN)
    bench.run(8_000)
    assert closed(bench)
    assert events(bench, "card-refused") == [(USER, 1)]


def test_a_card_at_two_sockets_serves_the_vehicle_that_came_last() -> None:
    bench = station(connectors=2)
    bench.command("set-card", card=USER)
    bench.command("set-card", card=STRANGER)
    first, second = bench.board.world.bays
    first.plug()
    bench.run(10_000)
    second.plug()
    bench.run(3_000)
    show(bench, KNOWN)
    bench.run_until(lambda: closed(bench, 2), 15_000)
    assert not closed(bench, 1)
    show(bench, OTHER)
    bench.run_until(lambda: closed(bench, 1), 15_000)
    show(bench, KNOWN)
    bench.run_until(lambda: not closed(bench, 2), 7_000)
    assert closed(bench, 1)


def test_a_power_cut_keeps_the_list_and_who_charges(bench: StationBench) -> None:
    bench.bay.plug()
    bench.run(3_000)
    show(bench, KNOWN)
    bench.run_until(lambda: closed(bench), 15_000)
    bench.cut_power()
    bench.run_until(lambda: closed(bench), 60_000)
    show(bench, KNOWN)
    bench.run_until(lambda: not closed(bench), 7_000)
    bench.run(2_000)
    bench.cut_power()
    bench.run(30_000)
    assert (closed(bench), why(bench)) == (False, "waiting-for-card")
    bench.bay.unplug()
    bench.run(2_000)
    assert bench.port.messages("session")[-1].user == USER


def test_a_card_is_set_and_cleared_with_one_answer_and_one_event_each() -> None:
    bench = station()
    assert bench.command("set-card", card=USER).code == "ok"
    assert bench.command("set-card", card=USER).code == "ok"
    assert bench.command("clear-card", card=STRANGER).code == "unknown-card"
    assert bench.command("clear-card", card=USER).code == "ok"
    assert bench.command("clear-card", card=USER).code == "unknown-card"
    bench.run(500)
    assert events(bench, "card-set") == [(USER, 0)]
    assert events(bench, "card-cleared") == [(USER, 0)]


def test_the_list_is_bounded_and_says_so() -> None:
    bench = station()
    for number in range(MOST):
        assert bench.command("set-card", card=f"{number:032x}").code == "ok"
        bench.run(1_000)
    assert bench.command("set-card", card=USER).code == "list-full"
    bench.run(1_000)
    assert bench.command("clear-card", card=f"{7:032x}").code == "ok"
    bench.run(1_000)
    assert bench.command("set-card", card=USER).code == "ok"
    assert f"{MOST} of {MOST} cards, with a key" in typed(bench, "cards")


@pytest.mark.parametrize("card", ["z" * 32, "0-" * 16, "f" * 31, "F" * 32])
def test_what_is_no_hash_is_refused_by_its_field(card: str) -> None:
    bench = station()
    for kind in ("set-card", "clear-card"):
        answer = bench.command(kind, card=card)
        assert (answer.code, answer.field) == ("bad-field", "card")


def test_the_list_is_not_touched_while_charging(bench: StationBench) -> None:
    bench.bay.plug()
    bench.run(3_000)
    show(bench, KNOWN)
    bench.run_until(lambda: closed(bench), 15_000)
    writes = bench.store.writes
    assert bench.command("set-card", card=STRANGER).code == "not-while-charging"
    assert bench.command("clear-card", card=USER).code == "not-while-charging"
    assert bench.store.writes == writes


def test_a_cleared_card_still_stops_what_it_started_and_starts_nothing(
    bench: StationBench,
) -> None:
    bench.bay.plug()
    bench.run(3_000)
    bench.bay.vehicle.want = False
    show(bench, KNOWN)
    assert bench.command("clear-card", card=USER).code == "ok"
    show(bench, KNOWN)
    assert why(bench) == "waiting-for-card"
    show(bench, KNOWN)
    assert events(bench, "card-refused") == [(USER, 0)]


def test_flash_that_refuses_is_a_no_and_the_list_is_as_it_was(bench: StationBench) -> None:
    def refuse(_name: str, _data: bytes) -> None:
        raise OSError("flash did not keep cards")

    save, bench.store.save = bench.store.save, refuse  # type: ignore[method-assign]
    assert bench.command("set-card", card=STRANGER).code == "not-kept"
    assert bench.command("clear-card", card=USER).code == "not-kept"
    bench.store.save = save  # type: ignore[method-assign]
    assert bench.command("clear-card", card=STRANGER).code == "unknown-card"
    assert bench.command("clear-card", card=USER).code == "ok"


def test_a_station_without_a_reader_does_not_take_cards() -> None:
    bench = StationBench(authorisation=1)
    bench.bay.plug()
    bench.run(3_000)
    assert why(bench) == "waiting-for-authorisation"
    assert bench.command("set-card", card=USER).code == "not-supported"
    assert typed(bench, "cards") == "no card reader fitted\r\n"


def test_a_reader_that_is_silent_is_told_once_and_charging_goes_on(bench: StationBench) -> None:
    bench.bay.plug()
    bench.run(3_000)
    show(bench, KNOWN)
    bench.run_until(lambda: closed(bench), 15_000)
    bench.board.reader.deaf = True
    bench.run(20_000)
    assert events(bench, "reader-silent") == [("pn532", 0)]
    assert "pn532 does not answer" in typed(bench, "cards")
    assert closed(bench)
    bench.stop()
    bench.bay.unplug()
    bench.run(2_000)
    bench.bay.plug()
    bench.run(3_000)
    assert why(bench) == "waiting-for-authorisation"  # no card would help
    bench.board.reader.deaf = False
    bench.run(3_000)
    assert why(bench) == "waiting-for-card"
    show(bench, KNOWN)
    bench.run_until(lambda: closed(bench), 15_000)


def test_a_reader_that_was_never_there_is_told_too() -> None:
    bench = StationBench(authorisation=1, reader="pn532")
    bench.board.reader.deaf = True
    bench.run(7_000)
    assert events(bench, "reader-silent") == [("pn532", 0)]


def test_a_reader_the_board_has_no_pins_for_stops_the_station_and_is_named() -> None:
    bench = StationBench(reader="rc522")
    bench.bay.plug()
    bench.run(10_000)
    assert not closed(bench)
    assert "config-lost" in typed(bench, "faults")
    assert "reader: this board has no pins for rc522" in typed(bench, "config")


def test_before_anybody_has_asked_for_words_the_line_is_in_code_words(bench: StationBench) -> None:
    bench.bay.plug()
    show(bench, OTHER)
    assert bench.console == [f"card-refused: {STRANGER}\r\n"]


def test_the_console_tells_of_cards_in_the_configured_language() -> None:
    bench = station(language="fr")
    bench.bay.plug()
    bench.run(3_000)
    assert "en attente d'une carte" in typed(bench, "status")
    show(bench, OTHER)
    assert f"une carte a été refusée: {STRANGER}" in "".join(bench.console)


def test_refusals_without_end_are_not_events_without_end(bench: StationBench) -> None:
    for number in range(40):
        bench.board.reader.show(number.to_bytes(4, "big"), 400)
        bench.run(1_000)
    told = len(events(bench, "card-refused"))
    assert 16 <= told <= 16 + 40 // 10 + 1


def test_a_stored_list_that_is_none_counts_as_empty_and_is_told() -> None:
    bench = StationBench(authorisation=1, reader="pn532")
    bench.store.save("cards", b"x" * 17)
    bench.boot()
    bench.run(1_000)
    assert ("cards", 0) in events(bench, "storage-error")
    assert "0 of 128 cards, without a key" in typed(bench, "cards")
    assert bench.command("set-card", card=USER).code == "ok"
    assert len(CardList(bench.store)) == 1


def test_neither_an_id_nor_the_key_is_ever_said_or_stored(bench: StationBench) -> None:
    show(bench, OTHER)
    show(bench, KNOWN)
    for line in ("cards", "log", "config"):
        typed(bench, line)
        said = "".join(bench.console)
        assert KNOWN.hex() not in said
        assert KEY.decode() not in said
    for _, payload, _, _ in bench.port.sent:
        assert KNOWN.hex().encode() not in payload
        assert KEY not in payload
    assert KNOWN not in b"".join(bench.store.blobs.values())


def test_the_clock_comes_round_while_a_card_waits() -> None:
    bench = StationBench(start_ms=(1 << 30) - 10_000, authorisation=1, reader="pn532")
    bench.run(2_000)
    bench.command("set-card", card=name_of(b"", KNOWN))
    show(bench, KNOWN)
    bench.run(20_000)
    bench.bay.plug()
    bench.run_until(lambda: closed(bench), 15_000)
