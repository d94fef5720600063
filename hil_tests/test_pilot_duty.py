"""What the pilot says: duty, frequency, steady voltages.  IEC 61851-1 Table A.7 and A.8."""

import pytest

from hil_tests.bench import Bench

pytestmark = pytest.mark.needs("vehicle", "analyser")

SPACING_MS = 5_100  # between two duties (Table A.6 sequence 6)
DUTY_PPM = 5_000  # half a percent of the period
FREQUENCY_MHZ = 5_000  # half a percent of 1 kHz


def duty_for(amps: int) -> int:
    """By the rule, not by the firmware's code: 10 % to 85 % is 0.6 A a percent, then 2.5 A."""
    return amps * 1_000_000 // 60 if amps <= 51 else 640_000 + amps * 4_000


def offers(bench: Bench) -> list[int]:
    """Whole amperes this bench's station may offer."""
    limits = bench.state()["reason"]["limits"]
    most_ma = min(limit["limit_ma"] for limit in limits if limit["owner"] != "operator")
    return [amps for amps in range(6, 81) if amps * 1_000 <= most_ma]


def test_no_vehicle_sees_plus_12_v(bench: Bench) -> None:
    assert bench.pwm().duty_ppm == 1_000_000


def test_the_offer_is_on_the_pilot_within_a_second(bench: Bench) -> None:
    bench.vehicle("B")
    bench.wait(1_000)
    pwm = bench.pwm()
    assert pwm.duty_ppm == pytest.approx(duty_for(32), abs=DUTY_PPM)
    assert pwm.frequency_mhz == pytest.approx(1_000_000, abs=FREQUENCY_MHZ)


@pytest.mark.needs("settings")
def test_the_duty_says_every_ampere_from_6_to_80(bench: Bench) -> None:
    bench.fresh(station_limit_ma=80_000, wake_up=0)
    bench.vehicle("B")
    wrong = {}
    for amps in offers(bench):
        bench.offer(amps * 1_000)
        bench.wait(SPACING_MS)
        pwm = bench.pwm(50)
        off_ppm = abs(pwm.duty_ppm - duty_for(amps))
        off_mhz = abs(pwm.frequency_mhz - 1_000_000)
        if off_ppm > DUTY_PPM or off_mhz > FREQUENCY_MHZ:
            wrong[amps] = pwm
    assert wrong == {}


def test_no_offer_is_plus_12_v_at_once(bench: Bench) -> None:
    """X1 need not wait for the spacing of duties."""
    bench.vehicle("B")
    bench.wait(6_000)
    bench.offer(10_000)
    bench.offer(0)
    bench.wait(100)
    assert bench.pwm().duty_ppm == 1_000_000


def test_duties_are_5_s_apart(bench: Bench) -> None:
    """Sequence 6: the vehicle has 5 s to follow."""
    bench.vehicle("B")
    bench.wait(6_000)
    bench.offer(20_000)
    bench.wait(100)
    first = bench.pwm().duty_ppm
    bench.offer(10_000)
    bench.wait(3_000)
    held = bench.pwm().duty_ppm
    bench.wait(2_500)
    assert first == pytest.approx(duty_for(20), abs=DUTY_PPM)
    assert held == first
    assert bench.pwm().duty_ppm == pytest.approx(duty_for(10), abs=DUTY_PPM)


@pytest.mark.needs("settings")
def test_a_limit_that_expires_gives_the_offer_back(bench: Bench) -> None:
    bench.fresh(wake_up=0)
    bench.vehicle("B")
    bench.wait(6_000)
    bench.offer(10_000, valid_s=20)
    bench.wait(6_000)
    assert bench.pwm().duty_ppm == pytest.approx(duty_for(10), abs=DUTY_PPM)
    bench.wait(20_000)
    assert bench.pwm().duty_ppm == pytest.approx(duty_for(32), abs=DUTY_PPM)


@pytest.mark.needs("inputs", "contactor")
def test_a_fault_while_charging_shows_minus_12_v_for_a_moment(charging: Bench) -> None:
    """Table A.5: F for 300 ms, then +12 V."""
    charging.inject("input", "enclosure", 1)
    charging.wait(150)
    assert charging.pwm().duty_ppm == 0
    charging.wait(400)
    assert charging.pwm().duty_ppm == 1_000_000


@pytest.mark.needs("reset")
def test_the_pilot_is_in_no_vehicles_favour_while_the_chip_is_in_reset(bench: Bench) -> None:
    bench.vehicle("B")
    bench.wait(1_000)
    bench.reset(200)
    assert bench.pwm().duty_ppm in (0, 1_000_000)
