// Plots over time with their scales: power with its extremes, energy as bars, the pilot's plateaus
// with what is offered.  Drawn left to right in every language, in the colours of the page.

import { s } from "./dom.js";
import { instant, kilowattHours, number, shortDay, shortHour, t } from "./language.js";
import { WARNINGS } from "./picture.js";
import { energies, moments, rounds, scale } from "./scales.js";

const WIDTH = 360;
const [LEFT, RIGHT] = [34, 354];
const TOP_MV = 13_500;
const DAY_S = 86_400;

/** How wide a bar of energy is, for a plot of that length. */
const barOf = (length_s) => (length_s <= 7_200 ? 300 : length_s <= 2 * DAY_S ? 3_600 : DAY_S);

/** Path of values over time; null leaves a gap. */
function path(at_s, values, x, y) {
  let drawing = false;
  return values
    .map((value, index) => {
      if (typeof value !== "number") {
        drawing = false;
        return "";
      }
      const place = `${x(at_s[index])} ${y(value)}`;
      const step = drawing ? `L${place}` : `M${place}h.1`;
      drawing = true;
      return step;
    })
    .join("");
}

/** Between least and most: one closed shape for each unbroken run. */
function band(at_s, least, most, x, y) {
  const shapes = [];
  let run = [];
  const close = () => {
    if (run.length > 1) {
      const over = run.map((index) => `${x(at_s[index])} ${y(most[index])}`);
      const under = run.reverse().map((index) => `${x(at_s[index])} ${y(least[index])}`);
      shapes.push(`M${over.join("L")}L${under.join("L")}Z`);
    }
    run = [];
  };
  at_s.forEach((_, index) => {
    if (typeof most[index] === "number" && typeof least[index] === "number") run.push(index);
    else close();
  });
  close();
  return shapes.join("");
}

/** A frame: name, grid, what is inside, and the hours when it is the last of the column. */
function frame({ kind, name, height, ticks, label, span, hours }, inside) {
  const [top, bottom] = [18, height - (hours ? 18 : 5)];
  const x = scale(span.from_s, span.to_s, LEFT, RIGHT);
  const y = scale(ticks[0], ticks.at(-1), bottom, top);
  const grid = moments(span.from_s, span.to_s);
  return s(
    "svg",
    { class: `plot ${kind}`, viewBox: `0 0 ${WIDTH} ${height}`, "aria-hidden": "true" },
    s("text", { class: "title", x: 2, y: 10 }, name),
    ticks.map((value) => [
      s("path", { class: value === 0 ? "zero" : "rule", d: `M${LEFT} ${y(value)}H${RIGHT}` }),
      s("text", { x: LEFT - 5, y: y(value) + 3.5, "text-anchor": "end" }, label(value)),
    ]),
    grid.found.map((at) => [
      s("path", { class: "rule", d: `M${x(at)} ${top}V${bottom}` }),
      hours &&
        x(at) < RIGHT - 12 &&
        s(
          "text",
          { x: x(at), y: height - 4, "text-anchor": "middle" },
          grid.step < DAY_S ? shortHour(at) : shortDay(at),
        ),
    ]),
    inside(x, y, { top, bottom }),
    s("path", { class: "cursor", d: `M${LEFT} ${top}V${bottom}` }),
  );
}

export function powerPlot(columns, span, faults) {
  const { at_s, power_w, power_min_w, power_max_w } = columns;
  const most = Math.max(1_000, ...power_max_w.map((value) => value ?? 0));
  const ticks = rounds(most / 1_000).map((value) => value * 1_000);
  const label = (w) => number(w / 1_000, ticks[1] % 1_000 === 0 ? 0 : 1);
  return frame(
    { kind: "power", name: `${t("power")}, kW`, height: 110, ticks, label, span },
    (x, y, { top, bottom }) => [
      faults.map(({ code, from_s, to_s }) => {
        const [start, end] = [x(Math.max(from_s, span.from_s)), x(to_s || span.to_s)];
        return s("rect", {
          class: WARNINGS.includes(code) ? "warned" : "faulted",
          x: start,
          y: top,
          width: Math.max(1.5, end - start),
          height: bottom - top,
        });
      }),
      s("path", { class: "band", d: band(at_s, power_min_w, power_max_w, x, y) }),
      s("path", { class: "line", d: path(at_s, power_w, x, y) }),
    ],
  );
}

export function energyPlot(columns, span) {
  const bars = energies(columns, barOf(span.to_s - span.from_s));
  const most = Math.max(100, ...bars.map((bar) => bar.wh));
  const ticks = rounds(most / 1_000, 2).map((value) => value * 1_000);
  const decimals = ticks[1] % 1_000 === 0 ? 0 : ticks[1] % 100 === 0 ? 1 : 2;
  return frame(
    {
      kind: "energy",
      name: `${t("energy")}, kWh`,
      height: 78,
      ticks,
      label: (wh) => number(wh / 1_000, decimals),
      span,
    },
    (x, y, { bottom }) =>
      bars
        .filter((bar) => bar.wh > 0 && bar.to_s > span.from_s)
        .map((bar) => {
          const [start, end] = [x(Math.max(bar.from_s, span.from_s)), x(Math.min(bar.to_s, span.to_s))];
          const shape = {
            class: "bars",
            x: start + 0.7,
            y: y(bar.wh),
            width: Math.max(1, end - start - 1.4),
            height: bottom - y(bar.wh),
            rx: 1,
          };
          return s("rect", shape, s("title", null, `${instant(bar.from_s)}: ${kilowattHours(bar.wh)}`));
        }),
  );
}

export function pilotPlot({ at_s, high_mv, low_mv }, span) {
  const ticks = [-12_000, -6_000, 0, 6_000, 12_000];
  const height = 122;
  return frame(
    {
      kind: "pilot",
      name: `${t("pilot")}, V`,
      height,
      ticks: [-TOP_MV, ...ticks, TOP_MV],
      label: (mv) => (Math.abs(mv) === TOP_MV ? "" : number(mv / 1_000)),
      span,
      hours: true,
    },
    (x, y) => [
      s("path", { class: "low", d: path(at_s, low_mv, x, y) }),
      s("path", { class: "line", d: path(at_s, high_mv, x, y) }),
    ],
  );
}

/** Where the cursor of a plot stands for a moment, as a share of its width. */
export const timeAt = (share, span) =>
  span.from_s +
  ((Math.max(LEFT, Math.min(RIGHT, share * WIDTH)) - LEFT) / (RIGHT - LEFT)) *
    (span.to_s - span.from_s);

/** Move the cursor of a plot, or hide it with null. */
export function point(node, at_s, span) {
  const line = node.querySelector(".cursor");
  line.toggleAttribute("data-on", at_s !== null);
  if (at_s === null) return;
  const x = scale(span.from_s, span.to_s, LEFT, RIGHT)(at_s);
  line.setAttribute("d", line.getAttribute("d").replace(/^M[\d.]+/, `M${x}`));
}
