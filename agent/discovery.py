"""What Home Assistant is told of a station, and what it may ask.  Pure.

The values are the protocol's own messages, read by templates; nothing is published twice.  Keys
are those of Home Assistant's MQTT integration, written in full.
"""

import re
from importlib import metadata
from typing import TYPE_CHECKING, Any

from protocol import topics
from protocol.codes import STATES, WHYS
from protocol.messages import Meter, State

from .downlink import Order

if TYPE_CHECKING:
    from .sections import HomeAssistant as Settings

EXPIRES = 3  # intervals of the station
LEAST_EXPIRES_S = 30
LIMIT_VALID_S = 86_400  # the longest a limit from outside may stand


def _measured(device_class: str, unit: str, state_class: str = "measurement") -> dict[str, str]:
    return {
        "device_class": device_class,
        "unit_of_measurement": unit,
        "state_class": state_class,
    }


def _of(template: str) -> dict[str, str]:
    return {"value_template": f"{{{{ {template} }}}}"}


def _good(template: str) -> dict[str, str]:
    """Unknown while the meter does not answer."""
    return _of(f"{template} if value_json.quality == 'good' else None")


_SENSOR = {"platform": "sensor"}
_BINARY = {"platform": "binary_sensor"}
_DIAGNOSTIC = {"entity_category": "diagnostic"}
_AMPERE, _VOLT = _measured("current", "A"), _measured("voltage", "V")
_WATT, _ENERGY = _measured("power", "W"), _measured("energy", "Wh", "total_increasing")
_WORD_STATE = {"device_class": "enum", "options": list(STATES)}
_WORD_WHY = {"device_class": "enum", "options": list(WHYS)}

# id -> (name, everything else)
_Entities = dict[str, tuple[str, dict[str, Any]]]
_OF_STATE: _Entities = {
    "offer": ("Current offered", _SENSOR | _AMPERE | _of("value_json.offer_ma / 1000")),
    "state": ("State", _SENSOR | _WORD_STATE | _DIAGNOSTIC | _of("value_json.reason.state")),
    "why": ("Reason", _SENSOR | _WORD_WHY | _of("value_json.reason.why")),
    "limited-by": ("Limited by", _SENSOR | _DIAGNOSTIC | _of("value_json.reason.limited_by")),
    "pilot-high": ("Pilot high", _SENSOR | _VOLT | _DIAGNOSTIC | _of("value_json.high_mv / 1000")),
    "pilot-low": ("Pilot low", _SENSOR | _VOLT | _DIAGNOSTIC | _of("value_json.low_mv / 1000")),
    "plugged": (
        "Vehicle",
        _BINARY
        | {"device_class": "plug"}
        | _of("'OFF' if value_json.reason.state in ('A', 'E', 'F') else 'ON'"),
    ),
    "charging": (
        "Charging",
        _BINARY | {"device_class": "power"} | _of("'ON' if value_json.contactor else 'OFF'"),
    ),
    "fault": (
        "Fault",
        _BINARY
        | {"device_class": "problem"}
        | _of("'ON' if value_json.reason.faults | length > 0 else 'OFF'"),
    ),
}
_OF_METER: _Entities = {
    "power": ("Power", _SENSOR | _WATT | _good("value_json.power_w")),
    "energy": ("Energy", _SENSOR | _ENERGY | _good("value_json.register_wh")),
    "session-energy": ("Session energy", _SENSOR | _ENERGY | _good("value_json.session_wh")),
    "current": ("Current", _SENSOR | _AMPERE | _good("(value_json.current_ma | max) / 1000")),
}


class Discovery:
    """What Home Assistant is told of a station.  Pure."""

    def __init__(self, settings: "Settings") -> None:
        self._settings = settings
        self._origin = {"name": "Borne", "sw_version": metadata.version("borne")}

    def config_topic(self, station: str) -> str:
        return f"{self._settings.discovery_prefix}/device/{_id(station)}/config"

    def availability_topic(self, station: str) -> str:
        return f"{self._settings.topic}/{station}/availability"

    def command_topic(self, station: str, connector: int | str, verb: str) -> str:
        return f"{self._settings.topic}/{station}/{connector}/{verb}/set"

    def config(self, station: str, birth: Any) -> dict[str, Any]:
        """The payload of config_topic.  birth: the station's own."""
        device: dict[str, Any] = {
            "identifiers": [_id(station)],
            "name": station,
            "manufacturer": "Borne",
            "model": birth.board,
            "sw_version": birth.firmware,
        }
        if self._settings.page:
            device["configuration_url"] = self._settings.page
        several = birth.connectors > 1
        components: dict[str, Any] = {}
        for number in range(1, birth.connectors + 1):
            prefix = f"Connector {number} " if several else ""
            for each in self._components(station, number, birth.interval_s):
                each["name"] = prefix + each["name"].lower() if several else each["name"]
                components[each["unique_id"].removeprefix(_id(station) + "_")] = each
        return {
            "device": device,
            "origin": self._origin,
            "availability": [
                {"topic": f"{self._settings.topic}/status"},
                {"topic": self.availability_topic(station)},
            ],
            "availability_mode": "all",
            "qos": 1,
            "components": components,
        }

    def _components(self, station: str, number: int, interval_s: int) -> list[dict[str, Any]]:
        expires = {"expire_after": max(LEAST_EXPIRES_S, EXPIRES * interval_s)}
        state = topics.topic(station, True, State.KIND, number)
        meter = topics.topic(station, True, Meter.KIND, number)
        found = [
            {"id": name, "name": text, "state_topic": topic} | more | expires
            for topic, entities in ((state, _OF_STATE), (meter, _OF_METER))
            for name, (text, more) in entities.items()
        ]
        if self._settings.commands:
            found += self._commands(station, number, state)
        for each in found:
            each["unique_id"] = f"{_id(station)}_{number}_{each.pop('id')}"
        return found

    def _commands(self, station: str, number: int, state: str) -> list[dict[str, Any]]:
        limit = {
            "platform": "number",
            "id": "limit",
            "name": "Limit",
            "device_class": "current",
            "unit_of_measurement": "A",
            "min": 0,
            "max": 80,
            "step": 1,
            "mode": "box",
            "command_topic": self.command_topic(station, number, "limit"),
            "state_topic": state,
            "value_template": "{{ (value_json.offer_ma / 1000) | round(0) }}",
        }
        buttons = [
            {
                "platform": "button",
                "id": verb,
                "name": text,
                "command_topic": self.command_topic(station, number, verb),
                "payload_press": "PRESS",
            }
            for verb, text in (("start", "Start"), ("stop", "Stop"))
        ]
        return [limit, *buttons]

    def order(self, topic: str, payload: bytes) -> Order | None:
        """A command as Home Assistant sends it, None when it is none."""
        pattern = re.escape(self._settings.topic) + r"/([a-z0-9-]{4,32})/([1-4])/(\w+)/set"
        found = re.fullmatch(pattern, topic)
        if found is None:
            return None
        station, connector, verb = found[1], int(found[2]), found[3]
        said = payload[:32].decode("ascii", "replace")
        values: dict[str, Any]
        if verb == "limit" and re.fullmatch(r"\d{1,2}(\.\d{1,3})?", said):
            limit_ma = min(round(float(said) * 1_000), 80_000)
            values = {"owner": "operator", "limit_ma": limit_ma, "valid_s": LIMIT_VALID_S}
            return Order("home-assistant", station, connector, "set-limit", values)
        if verb in ("start", "stop") and said == "PRESS":
            values = {"user": ""} if verb == "start" else {"owner": "operator"}
            return Order("home-assistant", station, connector, verb, values)
        return None


def _id(station: str) -> str:
    return f"borne_{station}"
