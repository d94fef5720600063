"""The only place that spells a topic.

    evse/1/<station>/up/<kind>              from the board, about the station
    evse/1/<station>/up/<connector>/<kind>  from the board, about one socket
    evse/1/<station>/down/...               to the board, the same two shapes

so that a broker's access list is two lines, with the station's name as user name:

    pattern write evse/1/%u/up/#
    pattern read evse/1/%u/down/#
"""

from .fields import MessageError, Name

ROOT = "evse/1"
MAX_TOPIC = 80  # characters
MAX_CONNECTORS = 4
STATION = Name(4, 32)
ANYONE = "anyone"  # in the topic of a hello on a serial line, before the agent knows the name
UP_FILTER = ROOT + "/+/up/#"
DOWN_FILTER = ROOT + "/+/down/#"


def topic(station: str, up: bool, kind: str, connector: int = -1) -> str:
    """The topic of a message.  connector: 0 the station itself, 1.. a socket, -1 for messages
    that are not per connector.  kind: of a message class.

    Raises MessageError bad-topic: a station's name must not reach into another's topics.
    """
    _check_station(station)
    if not -1 <= connector <= MAX_CONNECTORS:
        raise _bad_connector()
    way = "up" if up else "down"
    if connector < 0:
        return f"{ROOT}/{station}/{way}/{kind}"
    return f"{ROOT}/{station}/{way}/{connector}/{kind}"


def down_filter(station: str) -> str:
    """What a board subscribes to.  Raises MessageError bad-topic."""
    _check_station(station)
    return f"{ROOT}/{station}/down/#"


def split(text: str) -> "tuple[str, bool, int, str]":
    """(station, up, connector, kind); connector -1 where the topic has none.

    Raises MessageError bad-topic: not this protocol, a station name outside its alphabet, a
    connector outside 0..MAX_CONNECTORS.
    """
    if len(text) > MAX_TOPIC:
        raise MessageError("bad-topic", "", f"longer than {MAX_TOPIC} characters")
    parts = text.split("/")
    if len(parts) not in (5, 6) or parts[0] != "evse" or parts[1] != "1":
        raise MessageError("bad-topic", "", f"not {ROOT}/<station>/up|down/...")
    if parts[3] not in ("up", "down"):
        raise MessageError("bad-topic", "", "the fourth word is up or down")
    _check_station(parts[2])
    connector = -1
    if len(parts) == 6:
        digit = parts[4]
        if len(digit) != 1 or not "0" <= digit <= str(MAX_CONNECTORS):
            raise _bad_connector()
        connector = int(digit)
    return parts[2], parts[3] == "up", connector, parts[-1]


def _check_station(station: str) -> None:
    try:
        STATION.check("station", station)
    except MessageError:
        detail = f"{STATION.least}..{STATION.most} characters, {STATION.alphabet()}"
        raise MessageError("bad-topic", "station", detail) from None


def _bad_connector() -> MessageError:
    return MessageError("bad-topic", "connector", f"0..{MAX_CONNECTORS}")
