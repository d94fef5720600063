"""Commands for a fleet: spread evenly, each once, cancelled when wanted."""

import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.downlink import Answer, Order
from agent.spread import MOST_S, Spread
from tests.agent.waiting import until


class Fleet:
    """Time and answers as the test says."""

    def __init__(self, seed: int = 1) -> None:
        self.now_ms = 1_000
        self.sent: list[tuple[int, Order]] = []
        self.code = "ok"
        self.spread = Spread(self.command, lambda: self.now_ms, random.Random(seed))

    def command(self, order: Order) -> Answer:
        self.sent.append((self.now_ms, order))
        if self.code == "broken":
            raise RuntimeError("a bug")
        return Answer("x", self.code == "ok", self.code)

    def ask(self, count: int, spread_s: int = 600, kind: str = "start") -> Any:
        names = [f"st-{number}" for number in range(count)]
        return self.spread.ask("amal", kind, names, 1, {"user": ""}, spread_s)

    def pass_s(self, seconds: int) -> None:
        for _ in range(seconds + 1):
            for planned, order in self.spread.take_due():
                self.spread.send(planned, order)
            self.now_ms += 1_000


def test_every_station_gets_the_command_once_and_within_the_time() -> None:
    fleet = Fleet()
    planned = fleet.ask(200).orders
    fleet.pass_s(700)
    assert Counter(order.station for _, order in fleet.sent) == {
        each.station: 1 for each in planned
    }
    asked = {each.station: each.delay_s for each in planned}
    assert all(at_ms == 1_000 + asked[order.station] * 1_000 for at_ms, order in fleet.sent)
    assert {each.code for each in planned} == {"ok"}
    assert {order.who for _, order in fleet.sent} == {"amal"}


@given(st.integers(0, MOST_S), st.integers(0, 1 << 30))
def test_no_wait_is_negative_or_longer_than_asked_for(spread_s: int, seed: int) -> None:
    delays = [each.delay_s for each in Fleet(seed).ask(20, spread_s).orders]
    assert all(0 <= delay_s <= spread_s for delay_s in delays)


@pytest.mark.parametrize("spread_s", [600, 1_800])
def test_waits_are_as_likely_everywhere(spread_s: int) -> None:
    """The greatest distance from the even distribution (Kolmogorov-Smirnov) over 10 000 draws
    is below what chance exceeds once in a thousand times."""
    delays = sorted(each.delay_s for each in Fleet(7).ask(10_000, spread_s).orders)
    count = len(delays)
    distance = max(
        abs((index + 1) / count - (delay_s + 1) / (spread_s + 1))
        for index, delay_s in enumerate(delays)
        if index + 1 == count or delays[index + 1] != delay_s
    )
    assert distance < 1.95 / count**0.5
    assert (delays[0], delays[-1]) == (0, spread_s)


def test_two_rounds_do_not_wait_alike() -> None:
    fleet = Fleet()
    first, second = fleet.ask(50), fleet.ask(50)
    assert [each.delay_s for each in first.orders] != [each.delay_s for each in second.orders]


def test_without_spread_all_goes_out_now() -> None:
    fleet = Fleet()
    fleet.ask(30, 0)
    assert len(fleet.spread.take_due()) == 30


def test_what_is_cancelled_never_goes_out() -> None:
    fleet = Fleet()
    asked = fleet.ask(100)
    other = fleet.ask(10)
    fleet.pass_s(300)
    gone = len(fleet.sent)
    fleet.spread.cancel(asked.id)
    fleet.pass_s(400)
    codes = Counter(each.code for each in asked.orders)
    assert codes["cancelled"] > 0
    assert codes["ok"] + codes["cancelled"] == 100
    assert {each.code for each in other.orders} == {"ok"}
    assert gone < len(fleet.sent) < 110
    assert fleet.spread.waiting == 0


def test_a_round_is_found_by_its_id_and_old_ones_are_forgotten() -> None:
    fleet = Fleet()
    first = fleet.ask(1)
    assert fleet.spread.find(first.id) is first
    for _ in range(100):
        fleet.ask(1)
    assert fleet.spread.find(first.id) is None
    assert fleet.spread.cancel("nothing") is None


def test_a_bug_at_one_station_does_not_stop_the_others() -> None:
    fleet = Fleet()
    fleet.code = "broken"
    asked = fleet.ask(3, 0)
    fleet.pass_s(1)
    assert [each.code for each in asked.orders] == ["internal"] * 3


def test_the_thread_sends_what_is_due_and_ends_with_the_agent() -> None:
    fleet = Fleet()
    fleet.spread.start()
    fleet.ask(5, 0)
    until("all went out", lambda: len(fleet.sent) == 5)
    fleet.ask(5, 600)
    fleet.spread.stop()
    assert len(fleet.sent) == 5
