import pytest

from agent.live import CONFLICT_MS, Live, Station
from tests.agent.said import Birth, Death, Event, Health, Meter, State, accepted, record


def birth(seq: int = 3, boot: int = 1, retained: bool = False, **more):
    told = {"interval_s": 10, "will_seq": seq - 1} | more
    return accepted(Birth, boot, seq, retained=retained, **told)


def death(seq: int = 2, boot: int = 1, retained: bool = False):
    return accepted(Death, boot, seq, retained=retained)


def heard(*messages, at_ms: int = 0) -> Station:
    live = Live()
    for message in messages:
        live.take(message, "mqtt", at_ms)
    return live.stations["st-1"]


def test_a_station_that_speaks_is_fresh_and_goes_stale_after_two_intervals() -> None:
    station = heard(birth())
    assert station.freshness(0) == "fresh"
    assert station.freshness(20_000) == "fresh"
    assert station.freshness(20_001) == "stale"


def test_a_retained_copy_shows_what_was_but_never_makes_a_station_fresh() -> None:
    station = heard(birth(retained=True), accepted(State, seq=4, retained=True))
    assert station.freshness(0) == "stale"
    assert station.heard_ms is None
    assert station.connectors[1].said["state"].seq == 4


def test_a_death_makes_a_station_offline() -> None:
    assert heard(birth(), death()).freshness(0) == "offline"


def test_a_later_birth_outlives_the_death_in_whatever_order_they_come() -> None:
    assert heard(birth(3), death(2), birth(9)).freshness(0) == "fresh"
    assert heard(birth(3), birth(9), death(2)).freshness(0) == "fresh"
    assert heard(birth(9), death(8)).freshness(0) == "offline"


def test_a_death_of_an_earlier_boot_is_old_news() -> None:
    assert heard(birth(3, boot=2), death(900, boot=1)).freshness(0) == "fresh"


def test_retained_copies_of_birth_and_death_agree_in_both_orders() -> None:
    for copies in ([birth(9, retained=True), death(8, retained=True)], [death(8), birth(9)]):
        station = heard(*copies)
        assert station.is_dead()


def test_a_line_without_last_will_never_dies_by_message() -> None:
    assert not heard(birth(3, will_seq=0), death(2)).is_dead()


def test_a_lost_link_takes_its_stations_offline_and_gives_them_back() -> None:
    live = Live()
    live.take(birth(), "mqtt", 0)
    live.link_changed("mqtt", False)
    assert live.stations["st-1"].freshness(0) == "offline"
    live.link_changed("serial:x", True)
    assert live.stations["st-1"].freshness(0) == "offline"
    live.link_changed("mqtt", True)
    assert live.stations["st-1"].freshness(0) == "fresh"


def test_an_older_message_does_not_replace_a_newer_one() -> None:
    station = heard(birth(), accepted(Meter, seq=9, power_w=9), accepted(Meter, seq=8, power_w=8))
    assert station.connectors[1].said["meter"].power_w == 9


def test_a_new_boot_clears_what_the_old_one_said() -> None:
    station = heard(birth(), accepted(Health, seq=4), birth(1, boot=2))
    assert (station.boot_id, station.health, station.connectors) == (2, None, {})


def test_an_old_record_sent_again_changes_no_picture() -> None:
    station = heard(birth(3, boot=2), record(7, 0, boot=1))
    assert station.boot_id == 2
    assert len(station.events) == 1


def test_a_record_kept_for_a_while_does_not_turn_the_boards_clock_back() -> None:
    station = heard(birth(3, uptime_ms=90_000), record(1, 0, uptime_ms=5_000), at_ms=7)
    assert station.board_clock_ms(7) == 90_000


def test_the_boards_clock_goes_on_between_messages_and_wraps() -> None:
    station = heard(birth(3, uptime_ms=(1 << 30) - 500), at_ms=1_000)
    assert station.board_clock_ms(1_400) == (1 << 30) - 100
    assert station.board_clock_ms(1_500, 30_000) == 30_000


def test_the_clock_of_a_board_that_lives_quicker_is_foretold_quicker() -> None:
    live = Live()
    for second in range(12):
        said = accepted(Meter, seq=second + 1, uptime_ms=second * 60_000)
        station = live.take(said, "mqtt", second * 1_000)
    assert station.board_clock_ms(11_500) == 11 * 60_000 + 30_000


def test_births_of_one_boot_that_go_back_are_two_boards_with_one_name() -> None:
    station = heard(birth(500), birth(600), birth(502))
    assert station.suspended(0) == "two-connections"
    assert station.suspended(CONFLICT_MS) == ""


def test_a_boot_that_goes_back_is_flagged_and_shown() -> None:
    station = heard(birth(3, boot=7), birth(3, boot=6))
    assert station.suspended(0) == "boot-went-back"
    assert station.boot_id == 6


def test_births_that_come_again_or_as_copies_are_no_conflict() -> None:
    assert heard(birth(5), birth(5)).suspended(0) == ""
    assert heard(birth(900, retained=True), birth(700), birth(900)).suspended(0) == ""
    assert heard(birth(5), birth(9), birth(3, retained=True)).suspended(0) == ""


def test_events_are_kept_in_order_once_and_bounded() -> None:
    live = Live()
    for seq in range(1, 60):
        for _ in range(2):
            station = live.take(record(seq, seq - 1), "mqtt", 0)
    assert [event.seq for _, event in station.events] == list(range(40, 60))


def test_missing_numbers_are_counted() -> None:
    station = heard(birth(3), accepted(Meter, seq=4), accepted(Meter, seq=7))
    assert station.gaps.count(5_000) == 2


@pytest.mark.parametrize("message", [birth(3), death(2), accepted(State, seq=4)])
def test_a_copy_of_what_is_shown_is_known(message) -> None:
    live = Live()
    live.take(message, "mqtt", 0)
    assert live.knows(message)
    assert not live.knows(birth(99))


def test_events_of_the_station_itself_make_no_connector() -> None:
    assert heard(birth(), accepted(Event, seq=4, connector=0)).connectors == {}
