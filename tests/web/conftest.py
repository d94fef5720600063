from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.needs import need
from tests.web import fleet
from tests.web.mock_server import MockAgent
from tests.web.visits import Visit


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = need("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Any]:
    visits: list[Visit] = []

    def make(
        width: int = 1_440, language: str = "en", stations: Any = None, *, offline: bool = False
    ) -> Visit:
        found = fleet.fleet() if stations is None else stations
        mock = MockAgent(found, fleet.counters(), fleet.upstream())
        visits.append(Visit(browser, mock, width, language, offline=offline))
        return visits[-1]

    yield make
    trouble = [line for visit in visits for line in visit.trouble]
    for visit in visits:
        visit.close()
    assert trouble == []
