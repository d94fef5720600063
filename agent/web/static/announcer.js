// What a screen reader is told: faults and silences as they come and go.  Figures are not.

import { h } from "./dom.js";
import { faultWords, tell } from "./language.js";

const KEPT = 3; // sentences

export class Announcer {
  constructor(place) {
    this._place = place;
    this._told = new Map();
  }

  say(sentence) {
    this._place.append(h("p", null, sentence));
    while (this._place.childElementCount > KEPT) this._place.firstElementChild.remove();
  }

  /** Compare these stations with what was told last.  What is there at first sight is no news. */
  follow(names, looks) {
    for (const name of names) {
      const one = looks.get(name);
      if (one === undefined) continue;
      const faults = one.connectors.flatMap((each) => each.faults.map((fault) => fault.code));
      const silent = one.freshness !== "fresh";
      const before = this._told.get(name);
      this._told.set(name, { faults, silent });
      if (before !== undefined) this._compare(name, before, { faults, silent });
    }
  }

  _compare(station, before, now) {
    for (const code of now.faults.filter((each) => !before.faults.includes(each))) {
      this.say(tell("says-fault", { station, fault: faultWords(code)[0] }));
    }
    if (before.faults.length > 0 && now.faults.length === 0) {
      this.say(tell("says-cleared", { station }));
    }
    if (now.silent !== before.silent) {
      this.say(tell(now.silent ? "says-silent" : "says-back", { station }));
    }
  }
}
