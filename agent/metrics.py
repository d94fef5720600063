"""The fleet for Prometheus: one family a quantity, base units, labels with few values.

What a station that is not fresh said last is left out: Prometheus then marks it stale by itself,
and no old value passes for a new one.  Labels are stations, connectors and words of the protocol;
nothing a board could make up.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector, CollectorRegistry

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

    from .process import Agent

_CONNECTOR = ("station", "connector")
_MILLI = 1_000

# name, help, what of state or meter; a meter counts only while its quality is good.
_OF_STATE: tuple[tuple[str, str, Callable[[Any], float]], ...] = (
    ("offer_amperes", "Current offered to the vehicle.", lambda s: s.offer_ma / _MILLI),
    ("pilot_duty_ratio", "High part of the pilot's period.", lambda s: s.duty_ppm / 1_000_000),
    ("pilot_high_volts", "High plateau of the control pilot.", lambda s: s.high_mv / _MILLI),
    ("pilot_low_volts", "Low plateau of the control pilot.", lambda s: s.low_mv / _MILLI),
    ("contactor_closed", "1: commanded closed.", lambda s: int(s.contactor)),
    ("faults", "Faults that stand.", lambda s: len(s.reason.faults)),
)
_OF_METER: tuple[tuple[str, str, Callable[[Any], float]], ...] = (
    ("power_watts", "Power of all phases; negative flows back.", lambda m: m.power_w),
    ("session_energy_watt_hours", "Of the running or last session.", lambda m: m.session_wh),
)


class Fleet(Collector):
    """Reads the agent when Prometheus asks."""

    def __init__(self, agent: "Agent") -> None:
        self._agent = agent

    def collect(self) -> "Iterator[Metric]":
        told = self._agent.stations()
        fresh = [each for each in told if each["freshness"] == "fresh"]
        yield from _stations(told)
        yield from _states(fresh)
        yield from _reasons(fresh)
        yield from _meters(fresh)
        yield from _agent(self._agent)

    def describe(self) -> "Iterator[Metric]":
        """Nothing: the registry must not ask the agent while it is being put together."""
        return iter(())


def registry(agent: "Agent") -> CollectorRegistry:
    made = CollectorRegistry(auto_describe=False)
    made.register(Fleet(agent))
    return made


def exposition(registry: CollectorRegistry, accept: str) -> tuple[bytes, str]:
    """(text, content type) in the form the reader asks for."""
    encoder, content_type = choose_encoder(accept)
    return encoder(registry), content_type


def _gauge(name: str, text: str, labels: tuple[str, ...] = ()) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"borne_{name}", text, labels=labels)


def _counter(name: str, text: str, labels: tuple[str, ...] = ()) -> CounterMetricFamily:
    return CounterMetricFamily(f"borne_{name}", text, labels=labels)


def _stations(told: list[dict[str, Any]]) -> "Iterator[Metric]":
    fresh = _gauge("station_fresh", "1: heard within twice its interval.", ("station",))
    offline = _gauge("station_offline", "1: the broker or the line lost it.", ("station",))
    age = _gauge("station_age_seconds", "Since it was last heard.", ("station",))
    gaps = _gauge("station_gaps", "Numbers of this boot that never came.", ("station",))
    info = InfoMetricFamily("borne_station", "What it is.", labels=("station",))
    health = {
        "held": _gauge("station_held_records", "Waiting for a receipt.", ("station",)),
        "dropped": _gauge("station_dropped_records", "Lost on the board.", ("station",)),
        "refused": _gauge("station_refused_messages", "Refused by the board.", ("station",)),
        "worst_gap_ms": _gauge("station_worst_tick_seconds", "Between ticks.", ("station",)),
    }
    for each in told:
        name = [each["station"]]
        fresh.add_metric(name, int(each["freshness"] == "fresh"))
        offline.add_metric(name, int(each["freshness"] == "offline"))
        gaps.add_metric(name, each["gaps"])
        if each["age_ms"] is not None:
            age.add_metric(name, each["age_ms"] / _MILLI)
        if each["birth"] is not None:
            birth = each["birth"]
            info.add_metric(name, {"firmware": birth.firmware, "board": birth.board})
        if each["health"] is not None and each["freshness"] == "fresh":
            for field, family in health.items():
                value = getattr(each["health"], field)
                family.add_metric(name, value / _MILLI if field.endswith("_ms") else value)
    yield from (fresh, offline, age, gaps, info, *health.values())


def _connectors(told: list[dict[str, Any]], kind: str) -> Iterator[tuple[list[str], Any]]:
    for station in told:
        for each in station["connectors"]:
            if each[kind] is not None and each["age_ms"] is not None:
                yield [station["station"], str(each["connector"])], each[kind]


def _states(told: list[dict[str, Any]]) -> "Iterator[Metric]":
    for name, text, value in _OF_STATE:
        family = _gauge(f"connector_{name}", text, _CONNECTOR)
        for labels, state in _connectors(told, "state"):
            family.add_metric(labels, value(state))
        yield family


def _reasons(told: list[dict[str, Any]]) -> "Iterator[Metric]":
    state_of = _gauge("connector_state", "1: its state, IEC 61851-1.", (*_CONNECTOR, "state"))
    why = _gauge("connector_why", "1: why it is in its state.", (*_CONNECTOR, "why"))
    limit = _gauge("connector_limit_amperes", "What an owner allows.", (*_CONNECTOR, "owner"))
    limited = _gauge("connector_limited_by", "1: whose limit is least.", (*_CONNECTOR, "owner"))
    fault = _gauge("connector_fault", "1: this fault stands.", (*_CONNECTOR, "code"))
    for labels, state in _connectors(told, "state"):
        reason = state.reason
        state_of.add_metric([*labels, reason.state], 1)
        why.add_metric([*labels, reason.why], 1)
        if reason.limited_by != "none":
            limited.add_metric([*labels, reason.limited_by], 1)
        for owner, limit_ma in {each.owner: each.limit_ma for each in reason.limits}.items():
            limit.add_metric([*labels, owner], limit_ma / _MILLI)
        for code in dict.fromkeys(each.code for each in reason.faults):
            fault.add_metric([*labels, code], 1)
    yield from (state_of, why, limit, limited, fault)


def _meters(told: list[dict[str, Any]]) -> "Iterator[Metric]":
    good = _gauge("connector_meter_good", "1: the meter answers.", _CONNECTOR)
    readings = [_gauge(f"connector_{name}", text, _CONNECTOR) for name, text, _ in _OF_METER]
    phase = (*_CONNECTOR, "phase")
    volts = _gauge("connector_voltage_volts", "Phase to neutral.", phase)
    amperes = _gauge("connector_current_amperes", "Of a phase.", phase)
    energy = _counter("connector_energy_watt_hours", "The meter's import register.", _CONNECTOR)
    for labels, meter in _connectors(told, "meter"):
        good.add_metric(labels, int(meter.quality == "good"))
        if meter.quality != "good":
            continue
        for family, (_, _, value) in zip(readings, _OF_METER, strict=True):
            family.add_metric(labels, value(meter))
        energy.add_metric(labels, meter.register_wh)
        for family, values in ((volts, meter.voltage_mv), (amperes, meter.current_ma)):
            for number, value_milli in enumerate(values, 1):
                family.add_metric([*labels, f"L{number}"], value_milli / _MILLI)
    yield from (good, *readings, energy, volts, amperes)


def _agent(agent: "Agent") -> "Iterator[Metric]":
    counters, upstream = agent.counters(), agent.upstream()
    outbox = counters["outbox"]
    refused = _counter("messages_refused", "Not taken in, by reason.", ("reason",))
    for reason, count in counters["refused"].items():
        refused.add_metric([reason], count)
    denied = _counter("commands_refused", "Not sent, by reason.", ("reason",))
    for reason, count in counters["commands"]["refused"].items():
        denied.add_metric([reason], count)
    queue = _gauge("outbox_messages", "Waiting for the upstream broker.", ("kind",))
    room = _gauge("outbox_bytes", "On disk.", ("kind",))
    for kind, rows, size in (
        ("telemetry", "telemetry", "telemetry_bytes"),
        ("record", "records", "record_bytes"),
    ):
        queue.add_metric([kind], outbox[rows])
        room.add_metric([kind], outbox[size])
    link = _gauge("link_up", "1: the site broker or serial line is there.", ("link",))
    for each in agent.links():
        link.add_metric([each["link"]], int(each["up"]))
    alarm = _gauge("alarm", "1: this alarm of the agent stands.", ("alarm",))
    if counters["alarm"]:
        alarm.add_metric([counters["alarm"]], 1)
    yield from (refused, denied, queue, room, link, alarm)
    yield _told(_counter, "messages_accepted", "Taken in.", counters["accepted"])
    yield _told(_counter, "messages_dropped", "Telemetry without room.", upstream["dropped"])
    yield _told(_counter, "messages_overflowed", "Not even queued.", counters["overflowed"])
    yield _told(_counter, "commands_sent", "Sent to boards.", counters["commands"]["passed"])
    yield _told(_counter, "upstream_sent", "Confirmed by the upstream broker.", upstream["sent"])
    yield _told(_gauge, "upstream_connected", "1: connected.", int(upstream["connected"]))


def _told(make: Callable[[str, str], Any], name: str, text: str, value: float) -> "Metric":
    family: Metric = make(name, text)
    family.add_metric([], value)  # type: ignore[attr-defined]
    return family
