// Small drawings: the pilot as an oscilloscope would show it, lines of the last minutes, the bar of
// offer and limit.  Drawings run left to right in every language, the bar follows the text.

import { h, s } from "./dom.js";
import { amps, number } from "./language.js";
import { drawn, isRead } from "./picture.js";

const TOP_MV = 13_500;
const RULED = [12, 9, 6, 3, 0, -12];

const fixed = (value) => Math.round(value * 10) / 10;

/** One line of a square wave, `periods` long, inside a box. */
function wave(highMv, lowMv, dutyPpm, box, periods) {
  const y = (mv) =>
    fixed(box.y + ((TOP_MV - Math.max(-TOP_MV, Math.min(TOP_MV, mv))) / (2 * TOP_MV)) * box.h);
  const end = box.x + box.w;
  if (dutyPpm >= 1_000_000) return `M${box.x} ${y(highMv)}H${end}`;
  if (dutyPpm <= 0) return `M${box.x} ${y(lowMv)}H${end}`;
  const period = box.w / periods;
  const steps = [`M${box.x} ${y(lowMv)}`];
  for (let at = 0; at < periods; at += 1) {
    const rise = fixed(box.x + period * (at + 0.12));
    const fall = fixed(box.x + period * (at + 0.12) + (period * dutyPpm) / 1_000_000);
    steps.push(`H${rise}V${y(highMv)}H${Math.min(fall, end)}`);
    if (fall < end) steps.push(`V${y(lowMv)}`);
  }
  return `${steps.join("")}H${end}`;
}

/** The pilot beside a connector's state: two periods, no figures. */
export function pilotGlyph(state) {
  return s(
    "svg",
    { class: "glyph", viewBox: "0 0 64 28", "aria-hidden": "true" },
    s("path", { class: "zero", d: "M0 14H64" }),
    s("path", {
      class: "wave",
      d: wave(state.high_mv, state.low_mv, state.duty_ppm, { x: 1, y: 1, w: 62, h: 26 }, 2),
    }),
  );
}

/** The pilot with its scale, for the detail panel. */
export function pilotScope(state, label) {
  const box = { x: 34, y: 6, w: 320, h: 128 };
  const y = (v) => fixed(box.y + ((TOP_MV - v * 1000) / (2 * TOP_MV)) * box.h);
  return s(
    "svg",
    { class: "scope", viewBox: "0 0 360 140", role: "img", "aria-label": label },
    RULED.map((v) => [
      s("path", { class: v === 0 ? "zero" : "rule", d: `M${box.x} ${y(v)}h${box.w}` }),
      s("text", { x: 28, y: y(v) + 3.5, "text-anchor": "end" }, number(v)),
    ]),
    s("path", { class: "wave", d: wave(state.high_mv, state.low_mv, state.duty_ppm, box, 3) }),
  );
}

/** Lines of one or two values over time, from `least` to `most`. */
export function lines(points, picks, least, most, kind) {
  const [w, height] = [240, 40];
  const first = points[0]?.at ?? 0;
  const span = Math.max(1, (points.at(-1)?.at ?? 0) - first);
  const x = (point) => fixed(((point.at - first) / span) * w);
  const y = (value) =>
    fixed(height - 2 - ((value - least) / Math.max(1, most - least)) * (height - 4));
  const path = (pick) =>
    points.map((point, at) => `${at === 0 ? "M" : "L"}${x(point)} ${y(pick(point))}`).join("");
  const single = picks.length === 1 && points.length > 1;
  return s(
    "svg",
    {
      class: `lines ${kind}`,
      viewBox: `0 0 ${w} ${height}`,
      preserveAspectRatio: "none",
      "aria-hidden": "true",
    },
    single && s("path", { class: "area", d: `${path(picks[0])}L${w} ${height}L0 ${height}Z` }),
    points.length > 1 && picks.map((pick) => s("path", { class: "line", d: path(pick) })),
  );
}

/** Power over the last minutes. */
export function powerLine(points, ratingW) {
  const most = Math.max(ratingW, ...points.map((point) => point.powerW));
  return lines(points, [(point) => point.powerW], 0, most, "power");
}

/** What is drawn, what is offered, and what a limit takes away of the rating. */
export function currentBar(one) {
  const share = (ma) =>
    `${fixed((Math.max(0, Math.min(ma, one.ratingMa)) / one.ratingMa) * 100)}%`;
  const held = one.limits.length > 0 ? one.limits[0].limit_ma : one.ratingMa;
  const bar = h(
    "div",
    { class: "bar", "aria-hidden": "true" },
    h("span", { class: "held" }),
    h("span", { class: "now" }),
    one.state.offer_ma > 0 && h("span", { class: "offer" }),
    h("span", { class: "most" }, h("bdi", null, amps(one.ratingMa))),
  );
  bar.style.setProperty("--held", share(held));
  bar.style.setProperty("--now", share(isRead(one.meter) ? drawn(one.meter) : 0));
  bar.style.setProperty("--offer", share(one.state.offer_ma));
  return bar;
}

export const pilotSignature = (state) => `${state.high_mv} ${state.low_mv} ${state.duty_ppm}`;
