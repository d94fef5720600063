from agent.forwarder import Forwarder
from agent.outbox import Row


class Rows:
    """Stored rows; odd ids are records."""

    def __init__(self, *ids: int) -> None:
        self.ids = list(ids)

    def after(self, row_id: int, limit: int) -> list[Row]:
        found = [each for each in self.ids if each > row_id][:limit]
        return [Row(each, "t", b"", "k", each % 2 == 1) for each in found]


def ids(rows: list[Row]) -> list[int]:
    return [row.id for row in rows]


def test_no_more_than_the_window_is_under_way() -> None:
    forwarder = Forwarder(Rows(1, 2, 3, 4, 5), window=2)
    assert ids(forwarder.to_publish()) == [1, 2]
    assert forwarder.to_publish() == []
    forwarder.confirmed(1, 0)
    assert ids(forwarder.to_publish()) == [3]


def test_what_was_not_confirmed_goes_out_again_after_a_reconnect() -> None:
    rows = Rows(1, 2, 3)
    forwarder = Forwarder(rows, window=8)
    forwarder.to_publish()
    forwarder.confirmed(2, 0)
    for row_id in forwarder.take_forgettable(0):
        rows.ids.remove(row_id)
    forwarder.connected()
    assert ids(forwarder.to_publish()) == [1, 3]


def test_a_row_added_after_the_newest_was_deleted_is_sent() -> None:
    rows = Rows(1)
    forwarder = Forwarder(rows)
    forwarder.to_publish()
    forwarder.confirmed(1, 0)
    rows.ids = [2]
    assert ids(forwarder.to_publish()) == [2]


def test_telemetry_is_forgotten_at_once_and_a_record_only_later() -> None:
    forwarder = Forwarder(Rows(1, 2), keep_ms=1_000)
    forwarder.to_publish()
    forwarder.confirmed(1, 0)
    forwarder.confirmed(2, 0)
    assert forwarder.take_forgettable(0) == [2]
    assert forwarder.take_forgettable(999) == []
    assert forwarder.take_forgettable(1_000) == [1]
    assert forwarder.take_forgettable(9_000) == []


def test_a_record_confirmed_just_before_the_broker_was_lost_goes_out_again() -> None:
    forwarder = Forwarder(Rows(1), keep_ms=1_000)
    forwarder.to_publish()
    forwarder.confirmed(1, 0)
    forwarder.connected()
    assert ids(forwarder.to_publish()) == [1]
    assert forwarder.take_forgettable(5_000) == []


def test_a_confirmation_of_an_earlier_connection_is_harmless() -> None:
    forwarder = Forwarder(Rows(1, 2))
    forwarder.to_publish()
    forwarder.connected()
    forwarder.to_publish()
    forwarder.confirmed(1, 0)
    forwarder.confirmed(1, 0)
    assert forwarder.unconfirmed == 1
