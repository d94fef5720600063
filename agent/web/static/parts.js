// Pieces that the card and the detail panel both show.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import {
  amps,
  clock,
  faultWords,
  kilowattHours,
  kilowatts,
  measured,
  number,
  percent,
  raised,
  say,
  t,
  time,
  word,
} from "./language.js";
import { drawn, isRead, WARNINGS, WEAR_DUE_PPM, WEAR_SOON_PPM } from "./picture.js";

export const bdi = (value) => h("bdi", null, value);

/** A name and its value on one line. */
export const row = (name, ...value) =>
  h("div", { class: "fact" }, h("dt", null, name), h("dd", null, value));

/** The sign of a tone: an icon on its tint. */
export const disc = (tone) => h("span", { class: "disc" }, icon(tone));

/** Why the connector is as it is; for one that a fault stopped, which fault. */
export function whySentence(one) {
  const fault = headFault(one);
  if (fault !== null) return h("p", { class: "why alarm" }, faultWords(fault.code)[0]);
  const why = one.state === null ? t("no-state") : word("whys", one.why);
  return h("p", { class: "why" }, raised(why));
}

/** The fault that says more than "a fault" does, or null. */
export const headFault = (one) =>
  one.why === "fault"
    ? (one.faults.find((fault) => !WARNINGS.includes(fault.code)) ?? one.faults[0] ?? null)
    : null;

/** "Offers 16 A, limited by the operator, 12:31 left". */
export function offerLine(one) {
  const offer = one.state.offer_ma;
  const parts = [
    h("span", null, offer > 0 ? say("offers", { amps: amps(offer) }) : t("offers-nothing")),
  ];
  const limit = one.limitedBy;
  if (limit !== null && limit.owner !== "station") {
    parts.push(
      h("span", { class: "owner" }, say("limited", { owner: word("owners", limit.owner) })),
    );
    if (limit.left_s !== null) {
      parts.push(
        h("span", { class: "left" }, icon("timer"), say("left", { time: clock(limit.left_s) })),
      );
    }
  }
  return parts;
}

/** Changes whenever offerLine would. */
export const offerSignature = (one) =>
  `${one.state.offer_ma} ${one.limitedBy?.owner} ${one.limitedBy?.left_s?.toFixed(0)}`;

/** What is wrong and what to do.  extra(fault) adds what a place can do about it. */
export function faultBox(fault, one, extra) {
  const [sentence, remedy] = faultWords(fault.code);
  return h(
    "div",
    {
      class: "faultbox",
      "data-fault": fault.code,
      "data-grade": WARNINGS.includes(fault.code) ? "warning" : "fault",
    },
    fault !== headFault(one) && h("p", { class: "sentence" }, sentence),
    remedy !== "" &&
      h(
        "p",
        { class: "remedy" },
        h("span", { class: "todo" }, icon("wrench"), t("what-to-do")),
        " ",
        remedy,
      ),
    h(
      "p",
      { class: "meta" },
      h("code", null, fault.code),
      h(
        "span",
        { class: "since" },
        say("fault-since", { time: time((fault.age_s + one.ageS) * 1000) }),
      ),
      fault.count > 1 && h("span", null, say("fault-count", { count: number(fault.count) })),
      extra?.(fault),
    ),
  );
}

export const faultSignature = (one) =>
  one.faults
    .map((fault) => `${fault.code} ${time((fault.age_s + one.ageS) * 1000)} ${fault.count}`)
    .join(",");

/** How old what we see is: "3 s ago", "silent for 2 min", "offline for 1 h". */
export function ageLine(seen) {
  const key = ["fresh", "stale", "offline"].includes(seen.freshness) ? seen.freshness : "stale";
  if (seen.ageMs === null) return t(`${key}-unheard`);
  return say(key, { time: time(seen.ageMs) });
}

/** Power, current, energy.  A meter that does not answer has no figures but the last energy. */
export function meterFigures(meter, energyWh) {
  const read = isRead(meter);
  return [
    figure(t("power"), read ? kilowatts(meter.power_w) : "\u2013"),
    figure(t("current"), read ? measured(drawn(meter)) : "\u2013"),
    figure(t("energy"), kilowattHours(energyWh)),
    meter.quality !== "good" &&
      h("div", { class: "poor" }, say("meter-old", { quality: word("qualities", meter.quality) })),
  ];
}

/** How much of the contactor's life is used. */
export function wearBar(ppm) {
  const bar = h("span", { class: "wearbar", "aria-hidden": "true" }, h("span", { class: "used" }));
  bar.style.setProperty("--used", `${ppm / 10_000}%`);
  return h(
    "div",
    { class: "wear", "data-grade": ppm >= WEAR_DUE_PPM ? "due" : ppm >= WEAR_SOON_PPM ? "soon" : null },
    h("span", { class: "label" }, t("wear")),
    bar,
    h("span", { class: "num" }, bdi(percent(ppm))),
    ppm >= WEAR_DUE_PPM && h("p", { class: "remedy" }, icon("wrench"), " ", t("wear-due")),
  );
}

/** A value over its name. */
export function figure(name, value, more) {
  return h(
    "div",
    { class: "figure" },
    h("dt", null, name),
    h("dd", null, h("bdi", null, value), more),
  );
}
