"""The page without its agent, and before an agent that shows nothing without a token."""

from typing import Any

from playwright.sync_api import expect

from tests.web.mock_server import TOKEN
from tests.web.visits import card


def test_without_the_agent_the_page_opens_and_says_that_what_it_shows_is_old(
    open_page: Any,
) -> None:
    visit = open_page(offline=True)
    page = visit.go()
    expect(page.locator("html[data-kept]")).to_be_attached()
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    visit.mock.stop()
    page.goto(f"http://127.0.0.1:{visit.port}/?lang=en")
    banner = page.locator("#banner")
    expect(banner).to_contain_text("The agent does not answer. Below is what this browser saw")
    expect(page.locator(".card")).to_have_count(12)
    expect(card(page, "casa-port-08")).to_contain_text("The contactor is welded")
    expect(page.locator("#live")).to_contain_text("Lost")
    page.get_by_role("button", name="العربية").click()
    expect(card(page, "casa-port-08")).to_contain_text("الكونتاكتور")
    visit.trouble = [line for line in visit.trouble if "ERR_" not in line]  # the loss itself


def test_an_agent_that_wants_a_token_is_asked_with_one(open_page: Any) -> None:
    visit = open_page()
    visit.mock.is_open = False
    page = visit.page
    page.goto(f"http://127.0.0.1:{visit.port}/?lang=en")
    banner = page.locator("#banner")
    expect(banner).to_contain_text("This agent shows its stations only to who has a token.")
    banner.get_by_role("button").click()
    page.locator("#askToken input").fill(TOKEN)
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-feed", "live")
    expect(page.locator(".card")).to_have_count(12)
    expect(page.locator("#askToken")).to_be_hidden()
    visit.trouble = [line for line in visit.trouble if "401" not in line]
