"""Whatever the API's own description allows, and much that it does not, is answered cleanly.

Schemathesis derives the requests.  The stream of events never ends and is left out; it has tests
of its own in test_api.py.
"""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error

from agent.process import Agent
from agent.web.server import create_app
from tests.agent.conftest import settings as configuration
from tests.agent.said import Birth, Event, Meter, Session, State, accepted
from tests.agent.test_api import TOKEN, Line
from tests.agent.waiting import until

ENDLESS = "/api/events"
OPEN = "[commands]\ntimeout_s = 1\n[web]\nrequests_per_s = 100000\nburst = 1000000\n"


class Api:
    """An agent that knows one station, behind an application that schemathesis may call."""

    def __init__(self, folder: Path) -> None:
        self.agent = Agent(configuration(folder, more=OPEN))
        self.agent.start()
        line = Line(self.agent)
        self.agent.site = line  # type: ignore[assignment]
        line.say(
            accepted(Birth, 1, 3, will_seq=2, interval_s=3_600),
            accepted(State, 1, 4, offer_ma=16_000),
            accepted(Meter, 1, 5, quality="good"),
            accepted(Session, 1, 6, session="a", phase="end"),
            accepted(Event, 1, 7, what="fault-raised", code="diode", prev=6),
        )
        until("the station is known", lambda: len(self.agent.stations()) == 1)
        self.app = create_app(self.agent, TOKEN, ["testserver"], threading.Event())


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    made = Api(tmp_path)
    yield made
    made.agent.stop()


def statuses(operation: Any, mode: GenerationMode) -> list[int]:
    """What one operation answers to requests made from its description."""
    found: list[int] = []

    @settings(
        max_examples=12,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        answer = case.call(headers={"authorization": f"Bearer {TOKEN}", "host": "127.0.0.1"})
        found.append(answer.status_code)
        case.validate_response(answer, checks=[not_a_server_error])

    ask()
    return found


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_request_is_answered_with_a_server_error(api: Api, mode: GenerationMode) -> None:
    loaded = schemathesis.openapi.from_asgi("/api/schema/openapi.json", api.app)
    operations = [each.ok() for each in loaded.exclude(path=ENDLESS).get_all_operations()]
    assert len(operations) >= 20
    for operation in operations:
        found = statuses(operation, mode)
        assert set(found) - {401}, operation.label
