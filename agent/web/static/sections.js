// The parts of the detail panel about one connector: each takes its look and returns nodes.
// Those about the station are in record.js.

import { currentBar, pilotScope } from "./charts.js";
import { h } from "./dom.js";
import {
  amps,
  clock,
  hertz,
  kilowattHours,
  mains,
  measured,
  number,
  percent,
  raised,
  say,
  t,
  tell,
  time,
  volts,
  word,
} from "./language.js";
import { bdi, figure, meterFigures, offerLine, row, wearBar } from "./parts.js";
import { delivered, isRead, sinceRecord } from "./picture.js";

export function pilot(one) {
  const state = one.state;
  const shown = {
    high: volts(state.high_mv),
    low: volts(state.low_mv),
    duty: percent(state.duty_ppm),
  };
  return [
    pilotScope(state, tell("pilot-alt", shown)),
    h(
      "dl",
      { class: "figures" },
      figure(t("pilot-high"), shown.high),
      figure(t("pilot-low"), shown.low),
      figure(t("duty"), shown.duty),
    ),
    h(
      "dl",
      { class: "facts" },
      row(t("why"), h("code", null, state.reason.state), " ", word("states", state.reason.state)),
      row(
        t("contactor"),
        h("span", { class: "switch", "data-on": state.contactor }),
        t(state.contactor ? "closed" : "opened"),
      ),
    ),
  ];
}

export function current(one) {
  return [
    h("p", { class: "offerline" }, offerLine(one)),
    currentBar(one),
    one.limits.length === 0
      ? h("p", { class: "hint" }, t("no-limits"))
      : h(
          "table",
          { class: "limits" },
          h("caption", { class: "hint" }, t("limits-about")),
          h(
            "tbody",
            null,
            one.limits.map((limit) =>
              h(
                "tr",
                { "data-holds": limit.holds },
                h(
                  "th",
                  { scope: "row" },
                  raised(word("owners", limit.owner)),
                  limit.holds && [" ", h("span", { class: "tag" }, t("limit-holds"))],
                ),
                h("td", { class: "num" }, bdi(amps(limit.limit_ma))),
                h(
                  "td",
                  { class: "num" },
                  limit.left_s !== null
                    ? say("left", { time: clock(limit.left_s) })
                    : h("span", { class: "dim" }, t(limit.ends ? "ends-unknown" : "always")),
                ),
              ),
            ),
          ),
        ),
  ];
}

export function meter(one) {
  const m = one.meter;
  return [
    h("dl", { class: "figures" }, meterFigures(m, delivered(one))),
    h(
      "table",
      { class: "phases" },
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          [t("phase"), t("voltage"), t("current")].map((name) => h("th", { scope: "col" }, name)),
        ),
      ),
      h(
        "tbody",
        null,
        m.voltage_mv.map((mv, at) =>
          h(
            "tr",
            null,
            h("th", { scope: "row" }, bdi(`L${at + 1}`)),
            h("td", { class: "num" }, isRead(m) ? bdi(mains(mv)) : "\u2013"),
            h("td", { class: "num" }, isRead(m) ? bdi(measured(m.current_ma[at] ?? 0)) : "\u2013"),
          ),
        ),
      ),
    ),
    h(
      "dl",
      { class: "facts" },
      m.frequency_mhz > 0 && row(t("frequency"), bdi(hertz(m.frequency_mhz))),
      row(t("register"), bdi(kilowattHours(m.register_wh))),
      row(
        t("quality"),
        h("span", { class: "quality", "data-quality": m.quality }, word("qualities", m.quality)),
      ),
      row(t("read"), say("fresh", { time: time(m.age_ms + one.ageS * 1000) })),
    ),
  ];
}

export function session(one) {
  const s = one.session;
  if (s === null) return [h("p", { class: "hint" }, t("no-session"))];
  const ended = s.phase === "end";
  const more = ended ? 0 : sinceRecord(one);
  return [
    h(
      "dl",
      { class: "facts" },
      row(
        t("session"),
        h("code", null, bdi(s.session)),
        " ",
        h("span", { class: "dim" }, word("session_phases", s.phase)),
      ),
      row(t("user"), s.user === "" ? t("free-user") : bdi(s.user)),
      row(t("energy"), bdi(kilowattHours(ended ? s.energy_wh : delivered(one)))),
      row(t("lasted"), bdi(time(s.duration_s * 1000 + more))),
      row(t("charged"), bdi(time(s.charging_s * 1000 + (one.state?.contactor ? more : 0)))),
      ended && row(t("ended"), word("stop_reasons", s.reason)),
    ),
  ];
}

/** How far the parts that wear have come. */
export function condition(one) {
  const found = one.condition;
  const age_s = found.rcd_age_s + sinceRecord({ ...one, session: found }) / 1_000;
  return [
    wearBar(found.wear_ppm),
    h(
      "dl",
      { class: "facts" },
      row(t("cycles-cold"), bdi(number(found.cold_cycles))),
      row(t("cycles-hot"), bdi(number(found.hot_cycles))),
      row(
        t("rcd"),
        h("span", { class: "rcd", "data-rcd": found.rcd }, word("rcds", found.rcd)),
      ),
      found.rcd_age_s > 0 && row(t("rcd-tested"), say("fresh", { time: time(age_s * 1_000) })),
      row(t("rcd-trips"), bdi(number(found.rcd_trips))),
    ),
  ];
}
