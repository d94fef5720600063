"""The fleet for Prometheus: one family a quantity, base units, labels with few values.

What a station that is not fresh said last is left out: Prometheus then marks it stale by itself,
and no old value passes for a new one.  Labels are stations, connectors and words of the protocol;
nothing a board could make up.  The many lines of a fleet are written here, the agent's own few by
prometheus-client, which takes twenty times as long for each.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

    from .process import Agent

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_MILLI = 1_000

# name, help, value; a meter counts only while its quality is good.
_Reading = tuple[str, str, Callable[[Any], float]]
_OF_STATION: tuple[_Reading, ...] = (
    ("fresh", "1: heard within twice its interval.", lambda s: int(s["freshness"] == "fresh")),
    (
        "offline",
        "1: the broker or the line lost it.",
        lambda s: int(s["freshness"] == "offline"),
    ),
    ("gaps", "Numbers of this boot that never came.", lambda s: s["gaps"]),
)
_OF_HEALTH: tuple[_Reading, ...] = (
    ("held_records", "Waiting for a receipt.", lambda h: h.held),
    ("dropped_records", "Lost on the board, since boot.", lambda h: h.dropped),
    ("refused_messages", "Refused by the board, since boot.", lambda h: h.refused),
    ("worst_tick_seconds", "Longest between two ticks.", lambda h: h.worst_gap_ms / _MILLI),
)
_OF_STATE: tuple[_Reading, ...] = (
    ("offer_amperes", "Current offered to the vehicle.", lambda s: s.offer_ma / _MILLI),
    ("pilot_duty_ratio", "High part of the pilot's period.", lambda s: s.duty_ppm / 1_000_000),
    ("pilot_high_volts", "High plateau of the control pilot.", lambda s: s.high_mv / _MILLI),
    ("pilot_low_volts", "Low plateau of the control pilot.", lambda s: s.low_mv / _MILLI),
    ("contactor_closed", "1: commanded closed.", lambda s: int(s.contactor)),
    ("faults", "Faults that stand.", lambda s: len(s.reason.faults)),
)
_OF_METER: tuple[_Reading, ...] = (
    ("power_watts", "Power of all phases; negative flows back.", lambda m: m.power_w),
    ("session_energy_watt_hours", "Of the running or last session.", lambda m: m.session_wh),
)
_OF_CONDITION: tuple[_Reading, ...] = (
    ("contactor_wear_ratio", "Of the contactor's life used.", lambda c: c.wear_ppm / 1_000_000),
    ("contactor_cold_cycles", "Openings without load, since fitted.", lambda c: c.cold_cycles),
    ("contactor_hot_cycles", "Openings under load, since fitted.", lambda c: c.hot_cycles),
    ("rcd_trips", "Trips of the residual-current device.", lambda c: c.rcd_trips),
    ("rcd_test_age_seconds", "When last told: since its self-test.", lambda c: c.rcd_age_s),
)

# One more label: (its name, (its value, the metric's value) for each).
_Labelled = tuple[str, str, str, Callable[[Any], Iterable[tuple[str, float]]]]
_OF_REASON: tuple[_Labelled, ...] = (
    ("state", "1: its state, IEC 61851-1.", "state", lambda r: [(r.state, 1)]),
    ("why", "1: why it is in its state.", "why", lambda r: [(r.why, 1)]),
    (
        "limit_amperes",
        "What an owner allows.",
        "owner",
        lambda r: {each.owner: each.limit_ma / _MILLI for each in r.limits}.items(),
    ),
    (
        "limited_by",
        "1: whose limit is least.",
        "owner",
        lambda r: [(r.limited_by, 1)] if r.limited_by != "none" else [],
    ),
    (
        "fault",
        "1: this fault stands.",
        "code",
        lambda r: [(code, 1) for code in dict.fromkeys(each.code for each in r.faults)],
    ),
)


def exposition(agent: "Agent", registry: CollectorRegistry) -> bytes:
    """Everything, in Prometheus' text format."""
    return "".join(_fleet(agent.stations())).encode() + generate_latest(registry)


def registry(agent: "Agent") -> CollectorRegistry:
    """Of the agent's own numbers."""
    made = CollectorRegistry(auto_describe=False)
    made.register(_Own(agent))
    return made


def _fleet(stations: list[dict[str, Any]]) -> Iterator[str]:
    every = [(f'station="{each["station"]}"', each) for each in stations]
    fresh = [(labels, each) for labels, each in every if each["freshness"] == "fresh"]
    health = [(labels, each["health"]) for labels, each in fresh if each["health"] is not None]
    states = list(_connectors(fresh, "state"))
    meters = list(_connectors(fresh, "meter"))
    good = [(labels, meter) for labels, meter in meters if meter.quality == "good"]
    yield from _plain("station", _OF_STATION, every)
    yield from _head("station_age_seconds", "Since it was last heard.")
    for labels, each in every:
        if each["age_ms"] is not None:
            yield f"borne_station_age_seconds{{{labels}}} {each['age_ms'] / _MILLI}\n"
    yield from _head("station_info", "What it is.")
    for labels, each in every:
        if (birth := each["birth"]) is not None:
            told = f'{labels},board="{birth.board}",firmware="{birth.firmware}"'
            yield f"borne_station_info{{{told}}} 1\n"
    yield from _plain("station", _OF_HEALTH, health)
    yield from _plain("connector", _OF_STATE, states)
    for name, text, label, values in _OF_REASON:
        yield from _head(f"connector_{name}", text)
        for labels, state in states:
            for word, value in values(state.reason):
                yield f'borne_connector_{name}{{{labels},{label}="{word}"}} {value}\n'
    yield from _condition(list(_connectors(fresh, "condition")))
    yield from _head("connector_meter_good", "1: the meter answers.")
    for labels, meter in meters:
        yield f"borne_connector_meter_good{{{labels}}} {int(meter.quality == 'good')}\n"
    yield from _plain("connector", _OF_METER, good)
    yield from _energy(good)
    yield from _phases("voltage_volts", "Phase to neutral.", good, lambda m: m.voltage_mv)
    yield from _phases("current_amperes", "Of a phase.", good, lambda m: m.current_ma)


def _connectors(
    stations: list[tuple[str, dict[str, Any]]], kind: str
) -> Iterator[tuple[str, Any]]:
    for labels, station in stations:
        for each in station["connectors"]:
            if each[kind] is not None and each["age_ms"] is not None:
                yield f'{labels},connector="{each["connector"]}"', each[kind]


def _head(name: str, text: str, kind: str = "gauge") -> Iterator[str]:
    yield f"# HELP borne_{name} {text}\n# TYPE borne_{name} {kind}\n"


def _plain(what: str, readings: Iterable[_Reading], told: list[tuple[str, Any]]) -> Iterator[str]:
    for name, text, value in readings:
        yield from _head(f"{what}_{name}", text)
        for labels, each in told:
            yield f"borne_{what}_{name}{{{labels}}} {value(each)}\n"


def _condition(told: list[tuple[str, Any]]) -> Iterator[str]:
    yield from _plain("connector", _OF_CONDITION, told)
    yield from _head("connector_rcd", "1: how its residual-current device is.")
    for labels, each in told:
        yield f'borne_connector_rcd{{{labels},rcd="{each.rcd}"}} 1\n'


def _energy(meters: list[tuple[str, Any]]) -> Iterator[str]:
    name = "connector_energy_watt_hours_total"
    yield from _head(name, "The meter's import register.", "counter")
    for labels, meter in meters:
        yield f"borne_{name}{{{labels}}} {meter.register_wh}\n"


def _phases(
    name: str, text: str, meters: list[tuple[str, Any]], values: Callable[[Any], list[int]]
) -> Iterator[str]:
    yield from _head(f"connector_{name}", text)
    for labels, meter in meters:
        for number, value in enumerate(values(meter), 1):
            yield f'borne_connector_{name}{{{labels},phase="L{number}"}} {value / _MILLI}\n'


class _Own(Collector):
    """Reads the agent when Prometheus asks."""

    def __init__(self, agent: "Agent") -> None:
        self._agent = agent

    def describe(self) -> "Iterator[Metric]":
        """Nothing: the registry must not ask the agent while it is being put together."""
        return iter(())

    def collect(self) -> "Iterator[Metric]":
        agent = self._agent
        counters, upstream = agent.counters(), agent.upstream()
        commands, outbox = counters["commands"], counters["outbox"]
        alarm = {counters["alarm"]: 1} if counters["alarm"] else {}
        links = {each["link"]: int(each["up"]) for each in agent.links()}
        rows = {"telemetry": outbox["telemetry"], "record": outbox["records"]}
        sizes = {"telemetry": outbox["telemetry_bytes"], "record": outbox["record_bytes"]}
        yield _counters("messages_refused", "Not taken in.", "reason", counters["refused"])
        yield _counters("commands_refused", "Not sent.", "reason", commands["refused"])
        yield _gauges("outbox_messages", "Waiting for the upstream broker.", "kind", rows)
        yield _gauges("outbox_bytes", "On disk.", "kind", sizes)
        yield _gauges("link_up", "1: the site broker or line is there.", "link", links)
        yield _gauges("alarm", "1: this alarm of the agent stands.", "alarm", alarm)
        yield _counter("messages_accepted", "Taken in.", counters["accepted"])
        yield _counter("messages_dropped", "Telemetry without room.", upstream["dropped"])
        yield _counter("messages_overflowed", "Not even queued.", counters["overflowed"])
        yield _counter("commands_sent", "Sent to boards.", commands["passed"])
        yield _counter("upstream_sent", "Confirmed by the upstream broker.", upstream["sent"])
        up = int(upstream["connected"])
        yield GaugeMetricFamily("borne_upstream_connected", "1: connected.", value=up)


def _counter(name: str, text: str, value: float) -> "Metric":
    return CounterMetricFamily(f"borne_{name}", text, value=value)


def _counters(name: str, text: str, label: str, values: dict[str, int]) -> "Metric":
    family = CounterMetricFamily(f"borne_{name}", text, labels=[label])
    for word, value in values.items():
        family.add_metric([word], value)
    return family


def _gauges(name: str, text: str, label: str, values: dict[str, int]) -> "Metric":
    family = GaugeMetricFamily(f"borne_{name}", text, labels=[label])
    for word, value in values.items():
        family.add_metric([word], value)
    return family
