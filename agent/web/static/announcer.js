// What a screen reader is told: faults and silences as they come and go.  Figures are not.

import { h } from "./dom.js";
import { faultWords, number, tell } from "./language.js";

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
    const news = [];
    for (const name of names) {
      const one = looks.get(name);
      if (one === undefined) continue;
      const faults = one.connectors.flatMap((each) => each.faults.map((fault) => fault.code));
      const silent = one.freshness !== "fresh";
      const before = this._told.get(name);
      this._told.set(name, { faults, silent });
      if (before !== undefined) news.push(...compared(name, before, { faults, silent }));
    }
    if (news.length > KEPT) this.say(tell("says-many", { count: number(news.length) }));
    else for (const sentence of news) this.say(sentence);
  }
}

/** What is new about a station, in sentences. */
function compared(station, before, now) {
  const found = now.faults
    .filter((code) => !before.faults.includes(code))
    .map((code) => tell("says-fault", { station, fault: faultWords(code)[0] }));
  if (before.faults.length > 0 && now.faults.length === 0) {
    found.push(tell("says-cleared", { station }));
  }
  if (now.silent !== before.silent) {
    found.push(tell(now.silent ? "says-silent" : "says-back", { station }));
  }
  return found;
}
