// From values to places on a plot, and where its lines of the grid stand.  Pure: no page, no words.

const STEPS_S = [60, 300, 900, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800];
const DAY_S = 86_400;

/** A function from `from`..`to` to `start`..`end`, to one decimal. */
export const scale = (from, to, start, end) => (value) =>
  Math.round((start + ((value - from) / (to - from || 1)) * (end - start)) * 10) / 10;

/** About `count` round steps that reach `most` from 0. */
export function rounds(most, count = 3) {
  const rough = Math.max(most, 1e-9) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const found = [];
  for (let at = 0; at * step < most + step * 0.999; at += 1) found.push(at * step);
  return found;
}

/** The second at which the local day of at_s began. */
export function midnight(at_s) {
  const day = new Date(at_s * 1_000);
  day.setHours(0, 0, 0, 0);
  return day.getTime() / 1_000;
}

/** Round moments between, by the clock of this browser: at most `count`. */
export function moments(from_s, to_s, count = 6) {
  const step = STEPS_S.find((each) => (to_s - from_s) / each <= count) ?? STEPS_S.at(-1);
  const found = [];
  for (let at = midnight(from_s); at <= to_s; at = next(at, step)) if (at >= from_s) found.push(at);
  return { step, found };
}

/** step later; a day later is the next midnight, also where summer time begins. */
const next = (at, step) =>
  step % DAY_S === 0 ? midnight(at + step + DAY_S / 2) : at + step;

/** Energy a stretch of time: [{from_s, to_s, wh}], by hours, or by days of this browser. */
export function energies({ at_s, energy_wh }, width_s) {
  const found = [];
  at_s.forEach((at, index) => {
    const wh = energy_wh[index];
    if (typeof wh !== "number") return;
    const from_s = width_s === DAY_S ? midnight(at) : at - (at % width_s);
    if (found.at(-1)?.from_s === from_s) found.at(-1).wh += wh;
    else found.push({ from_s, to_s: from_s + width_s, wh });
  });
  return found;
}

/** The place of the moment nearest to at_s, -1 in an empty list. */
export function nearest(moments_s, at_s) {
  let best = -1;
  moments_s.forEach((each, index) => {
    if (best < 0 || Math.abs(each - at_s) < Math.abs(moments_s[best] - at_s)) best = index;
  });
  return best;
}
