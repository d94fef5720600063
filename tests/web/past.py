"""A canned past, in the shapes of the agent's history."""

from typing import Any

from agent.history.points import COLUMNS
from protocol.codes import STATES

Columns = dict[str, list[Any]]
NAMES = ("at_s", *COLUMNS, "energy_wh")


def columns(end_s: int, minutes: int, step_s: int = 60) -> dict[str, Any]:
    """Rows of step_s up to end_s: three hours of charging in every six, and a gap before the
    last hour."""
    found: Columns = {name: [] for name in NAMES}
    register_wh = 4_000_000
    first_s = end_s - minutes * 60
    for at_s in range(first_s - first_s % step_s, end_s, step_s):
        row: dict[str, Any] = {"at_s": at_s}
        if not 4_200 < end_s - at_s < 6_000:
            charging = (at_s - first_s) % 21_600 < 10_800
            swing = abs((at_s // 60) % 40 - 20) * 15
            power_w = (7_200 - swing) if charging else 0
            energy_wh = power_w * step_s // 3_600
            register_wh += energy_wh
            row |= {
                "power_w": power_w,
                "power_min_w": max(0, power_w - 350),
                "power_max_w": power_w + 120 if charging else 0,
                "register_wh": register_wh,
                "current_ma": power_w * 1_000 // 230,
                "offer_ma": 32_000 if charging else 0,
                "high_mv": 6_020 if charging else 12_000,
                "low_mv": -11_960 if charging else 12_000,
                "state": STATES.index("C2" if charging else "A"),
                "energy_wh": energy_wh,
            }
        for name, column in found.items():
            column.append(row.get(name))
    return {"step_s": step_s} | found


def faults(station: str, end_s: int) -> list[dict[str, Any]]:
    head = {"station": station, "connector": 1}
    return [head | {"code": "over-current", "from_s": end_s - 3_000, "to_s": end_s - 2_400}]


def sessions(station: str, end_s: int) -> list[dict[str, Any]]:
    """Two that ended and one that runs, newest first."""
    return [
        {
            "station": station,
            "connector": 1,
            "session": f"4{number}-1",
            "user": "badge-2207" if number == 1 else "",
            "began_s": end_s - 40_000 * number - 10_800,
            "last_s": end_s - 40_000 * number,
            "ended": number > 0,
            "energy_wh": 21_000 + number,
            "duration_s": 10_800,
            "charging_s": 10_000,
            "register_wh": 4_000_000,
            "reason": "unplugged" if number > 0 else "none",
        }
        for number in range(3)
    ]
