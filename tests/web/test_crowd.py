"""Two hundred stations driven through faults: broker, agent and page are the real ones."""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from agent.process import Agent
from agent.web.server import WebServer, create_app
from tests.agent.brokers import Mosquitto
from tests.agent.conftest import settings
from tests.agent.waiting import until
from tests.web.crowd import ROLES, Crowd
from tests.web.visits import card

STATIONS = [f"p-{number:03}" for number in range(200)]
SLEEPERS = [f"q-{number:03}" for number in range(5)]  # they speak once and owe more
WAVE = 60  # stations that change at once
ROUNDS = 5
BOUND_MS = 1_000

# When which card showed which tone, by the clock of this machine.
WATCH_CARDS = """() => {
  window.shown = {};
  new MutationObserver((found) => {
    const at = Date.now();
    for (const { target } of found) {
      if (target.className === "card") {
        window.shown[target.dataset.station] = { at, tone: target.dataset.tone };
      }
    }
  }).observe(document.getElementById("groups"), { subtree: true, attributeFilter: ["data-tone"] });
}"""
# How long a page with nothing to do was kept from running: what the machine itself owes.
WATCH_MACHINE = """() => {
  window.stalled = 0;
  let last = performance.now();
  setInterval(() => {
    window.stalled = Math.max(window.stalled, performance.now() - last - 20);
    last = performance.now();
  }, 20);
}"""
TRUE = """(truth) => {
  const cards = [...document.querySelectorAll(".card")];
  return Object.entries(truth).every(([name, [tone, group]]) => {
    const card = cards.find((one) => one.dataset.station === name);
    return card?.dataset.tone === tone && card.closest(".group").dataset.group === group;
  });
}"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Agent, Crowd, str]]:
    """An agent, its fleet, and the address of its page."""
    broker = Mosquitto(tmp_path / "site")
    broker.start()
    agent = Agent(settings(tmp_path, broker.port))
    agent.start()
    stopping = threading.Event()
    server = WebServer(create_app(agent, "t" * 32, None, stopping), stopping, "127.0.0.1", 0)
    server.start()
    crowd = Crowd(broker.port, STATIONS + SLEEPERS)
    crowd.start()
    yield agent, crowd, f"http://127.0.0.1:{server.port}/?lang=en"
    crowd.stop()
    server.stop()
    agent.stop()
    broker.kill()


def truth_of(crowd: Crowd) -> dict[str, tuple[str, str]]:
    """station -> (tone, group)"""
    told = {name: crowd.truth(name) for name in STATIONS}
    return {name: (tags[0], group) for name, (tags, group) in told.items()}


def another(crowd: Crowd, name: str, chance: random.Random) -> str:
    """A role that changes the colour of the card."""
    tone = crowd.truth(name)[0][0]
    ways = [role for role in (*ROLES, "") if crowd.truth(name, role)[0][0] != tone]
    return chance.choice(ways)


def wave(page: Page, idle: Page, crowd: Crowd, chance: random.Random) -> tuple[float, float]:
    """(how long the last news took to the screen, what the machine owes), both in ms."""
    idle.evaluate("window.stalled = 0")
    page.evaluate("window.shown = {}")
    changed = chance.sample(STATIONS, WAVE)
    for name in changed:
        crowd.say(name, another(crowd, name, chance))
    truth = truth_of(crowd)
    page.wait_for_function(TRUE, arg=truth, timeout=30_000)
    shown = page.evaluate("window.shown")
    assert set(shown) - set(SLEEPERS) == set(changed)
    late_ms = max(shown[name]["at"] - crowd.told_ms[name] for name in changed)
    return late_ms, idle.evaluate("window.stalled")


def test_the_page_tells_the_truth_of_two_hundred_stations_within_a_second(
    site: Any, browser: Browser, record_property: Any
) -> None:
    agent, crowd, address = site
    chance = random.Random(200)
    for name in STATIONS:
        crowd.say(name, chance.choice(list(ROLES)[2:]))
    until("the agent knows them", lambda: len(agent.stations()) == len(STATIONS))
    context = browser.new_context(service_workers="block", locale="en-GB")
    idle = context.new_page()
    idle.evaluate(WATCH_MACHINE)
    page = context.new_page()
    page.goto(address)
    page.wait_for_function(TRUE, arg=truth_of(crowd), timeout=30_000)
    page.evaluate(WATCH_CARDS)
    for name in SLEEPERS:
        crowd.say(name, "free", interval_s=1)

    waves = []
    for _ in range(ROUNDS):
        waves.append(wave(page, idle, crowd, chance))
        late_ms, stalled_ms = waves[-1]
        # Agent, broker and browser each may be kept waiting as long as the idle page was.
        if late_ms <= BOUND_MS + 3 * stalled_ms:
            break
    else:
        pytest.fail(f"news were late in every wave, (ms, machine stalled ms): {waves}")
    print(f"{WAVE} of {len(STATIONS)} stations changed; all shown after {late_ms:.0f} ms")
    record_property("late_ms", late_ms)

    counts_and_order(page, crowd)
    silence(page)
    one_station(page, agent, crowd)
    context.close()


def counts_and_order(page: Page, crowd: Crowd) -> None:
    tags = Counter(tag for name in STATIONS for tag in crowd.truth(name)[0])
    for tone in ("fault", "limited", "waiting", "charging"):
        tile = page.locator(f'.tile[data-tone="{tone}"] .count')
        expect(tile).to_have_text(str(tags[tone]))
    welded = {name for name in STATIONS if crowd.roles[name] == "welded"}
    order = page.locator(".card").evaluate_all("cards => cards.map(one => one.dataset.station)")
    assert set(order[: len(welded)]) == welded
    page.get_by_role("searchbox").fill("welded")
    expect(page.locator(".card")).to_have_count(len(welded))
    page.get_by_role("searchbox").fill("")


def silence(page: Page) -> None:
    """Nobody said so: the agent and the page find out by themselves."""
    for name in SLEEPERS:
        expect(card(page, name)).to_have_attribute("data-tone", "silent", timeout=20_000)
    expect(card(page, SLEEPERS[0])).to_contain_text("silent for")


def one_station(page: Page, agent: Agent, crowd: Crowd) -> None:
    """Its page, from the agent's own answers."""
    name = "p-007"
    crowd.say(name, "held")
    crowd.record(name, "fault-raised", "over-current")
    until("its fault is history", lambda: len(agent.past.faults(name)) == 1)
    page.goto(page.url + f"#/{name}")
    for part, sentence in {
        "current": "The operator",
        "log": "The vehicle drew more current than it was offered.",
        "condition": "5,110",
        "history": "At most 2.25 kW",
    }.items():
        expect(page.locator(f'[data-part="{part}"]')).to_contain_text(sentence, timeout=20_000)
    expect(page.locator(".plot.power")).to_be_visible()
    expect(page.locator(".plot.pilot")).to_be_visible()
    expect(page.locator(".plot.power .faulted")).to_have_count(1)
