// What a station's object means to an operator: tone, tags, rank, ages.  Pure: no page, no words.
//
// A tone is one of TONES; the first that applies is the card's colour.  Tags are what the tiles
// count, and a connector may have several: faulted and silent, charging and limited.

export const TONES = ["fault", "silent", "limited", "waiting", "charging", "free"];

/** Faults by which a person may be hurt, before any other; the worst first. */
const DANGEROUS = ["contactor-welded", "pe-lost", "rcd-selftest", "rcd-trip"];
/** Faults that stop nothing: somebody should come, but the connector goes on. */
export const WARNINGS = ["ventilation", "opened-under-load", "meter-silent"];
/** Owners that hold a connector below what it could do. */
const LOWERING = ["heat", "operator", "backend", "fallback"];
const HELD_BACK = ["no-current-available", "paused-by-operator"];
const NEEDS_A_PERSON = [
  "waiting-for-authorisation",
  "waiting-for-card",
  "vehicle-ignores-stop",
  "no-ventilation",
  "not-supported",
];

/** Of a contactor's life: from here on somebody should replace it, or get one. */
export const WEAR_DUE_PPM = 900_000;
export const WEAR_SOON_PPM = 700_000;

// Order of the list.  Below CALM somebody has something to do.
const RANK_DANGER = 0; // and up to 0.9 more
const RANK_FAULT = 1;
const RANK_OFFLINE = 2;
const RANK_STALE = 3;
const RANK_WARNED = 4;
const RANK_FALLBACK = 4.5;
const RANK_PERSON = 5;
const RANK_WORN = 5.5;
export const CALM = 6;
const RANK_LIMITED = 6;
const RANK_WAITING = 7;
const RANK_CHARGING = 8;
export const IDLE = 9;

const WRAP_MS = 2 ** 30;

/** What the page says of one station at `now`, a performance.now(). */
export function look(station, now) {
  const waited = Math.max(0, now - station.received);
  const ageMs = typeof station.age_ms === "number" ? station.age_ms + waited : null; // never heard
  const freshness = fresh(station, ageMs);
  const found = station.connectors ?? [];
  const connectors =
    found.length > 0
      ? found.map((one) => connectorLook(one, freshness, waited))
      : [connectorLook({ connector: 1, age_ms: 0 }, freshness, waited)];
  return {
    station,
    name: station.station,
    link: station.link,
    freshness,
    ageMs,
    waited,
    gaps: station.gaps ?? 0,
    conflict: station.conflict ?? "",
    connectors,
    tone: TONES.find((tone) => connectors.some((one) => one.tone === tone)) ?? "silent",
    rank: Math.min(
      station.conflict ? RANK_PERSON : Infinity,
      ...connectors.map((one) => one.rank),
    ),
    powerW: connectors.reduce((sum, one) => sum + one.powerW, 0),
    wearPpm: Math.max(-1, ...connectors.map((one) => one.condition?.wear_ppm ?? -1)), // -1: not told
  };
}

/** The agent's word, unless its silence has gone on for too long since. */
function fresh(station, ageMs) {
  const interval = station.birth?.interval_s;
  if (station.freshness !== "fresh" || !interval || ageMs === null)
    return station.freshness ?? "stale";
  return ageMs > interval * 2_000 + 5_000 ? "stale" : "fresh";
}

function connectorLook(one, freshness, waited) {
  const state = one.state ?? null;
  const meter = one.meter ?? null;
  const reason = state?.reason ?? {};
  const faults = reason.faults ?? [];
  const isTimed = typeof one.age_ms === "number"; // a retained copy says what was, not when
  const ageS = ((isTimed ? one.age_ms : 0) + waited) / 1000;
  const stopping = faults.filter((fault) => !WARNINGS.includes(fault.code));
  const limits = (reason.limits ?? [])
    .map((limit) => ({
      ...limit,
      holds: limit.owner === reason.limited_by,
      ends: limit.expires_s > 0,
      left_s: limit.expires_s > 0 && isTimed ? Math.max(0, limit.expires_s - ageS) : null,
    }))
    .sort((a, b) => a.limit_ma - b.limit_ma);
  const tags = tagsOf(state, reason, stopping, freshness);
  return {
    number: one.connector,
    state,
    meter,
    session: one.session ?? null,
    condition: one.condition ?? null,
    why: reason.why ?? null,
    limitedBy: limits.find((limit) => limit.holds) ?? null,
    limits,
    faults,
    ageS,
    isTimed,
    tags,
    tone:
      state === null && freshness === "fresh"
        ? "silent"
        : (TONES.find((tone) => tags.has(tone)) ?? "free"),
    rank: rankOf(reason, faults, freshness, tags, one.condition),
    warned: faults.length > stopping.length,
    ratingMa: rating(limits, state),
    powerW: freshness === "fresh" && isRead(meter) ? meter.power_w : 0,
  };
}

function tagsOf(state, reason, stopping, freshness) {
  const tags = new Set();
  if (freshness !== "fresh") tags.add("silent");
  if (state === null) return tags.add("silent");
  if (stopping.length > 0 || reason.why === "fault" || reason.why === "pilot-error")
    tags.add("fault");
  const idle = reason.why === "no-vehicle";
  if (HELD_BACK.includes(reason.why) || (!idle && LOWERING.includes(reason.limited_by)))
    tags.add("limited");
  if (freshness !== "fresh") return tags; // whether it charges or is free is not known now
  if (reason.why === "charging") tags.add("charging");
  else if (idle && !tags.has("fault")) tags.add("free");
  else if (!tags.has("fault")) tags.add("waiting");
  return tags;
}

function rankOf(reason, faults, freshness, tags, condition) {
  const worst = DANGEROUS.findIndex((code) => faults.some((fault) => fault.code === code));
  if (worst >= 0) return RANK_DANGER + worst / 10;
  if (tags.has("fault")) return RANK_FAULT;
  if (freshness === "offline") return RANK_OFFLINE;
  if (tags.has("silent")) return RANK_STALE;
  if (faults.length > 0) return RANK_WARNED;
  if ((condition?.wear_ppm ?? 0) >= WEAR_DUE_PPM || condition?.rcd === "failed") return RANK_WORN;
  if (reason.limited_by === "fallback" && reason.why !== "no-vehicle") return RANK_FALLBACK;
  if (NEEDS_A_PERSON.includes(reason.why)) return RANK_PERSON;
  if (tags.has("limited")) return RANK_LIMITED;
  if (tags.has("charging")) return RANK_CHARGING;
  return tags.has("free") ? IDLE : RANK_WAITING;
}

/** What the connector could offer if nobody lowered it: the end of its scale. */
function rating(limits, state) {
  const own = limits.find((limit) => limit.owner === "station");
  const most = own?.limit_ma ?? Math.max(0, ...limits.map((limit) => limit.limit_ma));
  return Math.max(most || 32_000, state?.offer_ma ?? 0, 6_000);
}

/** Whether the meter's figures mean anything. */
export const isRead = (meter) => meter !== null && !["silent", "none"].includes(meter.quality);

/** Energy of the running or last session, in Wh: the later of the meter's and the record's word. */
export function delivered({ meter, session }) {
  const running = session !== null && session.phase !== "end";
  return Math.max(meter?.session_wh ?? 0, running ? session.energy_wh : 0);
}

/** Greatest phase current, in mA. */
export const drawn = (meter) => (meter === null ? 0 : Math.max(0, ...meter.current_ma));

/** How long before now the session's record was made, in ms: the board writes one every 5 minutes. */
export function sinceRecord({ session, state, ageS }) {
  if (state === null || state.boot_id !== session.boot_id) return 0;
  const past = (state.uptime_ms - session.uptime_ms + WRAP_MS) % WRAP_MS;
  return (past < WRAP_MS / 2 ? past : 0) + ageS * 1000;
}

/** How long ago a message of this boot was sent, or null when that cannot be told. */
export function eventAge(event, station, waited) {
  if (typeof event.age_ms === "number") return event.age_ms + waited;
  let best = null;
  for (const one of station.connectors ?? []) {
    const state = one.state;
    if (!state || state.boot_id !== event.boot_id) continue;
    const past = (state.uptime_ms - event.uptime_ms + WRAP_MS) % WRAP_MS;
    if (past < WRAP_MS / 2) best = Math.max(best ?? 0, past + (one.age_ms ?? 0) + waited);
  }
  return best;
}
