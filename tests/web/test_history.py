"""What the page shows of the past: plots, earlier sessions, the wear of parts."""

import copy
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.web import fleet, past
from tests.web.visits import Visit, card, names


def now_s() -> int:
    """The page's own clock, to the minute."""
    return int(time.time()) // 60 * 60


def opened(open_page: Any, minutes: int = 60, step_s: int = 60) -> tuple[Visit, Page]:
    visit = open_page()
    visit.mock.answers = {
        "history/": past.columns(now_s(), minutes, step_s),
        "faults": past.faults("atlas-02", now_s()),
        "sessions": past.sessions("atlas-02", now_s()),
    }
    page = visit.go("#/atlas-02")
    expect(page.locator(".plot")).to_have_count(3)
    return visit, page


def asked_s(visit: Visit) -> int:
    """How long the time is that the page asked for last."""
    question = [each for each in visit.mock.asked if "/history/" in each][-1]
    times = parse_qs(urlsplit(question).query)
    return int(times["to"][0]) - int(times["from"][0])


def test_power_energy_and_pilot_of_an_hour_are_plotted_from_the_agent_s_history(
    open_page: Any,
) -> None:
    visit, page = opened(open_page)
    assert asked_s(visit) == 3_600
    assert "/api/history/atlas-02/1?" in "".join(visit.mock.asked)
    told = past.columns(now_s(), 60)
    readout = page.locator(".readout")
    expect(readout).to_contain_text(f"At most {max(told['power_max_w']) / 1000:.2f} kW")
    expect(readout).to_contain_text(f"{sum(told['energy_wh']) / 1000:.2f} kWh in all")
    assert page.locator(".plot.power .line").get_attribute("d").count("L") == 59
    assert page.locator(".plot.energy .bars").count() in (12, 13)  # of five minutes
    expect(page.locator(".plot.power .faulted")).to_have_count(1)


def test_a_time_without_news_is_a_gap_and_no_line(open_page: Any) -> None:
    _, page = opened(open_page, minutes=180)
    page.get_by_role("button", name="1 d", exact=True).click()
    expect(page.locator(".plot")).to_have_count(3)
    for line in (".power .line", ".pilot .line", ".pilot .low"):
        assert page.locator(f".plot{line}").get_attribute("d").count("M") == 2
    assert page.locator(".plot.power .band").get_attribute("d").count("Z") == 2


def test_the_arrow_keys_read_the_plot_moment_by_moment(open_page: Any) -> None:
    _, page = opened(open_page)
    page.get_by_role("group", name="History").focus()
    readout = page.locator(".readout")
    page.keyboard.press("End")
    expect(readout).to_contain_text("Offers 32 A")
    expect(readout).to_contain_text("6.0 V / −12.0 V")
    last = readout.inner_text()
    for _ in range(41):
        page.keyboard.press("ArrowLeft")
    expect(readout).to_contain_text("The vehicle drew more current than it was offered.")
    assert readout.inner_text() != last
    expect(page.locator(".plot .cursor[data-on]")).to_have_count(3)


def test_a_longer_time_is_asked_for_and_the_choice_outlives_the_station(open_page: Any) -> None:
    visit, page = opened(open_page)
    visit.mock.answers["history/"] = past.columns(now_s(), 7 * 1_440, 3_600)
    page.get_by_role("button", name="7 d", exact=True).click()
    bars = page.locator(".plot.energy .bars")
    expect(bars.nth(8)).not_to_be_attached()
    assert bars.count() in (7, 8)  # one a day
    assert asked_s(visit) == 604_800
    page.get_by_role("button", name="Details of atlas-01").click()
    expect(page.get_by_role("button", name="7 d", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    page.get_by_role("button", name="Live", exact=True).click()
    expect(page.locator("[data-part='history']")).to_contain_text("Nothing was recorded")


def test_earlier_sessions_of_the_connector_are_listed(open_page: Any) -> None:
    _, page = opened(open_page)
    rows = page.locator(".past tbody tr")
    expect(rows).to_have_count(2)  # the one that runs is told above
    expect(rows.first).to_contain_text("badge-2207")
    expect(rows.first).to_contain_text("21.0 kWh")
    expect(rows.first).to_contain_text("the vehicle was unplugged")


def test_contactor_and_residual_current_device_are_told_and_rank_the_fleet(
    open_page: Any,
) -> None:
    stations = [copy.deepcopy(one) for one in fleet.fleet()]
    for at, one in enumerate(stations):
        for connector in one["connectors"]:
            connector["condition"] |= {"wear_ppm": 60_000 * at}
    worn, mute = stations[9]["connectors"][0], stations[0]["connectors"][0]
    worn["condition"] |= {"wear_ppm": 950_000, "rcd": "failed"}
    mute["condition"] = None
    page = open_page(stations=stations).go()
    expect(card(page, "rabat-tram-3").locator(".wear")).to_contain_text("95.0 %")
    expect(card(page, "rabat-tram-3")).to_contain_text("Replace the contactor soon.")
    page.get_by_label("Order").select_option("wear")
    order = names(page)
    assert order[:3] == ["rabat-tram-3", "tanger-med-11", "rabat-tram-4"]
    assert order[-1] == "atlas-01"
    expect(card(page, "atlas-01")).to_contain_text("Wear is not told by this board.")
    page.get_by_role("button", name="Details of rabat-tram-3").click()
    part = page.locator('[data-part="condition"]')
    for sentence in ("95.0 %", "5,110", "37", "self-test failed", "1 h 30 min ago", "Trips"):
        expect(part).to_contain_text(sentence)
    page.get_by_role("button", name="Details of atlas-01").click()
    expect(part).to_be_hidden()
