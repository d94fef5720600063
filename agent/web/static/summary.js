// The strip at the top: the power of now, and tiles that count connectors and filter the cards.

import { lines } from "./charts.js";
import { fill, h, mark } from "./dom.js";
import { icon } from "./icons.js";
import { kilowatts, number, t } from "./language.js";
import { TONES } from "./picture.js";

export class Summary {
  /** chosen(tone) when a tile is pressed. */
  constructor(section, chosen) {
    this._tiles = new Map();
    this._watts = h("p", { class: "watts" });
    this._line = h("div", { class: "totalline" });
    section.replaceChildren(
      h("div", { class: "total" }, h("p", { class: "label" }, t("power-now")), this._watts, this._line),
      h(
        "div",
        { class: "tiles", role: "group", "aria-label": t("find") },
        TONES.map((tone) => this._tile(tone, chosen)),
      ),
    );
  }

  _tile(tone, chosen) {
    const count = h("span", { class: "count" });
    const tile = h(
      "button",
      {
        type: "button",
        class: "tile",
        "data-tone": tone,
        "aria-pressed": "false",
        onclick: () => chosen(tone),
      },
      h("span", { class: "tilehead" }, icon(tone), h("span", { class: "label" }, t(`tile-${tone}`))),
      count,
      h("span", { class: "about" }, t(`about-${tone}`)),
    );
    this._tiles.set(tone, { tile, count });
    return tile;
  }

  /** tone: the one that is chosen, or null.  line: the fleet's power over the last minutes. */
  show(seen, tone, line) {
    const counts = new Map(TONES.map((each) => [each, 0]));
    let watts = 0;
    for (const one of seen) {
      watts += one.powerW;
      for (const { tags } of one.connectors) {
        for (const tag of tags) counts.set(tag, counts.get(tag) + 1);
      }
    }
    for (const [each, { tile, count }] of this._tiles) {
      const found = counts.get(each);
      fill(count, `${found}`, () => h("bdi", null, number(found)));
      mark(tile, "data-none", found === 0);
      mark(tile, "aria-pressed", `${each === tone}`);
    }
    fill(this._watts, `${watts}`, () => h("bdi", null, kilowatts(watts)));
    fill(this._line, `${line.length} ${line.at(-1)?.at}`, () => {
      const most = line.reduce((top, point) => Math.max(top, point.powerW), 1_000);
      return lines(line, [(point) => point.powerW], 0, most, "power");
    });
  }
}
