"""The Wi-Fi keeper: joins, joins again, and never gives up."""

from hypothesis import given
from hypothesis import strategies as st

from evse.link.wifi import Wifi


class Wlan:
    """As network.WLAN on a board; strict: connect() while connecting raises, as on ESP32."""

    def __init__(self) -> None:
        self.there = True  # the access point
        self.failure = 1  # status() while it is not: 1 joins for ever
        self.joins_in = 3  # looks it takes
        self.raises = False
        self.starts = 0
        self.joins: list[tuple[str, str]] = []
        self._active = False
        self._joining = False
        self._looks = 0
        self.asked = 0

    def active(self, on: bool) -> None:
        self.starts += on and not self._active
        self._active = on
        if not on:
            self._joining = False

    def connect(self, ssid: str, password: str) -> None:
        assert self._active
        if self.raises or self._joining:
            raise OSError("Wifi Internal State Error")
        self.joins.append((ssid, password))
        self._joining = True
        self._looks = 0

    def disconnect(self) -> None:
        if not self._joining:
            raise OSError("Wifi Not Started")
        self._joining = False

    def isconnected(self) -> bool:
        self.asked += 1
        self._looks += 1
        return self._joining and self.there and self._looks > self.joins_in

    def status(self) -> int:
        return self.failure if not self.there else 1


class Bench:
    def __init__(self, draw: int = 1 << 30) -> None:
        self.now_ms = 0
        self.wlan = Wlan()
        self.may_block = True
        self.wifi = Wifi(
            self.wlan, "site", "s3cret", lambda below: min(draw, below - 1), lambda: self.may_block
        )

    def run(self, ms: int) -> None:
        for _ in range(ms // 100):
            self.now_ms = (self.now_ms + 100) % (1 << 30)
            self.wifi.poll(self.now_ms)


def test_a_board_joins_at_once() -> None:
    bench = Bench()
    bench.run(3_000)
    assert bench.wifi.up
    assert bench.wlan.joins == [("site", "s3cret")]
    assert bench.wifi.counts["connects"] == 1


def test_an_access_point_that_comes_back_is_joined_within_a_minute() -> None:
    bench = Bench()
    bench.run(3_000)
    bench.wlan.there = False
    bench.run(1_000)
    assert not bench.wifi.up
    bench.run(3_600_000)
    bench.wlan.there = True
    bench.run(85_000)  # a minute of waiting, and the attempt under way
    assert bench.wifi.up
    assert bench.wifi.counts["lost"] == 1


def test_a_lost_network_is_tried_again_within_seconds() -> None:
    bench = Bench()
    bench.run(60_000)
    bench.wlan.there = False
    bench.run(500)
    bench.wlan.there = True
    bench.run(6_000)
    assert bench.wifi.up


def test_the_interface_is_asked_twice_a_second_and_no_more() -> None:
    bench = Bench()
    bench.run(60_000)
    assert 100 <= bench.wlan.asked <= 121


def test_attempts_thin_out() -> None:
    bench = Bench()
    bench.wlan.there = False
    bench.run(3_600_000)
    assert 30 <= len(bench.wlan.joins) <= 70


def test_the_port_says_why_it_failed() -> None:
    for status, name in (
        (-3, "wrong-password"),
        (202, "wrong-password"),
        (-2, "no-network"),
        (201, "no-network"),
        (-1, "join-failed"),
    ):
        bench = Bench()
        bench.wlan.there = False
        bench.wlan.failure = status
        bench.run(1_500)
        assert bench.wifi.last_error == f"{name}: {status}"
        assert "s3cret" not in bench.wifi.last_error


def test_a_join_that_never_ends_is_given_up() -> None:
    bench = Bench()
    bench.wlan.there = False
    bench.run(22_000)
    assert bench.wifi.counts["join-timeout"] == 1


def test_an_interface_that_hangs_is_restarted() -> None:
    bench = Bench()
    bench.wlan.raises = True
    bench.run(600_000)
    assert bench.wifi.counts["restarts"] >= 2
    assert bench.wlan.starts >= 2
    bench.wlan.raises = False
    bench.run(70_000)
    assert bench.wifi.up


def test_nothing_is_started_while_it_may_block() -> None:
    bench = Bench()
    bench.may_block = False
    bench.run(600_000)
    assert bench.wlan.starts == 0
    bench.may_block = True
    bench.run(3_000)
    assert bench.wifi.up


@given(outages=st.lists(st.tuples(st.booleans(), st.integers(1, 200)), max_size=20))
def test_it_comes_back_whatever_happened(outages: list[tuple[bool, int]]) -> None:
    bench = Bench()
    for there, seconds in outages:
        bench.wlan.there = there
        bench.run(seconds * 1_000)
    bench.wlan.there = True
    bench.run(85_000)
    assert bench.wifi.up
