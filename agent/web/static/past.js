// Earlier sessions of one connector, as the agent's history has them.

import { h } from "./dom.js";
import { instant, kilowattHours, t, time, word } from "./language.js";
import { bdi } from "./parts.js";
import { ask } from "./reading.js";

const SHOWN = 8;
const OFTEN_MS = 60_000;

export class Past {
  constructor(station, connector) {
    this._path = `sessions?station=${encodeURIComponent(station)}&count=100`;
    this._connector = connector;
    this._asked = -Infinity;
    this.node = h("div", { class: "body" }, h("p", { class: "hint" }, t("plot-none")));
  }

  update(live) {
    const now = performance.now();
    if (!live || now - this._asked < OFTEN_MS) return;
    this._asked = now;
    this._load();
  }

  async _load() {
    const found = (await ask(this._path)) ?? [];
    const mine = found.filter((each) => each.connector === this._connector && each.ended);
    if (mine.length === 0) return;
    const row = (each) =>
      h(
        "tr",
        null,
        h("th", { scope: "row" }, bdi(instant(each.began_s)), each.user !== "" && whose(each)),
        h("td", { class: "num" }, bdi(kilowattHours(each.energy_wh))),
        h("td", { class: "num" }, bdi(time(each.duration_s * 1_000))),
        h("td", { class: "num" }, word("stop_reasons", each.reason)),
      );
    const heads = ["began", "energy", "lasted", "ended"];
    this.node.replaceChildren(
      h(
        "table",
        { class: "past" },
        h("thead", null, h("tr", null, heads.map((key) => h("th", { scope: "col" }, t(key))))),
        h("tbody", null, mine.slice(0, SHOWN).map(row)),
      ),
    );
  }
}

const whose = ({ user }) => h("span", { class: "dim" }, " ", bdi(user));
