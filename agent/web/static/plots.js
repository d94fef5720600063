// The history of one connector: what the page saw since it was opened, or what the agent kept, as
// plots that a pointer or the arrow keys read.

import { fill, h, mark } from "./dom.js";
import {
  amps,
  faultWords,
  instant,
  kilowattHours,
  kilowatts,
  say,
  t,
  tell,
  time,
  volts,
} from "./language.js";
import { energyPlot, pilotPlot, point, powerPlot, timeAt } from "./plot.js";
import { ask } from "./reading.js";
import { nearest } from "./scales.js";

const LIVE = 0;
const LENGTHS_S = [LIVE, 3_600, 86_400, 604_800, 2_592_000];
const OFTEN_MS = 60_000; // a minute has a new row
const FINE_S = 3 * 86_400; // above, the agent tells hours

export class Plots {
  /** points(): what the page itself saw of the connector. */
  constructor(station, connector, points, length_s = 3_600) {
    this._path = `${encodeURIComponent(station)}/${connector}`;
    this._station = station;
    this._connector = connector;
    this._points = points;
    this.length_s = length_s;
    this._asked = -Infinity;
    this._body = h("div", {
      class: "plots",
      tabindex: "0",
      role: "group",
      "aria-label": t("history"),
      "aria-describedby": "plot-keys",
      onkeydown: (event) => this._key(event),
      onpointermove: (event) => this._pointer(event),
      onpointerdown: (event) => this._pointer(event),
      onpointerleave: () => this._cursor(null),
    });
    this._readout = h("p", { class: "readout", role: "status" });
    this._ranges = h("div", { class: "ranges", role: "group", "aria-label": t("range") });
    this.node = h(
      "div",
      { class: "body" },
      this._ranges,
      this._body,
      this._readout,
      h("p", { class: "unseen", id: "plot-keys" }, t("plot-keys")),
    );
    this._showRanges();
  }

  _showRanges() {
    fill(this._ranges, `${this.length_s}`, () =>
      LENGTHS_S.map((length) =>
        h(
          "button",
          {
            type: "button",
            class: "small",
            "aria-pressed": `${length === this.length_s}`,
            onclick: () => this._choose(length),
          },
          length === LIVE ? t("live") : time(length * 1_000),
        ),
      ),
    );
  }

  _choose(length) {
    const at = LENGTHS_S.indexOf(length);
    this.length_s = length;
    this._columns = null;
    this._asked = -Infinity;
    this._showRanges();
    this._ranges.children[at].focus();
    this.update(true);
  }

  /** Once a second, and with news.  live: the agent can be asked. */
  update(live) {
    if (this.length_s === LIVE) {
      const points = this._points();
      const last = points.at(-1);
      if (points.length > 2) this._show(ofPoints(points), [], `${points.length} ${last.at}`);
      else this._say("plot-none");
      return;
    }
    const now = performance.now();
    if (live && now - this._asked > OFTEN_MS) {
      this._asked = now;
      this._load(this.length_s);
    }
  }

  async _load(length_s) {
    const to_s = Math.ceil(Date.now() / 1_000);
    const span = { from_s: to_s - length_s, to_s };
    const [columns, faults] = await Promise.all([
      ask(`history/${this._path}?from=${span.from_s}&to=${to_s}`),
      ask(`faults?station=${encodeURIComponent(this._station)}&count=200`),
    ]);
    if (length_s !== this.length_s) return; // another was chosen meanwhile
    if (columns === null) {
      if (!this._columns) this._say("plot-failed");
      return;
    }
    const mine = (faults ?? []).filter(
      (each) =>
        [0, this._connector].includes(each.connector) &&
        each.from_s < to_s &&
        (each.to_s === 0 || each.to_s > span.from_s),
    );
    if (columns.at_s.length === 0) this._say("plot-none");
    else this._show({ columns, span }, mine, `${length_s} ${to_s}`);
  }

  _say(key) {
    this._columns = null;
    fill(this._body, key, () => h("p", { class: "hint" }, t(key)));
    fill(this._readout, "", () => []);
  }

  _show({ columns, span }, faults, signature) {
    this._columns = columns;
    this._span = span;
    this._faults = faults;
    const drawn = fill(this._body, signature, () => [
      powerPlot(columns, span, faults),
      columns.energy_wh.some((wh) => typeof wh === "number") && energyPlot(columns, span),
      pilotPlot(columns, span),
    ]);
    if (drawn) this._cursor(this._at ?? null);
  }

  _pointer(event) {
    const plot = this._body.querySelector(".plot");
    if (plot === null) return;
    const box = plot.getBoundingClientRect();
    const at = nearest(
      this._columns.at_s,
      timeAt((event.clientX - box.left) / box.width, this._span),
    );
    this._cursor(at);
  }

  _key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined || !this._columns) return;
    event.preventDefault();
    const last = this._columns.at_s.length - 1;
    this._cursor(Math.max(0, Math.min(last, (this._at ?? last) + step)));
  }

  /** at: place in the columns, or null for none. */
  _cursor(at) {
    if (!this._columns) return;
    this._at = at;
    const at_s = this._columns.at_s[at] ?? null;
    for (const plot of this._body.querySelectorAll(".plot")) point(plot, at_s, this._span);
    const words = at_s === null ? this._whole() : this._moment(at, at_s);
    mark(this._readout, "data-on", at_s !== null);
    this._readout.replaceChildren(...words.flatMap((each) => [h("span", null, each), " "]));
  }

  /** What the whole time amounts to. */
  _whole() {
    const { power_max_w, energy_wh } = this._columns;
    const most = power_max_w.reduce((top, value) => Math.max(top, value ?? 0), 0);
    const sum = energy_wh.reduce((wh, value) => wh + (value ?? 0), 0);
    return [
      say("plot-most", { power: kilowatts(most) }),
      ...(energy_wh.some((wh) => typeof wh === "number")
        ? [say("plot-sum", { energy: kilowattHours(sum) })]
        : []),
    ];
  }

  /** What was at one moment. */
  _moment(at, at_s) {
    const { power_w, high_mv, low_mv, offer_ma } = this._columns;
    const told = (value, words) => (typeof value === "number" ? [words(value)] : []);
    const stood = this._faults.filter(
      (each) => each.from_s <= at_s && (each.to_s === 0 || each.to_s >= at_s),
    );
    const found = [
      ...told(power_w[at], kilowatts),
      ...told(offer_ma[at], (ma) => tell("offers", { amps: amps(ma) })),
      ...told(high_mv[at], (mv) => `${volts(mv)} / ${volts(low_mv[at])}`),
      ...stood.map((each) => faultWords(each.code)[0]),
    ];
    const when = instant(at_s, this._span.to_s - this._span.from_s > FINE_S);
    return [h("b", null, when), ...(found.length === 0 ? [t("plot-silence")] : found)].map((each) =>
      h("bdi", null, each),
    );
  }
}

/** What the page saw itself, in the same columns. */
function ofPoints(points) {
  const at_s = points.map((each) => (performance.timeOrigin + each.at) / 1_000);
  const of = (name) => points.map((each) => each[name]);
  const columns = {
    at_s,
    power_w: of("powerW"),
    power_min_w: of("powerW"),
    power_max_w: of("powerW"),
    energy_wh: [],
    offer_ma: of("offerMa"),
    high_mv: of("highMv"),
    low_mv: of("lowMv"),
  };
  return { columns, span: { from_s: Math.min(at_s[0], at_s.at(-1) - 60), to_s: at_s.at(-1) } };
}
