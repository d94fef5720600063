// The panel with everything known of one connector.  Beside the list on a wide screen, over it on
// a phone.  Focus goes in when it opens and back to the card when it closes.

import { pilotSignature } from "./charts.js";
import { Commands } from "./commands.js";
import { fill, h, mark } from "./dom.js";
import { icon } from "./icons.js";
import { number, say, t } from "./language.js";
import { mayCommand } from "./orders.js";
import { Past } from "./past.js";
import { ageLine, disc, faultBox, faultSignature, offerSignature, whySentence } from "./parts.js";
import { Plots } from "./plots.js";
import * as record from "./record.js";
import * as sections from "./sections.js";

export class Detail {
  /** closed(): the person is done; chosen(name, number): another connector of the station. */
  constructor(node, closed, chosen) {
    this.node = node;
    this._closed = closed;
    this._chosen = chosen;
    this.name = null;
    this.number = null;
    this._commands = null;
    this._plots = null;
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.name !== null && !event.defaultPrevented) this._closed();
    });
  }

  open(name, connector) {
    const moved = name !== this.name;
    this.name = name;
    this.number = connector;
    this._commands = null;
    this._build();
    this.node.hidden = false;
    if (moved) this.node.scrollTop = 0;
    this._title.focus({ preventScroll: true });
  }

  close() {
    this.name = null;
    this.node.hidden = true;
    this.node.replaceChildren();
  }

  rebuild() {
    if (this.name === null) return;
    this._commands = null;
    this._build();
  }

  _build() {
    this._length_s = this._plots?.length_s ?? this._length_s; // chosen once, for every station
    this._plots = null;
    this._title = h("h2", { tabindex: "-1" }, h("bdi", null, this.name));
    this._age = h("p", { class: "age" });
    this._conflict = h("p", { class: "conflict" });
    this._tabs = h("div", { class: "tabs", role: "group" });
    this._head = h("div", { class: "head" });
    this._faults = h("div", { class: "faults" });
    this._orders = h("section", { class: "part orders" }, h("h3", null, t("actions")));
    this._parts = {};
    const part = (key, title) => {
      const body = h("div", { class: "body" });
      const node = h(
        "section",
        { class: "part", "data-part": key, hidden: true },
        h("h3", null, t(title)),
        body,
      );
      this._parts[key] = { node, body };
      return node;
    };
    this.node.replaceChildren(
      h(
        "header",
        null,
        h("div", { class: "titles" }, this._title, this._age),
        h(
          "button",
          {
            type: "button",
            class: "iconly",
            "aria-label": t("close"),
            onclick: () => this._closed(),
          },
          icon("close"),
        ),
      ),
      this._conflict,
      this._tabs,
      h("div", { class: "verdict" }, this._head, this._faults),
      this._orders,
      part("current", "offer"),
      part("pilot", "pilot"),
      part("meter", "meter"),
      part("session", "session"),
      part("history", "history"),
      part("condition", "condition"),
      part("past", "sessions-past"),
      part("log", "log"),
      part("station", "station"),
      part("health", "health"),
    );
  }

  /** seen: look of the station, or undefined when the agent knows it no more. */
  update(seen, history, live) {
    if (this.name === null) return;
    if (seen === undefined) {
      if (live) this._closed();
      return;
    }
    const one = seen.connectors.find((each) => each.number === this.number) ?? seen.connectors[0];
    this.number = one.number;
    mark(this.node, "data-tone", one.tone);
    mark(this.node, "data-freshness", seen.freshness);
    fill(this._age, `${seen.freshness} ${Math.floor(seen.ageMs / 1000)}`, () => ageLine(seen));
    fill(this._conflict, seen.conflict, () => seen.conflict !== "" && t(seen.conflict));
    this._showTabs(seen);
    fill(this._head, `${one.tone} ${one.why} ${one.faults[0]?.code} ${seen.freshness}`, () => [
      disc(one.tone),
      h(
        "div",
        { class: "saying" },
        seen.freshness !== "fresh" && h("p", { class: "over" }, t("last-known")),
        whySentence(one),
      ),
    ]);
    this._showCommands(seen, one, live);
    this._showParts(seen, one);
    this._showPast(seen, one, history, live);
  }

  /** What the agent is asked for: it keeps its choices while the connector stays open. */
  _showPast(seen, one, history, live) {
    if (this._plots === null) {
      const points = () => history.of(seen.name, one.number);
      this._plots = new Plots(seen.name, one.number, points, this._length_s);
      this._past = new Past(seen.name, one.number);
      for (const [key, made] of [["history", this._plots], ["past", this._past]]) {
        const { node } = this._parts[key];
        node.hidden = false;
        node.lastElementChild.replaceWith(made.node);
      }
    }
    this._plots.update(live);
    this._past.update(live);
  }

  _showTabs(seen) {
    const numbers = seen.connectors.map((each) => each.number);
    mark(this._tabs, "hidden", numbers.length < 2);
    fill(this._tabs, `${numbers.join(" ")} ${this.number}`, () =>
      numbers.map((each) =>
        h(
          "button",
          {
            type: "button",
            "aria-pressed": `${each === this.number}`,
            onclick: () => this._chosen(this.name, each),
          },
          h("span", null, say("connector", { number: number(each) })),
        ),
      ),
    );
  }

  _showCommands(seen, one, live) {
    if (this._commands === null || this._rating !== one.ratingMa) {
      this._commands?.node.remove();
      this._rating = one.ratingMa;
      this._commands = new Commands(seen.name, one.number, one.ratingMa);
      this._orders.append(this._commands.node);
    }
    this._commands.update(seen, one, live);
    const may = `${mayCommand()} ${live}`;
    fill(this._faults, `${faultSignature(one)} ${may}`, () =>
      one.faults.map((fault) =>
        faultBox(fault, one, (each) => this._commands.clearButton(each.code)),
      ),
    );
  }

  _showParts(seen, one) {
    const show = (key, wanted, signature, make) => {
      const { node, body } = this._parts[key];
      mark(node, "hidden", !wanted);
      if (wanted) fill(body, signature, make);
    };
    const known = one.state !== null;
    const second = Math.floor(one.ageS);
    show(
      "current",
      known,
      known && `${offerSignature(one)} ${JSON.stringify(one.limits)} ${one.meter?.current_ma}`,
      () => sections.current(one),
    );
    show(
      "pilot",
      known,
      known && `${pilotSignature(one.state)} ${one.state.contactor} ${one.state.reason.state}`,
      () => sections.pilot(one),
    );
    show("meter", one.meter !== null, `${JSON.stringify(one.meter)} ${second}`, () =>
      sections.meter(one),
    );
    show(
      "session",
      true,
      `${JSON.stringify(one.session)} ${one.meter?.session_wh} ${second}`,
      () => sections.session(one),
    );
    show(
      "condition",
      one.condition !== null,
      `${JSON.stringify(one.condition)} ${Math.floor(one.ageS / 60)}`,
      () => sections.condition(one),
    );
    show(
      "log",
      true,
      `${JSON.stringify(seen.station.events)} ${Math.floor(seen.waited / 5_000)}`,
      () => record.log(seen),
    );
    show(
      "station",
      true,
      `${JSON.stringify(seen.station.birth)} ${Math.floor(seen.ageMs / 1_000)} ${seen.gaps}`,
      () => record.station(seen),
    );
    show("health", Boolean(seen.station.health), JSON.stringify(seen.station.health), () =>
      record.health(seen),
    );
  }
}
