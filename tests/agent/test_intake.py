import pytest

from agent.intake import Accepted, Intake, Refused, plain
from protocol.codes import REFUSALS
from tests.agent.said import Birth, Event, Meter, Session, State, payload, topic

GOOD = payload(Meter, 1, 2)
HERE = topic(Meter)


def reason(intake: Intake, where: str, said: bytes, retained: bool = False) -> str:
    found = intake.take(where, said, retained)
    assert isinstance(found, Refused), found
    return found.reason


def test_a_message_keeps_the_boards_bytes_untouched() -> None:
    spaced = GOOD.replace(b",", b" , ")
    taken = Intake().take(HERE, spaced, False)
    assert isinstance(taken, Accepted)
    assert (taken.payload, taken.topic) == (spaced, HERE)
    assert (taken.station, taken.connector, taken.kind) == ("st-1", 1, "meter")
    assert (taken.message.boot_id, taken.message.seq) == (1, 2)


@pytest.mark.parametrize(
    ("where", "said", "expected"),
    [
        ("evse/1/st-1/up/1/meter", b"x" * 1_000_000, "too-long"),
        ("evse/1/st-1/up/1/meter", b"\xff\xfe", "not-text"),
        ("evse/1/st-1/up/1/meter", b"{", "not-json"),
        ("evse/1/st-1/up/1/meter", b"", "not-json"),
        ("evse/1/st-1/up/1/meter", b"[" * 1000, "not-json"),
        ("evse/1/st-1/up/1/meter", b"[]", "not-object"),
        ("evse/1/st-1/up/1/meter", b"{}", "missing-field"),
        ("evse/1/st-1/up/1/meter", GOOD.replace(b'"seq":2', b'"seq":-1'), "bad-field"),
        ("evse/1/st-1/up/1/meter", GOOD.replace(b'"seq":2', b'"seq":true'), "bad-field"),
        ("evse/1/st-1/up/1/fly", GOOD, "unknown-kind"),
        ("evse/1/st-1/up/meter", GOOD, "bad-topic"),
        ("evse/1/st-1/up/0/meter", GOOD, "bad-topic"),
        ("evse/1/st-1/up/9/meter", GOOD, "bad-topic"),
        ("evse/1/st-1/up/1/birth", GOOD, "bad-topic"),
        ("evse/1/st-1/down/reboot", GOOD, "wrong-direction"),
        ("evse/1/st-1/up/reboot", GOOD, "wrong-direction"),
        ("evse/1/../up/1/meter", GOOD, "bad-topic"),
        ("evse/1/=cmd/up/1/meter", GOOD, "bad-topic"),
        ("evse/2/st-1/up/1/meter", GOOD, "bad-topic"),
        ("x" * 10_000, GOOD, "bad-topic"),
        ("", GOOD, "bad-topic"),
    ],
)
def test_what_is_no_message_is_refused_by_name_and_counted(
    where: str, said: bytes, expected: str
) -> None:
    intake = Intake()
    assert reason(intake, where, said) == expected
    assert expected in REFUSALS
    assert intake.refused[expected] == 1
    assert intake.accepted == 0
    assert intake.last_refusals[-1]["reason"] == expected


def test_a_station_that_is_not_ours_is_refused_before_its_bytes_are_read() -> None:
    intake = Intake(["st-2"])
    assert reason(intake, HERE, b"\xff" * 10) == "foreign-station"
    assert intake.refused_by[""] == 1
    assert isinstance(intake.take(topic(Meter, "st-2"), GOOD, False), Accepted)


def test_names_nobody_listed_are_taken_up_to_a_bound() -> None:
    intake = Intake(most=2)
    for name in ("st-1", "st-2"):
        assert isinstance(intake.take(topic(Meter, name), GOOD, False), Accepted)
    assert reason(intake, topic(Meter, "st-3"), GOOD) == "foreign-station"
    assert isinstance(intake.take(HERE, GOOD, False), Accepted)


def test_the_field_at_fault_is_in_the_detail() -> None:
    intake = Intake()
    bad = payload(State, 1, 2).replace(b'"why":"no-vehicle"', b'"why":"who-knows"')
    found = intake.take(topic(State), bad, False)
    assert isinstance(found, Refused)
    assert "reason.why" in found.detail


def test_only_kinds_that_are_retained_may_come_as_retained_copies() -> None:
    intake = Intake()
    taken = intake.take(topic(Birth), payload(Birth, 1, 2), True)
    assert isinstance(taken, Accepted) and taken.retained
    assert reason(intake, topic(Session), payload(Session, 1, 2, session="a"), True) == "retained"
    assert reason(intake, HERE, GOOD, True) == "retained"


def test_an_event_may_be_about_the_station_itself() -> None:
    assert isinstance(
        Intake().take(topic(Event, connector=0), payload(Event, 1, 2), False), Accepted
    )


def test_refusals_are_counted_by_station() -> None:
    intake = Intake()
    intake.take(HERE, b"{", False)
    intake.take(topic(Meter, "st-2"), b"{", False)
    intake.take(HERE, b"[]", False)
    assert intake.refused_by == {"st-1": 2, "st-2": 1}


def test_a_flood_of_refusals_keeps_only_the_last_ones() -> None:
    intake = Intake()
    for number in range(20_000):
        intake.take(f"junk/{number}", b"", False)
    assert intake.refused["bad-topic"] == 20_000
    assert len(intake.last_refusals) == 50
    assert intake.last_refusals[-1]["topic"] == "junk/19999"


def test_nothing_that_steers_a_terminal_reaches_the_page() -> None:
    intake = Intake()
    intake.take("evse/1/\x1b[2J\r\n/up/x", b"", False)
    shown = intake.last_refusals[-1]
    assert shown["topic"] == "evse/1/\\x1b[2J\\r\\n/up/x"
    assert plain("é\x00" + "a" * 500).isascii()
    assert len(plain("a" * 500)) < 130
