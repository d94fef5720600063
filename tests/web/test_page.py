"""The supervision page in a real browser, against a canned fleet."""

import copy
from typing import Any

import pytest
from playwright.sync_api import expect

from protocol import words
from tests.web import fleet
from tests.web.mock_server import TOKEN, MockAgent
from tests.web.visits import card, names, one_of


def test_every_station_is_shown_and_those_that_need_a_person_come_first(open_page: Any) -> None:
    page = open_page().go()
    expect(page.locator(".card")).to_have_count(12)
    order = names(page)
    assert sorted(order) == sorted(one["station"] for one in fleet.fleet())
    assert order[0] == "casa-port-08"  # welded: dangerous, before any other fault
    assert order[1] == "casa-port-07"
    assert order[-1] == "tanger-med-11"
    assert page.title().startswith("(4)")


def test_tiles_count_connectors_and_filter_the_cards(open_page: Any) -> None:
    page = open_page().go()
    counts = {
        tone: page.locator(f'.tile[data-tone="{tone}"] .count').inner_text()
        for tone in ("fault", "silent", "limited", "waiting", "charging", "free")
    }
    assert counts == {
        "fault": "2",
        "silent": "2",
        "limited": "3",
        "waiting": "3",
        "charging": "4",
        "free": "2",
    }
    page.locator('.tile[data-tone="silent"]').click()
    expect(page.locator(".card")).to_have_count(2)
    assert names(page) == ["marrakech-gueliz-nord-01", "oujda-02"]
    page.get_by_role("button", name="Show all").click()
    page.get_by_role("searchbox").fill("residual")
    expect(page.locator(".card")).to_have_count(1)
    page.get_by_role("searchbox").fill("nowhere")
    expect(page.get_by_text("No station matches.")).to_be_visible()


def test_a_card_says_who_limits_until_when_and_how_old_it_is(open_page: Any) -> None:
    visit = open_page()
    visit.page.clock.install()
    page = visit.go()
    limited = card(page, "atlas-02")
    expect(limited.locator(".offerline")).to_contain_text("Offers 10 A")
    expect(limited.locator(".offerline")).to_contain_text("limited by the operator")
    before = limited.locator(".left").inner_text()
    assert before.startswith("45:4")
    page.clock.run_for(3_000)
    expect(limited.locator(".left")).not_to_have_text(before)
    expect(card(page, "marrakech-gueliz-nord-01")).to_contain_text("offline for 48 min")
    expect(card(page, "marrakech-gueliz-nord-01")).to_contain_text("Last known")
    expect(card(page, "oujda-02")).to_contain_text("12 missing")
    expect(card(page, "hotel-rif-1").locator(".block")).to_have_count(2)


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_faults_are_told_in_the_language_and_its_direction(open_page: Any, language: str) -> None:
    page = open_page(language=language).go()
    direction = "rtl" if language == "ar" else "ltr"
    expect(page.locator("html")).to_have_attribute("dir", direction)
    expect(page.locator("html")).to_have_attribute("lang", language)
    for station, code in (("casa-port-08", "contactor-welded"), ("casa-port-07", "rcd-trip")):
        sentence, remedy = words.tables(language)["faults"][code]
        expect(card(page, station)).to_contain_text(str(sentence))
        expect(card(page, station)).to_contain_text(str(remedy))
    first, second = (page.locator(".tile").nth(at).bounding_box() for at in (0, 1))
    assert (first["x"] > second["x"]) == (language == "ar")


def test_a_warning_asks_for_a_person_and_is_no_fault(open_page: Any) -> None:
    warned = one_of("atlas-01")
    warned["connectors"][0]["state"]["reason"]["faults"] = [fleet.fault("meter-silent")]
    page = open_page(stations=[one_of("tanger-med-11"), warned]).go()
    expect(card(page, "atlas-01")).to_have_attribute("data-tone", "charging")
    expect(card(page, "atlas-01")).to_contain_text("The meter does not answer.")
    expect(page.locator('.tile[data-tone="fault"] .count')).to_have_text("0")
    expect(page.locator('[data-group="need"] .card')).to_have_count(1)
    assert names(page) == ["atlas-01", "tanger-med-11"]


def test_news_of_one_station_touch_no_card_but_its_own_however_far_down(open_page: Any) -> None:
    visit = open_page(stations=[one_of("atlas-01") | {"station": f"p-{n}"} for n in range(300)])
    page = visit.go()
    expect(page.locator(".card .why")).to_have_count(300)
    page.evaluate(
        """() => {
          window.touched = new Set();
          new MutationObserver((found) => {
            for (const { target } of found) {
              const card = target.closest?.(".card");
              if (card && !target.closest(".age")) window.touched.add(card.dataset.station);
            }
          }).observe(document.getElementById("groups"),
            { subtree: true, childList: true, attributes: true });
        }"""
    )
    last = card(page, "p-299")
    assert last.evaluate("node => node.getBoundingClientRect().top > 2 * innerHeight")
    changed = one_of("atlas-01") | {"station": "p-299"}
    changed["connectors"] = [fleet.connector(1, "charging", offer=32, drawn=(20.5,))]
    visit.mock.push("station", changed)
    expect(last).to_contain_text("20.5 A")
    assert page.evaluate("[...window.touched]") == ["p-299"]


def test_the_language_is_changed_in_the_header_and_remembered(open_page: Any) -> None:
    visit = open_page(language="")
    page = visit.go()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("button", name="العربية").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.get_by_role("button", name="العربية")).to_be_focused()
    visit.go()
    expect(page.locator("html")).to_have_attribute("lang", "ar")
    visit.language = "fr"
    visit.go()
    expect(page.locator("html")).to_have_attribute("lang", "fr")


def test_news_change_the_card_and_are_told_to_a_screen_reader(open_page: Any) -> None:
    visit = open_page()
    page = visit.go()
    expect(card(page, "atlas-01")).to_contain_text("31.2 A")
    changed = one_of("atlas-01")
    changed["connectors"] = [fleet.connector(1, "charging", offer=32, drawn=(20.5,))]
    visit.mock.push("station", changed)
    expect(card(page, "atlas-01")).to_contain_text("20.5 A")
    expect(page.locator("#announcer")).to_be_empty()
    changed = copy.deepcopy(changed)
    changed["connectors"] = [fleet.connector(1, "fault", faults=(fleet.fault("over-current"),))]
    visit.mock.push("station", changed)
    sentence = "The vehicle drew more current than it was offered."
    expect(card(page, "atlas-01")).to_contain_text(sentence)
    expect(page.locator("#announcer")).to_contain_text(f"atlas-01: {sentence}")
    expect(page.locator('.tile[data-tone="fault"] .count')).to_have_text("3")
    everything = visit.mock.snapshot()
    gone = [one | {"freshness": "offline"} for one in everything["stations"]]
    visit.mock.push("snapshot", everything | {"stations": gone})
    expect(page.locator("#announcer")).to_contain_text(" changes at once.")
    newcomer = one_of("tanger-med-11") | {"station": "zagora-01"}
    visit.mock.push("station", newcomer)
    expect(page.locator(".card")).to_have_count(13)


def test_losing_the_agent_is_said_at_once_and_the_page_comes_back_alone(open_page: Any) -> None:
    visit = open_page()
    page = visit.go("#/atlas-02")
    visit.mock.stop()
    expect(page.locator("#banner")).to_contain_text("Connection to the agent lost")
    expect(page.locator("#banner")).to_contain_text("last known")
    expect(page.locator("#live")).to_contain_text("Lost")
    assert "grayscale" in page.locator("#groups").evaluate("node => getComputedStyle(node).filter")
    expect(page.locator(".card")).to_have_count(12)
    again = MockAgent(fleet.fleet(), fleet.counters(), fleet.upstream())
    again.start(visit.port)
    expect(page.locator("#banner")).to_be_hidden(timeout=8_000)
    expect(page.locator("html")).to_have_attribute("data-feed", "live")
    again.stop()
    visit.trouble = [line for line in visit.trouble if "ERR_" not in line]  # the loss itself


def test_a_stream_gone_quiet_counts_as_lost(open_page: Any) -> None:
    visit = open_page()
    visit.mock.heartbeat_s = 3_600
    visit.page.clock.install()
    page = visit.go()
    page.clock.run_for(4_000)
    expect(page.locator("#banner")).to_be_hidden()
    page.clock.run_for(2_000)
    expect(page.locator("#banner")).to_contain_text("Connection to the agent lost")


def test_a_limit_is_sent_with_the_token_and_the_answer_is_told(open_page: Any) -> None:
    visit = open_page().with_token()
    page = visit.go("#/atlas-01/1")
    form = page.locator(".limitform")
    form.get_by_role("spinbutton").fill("13")
    form.get_by_role("combobox").select_option("7200")
    form.get_by_role("button", name="Limit to 13 A for 2 h").click()
    answer = page.locator(".commands > .answer")
    expect(answer).to_have_text("The board answered: Done.")
    assert visit.mock.orders == [
        {
            "path": "/api/stations/atlas-01/1/limit",
            "token": f"Bearer {TOKEN}",
            "body": {"limit_ma": 13_000, "valid_s": 7_200},
        }
    ]
    visit.mock.answer = (200, {"id": "2", "ok": False, "code": "bad-field", "field": "limit_ma"})
    form.get_by_role("spinbutton").fill("3")  # less than a vehicle can use: a pause
    form.get_by_role("button", name="Pause for 2 h").click()
    expect(answer).to_contain_text("The board refused: A value is outside what is allowed.")
    expect(answer).to_contain_text("limit_ma")
    assert visit.mock.orders[1]["body"] == {"limit_ma": 0, "valid_s": 7_200}
    visit.mock.answer = (200, {"id": "3", "ok": False, "code": "timeout"})
    form.get_by_role("spinbutton").fill("16")
    form.get_by_role("button", name="Limit to 16 A").click()
    expect(answer).to_contain_text("No answer from the board.")


def test_stopping_asks_first_and_every_other_command_goes_where_it_should(open_page: Any) -> None:
    visit = open_page().with_token()
    page = visit.go("#/casa-port-08")
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Stop", exact=True).click()
    assert visit.mock.orders == []
    page.get_by_role("button", name="Stop now").click()
    answer = page.locator(".commands > .answer")
    expect(answer).to_have_text("The board answered: Done.")
    for button in ("Clear this fault", "Start", "Blink"):
        sent = len(visit.mock.orders)
        page.get_by_role("button", name=button).click()
        expect(answer).to_have_attribute("data-kind", "ok")
        expect(page.locator("[aria-busy]")).to_have_count(0)
        assert len(visit.mock.orders) == sent + 1
    base = "/api/stations/casa-port-08"
    assert [(order["path"], order["body"]) for order in visit.mock.orders] == [
        (f"{base}/1/stop", {}),
        (f"{base}/1/clear-fault", {"code": "contactor-welded"}),
        (f"{base}/1/start", {"user": ""}),
        (f"{base}/identify", {"duration_s": 30}),
    ]


def test_without_a_token_nothing_can_be_sent_and_a_wrong_one_is_not_kept(open_page: Any) -> None:
    visit = open_page()
    page = visit.go("#/atlas-01")
    expect(page.locator(".limitform")).to_be_hidden()
    form = page.locator("#detail .tokenform")
    form.locator("input").fill("wrong")
    form.get_by_role("button").click()
    expect(form.locator(".answer")).to_contain_text("did not accept this token")
    expect(page.locator(".limitform")).to_be_hidden()
    assert page.evaluate("sessionStorage.getItem('borne.token')") is None
    visit.trouble = [line for line in visit.trouble if "401" not in line]
    page.goto("about:blank")
    visit.go(f"#token={TOKEN}")
    assert TOKEN not in page.url
    expect(page.locator("#token")).to_have_text("Commands on")


def test_a_token_taken_back_meanwhile_is_dropped_with_the_first_command(open_page: Any) -> None:
    visit = open_page()
    visit.page.add_init_script("sessionStorage.setItem('borne.token', 'revoked')")
    page = visit.go("#/atlas-01")
    page.locator(".limitform .main").click()
    expect(page.locator("#detail .tokenform")).to_be_visible()
    expect(page.locator(".commands > .answer")).to_contain_text("did not accept this token")
    visit.trouble = [line for line in visit.trouble if "401" not in line]


def test_who_may_only_look_gets_no_commands(open_page: Any) -> None:
    visit = open_page()
    visit.mock.role = "viewer"
    page = visit.go(f"#token={TOKEN}")
    expect(page.locator("#token")).to_have_text("Watching only")
    page.get_by_role("button", name="Details of atlas-01").click()
    expect(page.locator(".limitform")).to_be_hidden()


def test_what_a_message_says_is_text_and_never_markup(open_page: Any) -> None:
    nasty = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    hostile = one_of("atlas-02")
    hostile["station"] = nasty
    hostile["birth"] |= {"board": nasty, "firmware": nasty}
    hostile["health"]["refusal"] = nasty
    hostile["events"] = [fleet.event(9, nasty, nasty), fleet.event(8, "config-changed", nasty)]
    said = hostile["connectors"][0]
    said["session"]["user"] = nasty
    said["state"]["reason"] |= {"why": nasty, "faults": [fleet.fault(nasty)]}
    visit = open_page(stations=[one_of("atlas-01"), hostile])
    visit.mock.counters["last_refusals"] = [
        {"reason": nasty, "detail": nasty, "topic": nasty, "station": nasty}
    ]
    page = visit.go()
    alerts: list[str] = []
    page.on("dialog", lambda dialog: alerts.append(dialog.message))
    page.locator(".card h3", has_text="<img").click()
    expect(page.locator("#link .refusals")).to_contain_text(nasty)
    hostile = copy.deepcopy(hostile) | {"station": "atlas-02"}
    visit.mock.push("station", hostile)
    page.get_by_role("button", name="Details of atlas-02").click()
    expect(page.locator("#detail .log")).to_contain_text(nasty)
    expect(page.locator("#detail .faults")).to_contain_text(nasty)
    assert page.locator("main img, main script, aside img, aside script").count() == 0
    assert alerts == []


def test_a_newer_board_s_code_is_shown_as_it_came(open_page: Any) -> None:
    newer = one_of("atlas-01")
    newer["connectors"][0]["state"]["reason"] |= {"why": "dancing", "limited_by": "moon"}
    newer["events"] = [fleet.event(5, "tide", "high", 3)]
    page = open_page(stations=[newer]).go("#/atlas-01")
    expect(card(page, "atlas-01")).to_contain_text("Dancing")
    expect(page.locator(".log")).to_contain_text("tide: high 3")


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_nothing_is_wider_than_a_small_phone(open_page: Any, language: str) -> None:
    visit = open_page(width=360, language=language).with_token()
    page = visit.go()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    card(page, "atlas-02").locator("h3 button").click()
    expect(page.locator("#detail")).to_be_visible()
    assert page.locator("#detail").evaluate("node => node.scrollWidth - node.clientWidth") == 0
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_the_keyboard_alone_opens_and_closes_the_details(open_page: Any) -> None:
    page = open_page(width=390).go()
    page.get_by_role("button", name="Details of atlas-02").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="atlas-02", level=2)).to_be_focused()
    assert page.url.endswith("#/atlas-02")
    assert page.locator("#fleet").evaluate("node => node.inert")
    page.keyboard.press("Escape")
    expect(page.locator("#detail")).to_be_hidden()
    expect(page.get_by_role("button", name="Details of atlas-02")).to_be_focused()
    page.go_back()
    expect(page.locator("#detail")).to_be_visible()


def test_the_details_tell_everything_known_of_a_connector(open_page: Any) -> None:
    page = open_page().go("#/atlas-02")
    detail = page.locator("#detail")
    for part, said in {
        "pilot": ["6.0 V", "−12.0 V", "16.7 %", "C2", "Power on", "closed"],
        "current": ["10 A", "applies", "The cable", "32 A", "stays"],
        "meter": ["L1", "L2", "L3", "231 V", "50.01 Hz", "good"],
        "session": ["41-107", "badge-2207", "8.12 kWh", "1 h 1 min"],
        "log": ["a limit was set: the operator, 10 A", "a command was refused: start a charge"],
        "station": ["esp32-devkit", "0.1.0", "MQTT", "power was switched on", "41"],
        "health": ["96 KiB", "11 ms"],
    }.items():
        for sentence in said:
            expect(detail.locator(f'[data-part="{part}"]')).to_contain_text(sentence)


def test_a_meter_that_does_not_answer_shows_no_figures(open_page: Any) -> None:
    mute = one_of("atlas-01")
    mute["connectors"][0]["meter"]["quality"] = "silent"
    page = open_page(stations=[mute, one_of("rabat-tram-3")]).go()
    figures = card(page, "atlas-01").locator(".figures")
    expect(figures).to_contain_text("Meter: not answering")
    bar = card(page, "atlas-01").locator(".bar")
    assert bar.evaluate("node => node.style.getPropertyValue('--now')") == "0%"
    assert "7.18" not in figures.inner_text()
    assert "12.4" in figures.inner_text()  # what was counted stays counted
    expect(page.locator(".total")).to_contain_text("1.36 kW")


def test_a_running_session_grows_between_its_records(open_page: Any) -> None:
    plugged = one_of("atlas-01")
    plugged["connectors"][0]["session"] |= {"uptime_ms": 9_000_000 - 240_000}
    page = open_page(stations=[plugged]).go("#/atlas-01")
    expect(page.locator('[data-part="session"]')).to_contain_text("1 h 48 min")  # 104 and 4


def test_the_state_of_the_links_and_what_was_refused_are_shown(open_page: Any) -> None:
    visit = open_page()
    page = visit.go()
    link = page.locator("#link")
    expect(link).to_contain_text("not connected")
    expect(link).to_contain_text("connection refused")
    expect(link).to_contain_text("A value is outside what is allowed.")
    expect(link).to_contain_text("evse/1/../x/up/birth")
    visit.mock.push(
        "counters",
        {
            "counters": fleet.counters() | {"alarm": "disk-full"},
            "upstream": {"configured": False},
            "links": [{"link": "serial:/dev/ttyUSB0", "up": False, "trouble": "gone"}],
        },
    )
    expect(link).to_contain_text("none configured")
    expect(link).to_contain_text("/dev/ttyUSB0")
    expect(link).to_contain_text("The agent's disk is full.")


def test_an_empty_fleet_says_what_will_happen(open_page: Any) -> None:
    page = open_page(stations=[]).go()
    expect(page.get_by_text("No station has reported yet.")).to_be_visible()
