import pytest

from agent import moment


def test_the_time_counts_from_2020(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moment.time, "time", lambda: 1_800_000_000.5)
    assert moment.board_time_s() == 1_800_000_000 - 1_577_836_800


@pytest.mark.parametrize("unix_s", [0, 1_577_836_800, 1_700_000_000, 9_999_999_999, -5])
def test_a_clock_that_cannot_be_right_is_not_passed_on(
    monkeypatch: pytest.MonkeyPatch, unix_s: int
) -> None:
    monkeypatch.setattr(moment.time, "time", lambda: unix_s)
    assert moment.board_time_s() == 0
