from hypothesis import given
from hypothesis import strategies as st

from agent.chain import RESEND_MS, RESENDS, Chain


def test_a_receipt_follows_the_records() -> None:
    chain = Chain()
    assert chain.add(3, 0, 0) and chain.up_to == 3
    assert chain.add(7, 3, 0) and chain.up_to == 7


def test_a_receipt_never_passes_a_missing_record() -> None:
    chain = Chain()
    chain.add(3, 0, 0)
    assert not chain.add(9, 7, 0)
    assert chain.up_to == 3
    assert chain.waits_for() == 7
    assert chain.add(7, 3, 0)
    assert chain.up_to == 9


def test_a_record_after_a_board_had_no_room_follows_the_last_it_held() -> None:
    chain = Chain()
    chain.add(3, 0, 0)
    chain.add(90, 3, 0)  # numbers between were other messages, or none at all
    assert chain.up_to == 90


def test_what_came_before_changes_nothing() -> None:
    chain = Chain(up_to=9)
    assert not chain.add(7, 3, 0)
    assert not chain.add(9, 7, 0)
    assert chain.up_to == 9


def test_a_record_nobody_can_read_is_given_up_after_three_resends() -> None:
    chain = Chain(up_to=3)
    for resend in range(RESENDS - 1):
        chain.add(9, 7, resend * RESEND_MS)
        chain.add(11, 9, resend * RESEND_MS)
        assert chain.up_to == 3
    assert chain.add(9, 7, (RESENDS - 1) * RESEND_MS)
    assert (chain.up_to, chain.holes) == (11, 1)


def test_quick_repetitions_do_not_count_as_resends() -> None:
    chain = Chain(up_to=3)
    for passed_ms in range(RESEND_MS):
        chain.add(9, 7, passed_ms)
    assert (chain.up_to, chain.holes) == (3, 0)


@given(st.lists(st.integers(1, 60), min_size=1, unique=True), st.randoms())
def test_any_order_ends_at_the_last_record_without_a_hole(numbers, chance) -> None:
    ordered = sorted(numbers)
    links = list(zip(ordered, [0, *ordered], strict=False))
    chance.shuffle(links)
    chain = Chain()
    here: set[int] = set()
    for seq, prev in links:
        chain.add(seq, prev, 0)
        here.add(seq)
        stored = [n for n in ordered if n <= chain.up_to]
        assert set(stored) <= here, "a receipt passed a record that is not here"
    assert chain.up_to == ordered[-1]
    assert chain.holes == 0
