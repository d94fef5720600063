"""The published tables and the edges between their rows, as each interpreter reckons them."""

import json

from evse.core import states
from evse.core.energy import EnergyCount
from evse.core.faults import RULES, code
from evse.core.levels import Decoder, decode
from evse.core.limits import MAX_VALID_MS, OWNER_NAMES, Limits
from evse.core.overcurrent import trip_ma
from evse.core.pilot_check import signs
from evse.core.proximity import EVEREST, PHOENIX, cable_ma_for
from evse.core.units import TICKS_PERIOD, duty_ppm_for, elapsed_ms, offer_ma_for, past_ms


def rows(name):
    with open("tests/vectors/" + name + ".json") as file:
        return json.load(file)


def thousandths(value):
    """A number of the tables as a whole one, without trusting the float's last digits."""
    return int(value * 1000 + 0.5) if value >= 0 else -int(-value * 1000 + 0.5)


LEVELS = list(states.LEVEL_NAMES)

print("decode", [decode(row["mv"], LEVELS.index(row["prev"])) for row in rows("cp_decode")])
for row in rows("debounce"):
    decoder = Decoder(LEVELS.index(row["start"]))
    print("debounce", [decoder.accept(LEVELS.index(letter)) for letter in row["raw"]])
for row in rows("cp_errors"):
    latched = False
    for step in row["steps"]:
        duty_ppm = thousandths(step["duty"]) * 10
        level = LEVELS.index(step["state"])
        bits = signs(level, duty_ppm, step["pos"], step["neg"], latched)
        latched = bits & 4 != 0
        print("signs", row["note"], bits)
print("duty", [duty_ppm_for(thousandths(row["amps"])) for row in rows("amps_to_duty")])
print("offer", [offer_ma_for(thousandths(row["duty"]) * 10) for row in rows("duty_to_amps")])
print("trip", [trip_ma(thousandths(row["signalled"])) for row in rows("soft_oc")])
for policy in (EVEREST, PHOENIX):
    print("cable", policy, [cable_ma_for(row["ohm"], policy) for row in rows("pp")])
for row in rows("energy"):
    count = EnergyCount()
    for at_s, register_wh in row["readings"]:
        flags = count.feed(at_s * 1000, register_wh)
        print("energy", flags, count.total_wh, count.part_mwh)

# Every millivolt and every ampere, as one number each.
total = 0
for previous in range(7):
    for high_mv in range(-13_100, 13_100, 50):
        total = (total * 7 + decode(high_mv, previous)) % 1_000_003
print("decode all", total)
total = 0
for offer_ma in range(0, 81_000, 37):
    duty_ppm = duty_ppm_for(offer_ma)
    total = (total * 31 + duty_ppm + offer_ma_for(duty_ppm)) % 1_000_003
print("duty all", total)

# The clock, across its wrap.
for now_ms in (0, 5, TICKS_PERIOD - 1):
    for since_ms in (0, 5, TICKS_PERIOD // 2, TICKS_PERIOD - 1):
        print("clock", elapsed_ms(now_ms, since_ms), past_ms(now_ms, since_ms))
limits = Limits()
limits.set(0, 32_000, 0)
for owner in range(len(OWNER_NAMES)):
    for valid_ms in (0, 1_000, MAX_VALID_MS, MAX_VALID_MS + 1):
        taken = limits.set(owner, 6_000 + owner, TICKS_PERIOD - 500, valid_ms)
        print("limit", OWNER_NAMES[owner], valid_ms, taken, limits.least(400), limits.least(600))
print("faults", [(code(number), RULES[number][2:]) for number in range(len(RULES))])
