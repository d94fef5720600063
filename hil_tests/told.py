"""What a station must say about a fault: its code, its sentence, a remedy, and an event."""

from typing import TYPE_CHECKING

from hil_tests.figures import FIGURES
from protocol.words import tables

if TYPE_CHECKING:
    from hil_tests.bench import Bench, Fault

TOLD_MS = 1_500  # from the cause to the console


def fault(bench: "Bench", code: str, within_ms: int = TOLD_MS) -> "Fault":
    """The fault of this code as the console tells it; AssertionError when it does not in time,
    or says the wrong thing."""
    waited_ms = 0
    while True:
        told = bench.faults()
        found = [fault for fault in told if fault.code == code]
        if found or waited_ms > within_ms:
            break
        bench.wait(100)
        waited_ms += 100
    assert found, f"not {code} but {[fault.code for fault in told]}"
    words: dict[str, tuple[str, str]] = tables("en")["faults"]  # type: ignore[assignment]
    sentence, remedy = words[code]
    assert (found[0].sentence, found[0].remedy) == (sentence, remedy)
    FIGURES.told(bench.name, code)
    return found[0]


def only_fault(bench: "Bench", code: str, within_ms: int = TOLD_MS) -> None:
    """The same, nothing else is wrong, and an event has said so."""
    fault(bench, code, within_ms)
    assert [found.code for found in bench.faults()] == [code]
    raised = [event["code"] for event in bench.told("event") if event["what"] == "fault-raised"]
    assert raised == [code]


def no_fault(bench: "Bench") -> None:
    assert bench.faults() == []


def why(bench: "Bench") -> str:
    """Why the connector does what it does."""
    return str(bench.state()["reason"]["why"])
