// How well messages travel: from the boards, to the backend, and what was refused on the way in.

import { fill, h } from "./dom.js";
import { language, number, t, word } from "./language.js";
import { bdi, row } from "./parts.js";

const SHOWN = 8; // last refusals

/** A count; worrying: anything above nothing is marked. */
const tally = (name, value = 0, worrying = false) =>
  row(t(name), h("span", { class: worrying && value > 0 ? "bad" : null }, bdi(number(value))));

/** Messages the agent took in and could not keep. */
const lost = ({ outbox, overflowed = 0 }) =>
  (outbox?.dropped_telemetry ?? 0) + (outbox?.lost_in_damage ?? 0) + overflowed;

export function showLink(section, { counters, upstream, links }, hidden) {
  section.hidden = hidden;
  if (hidden) return;
  fill(section, JSON.stringify([language, counters, upstream, links]), () => [
    h("h2", null, t("link-health")),
    h(
      "div",
      { class: "columns" },
      h(
        "div",
        { class: "panel" },
        boardsPart(links ?? []),
        upstreamPart(upstream),
        keptPart(counters),
      ),
      reasonsPart(counters),
      refusalsPart(counters),
    ),
  ]);
}

const pill = (on, label, none) =>
  h("span", { class: "pill", "data-on": on, "data-none": none }, label);

function boardsPart(links) {
  return [
    h("h3", null, t("board-links")),
    h(
      "dl",
      { class: "facts" },
      links.map(({ link, up, trouble }) =>
        row(
          link === "mqtt" ? t("site-broker") : h("bdi", { dir: "ltr" }, link),
          trouble && [h("bdi", { dir: "ltr", class: "dim" }, trouble), " "],
          pill(up, t(up ? "connected" : "disconnected")),
        ),
      ),
    ),
  ];
}

function upstreamPart(upstream) {
  const configured = upstream.configured;
  const state = configured ? (upstream.connected ? "connected" : "disconnected") : "no-upstream";
  return [
    h("h3", null, t("upstream"), pill(configured && upstream.connected, t(state), !configured)),
    configured &&
      h(
        "dl",
        { class: "facts" },
        upstream.trouble && row(t("trouble"), h("bdi", { dir: "ltr" }, upstream.trouble)),
        tally("queued", upstream.queued),
        tally("unconfirmed", upstream.unconfirmed),
        tally("sent", upstream.sent),
      ),
  ];
}

function keptPart(counters) {
  return [
    h("h3", null, t("store")),
    counters.alarm && h("p", { class: "bad" }, t(counters.alarm)),
    h(
      "dl",
      { class: "facts" },
      tally("received", counters.accepted),
      tally("duplicates", counters.written?.duplicate),
      tally("lost-here", lost(counters), true),
    ),
  ];
}

function reasonsPart(counters) {
  const reasons = Object.entries(counters.refused ?? {}).sort((a, b) => b[1] - a[1]);
  const total = reasons.reduce((sum, [, count]) => sum + count, 0);
  return h(
    "div",
    { class: "panel" },
    h("h3", null, t("refused-total"), pill(total === 0, bdi(number(total)))),
    h("p", { class: "hint" }, t("refused-about")),
    h(
      "dl",
      { class: "facts" },
      reasons.map(([reason, count]) => row(word("answers", reason), bdi(number(count)))),
    ),
  );
}

function refusalsPart(counters) {
  const last = (counters.last_refusals ?? []).slice(-SHOWN).reverse();
  return h(
    "div",
    { class: "panel" },
    h("h3", null, t("last-refusals")),
    last.length === 0
      ? h("p", { class: "hint" }, t("no-refusals"))
      : h(
          "ol",
          { class: "refusals" },
          last.map((each) =>
            h(
              "li",
              null,
              h("code", { dir: "ltr" }, each.topic || each.station),
              h("span", null, word("answers", each.reason)),
              h("code", { class: "detail", dir: "ltr" }, each.detail),
            ),
          ),
        ),
  );
}
