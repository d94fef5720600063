// The fleet: tiles that count and filter, a search, cards in the order of what needs a person.

import { Card } from "./card.js";
import { lines } from "./charts.js";
import { fill, h, mark, order } from "./dom.js";
import { icon } from "./icons.js";
import { faultWords, kilowatts, number, say, t, word } from "./language.js";
import { CALM, IDLE, TONES } from "./picture.js";

const SORTS = ["need", "name", "power"];

export class Fleet {
  constructor(open) {
    this._open = open;
    this._cards = new Map();
    this.tone = null; // only stations with this tag
    this.sort = "need";
    this.query = "";
    this._seen = [];
  }

  /** Build everything anew, in the language of now. */
  build(repaint) {
    this._repaint = repaint;
    this._cards.clear();
    this._buildSummary(document.getElementById("summary"));
    this._buildToolbar(document.getElementById("toolbar"));
    this._groups = {};
    const groups = document.getElementById("groups");
    groups.replaceChildren(
      ...["need", "use", "free", "all"].map((name) => this._group(name)),
      (this._empty = h("p", { class: "empty", hidden: true })),
    );
  }

  _buildSummary(section) {
    this._tiles = new Map();
    this._power = h("div", { class: "total" });
    section.replaceChildren(
      this._power,
      h(
        "div",
        { class: "tiles", role: "group", "aria-label": t("find") },
        TONES.map((tone) => {
          const count = h("span", { class: "count" });
          const tile = h(
            "button",
            {
              type: "button",
              class: "tile",
              "data-tone": tone,
              "aria-pressed": "false",
              onclick: () => this._choose(tone),
            },
            h(
              "span",
              { class: "tilehead" },
              icon(tone),
              h("span", { class: "label" }, t(`tile-${tone}`)),
            ),
            count,
            h("span", { class: "about" }, t(`about-${tone}`)),
          );
          this._tiles.set(tone, { tile, count });
          return tile;
        }),
      ),
    );
  }

  _buildToolbar(section) {
    const search = h("input", {
      type: "search",
      id: "search",
      placeholder: t("search-label"),
      "aria-label": t("search-label"),
      autocomplete: "off",
      spellcheck: "false",
      oninput: (event) => this._set("query", event.target.value.trim().toLowerCase()),
    });
    search.value = this.query;
    const sort = h(
      "select",
      { id: "sort", onchange: (event) => this._set("sort", event.target.value) },
      SORTS.map((name) =>
        h("option", { value: name, selected: name === this.sort }, t(`sort-${name}`)),
      ),
    );
    this._clear = h(
      "button",
      { type: "button", class: "quiet", hidden: true, onclick: () => this._choose(null) },
      icon("close"),
      t("clear-filter"),
    );
    this._size = h("p", { class: "size" });
    section.replaceChildren(
      h("div", { class: "search" }, icon("search"), search),
      h("label", { class: "sort" }, h("span", null, t("sort")), sort),
      this._clear,
      this._size,
    );
  }

  _group(name) {
    const cards = h("div", { class: "cards" });
    const count = h("bdi", { class: "howmany" });
    const node = h(
      "section",
      { class: "group", "data-group": name, "aria-labelledby": `group-${name}`, hidden: true },
      h("h2", { id: `group-${name}` }, t(`group-${name}`), " ", count),
      cards,
    );
    this._groups[name] = { node, cards, count };
    return node;
  }

  _choose(tone) {
    this._set("tone", tone === this.tone ? null : tone);
  }

  _set(name, value) {
    this[name] = value;
    this._repaint(); // all: cards that come into sight must be of now
  }

  /** Show the looks of all stations; draw only the cards of those in changed, or all without. */
  show(seen, history, selected, changed = null) {
    this._seen = seen;
    this._count(history);
    const known = new Set(seen.map((one) => one.name));
    for (const name of this._cards.keys()) {
      if (!known.has(name)) this._cards.delete(name);
    }
    const shown = this._sorted(seen.filter((one) => this._wanted(one)));
    for (const one of shown) {
      const isNew = !this._cards.has(one.name);
      if (isNew) this._cards.set(one.name, new Card(one.name, this._open));
      if (changed === null || isNew || changed.has(one.name)) {
        this._cards.get(one.name).update(one, history, one.name === selected);
      }
    }
    const placed = { need: [], use: [], free: [], all: [] };
    for (const one of shown) placed[this._place(one)].push(this._cards.get(one.name).node);
    for (const [name, group] of Object.entries(this._groups)) {
      mark(group.node, "hidden", placed[name].length === 0);
      fill(group.count, `${placed[name].length}`, () => number(placed[name].length));
      order(group.cards, placed[name]);
    }
    mark(document.getElementById("groups"), "data-many", shown.length > 80);
    mark(this._empty, "hidden", shown.length > 0);
    fill(this._empty, `${seen.length === 0}`, () =>
      t(seen.length === 0 ? "nothing-yet" : "nothing-found"),
    );
  }

  /** The card's button, to give the focus back to. */
  button(name) {
    return this._cards.get(name)?.button ?? null;
  }

  _count(history) {
    const connectors = this._seen.flatMap((one) => one.connectors);
    for (const [tone, { tile, count }] of this._tiles) {
      const found = connectors.filter((one) => one.tags.has(tone)).length;
      fill(count, `${found}`, () => h("bdi", null, number(found)));
      mark(tile, "data-none", found === 0);
      mark(tile, "aria-pressed", `${this.tone === tone}`);
    }
    const watts = this._seen.reduce((sum, one) => sum + one.powerW, 0);
    const line = history.fleet();
    fill(this._power, `${watts} ${line.length} ${line.at(-1)?.at}`, () => [
      h("p", { class: "label" }, t("power-now")),
      h("p", { class: "watts" }, h("bdi", null, kilowatts(watts))),
      h(
        "div",
        { class: "totalline" },
        lines(
          line,
          [(point) => point.powerW],
          0,
          Math.max(1_000, ...line.map((p) => p.powerW)),
          "power",
        ),
      ),
    ]);
    fill(this._size, `${connectors.length} ${this._seen.length}`, () =>
      say("fleet-size", {
        connectors: number(connectors.length),
        stations: number(this._seen.length),
      }),
    );
    mark(this._clear, "hidden", this.tone === null);
  }

  _wanted(one) {
    if (this.tone !== null && !one.connectors.some((each) => each.tags.has(this.tone)))
      return false;
    return this.query === "" || words(one).includes(this.query);
  }

  _sorted(seen) {
    const byName = (a, b) => a.name.localeCompare(b.name, "en", { numeric: true });
    const ways = {
      need: (a, b) => a.rank - b.rank || byName(a, b),
      name: byName,
      power: (a, b) => b.powerW - a.powerW || byName(a, b),
    };
    return seen.sort(ways[this.sort]);
  }

  _place(one) {
    if (this.sort !== "need") return "all";
    if (one.rank < CALM) return "need";
    return one.rank < IDLE ? "use" : "free";
  }
}

/** Everything a person may look for, in the language of now. */
function words(seen) {
  const said = [seen.name, seen.station.birth?.board];
  for (const one of seen.connectors) {
    said.push(word("whys", one.why ?? ""), one.session?.user);
    for (const fault of one.faults) said.push(fault.code, faultWords(fault.code)[0]);
    for (const tag of one.tags) said.push(t(`tile-${tag}`));
  }
  return said.join(" ").toLowerCase();
}
