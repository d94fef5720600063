"""What axe-core, with the rules of WCAG 2.1 AA, says of the page."""

from typing import Any

import pytest

from tests.needs import need_npm
from tests.web.visits import card, one_of

RULES = ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]


SHOWN = ["casa-port-08", "oujda-02", "atlas-02"]  # a fault, a silence, a limit


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ar", "dark")])
def test_the_page_is_fit_for_screen_readers_and_weak_eyes(
    open_page: Any, language: str, scheme: str
) -> None:
    visit = open_page(language=language, stations=[one_of(name) for name in SHOWN]).with_token()
    visit.page.emulate_media(color_scheme=scheme)
    visit.page.add_init_script(path=need_npm("tests/tools") / "axe-core" / "axe.min.js")
    page = visit.go("#/casa-port-08")
    card(page, "atlas-02").locator(".why").wait_for()
    found = page.evaluate("rules => axe.run(document, { runOnly: rules })", RULES)
    troubles = [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]]
    assert troubles == []
    assert len(found["passes"]) > 30
