"""Records on flash: what has no receipt outlives a reboot, in order, to the byte."""

import pytest

from evse.app import records as policy
from evse.drivers.journal import FRAME
from protocol.messages import Event, Session
from tests.app.desk import Desk


def test_records_outlive_a_reboot_and_come_with_their_own_numbers_before_the_new_boots() -> None:
    desk = Desk()
    desk.session("start")
    desk.event()
    desk.session("end")
    desk.live(6_000)
    desk.boot()
    desk.event()
    desk.connect()
    desk.live(1_000)
    assert [(r.boot_id, r.seq, r.prev) for r in desk.stored()] == [
        (1, 1, 0),
        (1, 2, 1),
        (1, 3, 2),
        (2, 1, 0),
    ]
    assert len(desk.records) == 0


def test_the_bytes_are_the_same_before_and_after_a_reboot() -> None:
    desk = Desk()
    desk.answers = False
    desk.session("start", user="driver-7")
    desk.session("end", user="driver-7", connector=2)
    desk.live(1_000)
    desk.connect()
    desk.live(1_000)
    before = [(name, payload) for name, payload, _, _ in desk.port.sent]
    desk.boot()
    desk.connect()
    desk.live(1_000)
    assert [(name, payload) for name, payload, _, _ in desk.port.sent] == before + before
    assert before[0][0] == "evse/1/st-1/up/1/session"
    assert before[1][0] == "evse/1/st-1/up/2/session"


def test_a_receipt_lets_go_only_of_the_boot_it_names() -> None:
    desk = Desk()
    for _ in range(3):
        desk.session()
    desk.live(1_000)
    desk.boot()
    for _ in range(3):
        desk.session()
    desk.live(1_000)
    assert len(desk.records) == 6
    desk.records.receipt(2, 3)
    assert len(desk.records) == 6  # those of the first boot stand before them
    desk.records.receipt(1, 2)
    assert len(desk.records) == 4
    desk.records.receipt(1, 3)
    desk.live(100)
    assert len(desk.records) in (0, 3)
    desk.connect()
    desk.live(100)
    assert len(desk.records) == 0


def test_what_a_receipt_let_go_does_not_come_again_after_the_next_write() -> None:
    desk = Desk()
    for _ in range(3):
        desk.session()
    desk.live(1_000)
    desk.records.receipt(1, 3)
    desk.session()
    desk.live(1_000)
    desk.boot()
    assert len(desk.records) == 1
    desk.connect()
    desk.live(1_000)
    assert [r.seq for r in desk.stored()] == [4]


def test_an_event_whose_receipt_comes_soon_is_never_written() -> None:
    desk = Desk()
    desk.connect()
    for _ in range(20):
        desk.event()
        desk.live(1_000)
    assert desk.writes() == 0
    desk.port.ready = False
    desk.event()
    desk.live(policy.EVENT_WAITS_MS + 100)
    assert desk.writes() == 1


def test_a_sessions_end_is_written_before_it_is_told() -> None:
    desk = Desk()
    desk.connect()
    desk.session("end")
    desk.live(10)
    assert desk.writes() == 1
    assert len(desk.port.sent) <= 1


def test_records_made_while_flash_may_not_be_written_wait_in_ram_and_are_written_after() -> None:
    desk = Desk()
    desk.may_write = False
    desk.session("start")
    desk.event()
    desk.session("end")
    desk.live(60_000)
    assert desk.writes() == 0
    assert desk.records.session_waits()
    desk.may_write = True
    desk.live(100)
    assert desk.writes() == 1  # all in one
    assert not desk.records.session_waits()
    desk.boot()
    assert len(desk.records) == 3


def test_what_was_in_ram_alone_is_all_that_a_power_cut_costs() -> None:
    desk = Desk()
    desk.session("start")
    desk.live(100)
    desk.may_write = False
    desk.session("end")
    desk.live(1_000)
    desk.boot()
    desk.connect()
    desk.live(1_000)
    assert [(r.boot_id, r.seq) for r in desk.stored()] == [(1, 1)]
    assert desk.holes() == 0


def test_records_sent_from_ram_are_not_sent_twice_when_flash_takes_them() -> None:
    desk = Desk()
    desk.answers = False
    desk.may_write = False
    desk.connect()
    for _ in range(6):
        desk.session()
    desk.live(1_000)
    assert len(desk.port.sent) == 6
    desk.may_write = True
    desk.session()
    desk.live(1_000)
    assert [r.seq for r in desk.fresh()] == [1, 2, 3, 4, 5, 6, 7]


def test_after_an_outage_records_come_at_most_twenty_a_second_and_all_of_them() -> None:
    desk = Desk()
    for _ in range(150):
        desk.session()
        desk.live(20)
    desk.boot()
    desk.connect()
    desk.live(1_000)
    assert len(desk.port.sent) <= 21
    desk.live(9_000)
    assert len(desk.agent) == 150
    assert len(desk.records) == 0


def test_without_a_receipt_what_is_on_flash_goes_out_again_after_20_seconds() -> None:
    desk = Desk()
    desk.answers = False
    desk.session()
    desk.session()
    desk.live(100)
    desk.connect()
    desk.live(19_000)
    assert len(desk.port.sent) == 2
    desk.live(3_000)
    assert [r.seq for r in desk.fresh()] == [1, 2, 1, 2]


def record_bytes() -> tuple[int, int]:
    """What a session record with a card's user takes on flash, and an event."""
    desk = Desk()
    desk.boot_id = 9_999
    desk.boot()
    desk.post._seq = 999_999
    desk.post.now_ms = 999_999_999
    sizes = []
    for make in (lambda: desk.session("end", user="5f70bf18a086007016e948b04aed3b82"), desk.event):
        make()
        sizes.append(len(desk.records._ram[-1].pack()) + FRAME)
    return sizes[0], sizes[1]


def test_a_record_takes_the_room_that_the_arithmetic_counts_with() -> None:
    session, event = record_bytes()
    assert session <= 360
    assert event <= 230


@pytest.mark.parametrize("sessions_a_day", [8, 12])
def test_thirty_days_without_a_link_lose_no_sessions_end(sessions_a_day: int) -> None:
    """With reboots, and with far more events than there is room for."""
    desk = Desk()
    ends = 0
    for day in range(30):
        for number in range(sessions_a_day):
            desk.session("start", user="5f70bf18a086007016e948b04aed3b82")
            for _ in range(5):
                desk.event()
            assert desk.session("end", user="5f70bf18a086007016e948b04aed3b82"), (day, number)
            ends += 1
            desk.live(100)
            desk.pass_without_polls(1_000_000)
        if day % 7 == 6:
            desk.boot()
    assert desk.post.records.dropped > 0
    desk.connect()
    desk.live(80_000)
    assert len(desk.records) == 0
    assert desk.holes() == 0
    stored = desk.stored()
    assert [r.phase for r in stored if isinstance(r, Session)].count("end") == ends
    told = sum(r.value for r in stored if isinstance(r, Event) and r.what == "records-dropped")
    made = sum(1 for r in stored if isinstance(r, Event) and r.what == "fault-raised")
    starts = [r.phase for r in stored if isinstance(r, Session)].count("start")
    desk.event()
    desk.live(1_000)
    told += sum(
        r.value
        for r in desk.stored()
        if isinstance(r, Event) and r.what == "records-dropped" and r not in stored
    )
    assert made + starts + told >= ends * 6  # every record that is not there was counted


def test_the_journal_holds_the_ends_of_how_many_sessions() -> None:
    desk = Desk()
    whole = 0
    while desk.session("start", user="5f70bf18a086007016e948b04aed3b82"):
        desk.session("end", user="5f70bf18a086007016e948b04aed3b82")
        whole += 1
        desk.live(20)
    bare = whole
    while desk.session("end", user="5f70bf18a086007016e948b04aed3b82"):
        bare += 1
        desk.live(20)
    assert whole >= 270
    assert bare >= 450


def test_dropped_records_are_remembered_across_a_reboot_until_they_are_told() -> None:
    desk = Desk(area_bytes=4_000)
    while desk.event():
        desk.live(6_000)
    dropped = desk.records.dropped
    assert desk.session("end")
    desk.live(100)
    desk.boot()
    assert desk.records.untold == dropped
    desk.connect()
    desk.live(10_000)
    desk.event()
    desk.live(1_000)
    told = [r for r in desk.stored() if isinstance(r, Event) and r.what == "records-dropped"]
    assert [r.value for r in told] == [dropped]


def test_flash_that_refuses_leaves_records_in_ram_and_is_asked_again() -> None:
    desk = Desk()
    refusing = [True]
    write = desk.areas[0].write

    def refuse(at: int, data: bytes) -> None:
        if refusing[0]:
            raise OSError(28)
        write(at, data)

    desk.areas[0].write = refuse  # type: ignore[method-assign]
    desk.session()
    desk.live(1_000)
    assert desk.records.refused == 1
    assert not desk.records.session_waits()  # nobody waits for it
    desk.live(policy.RETRY_MS)
    assert desk.records.refused == 2
    refusing[0] = False
    desk.live(policy.RETRY_MS + 100)
    desk.boot()
    assert len(desk.records) == 1


def test_an_entry_that_rotted_is_counted_and_the_others_come() -> None:
    desk = Desk()
    for _ in range(5):
        desk.session()
        desk.live(20)
    rotten = bytearray(desk.areas[0].data)
    rotten[len(rotten) // 2] ^= 0x10
    desk.areas[0].data = bytes(rotten)
    desk.boot()
    assert (len(desk.records), desk.records.lost) == (4, 1)
    desk.connect()
    desk.live(1_000)
    assert len(desk.agent) == 4


def test_flash_that_rots_while_the_station_runs_does_not_stop_it() -> None:
    desk = Desk()
    for _ in range(5):
        desk.session()
        desk.live(20)
    desk.areas[0].data = b"\xff" * len(desk.areas[0].data)
    desk.connect()
    desk.live(30_000)
    desk.event()
    desk.live(80_000)  # the agent gives the hole up after three more tellings
    assert [r.seq for r in desk.stored()] == [6]
    assert (len(desk.records), desk.records.lost) == (0, 5)


def test_entries_that_are_no_records_are_stepped_over() -> None:
    desk = Desk()
    journal = desk.records._journal
    journal.extend([b"", b"from another firmware", b"1 x 1 session {}"])
    desk.session()
    desk.live(100)
    desk.boot()
    desk.connect()
    desk.live(2_000)
    assert [r.seq for r in desk.stored()] == [1]
    assert len(desk.records) == 0


def test_ram_is_bounded_while_flash_may_not_be_written() -> None:
    desk = Desk()
    desk.may_write = False
    for _ in range(200):
        desk.event()
    assert len(desk.records) == policy.ROOM // 2
    for _ in range(200):
        desk.session("start")
    assert len(desk.records) == policy.ROOM * 3 // 4
    for _ in range(200):
        desk.session("end")
    assert len(desk.records) == policy.ROOM
    assert desk.records.dropped == 600 - policy.ROOM
