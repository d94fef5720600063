"""Several connectors on one supply."""

from hypothesis import given
from hypothesis import strategies as st

from evse.core.sharing import FOLLOW_MS, Sharing
from evse.core.units import MIN_OFFER_MA, TICKS_PERIOD


def settle(sharing: Sharing, wants_ma: list[int], from_ms: int = 0, seconds: int = 20) -> int:
    now_ms = from_ms
    for _ in range(seconds):
        now_ms += 1_000
        sharing.step(now_ms, wants_ma)
    return now_ms


def test_one_vehicle_gets_all_it_can_use() -> None:
    sharing = Sharing(2, 32_000)
    settle(sharing, [16_000, 0])
    assert sharing.share_ma == [16_000, 0]


def test_two_vehicles_share_and_what_one_leaves_goes_to_the_other() -> None:
    sharing = Sharing(2, 32_000)
    settle(sharing, [32_000, 32_000])
    assert sharing.share_ma == [16_000, 16_000]
    settle(sharing, [10_000, 32_000], from_ms=100_000)
    assert sharing.share_ma == [10_000, 22_000]


def test_a_second_vehicle_gets_its_part_only_after_the_first_had_time_to_follow() -> None:
    sharing = Sharing(2, 32_000)
    now_ms = settle(sharing, [32_000, 0])
    sharing.step(now_ms + 1_000, [32_000, 32_000])
    assert sharing.share_ma == [16_000, 0]
    sharing.step(now_ms + FOLLOW_MS, [32_000, 32_000])
    assert sharing.share_ma == [16_000, 0]
    sharing.step(now_ms + 1_000 + FOLLOW_MS, [32_000, 32_000])
    assert sharing.share_ma == [16_000, 16_000]


def test_who_cannot_get_six_amperes_waits_and_comes_when_the_other_leaves() -> None:
    sharing = Sharing(2, 10_000)
    now_ms = settle(sharing, [16_000, 0])
    now_ms = settle(sharing, [16_000, 16_000], from_ms=now_ms)
    assert sharing.share_ma == [10_000, 0]
    settle(sharing, [0, 16_000], from_ms=now_ms)
    assert sharing.share_ma == [0, 10_000]


def test_rotating_gives_the_one_that_waits_a_turn() -> None:
    sharing = Sharing(2, 10_000)
    now_ms = settle(sharing, [16_000, 16_000])
    assert sharing.share_ma == [10_000, 0]
    sharing.rotate()
    settle(sharing, [16_000, 16_000], from_ms=now_ms)
    assert sharing.share_ma == [0, 10_000]


WANTS = st.sampled_from([0, MIN_OFFER_MA, 10_000, 16_000, 32_000, 80_000])


@given(
    supply_ma=st.sampled_from([6_000, 11_999, 12_000, 16_000, 32_000, 63_000]),
    steps=st.lists(
        st.tuples(st.lists(WANTS, min_size=4, max_size=4), st.sampled_from([1, 3, 7, 8, 30])),
        max_size=25,
    ),
    start=st.sampled_from([0, TICKS_PERIOD - 9_000]),
)
def test_what_vehicles_may_still_be_drawing_never_exceeds_the_supply(
    supply_ma: int, steps: list[tuple[list[int], int]], start: int
) -> None:
    sharing = Sharing(4, supply_ma)
    now_ms = start
    history: list[tuple[int, list[int]]] = []
    for wants_ma, seconds in steps:
        for _ in range(seconds):
            now_ms += 1_000
            sharing.step(now_ms % TICKS_PERIOD, wants_ma)
            history.append((now_ms, list(sharing.share_ma)))
            recent = [shares for at, shares in history if now_ms - at < FOLLOW_MS - 1_000]
            drawing_ma = sum(max(shares[n] for shares in recent) for n in range(4))
            assert drawing_ma <= supply_ma
            for share_ma, want_ma in zip(sharing.share_ma, wants_ma, strict=True):
                assert share_ma == 0 or MIN_OFFER_MA <= share_ma <= want_ma


def test_nobody_is_given_anything_before_the_first_look() -> None:
    assert Sharing(2, 32_000).share_ma == [0, 0]


def test_a_supply_for_six_amperes_each_serves_both() -> None:
    sharing = Sharing(2, 12_000)
    settle(sharing, [32_000, 32_000])
    assert sharing.share_ma == [6_000, 6_000]


def test_what_the_second_leaves_goes_to_the_first_and_thirds_are_whole_numbers() -> None:
    sharing = Sharing(2, 32_000)
    settle(sharing, [32_000, 10_000])
    assert sharing.share_ma == [22_000, 10_000]
    thirds = Sharing(3, 32_000)
    settle(thirds, [32_000, 32_000, 32_000])
    assert thirds.share_ma == [10_666, 10_667, 10_667]
    assert all(type(share) is int for share in thirds.share_ma)


def test_a_wish_under_six_amperes_takes_nothing_from_the_others() -> None:
    sharing = Sharing(2, 16_000)
    settle(sharing, [5_000, 16_000])
    assert sharing.share_ma == [0, 16_000]


def test_the_first_gets_its_part_from_a_second_that_had_all() -> None:
    sharing = Sharing(2, 32_000)
    now_ms = settle(sharing, [0, 32_000])
    settle(sharing, [32_000, 32_000], from_ms=now_ms)
    assert sharing.share_ma == [16_000, 16_000]


def test_rotating_gives_everybody_a_turn() -> None:
    sharing = Sharing(3, 10_000)
    now_ms, served = 0, []
    for _ in range(4):
        now_ms = settle(sharing, [16_000, 16_000, 16_000], from_ms=now_ms)
        served.append(sharing.share_ma.index(10_000))
        sharing.rotate()
    assert served == [0, 1, 2, 0]
