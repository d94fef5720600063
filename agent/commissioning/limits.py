"""What a good station measures.  IEC 61851-1 as published by those who implement it; the duty's
half a per cent and the 30 ms of residual current are our own, and tighter."""

from dataclasses import dataclass

PASS, FAIL, SKIP = "PASS", "FAIL", "SKIP"


@dataclass(frozen=True, slots=True)
class Limit:
    """least, most: of the measured value, inclusive; None has no bound."""

    unit: str
    least: float | None = None
    most: float | None = None

    def holds(self, value: float) -> bool:
        above = self.least is None or value >= self.least
        return above and (self.most is None or value <= self.most)


EARTH = Limit("Ω", most=1.0)
HIGH = {"A": Limit("V", 11.4, 12.6), "B": Limit("V", 8.36, 9.56), "C": Limit("V", 5.48, 6.49)}
LOW = Limit("V", -12.6, -11.4)
FREQUENCY = Limit("Hz", 980.0, 1_020.0)
DUTY_OFF = 0.5  # per cent of the period
CLOSE = Limit("ms", 500.0, 3_000.0)  # sooner is a contactor that follows a pulse
OPEN = Limit("ms", most=100.0)
RESIDUAL = Limit("ms", most=30.0)
CABLES = {"13": 13, "20": 20, "32": 32, "63": 63}  # code of the rig -> A
OFFERS_A = (6, 10, 16, 32)
LEAST_A = 5.9  # below it no current is offered


def duty_of(amps: float) -> float:
    """Per cent of the period that offer amps; 100 below 6 A, which is no offer."""
    if amps < LEAST_A:
        return 100.0
    return amps / 0.6 if amps <= 51 else amps / 2.5 + 64


def amps_of(duty: float) -> float:
    """What a vehicle takes a duty for, in A."""
    if duty < 8 or duty > 97:
        return 0.0
    if duty < 10:
        return 6.0
    return duty * 0.6 if duty <= 85 else min(80.0, (duty - 64) * 2.5)
