"""Checks of a broker: who gets in, and what each may hear and say there.

Rights are judged by what arrives, not by what the broker claims: mosquitto grants a subscription
to # and then delivers only what may be read.  Every probe goes to topics of a station that does
not exist, or of the one station named; agents and boards count them as messages unknown to them.
"""

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocol import topics
from protocol.message import MAX_PAYLOAD

from ..config import ConfigError, secret
from . import FAIL, Finding, failed, passed, skipped
from .probe import Visitor

if TYPE_CHECKING:
    from ..config import Mqtt

KIND = "doctor"
_ACL = "pattern write evse/1/%u/up/#  and  pattern read evse/1/%u/down/#"
_NEAR = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody the broker knows."""

    name: str
    password: str


def broker(what: str, where: "Mqtt", station: Account | None) -> list[Finding]:
    """what: site or upstream.  station: one of the boards, to try what it may."""
    if not where.host:
        return [skipped(what, f"{what}.host is empty")]
    try:
        password = secret(where.password_file) if where.password_file else ""
    except ConfigError as error:
        return [failed(what, str(error), f"name a readable {what}.password_file")]
    agent = Account(where.username, password)
    try:
        found = [_login(what, where, agent)]
    except OSError as error:
        detail = f"{where.host}:{where.port}: {error.strerror or error}"
        remedy = f"start the broker, or put right {what}.host, {what}.port and the TLS files"
        return [failed(f"{what} reachable", detail, remedy)]
    found = [passed(f"{what} reachable", f"{where.host}:{where.port}"), *found]
    found += [_cipher(what, where), _nobody(what, where), _guess(what, where, agent)]
    if found[1].verdict == "PASS":
        found += [_above(where, agent)] if what == "upstream" else _below(where, agent, station)
    return found


def _below(where: "Mqtt", agent: Account, station: Account | None) -> list[Finding]:
    if station is None:
        asked = "name a board: --station NAME --station-password-file FILE"
        return [skipped("site rights", asked)]
    return _rights(where, agent, station)


def _login(what: str, where: "Mqtt", agent: Account) -> Finding:
    name = f"{what} login"
    with Visitor(where, agent.name, agent.password) as visitor:
        if visitor.refused:
            remedy = f"compare {what}.username and the file {what}.password_file with the broker's"
            return failed(name, f"{agent.name or 'nobody'}: {visitor.refused}", remedy)
    return passed(name, agent.name or "without a name")


def _cipher(what: str, where: "Mqtt") -> Finding:
    name = f"{what} encryption"
    if where.ca_file or where.host in _NEAR:
        return passed(name, "TLS" if where.ca_file else "this machine alone")
    return failed(
        name,
        f"the password travels to {where.host} in clear",
        f"let the broker listen with TLS and set {what}.ca_file",
    )


def _nobody(what: str, where: "Mqtt") -> Finding:
    name = f"{what} anonymous"
    with Visitor(where) as visitor:
        if not visitor.refused:
            return failed(name, "gets in without a name", "mosquitto: allow_anonymous false")
    return passed(name, "refused")


def _guess(what: str, where: "Mqtt", agent: Account) -> Finding:
    name = f"{what} wrong password"
    with Visitor(where, agent.name or "borne-agent", secrets.token_hex(8)) as visitor:
        if not visitor.refused:
            return failed(name, "gets in", "mosquitto: name a password_file")
    return passed(name, "refused")


def _above(where: "Mqtt", agent: Account) -> Finding:
    """The agent says what boards say, and hears what they are told."""
    name, other = "upstream rights", _stranger()
    with Visitor(where, agent.name, agent.password) as visitor:
        hears = visitor.listen(topics.DOWN_FILTER)
        says = visitor.say(topics.topic(other, True, KIND), b"{}")
    if hears and says:
        return passed(name, "may say up/# and hear down/#")
    denied = "hear evse/1/+/down/#" if not hears else "say evse/1/+/up/#"
    return failed(name, f"{agent.name} may not {denied}", f"allow {agent.name} to {denied}")


def _rights(where: "Mqtt", agent: Account, station: Account) -> list[Finding]:
    """Each check has visitors of its own: some brokers cut off who says what it may not."""
    found: list[Finding] = []
    for check in (_own, _foreign_topics, _foreign_names, _commands, _large):
        with (
            Visitor(where, agent.name, agent.password) as boss,
            Visitor(where, station.name, station.password) as board,
        ):
            if board.refused:
                detail = f"{station.name}: {board.refused}"
                remedy = "compare the station's name and password with the broker's"
                return [*found, failed("station login", detail, remedy)]
            found += check(boss, board, station.name)
            if check is _own and any(each.verdict == FAIL for each in found):
                break
    return [passed("station login", station.name), *found]


def _own(boss: Visitor, board: Visitor, name: str) -> list[Finding]:
    """What must work: the board is heard, and hears."""
    up, down = topics.topic(name, True, KIND), topics.topic(name, False, KIND)
    said, told, kept = _mark(), _mark(), _mark()
    boss.listen(up)
    board.listen(down)
    board.say(up, said)
    is_heard = boss.hears(said)
    boss.say(down, told)
    found = [
        _verdict(
            is_heard,
            "station is heard",
            f"the agent does not get what {name} says",
            f"{_ACL}; the agent: topic read evse/1/+/up/#",
        ),
        _verdict(
            board.hears(told),
            "station hears",
            f"{name} does not get what the agent says",
            f"{_ACL}; the agent: topic write evse/1/+/down/#",
        ),
    ]
    if not is_heard:
        return found
    board.say(up, kept, retain=True)
    again = boss.listen(f"{up}/#") and boss.hears(kept)
    board.say(up, b"", retain=True)
    lost = "a retained message is lost"
    return [*found, _verdict(again, "states are kept", lost, "mosquitto: retain_available true")]


# What must not work.  Behind each forbidden message goes an allowed one: when that has come, the
# forbidden one would have come too.


def _foreign_topics(boss: Visitor, board: Visitor, name: str) -> list[Finding]:
    other, read, fence = _stranger(), _mark(), _mark()
    foreign, down = topics.topic(other, False, KIND), topics.topic(name, False, KIND)
    board.listen("#", topics.UP_FILTER, topics.DOWN_FILTER, foreign, down)
    boss.say(foreign, read)
    boss.say(down, fence)
    heard = board.heard_before(read, fence)
    trouble, well = f"{name} hears what {other} is told", "# brings a station nothing of another"
    return [_verdict(not heard, "foreign topics", trouble, _ACL, well)]


def _foreign_names(boss: Visitor, board: Visitor, name: str) -> list[Finding]:
    other, written, fence = _stranger(), _mark(), _mark()
    foreign, up = topics.topic(other, True, KIND), topics.topic(name, True, KIND)
    boss.listen(foreign, up)
    board.say(foreign, written)
    board.say(up, fence)
    heard = boss.heard_before(written, fence)
    trouble, well = f"{name} may speak as {other}", "a station cannot speak as another"
    return [_verdict(not heard, "foreign names", trouble, _ACL, well)]


def _commands(boss: Visitor, board: Visitor, name: str) -> list[Finding]:
    own, fence, down = _mark(), _mark(), topics.topic(name, False, KIND)
    board.listen(down)
    board.say(down, own)
    boss.say(down, fence)
    heard = board.heard_before(own, fence)
    trouble, well = f"{name} may command itself", "a station cannot command"
    return [_verdict(not heard, "commands", trouble, _ACL, well)]


def _large(boss: Visitor, board: Visitor, name: str) -> list[Finding]:
    up, large = topics.topic(name, True, KIND), _mark(MAX_PAYLOAD)
    boss.listen(up)
    board.say(up, large)
    lost = f"a message of {MAX_PAYLOAD} bytes does not arrive"
    remedy = f"mosquitto: message_size_limit {2 * MAX_PAYLOAD}, max_packet_size above it"
    return [_verdict(boss.hears(large), "largest message", lost, remedy, f"{MAX_PAYLOAD} bytes")]


def _verdict(good: bool, what: str, trouble: str, remedy: str, well: str = "") -> Finding:
    return passed(what, well) if good else failed(what, trouble, remedy)


def _stranger() -> str:
    return f"doctor-{secrets.token_hex(4)}"


def _mark(size: int = 32) -> bytes:
    """A payload nobody else sends."""
    return secrets.token_hex(size // 2).encode()
