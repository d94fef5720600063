// One station at a glance.  Built once, then only what changed is drawn again.

import { currentBar, pilotGlyph, pilotSignature, powerLine } from "./charts.js";
import { fill, h, mark } from "./dom.js";
import { icon } from "./icons.js";
import { number, say, t, tell } from "./language.js";
import {
  ageLine,
  disc,
  faultBox,
  faultSignature,
  headFault,
  meterFigures,
  offerLine,
  offerSignature,
  wearBar,
  whySentence,
} from "./parts.js";
import { delivered, drawn, isRead, WEAR_SOON_PPM } from "./picture.js";

export class Card {
  /** open(name, connector number) when a person asks for the details. */
  constructor(name, open) {
    this._open = open;
    this._name = name;
    this._blocks = new Map();
    this._age = h("span", { class: "age" });
    this._marks = h("span", { class: "marks" });
    this._conflict = h("p", { class: "conflict" });
    this._body = h("div", { class: "blocks" });
    this.button = h(
      "button",
      { type: "button", class: "name", onclick: () => open(name, null) },
      h("bdi", null, name),
    );
    this.node = h(
      "article",
      { class: "card", "data-station": name },
      h(
        "header",
        null,
        h("h3", null, this.button),
        h("p", { class: "news" }, this._marks, this._age),
      ),
      this._conflict,
      this._body,
    );
  }

  update(seen, history, selected) {
    mark(this.node, "data-tone", seen.tone);
    mark(this.node, "data-freshness", seen.freshness);
    mark(this.node, "data-selected", selected ? "true" : null);
    mark(this.button, "aria-label", tell("open", { station: seen.name }));
    const age = seen.freshness + Math.floor(seen.ageMs / (seen.ageMs < 60_000 ? 1_000 : 60_000));
    fill(this._age, age, () => ageLine(seen));
    fill(this._marks, `${seen.link} ${seen.gaps}`, () => [
      seen.gaps > 0 &&
        h(
          "span",
          { class: "gaps", title: tell("gaps-long", { count: number(seen.gaps) }) },
          icon("gap"),
          say("gaps", { count: number(seen.gaps) }),
        ),
      h(
        "span",
        { class: "via", title: t(seen.link) },
        icon(seen.link === "serial" ? "wire" : "radio"),
        h("span", { class: "unseen" }, t(seen.link)),
      ),
    ]);
    fill(this._conflict, seen.conflict, () => seen.conflict !== "" && t(seen.conflict));
    const numbers = seen.connectors.map((one) => one.number).join(" ");
    fill(this._body, numbers, () => {
      this._blocks = new Map(
        seen.connectors.map((one) => [
          one.number,
          new Block(seen.connectors.length > 1 && one.number),
        ]),
      );
      return [...this._blocks.values()].map((block) => block.node);
    });
    for (const one of seen.connectors) {
      this._blocks.get(one.number).update(one, seen, history.of(seen.name, one.number));
    }
  }
}

/** One connector within the card. */
class Block {
  constructor(numbered) {
    this._numbered = numbered;
    this._head = h("div", { class: "head" });
    this._figures = h("dl", { class: "figures" });
    this._current = h("div", { class: "current" });
    this._offer = h("p", { class: "offerline" });
    this._faults = h("div", { class: "faults" });
    this._line = h("div", { class: "spark" });
    this._wear = h("div", { class: "wearing" });
    this.node = h(
      "div",
      { class: "block" },
      this._head,
      this._faults,
      this._figures,
      this._line,
      this._current,
      this._offer,
      this._wear,
    );
  }

  update(one, seen, history) {
    mark(this.node, "data-tone", one.tone);
    mark(this.node, "data-connector", one.number);
    const silent = seen.freshness !== "fresh";
    const glyph = one.state === null ? "" : pilotSignature(one.state);
    fill(this._head, `${one.tone} ${one.why} ${one.faults[0]?.code} ${silent} ${glyph}`, () => [
      disc(one.tone),
      h(
        "div",
        { class: "saying" },
        (this._numbered || silent) &&
          h(
            "p",
            { class: "over" },
            this._numbered && say("connector", { number: number(one.number) }),
            this._numbered && silent && h("span", { class: "dot" }),
            silent && t("last-known"),
          ),
        whySentence(one),
      ),
      one.state !== null && headFault(one) === null && pilotGlyph(one.state),
    ]);
    fill(this._faults, faultSignature(one), () => one.faults.map((fault) => faultBox(fault, one)));
    this._measures(one, history);
    const wear = one.condition?.wear_ppm ?? -1;
    mark(this._wear, "data-soon", wear >= WEAR_SOON_PPM);
    fill(this._wear, `${wear}`, () => (wear < 0 ? t("wear-unknown") : wearBar(wear)));
  }

  _measures(one, history) {
    const meter = one.meter;
    const inUse = one.state !== null && one.why !== "no-vehicle";
    const energy = delivered(one);
    const shown = inUse && meter !== null && (energy > 0 || meter.power_w !== 0);
    const figures = shown && `${meter.power_w} ${drawn(meter)} ${energy} ${meter.quality}`;
    fill(this._figures, `${figures}`, () => (shown ? meterFigures(meter, energy) : []));
    const offering = inUse && (one.faults.length === 0 || one.state.offer_ma > 0);
    const lowest = one.limits[0]?.limit_ma;
    fill(
      this._current,
      offering ? `${one.state.offer_ma} ${drawn(meter)} ${meter?.quality} ${lowest} ${one.ratingMa}` : "",
      () => (offering ? currentBar(one) : []),
    );
    const saying = offering || one.limitedBy?.ends === true;
    fill(this._offer, saying ? offerSignature(one) : "", () => (saying ? offerLine(one) : []));
    const drawing = one.why === "charging" && isRead(meter) && history.length > 2;
    fill(this._line, drawing ? `${history.length} ${history.at(-1).at}` : "", () =>
      drawing ? powerLine(history, 1_000) : [],
    );
  }
}
