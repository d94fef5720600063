"""The contactor driver against a kept-alive enable and a mirror pin."""

from evse.drivers.contactor import CLOSED, NONE, OPEN, Contactor


class KeepingEnable:
    def __init__(self) -> None:
        self.told: list[str] = []

    def kick(self) -> None:
        self.told.append("kick")

    def drop(self) -> None:
        self.told.append("drop")


class Mirror:
    def __init__(self, level: int) -> None:
        self.level = level

    def value(self) -> int:
        return self.level


def test_it_starts_open() -> None:
    enable = KeepingEnable()
    Contactor(enable)
    assert enable.told == ["drop"]


def test_each_close_keeps_the_enable_alive() -> None:
    enable = KeepingEnable()
    contactor = Contactor(enable)
    for _ in range(3):
        contactor.close()
    assert enable.told == ["drop", "kick", "kick", "kick"]


def test_opening_reaches_the_hardware_every_time() -> None:
    enable = KeepingEnable()
    contactor = Contactor(enable)
    contactor.open()
    contactor.open()
    assert enable.told == ["drop", "drop", "drop"]


def test_the_mirror_reads_low_while_closed_unless_told_otherwise() -> None:
    mirror = Mirror(0)
    assert Contactor(KeepingEnable(), mirror).feedback() == CLOSED
    mirror.level = 1
    assert Contactor(KeepingEnable(), mirror).feedback() == OPEN
    assert Contactor(KeepingEnable(), mirror, closed_level=1).feedback() == CLOSED


def test_without_a_mirror_nothing_is_said() -> None:
    assert Contactor(KeepingEnable()).feedback() == NONE
