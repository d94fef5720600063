// The supervision page: hears the agent (feed.js), works out what it means (picture.js), shows the
// fleet (fleet.js) and one connector (detail.js), sends commands (orders.js).  Start reading here.

import { Announcer } from "./announcer.js";
import { Detail } from "./detail.js";
import { fill, h, mark } from "./dom.js";
import { Feed } from "./feed.js";
import { Fleet } from "./fleet.js";
import { askToken, Header } from "./header.js";
import { History } from "./history.js";
import { icon } from "./icons.js";
import { firstLanguage, language, say, speak, t, time } from "./language.js";
import { showLink } from "./link.js";
import { forgetFleet, keepFiles, keepFleet, keptFleet } from "./offline.js";
import { hasToken, onToken, takeTokenFromAddress } from "./orders.js";
import { look } from "./picture.js";
import { mayLook } from "./reading.js";

const stations = new Map();
const looks = new Map(); // what they mean now
let health = { counters: {}, upstream: {}, links: [] };
let spoken = false; // the agent's words are here
let wasLost = false;
let due = false;
const news = new Set(); // stations heard of since the last paint
let keptFrom = null; // when this browser kept what is shown, while the agent was never heard
let closed = false; // the agent shows nothing without a token
let filesKept = null; // a promise: whether the page opens without the agent
let counted = true; // counters came since the last paint

const find = (id) => document.getElementById(id);
const points = new History();
const announcer = new Announcer(find("announcer"));
const header = new Header((name) => choose(name, true));
const fleet = new Fleet((name, number) => go(name, number));
const detail = new Detail(find("detail"), () => go(null), go);
const feed = new Feed(take, feedChanged);

function take(kind, value) {
  const now = performance.now();
  const keep = (station) => {
    const name = station.station;
    stations.set(name, { ...station, received: now });
    looks.set(name, look(stations.get(name), now));
    news.add(name);
  };
  if (kind === "snapshot") {
    stations.clear();
    looks.clear();
    for (const station of value.stations ?? []) keep(station);
  } else if (kind === "station") {
    keep(value);
    points.add(looks.get(value.station), now);
  }
  if (kind === "snapshot" || kind === "counters") {
    const { counters, upstream, links } = value;
    health = { counters, upstream, links };
    counted = true;
  }
  repaint();
}

function feedChanged(state) {
  if (state === "lost" && !wasLost) {
    wasLost = true;
    announcer.say(t("lost-said"));
  }
  if (state === "lost" && feed.heard === null) unheard();
  if (state === "live") {
    if (wasLost) announcer.say(t("back-again"));
    wasLost = false;
    if (!spoken) choose(language, false);
  }
  repaint();
}

/** The agent does not speak to us: does it want a token, and what do we know without it? */
async function unheard() {
  closed = !(await mayLook());
  const known = stations.size === 0 && !closed ? await keptFleet() : null;
  if (known !== null && feed.heard === null) {
    for (const one of known.stations) stations.set(one.station, one);
    keptFrom = known.at;
    health = known.health;
  }
  paint();
}

/** Once a frame, however much came in. */
function repaint() {
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    paint(news);
  });
}

/** changed: names of the stations that news came of; without, time has gone on for all. */
function paint(changed = null) {
  const now = performance.now();
  const live = feed.state === "live";
  if (changed === null) {
    for (const [name, station] of stations) looks.set(name, look(station, now));
  }
  mark(document.documentElement, "data-feed", feed.state);
  banner(now);
  header.show(feed.state);
  fleet.show(looks, points, detail.name, changed);
  detail.update(looks.get(detail.name), points, live);
  if (counted || changed === null) showLink(find("link"), health, feed.heard === null);
  document.title = title([...looks.values()]);
  if (live) announcer.follow(changed === null ? looks.keys() : changed, looks);
  counted = false;
  news.clear();
}

/** How many stations need somebody, readable on the tab. */
function title(seen) {
  const urgent = (one) => one.tags.has("fault") || one.tags.has("silent");
  const count = seen.filter((one) => one.connectors.some(urgent)).length;
  return (count > 0 ? `(${count}) ` : "") + t("title");
}

function banner(now) {
  const lost = feed.state === "lost";
  mark(find("banner"), "hidden", !lost);
  if (!lost) return;
  const since = feed.heard ?? keptFrom;
  const age = since === null ? null : time(now - since);
  fill(find("banner"), `${language} ${age} ${closed} ${feed.heard === null}`, () => {
    if (closed) {
      const enter = h("button", { type: "button", onclick: askToken }, t("use-token"));
      return [icon("lock"), h("p", null, t("closed-banner")), enter];
    }
    const kept = feed.heard === null ? "kept-banner" : "lost-banner";
    return [icon("silent"), h("p", null, age === null ? t("never-banner") : say(kept, { time: age }))];
  });
}

/** Details of a station, or none, by way of the address: links and the back button work. */
function go(name, number) {
  const tail = number === null || number === undefined ? "" : `/${number}`;
  const hash = name === null ? "" : `#/${encodeURIComponent(name)}${tail}`;
  if (hash !== location.hash) {
    window.history.pushState(null, "", location.pathname + location.search + hash);
  }
  follow();
}

function follow() {
  const [, name = null, number] = /^#\/([a-z0-9-]+)(?:\/(\d))?$/.exec(location.hash) ?? [];
  const before = detail.name;
  if (name === null) detail.close();
  else detail.open(name, number === undefined ? null : Number(number));
  mark(document.documentElement, "data-detail", name === null ? null : "open");
  find("fleet").inert = name !== null && matchMedia("(max-width: 899px)").matches;
  paint();
  if (name === null && before !== null) fleet.button(before)?.focus();
}

async function choose(name, chosen) {
  spoken = await speak(name, chosen);
  build();
}

/** Everything anew, in the language of now. */
function build() {
  header.build();
  fleet.build(() => paint());
  detail.rebuild();
  paint();
}

/** Keep the picture for a time without the agent. */
async function remember(always = false) {
  if (!(await keepFleet(stations, health, always))) return;
  mark(document.documentElement, "data-kept", await filesKept);
}

function everySecond() {
  feed.tick();
  if (feed.state === "live") {
    const watts = [...looks.values()].reduce((sum, one) => sum + one.powerW, 0);
    points.addFleet(watts, performance.now());
    remember();
  }
  paint();
}

onToken(() => {
  header.build();
  if (!hasToken()) forgetFleet();
  else if (feed.state !== "live") feed.open();
  paint();
});
await choose(firstLanguage(), false);
await takeTokenFromAddress();
window.addEventListener("popstate", follow);
document.addEventListener("visibilitychange", () => {
  if (document.hidden && feed.state === "live") remember(true);
});
follow();
feed.open();
filesKept = keepFiles();
setInterval(everySecond, 1_000);
