// What lets the page open while the agent or the network is away: its files (worker.js) and the
// last picture of the fleet.  Browsers allow both on this machine's own address and over TLS.

import { LANGUAGES } from "./language.js";

const FILES = "borne-page"; // worker.js has the same name
const FLEET = "borne-fleet";
const PICTURE = "/kept-fleet";
const WORKER = "/worker.js";
const OFTEN_MS = 15_000;
const LARGE = 500; // stations

let keptAt = -Infinity;

const isAllowed = () => window.isSecureContext && "caches" in window;

/** Have the browser keep the page's files.  Returns whether it will. */
export async function keepFiles() {
  if (!isAllowed() || !("serviceWorker" in navigator)) return false;
  try {
    const isFirst = navigator.serviceWorker.controller === null;
    await navigator.serviceWorker.register(trusted(WORKER));
    if (isFirst) await (await caches.open(FILES)).addAll(files());
    return true;
  } catch {
    return false;
  }
}

/** Our one script address, where the browser wants that said. */
const trusted = (address) =>
  window.trustedTypes
    ? window.trustedTypes
        .createPolicy("borne", { createScriptURL: (given) => (given === WORKER ? given : "") })
        .createScriptURL(address)
    : address;

function files() {
  const loaded = performance.getEntriesByType("resource").map((entry) => new URL(entry.name));
  const ours = loaded
    .filter((url) => url.origin === location.origin && url.pathname.startsWith("/static/"))
    .map((url) => url.pathname);
  return [...new Set(["/", ...ours, ...LANGUAGES.map((name) => `/api/words/${name}`)])];
}

/** Keep the picture, now and then.  stations: with received, a performance.now().  Returns whether
 * it was kept now. */
export async function keepFleet(stations, health, always = false) {
  const now = performance.now();
  const often = OFTEN_MS * Math.ceil(stations.size / LARGE); // a large fleet takes its time
  if (!isAllowed() || (!always && now - keptAt < often)) return false;
  keptAt = now;
  const told = [...stations.values()].map((one) => ({ ...one, received: inDays(one.received) }));
  try {
    const cache = await caches.open(FLEET);
    await cache.put(PICTURE, Response.json({ at: Date.now(), stations: told, health }));
    return true;
  } catch {
    return false; // no room
  }
}

/** {at, stations, health} of the last time, or null.  at: a performance.now() of this page. */
export async function keptFleet() {
  if (!isAllowed()) return null;
  try {
    const answer = await (await caches.open(FLEET)).match(PICTURE);
    if (answer === undefined) return null;
    const { at, stations, health } = await answer.json();
    const told = stations.map((one) => ({ ...one, received: sinceStart(one.received) }));
    return { at: sinceStart(at), stations: told, health };
  } catch {
    return null;
  }
}

/** Whoever forgets the token takes the picture along. */
export const forgetFleet = () => isAllowed() && caches.delete(FLEET);

const inDays = (moment) => Date.now() - (performance.now() - moment);
/** A day's time as one of this page; a clock that went back makes nothing come from later. */
const sinceStart = (day_ms) => performance.now() - Math.max(0, Date.now() - day_ms);
