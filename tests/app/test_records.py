"""Records stay until the agent says they are on its disk."""

from tests.app.station_bench import StationBench


def receipt(bench: StationBench, up_to_seq: int, boot_id: int | None = None) -> None:
    boot = bench.station.post.boot_id if boot_id is None else boot_id
    bench.raw("receipt", f'{{"boot_id":{boot},"up_to_seq":{up_to_seq}}}'.encode())


def test_a_record_is_held_after_it_was_sent_until_its_receipt() -> None:
    bench = StationBench()
    bench.run(2_000)
    (boot,) = bench.port.messages("event")
    assert len(bench.station.post.records) == 1
    receipt(bench, boot.seq)
    assert len(bench.station.post.records) == 0


def test_a_receipt_for_another_boot_lets_nothing_go() -> None:
    bench = StationBench()
    bench.run(2_000)
    receipt(bench, 1_000, boot_id=bench.station.post.boot_id + 1)
    assert len(bench.station.post.records) == 1


def test_records_made_without_a_link_go_out_in_order_when_it_is_back() -> None:
    bench = StationBench()
    bench.run(1_000)
    bench.port.ready = False
    bench.charge()
    bench.bay.unplug()
    bench.run(3_000)
    bench.port.sent.clear()
    bench.port.reconnect()
    bench.run(3_000)
    records = sorted(
        bench.port.messages("event") + bench.port.messages("session"), key=lambda m: m.seq
    )
    assert [m.phase for m in bench.port.messages("session")] == ["start", "end"]
    prev = 0
    for record in records:
        assert record.prev == prev
        prev = record.seq


def test_without_a_receipt_everything_held_goes_out_again() -> None:
    bench = StationBench()
    bench.run(30_000)
    assert len(bench.port.messages("event")) >= 2
    assert len({event.seq for event in bench.port.messages("event")}) == 1


def test_a_full_store_drops_counts_and_says_how_many() -> None:
    bench = StationBench()
    bench.port.ready = False
    bench.run(1_000)
    post = bench.station.post
    for _ in range(200):
        post.record_event(1, "config-changed", "x")
    assert post.records.dropped > 0
    dropped = post.records.dropped
    last = post.records.last_seq
    receipt(bench, last)
    post.record_event(1, "config-changed", "y")
    bench.port.reconnect()
    bench.run(2_000)
    told = [e for e in bench.port.messages("event") if e.what == "records-dropped"]
    assert [e.value for e in told] == [dropped]


def test_sessions_still_fit_when_events_have_filled_their_part() -> None:
    bench = StationBench()
    bench.port.ready = False
    bench.run(1_000)
    while bench.station.post.record_event(1, "config-changed", "x"):
        pass
    bench.charge()
    bench.port.reconnect()
    bench.run(5_000)
    assert [m.phase for m in bench.port.messages("session")] == ["start"]


def test_a_boot_never_uses_the_number_of_another() -> None:
    bench = StationBench()
    first = bench.station.post.boot_id
    bench.boot()
    assert bench.station.post.boot_id == first + 1


def test_when_the_numbers_of_a_boot_are_used_up_the_next_boot_number_goes_on() -> None:
    bench = StationBench()
    bench.run(2_000)
    post = bench.station.post
    boot_id = post.boot_id
    post._seq = (1 << 30) - 3
    for _ in range(4):
        post.record_event(1, "config-changed", "x")
    assert post.boot_id == boot_id + 1
    bench.run(2_000)
    newest = bench.port.messages("event")[-1]
    assert (newest.boot_id, newest.seq <= 10) == (boot_id + 1, True)
