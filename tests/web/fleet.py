"""A canned fleet in every state an operator should see, as the agent's API shows it."""

from typing import Any

Fields = dict[str, Any]

STATES = {
    "no-vehicle": ("A", 12_000, 12_000, 1_000_000),
    "waiting-for-authorisation": ("B1", 9_000, 9_000, 1_000_000),
    "waiting-for-vehicle": ("B2", 8_960, -11_940, 0),
    "finished": ("B2", 9_010, -12_010, 0),
    "paused-by-operator": ("B1", 8_990, 8_990, 1_000_000),
    "charging": ("C2", 6_020, -11_960, 0),
    "self-test": ("B1", 9_000, 9_000, 1_000_000),
    "fault": ("F", -11_980, -11_980, 0),
    "pilot-error": ("E", 0, 0, 0),
}


def limit(owner: str, amps: float, expires_s: int = 0) -> Fields:
    return {"owner": owner, "limit_ma": int(amps * 1000), "expires_s": expires_s}


def fault(code: str, age_s: int = 240, count: int = 1) -> Fields:
    return {"code": code, "age_s": age_s, "count": count}


def connector(
    number: int,
    why: str,
    *,
    offer: float = 0,
    drawn: tuple[float, ...] = (0,),
    limits: tuple[Fields, ...] = (),
    faults: tuple[Fields, ...] = (),
    user: str = "",
    energy_wh: int = 0,
    minutes: int = 0,
    quality: str = "good",
    age_ms: int = 1_200,
) -> Fields:
    """One connector.  offer and drawn in A; drawn has one entry a phase."""
    state, high_mv, low_mv, duty = STATES[why]
    limits = (limit("station", 32), *limits)
    least = min(limits, key=lambda row: row["limit_ma"])
    if offer:
        duty = int(offer * 1_000_000 / 60)
    session = f"41-{number}07" if energy_wh or user else ""
    head = {"boot_id": 41, "seq": 900 + number, "uptime_ms": 9_000_000}
    return {
        "connector": number,
        "age_ms": age_ms,
        "state": head
        | {
            "reason": {
                "state": state,
                "why": why,
                "age_s": minutes * 60 + 12,
                "limited_by": least["owner"],
                "limits": list(limits),
                "faults": list(faults),
            },
            "offer_ma": int(offer * 1000),
            "duty_ppm": duty,
            "contactor": why == "charging",
            "high_mv": high_mv,
            "low_mv": low_mv,
            "session": session,
        },
        "meter": head
        | {
            "quality": quality,
            "age_ms": 400,
            "voltage_mv": [231_400, 230_100, 232_800][: len(drawn)],
            "current_ma": [int(amps * 1000) for amps in drawn],
            "power_w": int(sum(drawn) * 230),
            "frequency_mhz": 50_010,
            "register_wh": 4_183_220 + energy_wh,
            "session_wh": energy_wh,
        },
        "condition": head
        | {
            "cold_cycles": 4_210 + 900 * number,
            "hot_cycles": 37,
            "wear_ppm": 10_420 + 100_000 * number,
            "rcd": "good",
            "rcd_age_s": 5_400,
            "rcd_trips": 2,
        },
        "session": None
        if not session
        else head
        | {
            "prev": 0,
            "time_s": 217_000_000,
            "session": session,
            "phase": "checkpoint",
            "user": user,
            "start_wh": 4_183_220,
            "register_wh": 4_183_220 + energy_wh,
            "energy_wh": energy_wh,
            "duration_s": minutes * 60,
            "charging_s": minutes * 55,
            "reason": "none",
        },
    }


def event(seq: int, what: str, code: str = "", value: int = 0, **more: int) -> Fields:
    return {
        "connector": more.get("connector", 1),
        "boot_id": 41,
        "seq": seq,
        "uptime_ms": 9_000_000 - more.get("ago_s", 60) * 1000,
        "time_s": more.get("time_s", 0),
        "what": what,
        "code": code,
        "value": value,
    }


def station(name: str, *connectors: Fields, **more: Any) -> Fields:
    """One station, fresh unless told otherwise."""
    return {
        "station": name,
        "link": "mqtt",
        "freshness": "fresh",
        "age_ms": 1_200,
        "boot_id": 41,
        "gaps": 0,
        "conflict": "",
        "birth": {
            "boot_id": 41,
            "seq": 1,
            "uptime_ms": 2_100,
            "will_seq": 0,
            "firmware": "0.1.0",
            "protocol": 1,
            "board": "esp32-devkit",
            "connectors": len(connectors) or 1,
            "interval_s": 10,
            "reset": "power",
        },
        "health": {
            "boot_id": 41,
            "seq": 900,
            "uptime_ms": 9_000_000,
            "heap_free": 98_304,
            "worst_gap_ms": 11,
            "held": 0,
            "dropped": 0,
            "skipped": 0,
            "refused": 0,
            "refusal": "",
            "connects": 1,
            "clock": "agent",
            "clock_age_s": 310,
        },
        "connectors": list(connectors),
        "events": [event(2, "boot", ago_s=8_990, connector=0)],
    } | more


def fleet() -> list[Fields]:
    """Twelve stations, thirteen connectors."""
    return [
        station(
            "atlas-01",
            connector(1, "charging", offer=32, drawn=(31.2,), energy_wh=12_430, minutes=104),
        ),
        station(
            "atlas-02",
            connector(
                1,
                "charging",
                offer=10,
                drawn=(9.8, 9.7, 9.9),
                limits=(limit("cable", 32), limit("operator", 10, 2_745)),
                user="badge-2207",
                energy_wh=8_120,
                minutes=61,
            ),
            events=[
                event(2, "boot", ago_s=8_990, connector=0),
                event(14, "limit-set", "operator", 10_000, ago_s=855),
                event(12, "command-refused", "start", ago_s=1_400),
            ],
        ),
        station("atlas-03", connector(1, "waiting-for-authorisation", offer=0)),
        station(
            "atlas-04",
            connector(
                1,
                "finished",
                offer=20,
                limits=(limit("cable", 20),),
                energy_wh=38_900,
                minutes=412,
            ),
        ),
        station(
            "casa-port-07",
            connector(
                1,
                "fault",
                faults=(fault("rcd-trip", 1_320, 2),),
                limits=(limit("supply", 25),),
            ),
            events=[
                event(2, "boot", ago_s=8_990, connector=0),
                event(30, "fault-raised", "rcd-trip", ago_s=1_320, time_s=217_000_000),
            ],
        ),
        station(
            "casa-port-08",
            connector(1, "fault", faults=(fault("contactor-welded", 95),), energy_wh=6_300),
            gaps=3,
        ),
        station(
            "hotel-rif-1",
            connector(
                1,
                "charging",
                offer=16,
                drawn=(15.8,),
                limits=(limit("supply", 16),),
                energy_wh=3_410,
                minutes=28,
            ),
            connector(2, "no-vehicle"),
            link="serial",
        ),
        station(
            "marrakech-gueliz-nord-01",
            connector(1, "waiting-for-vehicle", offer=32, age_ms=2_911_000, energy_wh=120),
            freshness="offline",
            age_ms=2_911_000,
        ),
        station(
            "oujda-02",
            connector(1, "charging", offer=32, drawn=(15.1,), energy_wh=9_870, age_ms=94_000),
            freshness="stale",
            age_ms=94_000,
            gaps=12,
        ),
        station(
            "rabat-tram-3",
            connector(
                1,
                "charging",
                offer=6,
                drawn=(5.9,),
                limits=(limit("fallback", 6),),
                energy_wh=1_870,
                minutes=40,
            ),
        ),
        station(
            "rabat-tram-4",
            connector(1, "paused-by-operator", limits=(limit("operator", 0, 7_350),)),
        ),
        station("tanger-med-11", connector(1, "no-vehicle"), link="serial"),
    ]


def counters() -> Fields:
    return {
        "accepted": 48_213,
        "refused": {"bad-field": 4, "retained": 2, "foreign-station": 1},
        "refused_by_station": {"atlas-02": 4, "": 3},
        "last_refusals": [
            {
                "reason": "foreign-station",
                "detail": "foreign-station: ../x is not one of ours",
                "topic": "evse/1/../x/up/birth",
                "station": "",
            },
            {
                "reason": "bad-field",
                "detail": "bad-field: duty_ppm: wants a whole number 0..1000000, got 1000001",
                "topic": "evse/1/atlas-02/up/1/state",
                "station": "atlas-02",
            },
        ],
        "written": {"stored": 48_213, "duplicate": 6, "no-room": 0},
        "overflowed": 0,
        "outbox": {
            "telemetry": 118,
            "telemetry_bytes": 41_000,
            "records": 4,
            "record_bytes": 2_100,
            "dropped_telemetry": 0,
            "clashes": 0,
            "damaged_files": 0,
            "lost_in_damage": 0,
        },
        "alarm": "",
        "commands": {"passed": 17, "refused": {"offline": 1}},
    }


def upstream() -> Fields:
    return {
        "configured": True,
        "connected": False,
        "trouble": "connection refused",
        "queued": 122,
        "unconfirmed": 0,
        "sent": 48_091,
    }
