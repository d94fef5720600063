from agent.gaps import REORDER_MS, Gaps

LATER = REORDER_MS


def test_a_number_that_never_comes_is_a_gap() -> None:
    gaps = Gaps()
    for seq in (5, 6, 9):
        gaps.came(seq, 0)
    assert gaps.count(LATER) == 2


def test_the_first_message_only_sets_the_mark() -> None:
    gaps = Gaps()
    gaps.came(5_000, 0)
    assert gaps.count(LATER) == 0


def test_a_late_number_is_no_gap() -> None:
    gaps = Gaps()
    for seq in (5, 7):
        gaps.came(seq, 0)
    assert gaps.count(LATER - 1) == 0
    gaps.came(6, LATER)
    assert gaps.count(LATER * 2) == 0


def test_the_number_kept_for_a_last_will_is_no_gap() -> None:
    gaps = Gaps()
    gaps.came(5, 0)
    gaps.came(7, 0, will_seq=6)
    assert gaps.count(LATER) == 0


def test_a_great_jump_is_counted_and_takes_no_memory() -> None:
    gaps = Gaps()
    gaps.came(1, 0)
    gaps.came(1_000_001, 0)
    assert gaps.count(LATER) == 999_999
