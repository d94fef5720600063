// The last minutes of each connector, kept in the page alone: points of {at, powerW, offerMa,
// highMv, lowMv}.

const SPAN_MS = 15 * 60_000;
const APART_MS = 900;

export class History {
  constructor() {
    this._lines = new Map();
  }

  /** Remember what a station shows now; nothing of one that is silent. */
  add(seen, now) {
    if (seen.freshness !== "fresh") return;
    for (const one of seen.connectors) {
      if (one.state === null) continue;
      this._push(`${seen.name}/${one.number}`, {
        at: now,
        powerW: one.powerW,
        offerMa: one.state.offer_ma,
        highMv: one.state.high_mv,
        lowMv: one.state.low_mv,
      });
    }
  }

  addFleet(powerW, now) {
    this._push("", { at: now, powerW });
  }

  of(name, number) {
    return this._lines.get(`${name}/${number}`) ?? [];
  }

  fleet() {
    return this._lines.get("") ?? [];
  }

  _push(key, point) {
    const line = this._lines.get(key) ?? [];
    this._lines.set(key, line);
    if (line.length > 0 && point.at - line.at(-1).at < APART_MS) line[line.length - 1] = point;
    else line.push(point);
    while (line[0].at < point.at - SPAN_MS) line.shift();
  }
}
