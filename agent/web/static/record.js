// The parts of the detail panel about the station itself: its log, its board, its health.

import { h } from "./dom.js";
import {
  amps,
  faultWords,
  kibibytes,
  milliseconds,
  moment,
  number,
  say,
  t,
  time,
  word,
} from "./language.js";
import { bdi, row } from "./parts.js";
import { eventAge } from "./picture.js";

export function log(seen) {
  const events = [...(seen.station.events ?? [])].sort(
    (a, b) => b.boot_id - a.boot_id || b.seq - a.seq,
  );
  if (events.length === 0) return [h("p", { class: "hint" }, t("no-events"))];
  return [
    h(
      "ol",
      { class: "log" },
      events.map((event) => {
        const age = eventAge(event, seen.station, seen.waited);
        return h(
          "li",
          { "data-what": event.what },
          h("span", { class: "when" }, when(event, age)),
          h("span", { class: "what" }, eventWords(event)),
          event.connector > 0 &&
            seen.connectors.length > 1 &&
            h("span", { class: "dim" }, say("connector", { number: number(event.connector) })),
        );
      }),
    ),
  ];
}

/** By the board's clock where it was set, else how long ago, as far as that can be told. */
function when(event, age) {
  if (event.time_s > 0) return bdi(moment(event.time_s));
  return age === null ? t("before-restart") : say("fresh", { time: time(age) });
}

/** "a limit was set: the operator, 10 A".  A code nobody knows stands as it came. */
function eventWords(event) {
  const said = word("events", event.what);
  const about =
    {
      "fault-raised": () => [faultWords(event.code)[0]],
      "fault-cleared": () => [faultWords(event.code)[0]],
      "command-refused": () => [word("commands", event.code)],
      "limit-set": () => [word("owners", event.code), ", ", bdi(amps(event.value))],
      "limit-expired": () => [word("owners", event.code)],
      boot: () => [word("resets", event.code)],
    }[event.what] ??
    (() => [
      h("code", null, bdi(event.code)),
      event.value === 0 ? null : [" ", bdi(number(event.value))],
    ]);
  const more = event.code === "" && event.value === 0 ? [] : about();
  return more.length === 0 ? [said] : [said, t("colon"), ...more];
}

export function station(seen) {
  const birth = seen.station.birth ?? {};
  const uptime = seen.station.health?.uptime_ms ?? birth.uptime_ms;
  return [
    h(
      "dl",
      { class: "facts" },
      birth.board && row(t("board"), bdi(birth.board)),
      birth.firmware && row(t("firmware"), bdi(birth.firmware)),
      row(t("link-kind"), t(seen.link)),
      birth.interval_s && row(t("interval"), bdi(time(birth.interval_s * 1000))),
      birth.reset && row(t("reset"), word("resets", birth.reset)),
      birth.boot_id && row(t("boot"), bdi(number(birth.boot_id))),
      uptime !== undefined && row(t("uptime"), bdi(time(uptime + (seen.ageMs ?? 0)))),
      seen.gaps > 0 &&
        row(
          t("gaps-long", {}).replace("{count}", ""),
          h("span", { class: "bad" }, bdi(number(seen.gaps))),
        ),
    ),
  ];
}

export function health(seen) {
  const found = seen.station.health;
  if (!found) return [];
  const count = (key, value) =>
    row(t(key), h("span", { class: value > 0 ? "bad" : null }, bdi(number(value))));
  return [
    h(
      "dl",
      { class: "facts" },
      found.heap_free > 0 && row(t("heap-free"), bdi(kibibytes(found.heap_free))),
      row(t("worst-gap"), bdi(milliseconds(found.worst_gap_ms))),
      row(t("connects"), bdi(number(found.connects))),
      row(t("held"), bdi(number(found.held))),
      count("dropped", found.dropped),
      row(t("skipped"), bdi(number(found.skipped))),
      count("refused", found.refused),
      found.refusal !== "" && row(t("last-refusal"), word("answers", found.refusal)),
      found.clock &&
        row(t("clock"), say(`clock-${found.clock}`, { time: time(found.clock_age_s * 1000) })),
    ),
  ];
}
