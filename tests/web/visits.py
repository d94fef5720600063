"""A page open in a browser, and what tests ask of it."""

import copy
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.web import fleet
from tests.web.mock_server import TOKEN, MockAgent

expect.set_options(timeout=4_000)


class Visit:
    """A page open on a mock agent.  offline: may it keep its files.  trouble: what the browser's
    console complained of."""

    def __init__(
        self,
        browser: Browser,
        mock: MockAgent,
        width: int,
        language: str,
        *,
        offline: bool = False,
    ) -> None:
        self.mock = mock
        self.port = mock.start()
        self.trouble: list[str] = []
        self.context = browser.new_context(
            service_workers="allow" if offline else "block",
            viewport={"width": width, "height": 900},
            locale="en-GB",
            reduced_motion="reduce",
        )
        self.page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))
        self.language = language

    def _console(self, message: Any) -> None:
        if "Service Worker registration blocked" in message.text:
            return  # by this very test
        if message.type in ("error", "warning"):
            self.trouble.append(message.text)

    def go(self, path: str = "") -> Page:
        joint = "&" if "?" in path else "?"
        path, _, anchor = path.partition("#")
        query = f"{joint}lang={self.language}" if self.language else ""
        self.page.goto(f"http://127.0.0.1:{self.port}/{path}{query}" + (anchor and f"#{anchor}"))
        expect(self.page.locator("html")).to_have_attribute("data-feed", "live")
        return self.page

    def with_token(self) -> "Visit":
        self.page.add_init_script(f"sessionStorage.setItem('borne.token', '{TOKEN}')")
        return self

    def close(self) -> None:
        self.context.close()
        if not self.mock.gone:
            self.mock.stop()


def card(page: Page, station: str) -> Any:
    return page.locator(f'.card[data-station="{station}"]')


def names(page: Page) -> list[str]:
    return page.locator(".card h3").all_inner_texts()


def one_of(name: str) -> Any:
    return copy.deepcopy(next(one for one in fleet.fleet() if one["station"] == name))
