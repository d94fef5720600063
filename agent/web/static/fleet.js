// The fleet: a search, and cards in the order of what needs a person.  Which of them are drawn
// again, and when, is painter.js's.

import { Card } from "./card.js";
import { fill, h, mark, order } from "./dom.js";
import { icon } from "./icons.js";
import { faultWords, number, say, t, word } from "./language.js";
import { Painter } from "./painter.js";
import { CALM, IDLE } from "./picture.js";
import { Summary } from "./summary.js";

const SORTS = ["need", "name", "power", "wear"];
const { compare } = new Intl.Collator("en", { numeric: true });
const byName = (a, b) => compare(a.name, b.name);
const WAYS = {
  need: (a, b) => a.rank - b.rank || byName(a, b),
  name: byName,
  power: (a, b) => b.powerW - a.powerW || byName(a, b),
  wear: (a, b) => b.wearPpm - a.wearPpm || byName(a, b),
};

export class Fleet {
  constructor(open) {
    this._open = open;
    this._cards = new Map();
    this._places = new Map(); // name -> what decides where its card stands
    this.tone = null; // only stations with this tag
    this.sort = "need";
    this.query = "";
    this._looks = new Map();
    this._painter = new Painter((name) => this._draw(name));
  }

  /** Build everything anew, in the language of now. */
  build(repaint) {
    this._repaint = repaint;
    for (const name of [...this._cards.keys()]) this._forget(name);
    this._summary = new Summary(document.getElementById("summary"), (tone) => this._choose(tone));
    this._buildToolbar(document.getElementById("toolbar"));
    this._groups = {};
    const groups = document.getElementById("groups");
    groups.replaceChildren(
      ...["need", "use", "free", "all"].map((name) => this._group(name)),
      (this._empty = h("p", { class: "empty", hidden: true })),
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
    this._size = h("p", { class: "size", role: "status" });
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
    this._repaint();
  }

  /** Show the looks of all stations, by name.  changed: those whose news are drawn; all without. */
  show(looks, history, selected, changed = null) {
    this._looks = looks;
    this._history = history;
    const before = this._selected;
    this._selected = selected;
    this._summary.show(looks.values(), this.tone, history.fleet());
    if (this._arrange(changed)) this._order();
    const asked = changed ?? this._painter.near;
    for (const name of asked) if (this._cards.has(name)) this._painter.ask(name);
    if (before !== selected) {
      for (const name of [before, selected]) if (this._cards.has(name)) this._painter.ask(name);
    }
  }

  /** Find out what stands where.  True when that has changed. */
  _arrange(changed) {
    const asked = `${this.tone} ${this.sort} ${this.query} ${t("name")}`;
    const anew = asked !== this._asked || this._places.size > this._looks.size;
    this._asked = asked;
    let moved = anew;
    for (const name of anew || changed === null ? this._looks.keys() : changed) {
      const one = this._looks.get(name);
      if (one === undefined) continue;
      const place = this._wanted(one) ? `${this._place(one)} ${this._weight(one, changed)}` : "";
      const known = this._places.get(name);
      if (known === place) continue;
      this._places.set(name, place);
      moved = true;
      this._painter.ask(name); // silence comes without news
    }
    return moved;
  }

  /** What the order goes by.  Power moves cards once a second, not with every reading. */
  _weight(one, changed) {
    if (this.sort === "need") return one.rank;
    if (this.sort === "wear") return one.wearPpm;
    if (this.sort === "name") return "";
    return changed === null ? one.powerW : (this._places.get(one.name)?.split(" ")[1] ?? "0");
  }

  _order() {
    for (const name of [...this._places.keys()]) if (!this._looks.has(name)) this._forget(name);
    const shown = [...this._looks.values()].filter((one) => this._places.get(one.name) !== "");
    shown.sort(WAYS[this.sort]);
    const placed = { need: [], use: [], free: [], all: [] };
    for (const one of shown) placed[this._place(one)].push(this._card(one.name).node);
    for (const [name, group] of Object.entries(this._groups)) {
      mark(group.node, "hidden", placed[name].length === 0);
      fill(group.count, `${placed[name].length}`, () => number(placed[name].length));
      order(group.cards, placed[name]);
    }
    this._tell(shown);
  }

  _tell(shown) {
    const known = this._looks.size;
    const groups = document.getElementById("groups");
    mark(groups, "data-many", shown.length > 80);
    mark(groups, "data-sort", this.sort);
    mark(this._empty, "hidden", shown.length > 0);
    fill(this._empty, `${known === 0}`, () => t(known === 0 ? "nothing-yet" : "nothing-found"));
    const connectors = shown.reduce((sum, one) => sum + one.connectors.length, 0);
    fill(this._size, `${connectors} ${shown.length}`, () =>
      say("fleet-size", { connectors: number(connectors), stations: number(shown.length) }),
    );
    mark(this._clear, "hidden", this.tone === null);
  }

  _card(name) {
    const known = this._cards.get(name);
    if (known !== undefined) return known;
    const made = new Card(name, this._open);
    this._cards.set(name, made);
    this._painter.watch(made.node, name);
    this._painter.ask(name);
    return made;
  }

  _forget(name) {
    const card = this._cards.get(name);
    if (card !== undefined) this._painter.forget(card.node, name);
    this._cards.delete(name);
    this._places.delete(name);
  }

  _draw(name) {
    const one = this._looks.get(name);
    if (one !== undefined) {
      this._cards.get(name)?.update(one, this._history, name === this._selected);
    }
  }

  /** The card's button, to give the focus back to. */
  button(name) {
    return this._cards.get(name)?.button ?? null;
  }

  _wanted(one) {
    if (this.tone !== null && !one.connectors.some((each) => each.tags.has(this.tone)))
      return false;
    return this.query === "" || words(one).includes(this.query);
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
