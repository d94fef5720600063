"""The virtual contactor: alive on kicks, slow as a real one, and breakable."""

from boards.virtual.contactor import CLOSE_MS, HOLD_MS, OPEN_MS, VirtualContactor


class Bench:
    def __init__(self) -> None:
        self.contactor = VirtualContactor()
        self.now_ms = 0

    def run(self, ms: int, kick: bool) -> None:
        for _ in range(ms // 5):
            if kick:
                self.contactor.enable.kick()
            self.now_ms += 5
            self.contactor.step(self.now_ms)

    @property
    def closed(self) -> bool:
        return self.contactor.closed

    @property
    def mirror_says_closed(self) -> bool:
        return self.contactor.mirror.value() == 0


def test_it_closes_after_its_operating_time_and_stays_while_kicked() -> None:
    bench = Bench()
    bench.run(CLOSE_MS, kick=True)
    assert not bench.closed
    bench.run(1_000, kick=True)
    assert bench.closed
    assert bench.mirror_says_closed
    assert bench.contactor.operations == 1


def test_it_opens_by_itself_when_the_kicks_stop() -> None:
    bench = Bench()
    bench.run(100, kick=True)
    bench.run(HOLD_MS - 5, kick=False)
    assert bench.closed
    bench.run(OPEN_MS + 10, kick=False)
    assert not bench.closed


def test_a_drop_opens_it_without_waiting_for_the_hold_time() -> None:
    bench = Bench()
    bench.run(100, kick=True)
    bench.contactor.enable.drop()
    bench.run(OPEN_MS + 5, kick=False)
    assert not bench.closed
    assert not bench.mirror_says_closed


def test_a_welded_contactor_stays_closed_until_mended() -> None:
    bench = Bench()
    bench.run(100, kick=True)
    bench.contactor.weld()
    bench.contactor.enable.drop()
    bench.run(2_000, kick=False)
    assert bench.closed
    assert bench.mirror_says_closed
    bench.contactor.mend()
    bench.run(50, kick=False)
    assert not bench.closed


def test_a_stuck_contactor_does_not_close() -> None:
    bench = Bench()
    bench.contactor.stick_open()
    bench.run(500, kick=True)
    assert not bench.closed
    assert not bench.mirror_says_closed


def test_a_broken_mirror_says_what_it_always_says() -> None:
    bench = Bench()
    bench.contactor.mirror_fault = 1
    bench.run(100, kick=True)
    assert bench.closed
    assert not bench.mirror_says_closed
