"""`borne send`: words of a person into a command of the API, and the answer back into words."""

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from protocol.words import en

if TYPE_CHECKING:
    from .running import Address

HELP = (
    "set-limit, start, stop, clear-fault, reboot, identify, get-config, set-config, set-card"
    " or clear-card."
)
PATIENCE_S = 60
_UNITS_S = {"s": 1, "m": 60, "h": 3_600}
# How many values a command takes, where it takes any.
_VALUES: dict[str, int | tuple[int, int]] = {
    "set-limit": 1,
    "clear-fault": 1,
    "get-config": (0, 1),
    "set-config": 2,
    "set-card": 1,
    "clear-card": 1,
}
# What the agent itself answers; the rest is in protocol/words.
_AGENT = {
    "timeout": "No answer from the station in time; it may still have obeyed.",
    "offline": "The station cannot be reached now.",
    "suspended": "Two boards seem to use this name; commands are held back.",
    "not-allowed": "Commands of this kind are not allowed from there.",
    "unknown-station": "There is no station of this name.",
}


class OrderError(ValueError):
    """What was typed is no command, or the agent cannot be reached."""


@dataclass(frozen=True)
class Order:
    """path: after /api/stations/<station>/."""

    path: str
    values: dict[str, Any]


def parse(command: str, values: list[str], connector: int, valid: str, user: str) -> Order:
    """Raises OrderError."""
    wanted = _VALUES.get(command, 0)
    allowed = wanted if isinstance(wanted, tuple) else (wanted,)
    if len(values) not in allowed:
        _wrong(f"{command} takes {' or '.join(map(str, allowed))} value(s), got {len(values)}")
    of_connector = {
        "set-limit": lambda: Order(
            f"{connector}/limit",
            {"limit_ma": milliampere(values[0]), "valid_s": seconds(valid)},
        ),
        "start": lambda: Order(f"{connector}/start", {"user": user}),
        "stop": lambda: Order(f"{connector}/stop", {}),
        "clear-fault": lambda: Order(f"{connector}/clear-fault", {"code": values[0]}),
        "reboot": lambda: Order("reboot", {}),
        "identify": lambda: Order("identify", {}),
        "get-config": lambda: Order("get-config", {"key": "".join(values)}),
        "set-config": lambda: Order("set-config", {"key": values[0], "value": values[1]}),
        "set-card": lambda: Order("set-card", {"card": values[0]}),
        "clear-card": lambda: Order("clear-card", {"card": values[0]}),
    }
    if command not in of_connector:
        _wrong(f"{command}: no such command; there are {', '.join(of_connector)}")
    return of_connector[command]()


def milliampere(text: str) -> int:
    """Of "10", "10A", "13.5"."""
    found = re.fullmatch(r"(\d{1,3})(?:\.(\d{1,3}))?\s*[aA]?", text)
    if found is None:
        _wrong(f"{text}: wants ampere, such as 10 or 13.5")
    return int(found[1]) * 1_000 + int((found[2] or "").ljust(3, "0"))


def seconds(text: str) -> int:
    """Of "90s", "10m", "2h", or plain seconds."""
    found = re.fullmatch(r"(\d{1,6})([smh]?)", text)
    if found is None:
        _wrong(f"--for {text}: wants a time such as 90s, 10m or 2h")
    return int(found[1]) * _UNITS_S[found[2] or "s"]


def send(address: "Address", station: str, order: Order) -> dict[str, Any]:
    """Raises OrderError when there is no agent to ask."""
    url = f"{address.url}/api/stations/{urllib.parse.quote(station, safe='')}/{order.path}"
    request = urllib.request.Request(
        url,
        json.dumps(order.values).encode(),
        {
            "Authorization": f"Bearer {address.token}",
            "Content-Type": "application/json",
            "X-Borne-Client": "cli",
        },
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never by a proxy
    try:
        with opener.open(request, timeout=PATIENCE_S) as answer:
            found = json.load(answer)
    except urllib.error.HTTPError as error:
        raise OrderError(f"the agent refuses: {error.code} {_detail(error)}") from None
    except (OSError, ValueError) as error:
        raise OrderError(f"the agent at {address.url} does not answer: {error}") from None
    return found if isinstance(found, dict) else {}


def in_words(answer: dict[str, Any]) -> str:
    code = str(answer.get("code", ""))
    text = _AGENT.get(code) or en.ANSWERS.get(code) or code
    return f"{text} ({answer['field']})" if answer.get("field") else text


def _detail(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error).get("detail", ""))
    except (OSError, ValueError, AttributeError):
        return ""


def _wrong(text: str) -> NoReturn:
    raise OrderError(text)
