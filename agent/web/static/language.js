// The chosen language: words, direction, numbers and times.  Knows no station.
// The page's words are in words/, the protocol's come from the agent.

import { h } from "./dom.js";
import { keep, kept } from "./kept.js";
import ar from "./words/ar.js";
import en from "./words/en.js";
import fr from "./words/fr.js";

const PAGE = { en, fr, ar };
const LOCALES = { en: "en-GB", fr: "fr-MA", ar: "ar-MA-u-nu-latn" };
const SIGNS = {
  en: { s: "s", min: "min", h: "h", d: "d" },
  fr: { s: "s", min: "min", h: "h", d: "j" },
  ar: { s: "ث", min: "د", h: "س", d: "ي" },
};
const EPOCH_S = 1_577_836_800; // boards count from 2020-01-01 UTC
const KEPT = "borne.language";

export const LANGUAGES = Object.keys(PAGE);
export let language = "en";
let codes = {};
let formats = {};

/** ?lang= first, then what was chosen before, then what the browser asks for. */
export function firstLanguage() {
  const wanted = [
    new URLSearchParams(location.search).get("lang"),
    kept("localStorage", KEPT),
    ...navigator.languages.map((tag) => tag.slice(0, 2)),
  ];
  return wanted.find((name) => LANGUAGES.includes(name)) ?? "en";
}

/** Load a language.  Without the agent's words the codes themselves are shown. */
export async function speak(name, chosen = false) {
  if (chosen) keep("localStorage", KEPT, name);
  let loaded = {};
  try {
    const answer = await fetch(`/api/words/${name}`);
    if (answer.ok) loaded = await answer.json();
  } catch {
    // The banner tells of the lost agent; asked for again when it is back.
  }
  language = name;
  codes = loaded;
  formats = {};
  document.documentElement.lang = name;
  document.documentElement.dir = name === "ar" ? "rtl" : "ltr";
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of document.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", t(node.dataset.label));
  }
  return Object.keys(loaded).length > 0;
}

/** How a language calls itself. */
export const nameOf = (name) => PAGE[name].name;

/** Words of the page, without places. */
export const t = (key) => PAGE[language][key] ?? key;

/** Words of the page as nodes; what fills a {place} stands apart from the text's direction. */
export function say(key, values) {
  return t(key)
    .split(/(\{\w+\})/)
    .map((piece) => {
      const place = /^\{(\w+)\}$/.exec(piece);
      return place === null ? piece : h("bdi", null, values[place[1]] ?? "");
    });
}

/** The same as one string, for labels and announcements. */
export function tell(key, values) {
  return t(key).replace(/\{(\w+)\}/g, (_, place) => `${values[place] ?? ""}`);
}

/** What a code of the protocol means; the code itself where nobody knows. */
export function word(table, code) {
  const found = codes[table]?.[code];
  return typeof found === "string" ? found : `${code}`;
}

/** [sentence, remedy] of a fault. */
export function faultWords(code) {
  const found = codes.faults?.[code];
  return Array.isArray(found) ? found : [`${code}`, ""];
}

/** A fragment as the start of a sentence. */
export const raised = (text) =>
  text.charAt(0).toLocaleUpperCase(LOCALES[language]) + text.slice(1);

/** A number with so many decimals. */
export function number(value, decimals = 0) {
  formats[decimals] ??= new Intl.NumberFormat(LOCALES[language], {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  return formats[decimals].format(value).replace("-", "\u2212");
}

const unit = (value, decimals, sign) => `${number(value, decimals)}\u00a0${sign}`;

/** Of an offer or a limit: "16 A", "13.5 A". */
export const amps = (ma) => unit(ma / 1000, Math.round(ma / 100) % 10 === 0 ? 0 : 1, "A");
/** Of a measurement: always one decimal, so that figures stand still. */
export const measured = (ma) => unit(ma / 1000, 1, "A");
export const volts = (mv) => unit(mv / 1000, 1, "V");
export const mains = (mv) => unit(mv / 1000, 0, "V");
export const kilowatts = (w) => unit(w / 1000, Math.abs(w) < 9_995 ? 2 : 1, "kW");
export const kilowattHours = (wh) => unit(wh / 1000, wh < 9_995 ? 2 : 1, "kWh");
export const percent = (ppm) => unit(ppm / 10_000, 1, "%");
export const hertz = (mhz) => unit(mhz / 1000, 2, "Hz");
export const kibibytes = (bytes) => unit(bytes / 1024, 0, "KiB");
export const milliseconds = (ms) => unit(ms, 0, "ms");

/** A length of time in one or two units. */
export function time(ms) {
  const signs = SIGNS[language];
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return `${s}\u00a0${signs.s}`;
  if (s < 3_600) return `${Math.floor(s / 60)}\u00a0${signs.min}`;
  const [big, small, bigSign, smallSign] =
    s < 86_400
      ? [Math.floor(s / 3_600), Math.floor((s % 3_600) / 60), signs.h, signs.min]
      : [Math.floor(s / 86_400), Math.floor((s % 86_400) / 3_600), signs.d, signs.h];
  return `${big}\u00a0${bigSign}${small === 0 ? "" : ` ${small}\u00a0${smallSign}`}`;
}

/** A moment of a board's clock, in the time of this browser: hour today, day and hour before. */
export const moment = (time_s) => instant(EPOCH_S + time_s);

/** The same of Unix time in seconds.  dated: with the day in any case. */
export function instant(unix_s, dated = false) {
  const at = new Date(unix_s * 1_000);
  const isToday = !dated && at.toDateString() === new Date().toDateString();
  const day = isToday ? {} : { day: "numeric", month: "short" };
  const hour = { hour: "2-digit", minute: "2-digit", second: isToday ? "2-digit" : undefined };
  return new Intl.DateTimeFormat(LOCALES[language], { ...day, ...hour }).format(at);
}

const short = (unix_s, parts) =>
  new Intl.DateTimeFormat(LOCALES[language], parts).format(new Date(unix_s * 1_000));
/** "14:05" and "28 Nov" of Unix time in seconds. */
export const shortHour = (unix_s) => short(unix_s, { hour: "2-digit", minute: "2-digit" });
export const shortDay = (unix_s) => short(unix_s, { day: "numeric", month: "short" });

/** What is left, as a clock: 9:05, 1:09:05. */
export function clock(seconds) {
  const s = Math.max(0, Math.round(seconds));
  const two = (value) => `${value}`.padStart(2, "0");
  const minutes = Math.floor(s / 60) % 60;
  if (s < 3_600) return `${minutes}:${two(s % 60)}`;
  return `${Math.floor(s / 3_600)}:${two(minutes)}:${two(s % 60)}`;
}
